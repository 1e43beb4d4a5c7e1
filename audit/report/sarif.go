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
		Tool:        sarif.Tool{Driver: sarif.Driver{Name: "warder audit", Version: o.Tool, InformationURI: homePage}},
		Invocations: []sarif.Invocation{{Successful: true, Notifications: notifications(r)}},
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
		Message:      sarif.Message{Text: f.Title + ". " + f.Remedy.Text},
		Fingerprints: map[string]string{"warderAuditFinding/v1": f.ID},
		Properties:   &sarif.Properties{SecuritySeverity: grades[f.Severity].score},
	}
	for _, e := range f.Evidence {
		l := sarif.Location{
			Physical: sarif.Physical{Artifact: sarif.Artifact{URI: artifact(e.File, o)}},
			Logical:  []sarif.Logical{{Name: f.Resource, Kind: "resource"}},
		}
		if len(res.Locations) == 0 {
			res.Locations = append(res.Locations, l)
		} else if !slices.ContainsFunc(res.Locations, func(have sarif.Location) bool { return have.Physical == l.Physical }) {
			res.Related = append(res.Related, l)
		}
	}
	if len(res.Locations) == 0 {
		res.Locations = []sarif.Location{{
			Physical: sarif.Physical{Artifact: sarif.Artifact{URI: artifact("", o)}},
			Logical:  []sarif.Logical{{Name: f.Resource, Kind: "resource"}},
		}}
	}
	switch {
	case f.Suppressed != nil:
		res.Suppressions = []sarif.Suppression{{Kind: "external", Justification: f.Suppressed.Reason}}
	case f.New:
		res.BaselineState = "new"
	}
	return res
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
