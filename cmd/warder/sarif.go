package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/lint"
)

// SARIF 2.1.0 as far as it is used here: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
type (
	sarifDocument struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string          `json:"id"`
		ShortDescription sarifMessage    `json:"shortDescription"`
		FullDescription  sarifMessage    `json:"fullDescription"`
		HelpURI          string          `json:"helpUri"`
		Help             sarifMessage    `json:"help"`
		Configuration    sarifConfig     `json:"defaultConfiguration"`
		Properties       sarifProperties `json:"properties"`
	}
	sarifConfig struct {
		Level string `json:"level"`
	}
	sarifProperties struct {
		Tags             []string `json:"tags"`
		SecuritySeverity string   `json:"security-severity"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level     string          `json:"level"`
		Message   sarifMessage    `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifMessage      `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Related      []sarifLocation   `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
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

func sarifLog(all []validated) sarifDocument {
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: "warder", Version: buildVersion(), InformationURI: "https://github.com/warder-iam/warder",
		}},
		Invocations: []sarifInvocation{{Successful: true}},
		ColumnKind:  "utf16CodeUnits",
		Results:     []sarifResult{},
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
			run.Invocations[0].Notifications = append(run.Invocations[0].Notifications, sarifNotification{
				Level: "error", Message: sarifMessage{d.err.Error()},
				Locations: []sarifLocation{{sarifPhysical{Artifact: sarifArtifact{d.uri()}}}},
			})
		}
		run.Results = append(run.Results, d.sarifResults(index)...)
	}
	return sarifDocument{
		Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run},
	}
}

func newSarifRule(code lint.Code) sarifRule {
	return sarifRule{
		ID: code.Code, ShortDescription: sarifMessage{code.Title}, HelpURI: code.Link(),
		FullDescription: sarifMessage{fmt.Sprintf("%s: %s.", code.Type, code.Title)},
		Help:            sarifMessage{fmt.Sprintf("%s: %s. See %s", code.Type, code.Title, code.Link())},
		Configuration:   sarifConfig{grades[code.Type].level},
		Properties:      sarifProperties{Tags: []string{"security", "iam"}, SecuritySeverity: grades[code.Type].score},
	}
}

func (d *validated) sarifResults(index map[string]int) []sarifResult {
	var results []sarifResult
	seen := map[string]int{}
	for _, f := range d.findings {
		r := sarifResult{
			RuleID: f.Code, RuleIndex: index[f.Code], Level: grades[f.Type].level, Message: sarifMessage{f.Details},
			Locations: []sarifLocation{d.sarifLocation(f.Locations[0].Span)},
		}
		for _, l := range f.Locations[1:] {
			r.Related = append(r.Related, d.sarifLocation(l.Span))
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

func (d *validated) sarifLocation(span policy.Span) sarifLocation {
	return sarifLocation{sarifPhysical{Artifact: sarifArtifact{d.uri()}, Region: &sarifRegion{
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
