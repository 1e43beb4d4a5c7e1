package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/warder-iam/warder/audit/report/sarif"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/lint"
)

// grades say how SARIF and code scanning rank the types of finding: the score is read as CVSS, 7 and more being high.
var grades = map[lint.Type]struct{ level, score string }{
	lint.Error:           {"error", "5.5"},
	lint.SecurityWarning: {"error", "8.0"},
	lint.Warning:         {"warning", "3.0"},
	lint.Suggestion:      {"note", "1.0"},
}

// fingerprintName is the name of our fingerprints. A new way to make them needs a new name.
const fingerprintName = "warderFinding/v1"

func sarifLog(all []validated) sarif.Log {
	run := sarif.Run{
		Tool: sarif.Tool{Driver: sarif.Driver{
			Name: "warder", Version: buildVersion(), InformationURI: "https://github.com/warder-iam/warder",
		}},
		Invocations: []sarif.Invocation{{Successful: true}},
		ColumnKind:  "utf16CodeUnits",
		Results:     []sarif.Result{},
	}
	index := map[string]int{}
	for i, code := range lint.Codes() {
		index[code.Code] = i
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, newSarifRule(code))
	}
	for i := range all {
		d := &all[i]
		if d.err != nil {
			run.Invocations[0].Successful = false
			run.Invocations[0].Notifications = append(run.Invocations[0].Notifications, sarif.Notification{
				Level: "error", Message: sarif.Message{Text: d.err.Error()},
				Locations: []sarif.Location{{Physical: sarif.Physical{Artifact: sarif.Artifact{URI: d.uri()}}}},
			})
		}
		run.Results = append(run.Results, d.resultsOf(index)...)
	}
	return sarif.NewLog(run)
}

func newSarifRule(code lint.Code) sarif.Rule {
	return sarif.Rule{
		ID: code.Code, ShortDescription: sarif.Message{Text: code.Title}, HelpURI: code.Link(),
		FullDescription: sarif.Message{Text: fmt.Sprintf("%s: %s.", code.Type, code.Title)},
		Help:            sarif.Message{Text: fmt.Sprintf("%s: %s. See %s", code.Type, code.Title, code.Link())},
		Configuration:   sarif.Config{Level: grades[code.Type].level},
		Properties:      sarif.Properties{Tags: []string{"security", "iam"}, SecuritySeverity: grades[code.Type].score},
	}
}

func (d *validated) resultsOf(index map[string]int) []sarif.Result {
	var results []sarif.Result
	seen := map[string]int{}
	for _, f := range d.findings {
		r := sarif.Result{
			RuleID: f.Code, RuleIndex: index[f.Code], Level: grades[f.Type].level, Message: sarif.Message{Text: f.Details},
			Locations: []sarif.Location{d.locationOf(f.Locations[0].Span)},
		}
		for _, l := range f.Locations[1:] {
			r.Related = append(r.Related, d.locationOf(l.Span))
		}
		print := d.fingerprint(&f)
		seen[print]++
		r.Fingerprints = map[string]string{fingerprintName: fmt.Sprintf("%s:%d", print, seen[print])}
		results = append(results, r)
	}
	return results
}

// fingerprint stays the same while the lines above the finding change: it is made of the file, the code and the line, of
// a long line the part around the finding.
func (d *validated) fingerprint(f *lint.Finding) string {
	const around = 100 // bytes
	at := f.Locations[0].Span.Start
	start := min(at.Offset, len(d.text))
	line := d.text[max(lineStart(at), start-around):start]
	after, _, _ := strings.Cut(d.text[start:min(start+around, len(d.text))], "\n")
	sum := sha256.Sum256([]byte(strings.Join([]string{d.uri(), f.Code, strings.TrimSpace(line + after)}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

func (d *validated) locationOf(span policy.Span) sarif.Location {
	return sarif.Location{Physical: sarif.Physical{Artifact: sarif.Artifact{URI: d.uri()}, Region: &sarif.Region{
		StartLine: span.Start.Line, StartColumn: d.utf16().of(span.Start),
		EndLine: span.End.Line, EndColumn: d.utf16().of(span.End),
	}}}
}

// uri is the document's place: relative to the working directory, as its name is, or absolute.
func (d *validated) uri() string {
	if d.stdin {
		return "stdin"
	}
	u := url.URL{Path: filepath.ToSlash(d.name)}
	if filepath.IsAbs(d.name) {
		u.Scheme = "file"
	}
	return u.String()
}
