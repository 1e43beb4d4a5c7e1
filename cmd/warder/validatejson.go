package main

import (
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/lint"
)

// documentJSON is a document and its findings as --json gives them.
type documentJSON struct {
	File         string        `json:"file"`
	PolicyType   string        `json:"policyType,omitempty"`
	ResourceType string        `json:"resourceType,omitempty"`
	Findings     []findingJSON `json:"findings"`
	Error        string        `json:"error,omitempty"`
}

// findingJSON is a finding with the members of access-analyzer:ValidatePolicy, whose columns count from 0. Line and column
// beside them are those of the text output, from 1.
type findingJSON struct {
	Type      string         `json:"findingType"`
	Code      string         `json:"issueCode"`
	Details   string         `json:"findingDetails"`
	Link      string         `json:"learnMoreLink"`
	Line      int            `json:"line"`
	Column    int            `json:"column"`
	Locations []locationJSON `json:"locations"`
}

type locationJSON struct {
	Path []lint.PathElement `json:"path"`
	Span spanJSON           `json:"span"`
}

type spanJSON struct {
	Start positionJSON `json:"start"`
	End   positionJSON `json:"end"`
}

type positionJSON struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Offset int `json:"offset"`
}

func position(p policy.Pos) positionJSON { return positionJSON{p.Line, p.Column - 1, p.Offset} }

func validationJSON(all []validated, resourceType string) []documentJSON {
	documents := make([]documentJSON, len(all))
	for i := range all {
		documents[i] = all[i].json(resourceType)
	}
	return documents
}

func (d *validated) json(resourceType string) documentJSON {
	out := documentJSON{File: d.name, ResourceType: resourceType, Findings: []findingJSON{}}
	if d.kind == policy.Trust {
		out.ResourceType = trustType
	}
	for _, n := range kindNames {
		if n.kind == d.kind {
			out.PolicyType = n.aws
		}
	}
	if d.err != nil {
		out.Error = d.err.Error()
	}
	for _, f := range d.findings {
		at := f.Locations[0].Span.Start
		finding := findingJSON{Type: f.Type.String(), Code: f.Code, Details: f.Details, Link: f.Link, Line: at.Line, Column: at.Column}
		for _, l := range f.Locations {
			path := l.Path
			if path == nil {
				path = []lint.PathElement{} // a list in JSON, never null
			}
			finding.Locations = append(finding.Locations, locationJSON{path, spanJSON{position(l.Span.Start), position(l.Span.End)}})
		}
		out.Findings = append(out.Findings, finding)
	}
	return out
}
