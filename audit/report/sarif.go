package report

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/report/sarif"
)

// grades are how SARIF and code scanning rank severities.
var grades = [...]struct{ level, score string }{
	audit.Informational: {"note", "0.0"},
	audit.Low:           {"note", "2.0"},
	audit.Medium:        {"warning", "5.0"},
	audit.High:          {"error", "8.0"},
	audit.Critical:      {"error", "9.5"},
}

const homePage = "https://github.com/warder-iam/warder"

func writeSARIF(w io.Writer, r *audit.Report, o Options) error {
	run := sarif.Run{
		Tool:        sarif.Tool{Driver: sarif.Driver{Name: "warder audit", Version: o.Tool, InformationURI: homePage, Rules: []sarif.Rule{}}},
		Invocations: []sarif.Invocation{{Successful: true, Notifications: notifications(r)}},
		ColumnKind:  "utf16CodeUnits",
		Results:     []sarif.Result{},
	}
	index := map[string]int{}
	for i, c := range r.Checks {
		index[c.ID] = i
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule(c))
	}
	for i := range r.Findings {
		run.Results = append(run.Results, sarifResult(&r.Findings[i], index, o))
	}
	return encode(w, sarif.NewLog(run))
}

func sarifRule(c audit.CheckInfo) sarif.Rule {
	help := c.Why
	if refs := references(c.References); refs != "" {
		help += " References: " + refs + "."
	}
	return sarif.Rule{
		ID: c.ID, ShortDescription: sarif.Message{Text: c.Title + "."}, FullDescription: sarif.Message{Text: c.Why},
		Help:          sarif.Message{Text: help},
		Configuration: sarif.Config{Level: grades[c.Severity].level},
		Properties:    sarif.Properties{Tags: []string{"security", "iam", string(c.Area)}, SecuritySeverity: grades[c.Severity].score},
	}
}

// notifications are what the audit could not look at.
func notifications(r *audit.Report) []sarif.Notification {
	var list []sarif.Notification
	for _, a := range r.NotAssessed {
		for _, g := range a.Missing {
			text := fmt.Sprintf("%s in account %s was not assessed: %s is missing.", a.Check, a.Account, g.Missing)
			if g.Get != "" {
				text += " Get it with: " + g.Get
			}
			list = append(list, sarif.Notification{Level: "warning", Message: sarif.Message{Text: text}})
		}
	}
	for _, p := range r.Problems {
		list = append(list, sarif.Notification{Level: "warning", Message: sarif.Message{Text: p}})
	}
	return list
}

func sarifResult(f *audit.Finding, index map[string]int, o Options) sarif.Result {
	res := sarif.Result{
		RuleID: f.Check, RuleIndex: index[f.Check], Level: grades[f.Severity].level,
		Message:      sarif.Message{Text: sarifMessage(f)},
		Fingerprints: map[string]string{"warderAuditFinding/v1": f.ID},
		Properties:   &sarif.Properties{SecuritySeverity: grades[f.Severity].score},
	}
	for _, e := range f.Evidence {
		l := location(f, e.File, o)
		if len(res.Locations) == 0 {
			res.Locations = append(res.Locations, l)
		} else if !slices.ContainsFunc(res.Locations, func(have sarif.Location) bool { return have.Physical.Artifact == l.Physical.Artifact }) {
			res.Related = append(res.Related, l)
		}
	}
	if len(res.Locations) == 0 {
		res.Locations = []sarif.Location{location(f, "", o)}
	}
	switch {
	case f.Suppressed != nil:
		res.Suppressions = []sarif.Suppression{{Kind: "external", Justification: f.Suppressed.Reason}}
	case f.New:
		res.BaselineState = "new"
	}
	return res
}

// sarifMessage says what is wrong, by what, and what to do: readers show the message and no more.
func sarifMessage(f *audit.Finding) string {
	texts := []string{f.Title + "."}
	for _, e := range f.Evidence {
		texts = append(texts, initial(place(&e)+e.Text)+".")
	}
	return strings.Join(append(texts, f.Remedy.Text), " ")
}

// location is the beginning of a file: code scanning takes no result without a region, and where in an export something
// stands is not known. The place in the policy is in the evidence.
func location(f *audit.Finding, file string, o Options) sarif.Location {
	return sarif.Location{
		Physical: sarif.Physical{
			Artifact: sarif.Artifact{URI: artifact(file, o)},
			Region:   &sarif.Region{StartLine: 1, StartColumn: 1, EndLine: 1, EndColumn: 2},
		},
		Logical: []sarif.Logical{{Name: f.Resource, Kind: "resource"}},
	}
}

// artifact is the file of the input that says it, as a URI.
func artifact(file string, o Options) string {
	name := o.Input
	if file != "" {
		name = path.Join(o.Input, file)
	}
	if name == "" {
		name = "account"
	}
	return uri(name)
}

// uri escapes what may not stand in a relative reference.
func uri(name string) string {
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		c := name[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~/", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// references for people: "CIS 5.0 1.4, Security Hub IAM.9".
func references(list []audit.Reference) string {
	texts := make([]string, len(list))
	for i, r := range list {
		texts[i] = string(r.Framework) + " " + r.ID
	}
	return strings.Join(texts, ", ")
}
