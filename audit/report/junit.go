package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/warder-iam/warder/audit"
)

// The shapes of JUnit's report as CI servers read it, as far as both schemas allow them that are published: jenkins-junit.xsd
// of JUnit 5, which knows no message of what is skipped, and junit-10.xsd of Jenkins' xUnit plugin, which asks for errors.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name      string      `xml:"name,attr"`
		Tests     int         `xml:"tests,attr"`
		Failures  int         `xml:"failures,attr"`
		Errors    int         `xml:"errors,attr"` // always 0: what could not be looked at is skipped
		Skipped   int         `xml:"skipped,attr"`
		Timestamp string      `xml:"timestamp,attr"`
		Cases     []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Skipped *junitMessage `xml:"skipped"`
		Failure *junitMessage `xml:"failure"`
	}
	junitMessage struct {
		Message string `xml:"message,attr,omitempty"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit has a suite for each account and a case for each check: failed with its open findings, skipped where it was
// not assessed.
func writeJUnit(w io.Writer, r *audit.Report, _ Options) error {
	all := junitSuites{Name: "warder audit"}
	for _, account := range r.Accounts {
		s := junitSuite{Name: "account " + account.ID, Timestamp: r.Generated.UTC().Format("2006-01-02T15:04:05")}
		for _, list := range [][]audit.Assessment{r.Assessed, r.NotAssessed} {
			for _, a := range list {
				if a.Account == account.ID {
					s.add(r, a)
				}
			}
		}
		all.Tests, all.Failures = all.Tests+s.Tests, all.Failures+s.Failures
		all.Suites = append(all.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) add(r *audit.Report, a audit.Assessment) {
	c := junitCase{Name: a.Check + ": " + r.Check(a.Check).Title, Class: "warder." + strings.ReplaceAll(string(r.Check(a.Check).Area), " ", "-")}
	s.Tests++
	if m := failure(r, a); m != nil {
		s.Failures++
		c.Failure = m
	} else if len(a.Missing) > 0 {
		s.Skipped++
		c.Skipped = &junitMessage{Text: "not assessed: " + missing(a.Missing)}
	}
	s.Cases = append(s.Cases, c)
}

// failure tells the open findings of a check in an account; nil where there are none.
func failure(r *audit.Report, a audit.Assessment) *junitMessage {
	var text strings.Builder
	n, gravest := 0, audit.Informational
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Check != a.Check || f.Account != a.Account || f.Suppressed != nil {
			continue
		}
		n++
		gravest = max(gravest, f.Severity)
		fmt.Fprintf(&text, "%v %s: %s\n", f.Severity, f.Resource, f.Title)
		for _, e := range f.Evidence {
			fmt.Fprintf(&text, "  %s%s\n", place(&e), e.Text)
		}
		fmt.Fprintf(&text, "  %s\n", f.Remedy.Text)
	}
	if n == 0 {
		return nil
	}
	return &junitMessage{Message: plural(n, "finding"), Type: gravest.String(), Text: text.String()}
}

func missing(gaps []audit.Gap) string {
	texts := make([]string, len(gaps))
	for i, g := range gaps {
		texts[i] = g.Missing
	}
	return strings.Join(texts, "; ")
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// place is where a piece of evidence stands, with ": " behind it; "" where it is in no policy.
func place(e *audit.Evidence) string {
	if e.Policy == "" {
		return ""
	}
	text := "policy " + e.Policy
	if e.Statement != "" {
		text += ", statement " + e.Statement
	}
	if e.Line > 0 {
		text += fmt.Sprintf(", line %d column %d", e.Line, e.Column)
	}
	return text + ": "
}
