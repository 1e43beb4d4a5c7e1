package liveaudit

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/checks"
	"github.com/warder-iam/warder/audit/repair"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
)

const (
	defaultPage = 50 // of findings and principals; the model says how many it may be
	// Evidence of one finding: in lists, and by itself.
	listedEvidence, shownEvidence = 5, 500
)

// ListAuditChecks gives every check with what became of it.
func (l *Live) ListAuditChecks(c *server.Call, _ *api.ListAuditChecksInput) (*api.ListAuditChecksOutput, error) {
	r, stale, err := l.result(c.Context(), c.Caller.Account)
	if err != nil {
		return nil, err
	}
	out := &api.ListAuditChecksOutput{Revision: r.revision, Generated: r.made, Stale: stale, Checks: []api.AuditCheck{}}
	for i := range r.report.Checks {
		out.Checks = append(out.Checks, showCheck(r.report, &r.report.Checks[i]))
	}
	return out, nil
}

// outcome of a check: what was found counts, also where something could not be looked at.
func outcome(r *audit.Report, check string) (found int, missing []audit.Gap) {
	for _, list := range [][]audit.Assessment{r.Assessed, r.NotAssessed} {
		for i := range list {
			if list[i].Check == check {
				found, missing = found+list[i].Findings, append(missing, list[i].Missing...)
			}
		}
	}
	return found, missing
}

// outcomeName puts it into a word of the model.
func outcomeName(found int, missing []audit.Gap) string {
	switch {
	case found > 0:
		return "FAILED"
	case len(missing) > 0:
		return "NOT_ASSESSED"
	}
	return "PASSED"
}

func showCheck(r *audit.Report, c *audit.CheckInfo) api.AuditCheck {
	found, missing := outcome(r, c.ID)
	shown := api.AuditCheck{
		CheckId: c.ID, Title: c.Title, Why: c.Why, Severity: c.Severity.String(), Area: string(c.Area), References: showReferences(c.References),
		Outcome: outcomeName(found, missing), Findings: int32(found), Missing: []api.AuditGap{}, Mendable: repair.Mends(c.ID),
	}
	for _, m := range missing {
		shown.Missing = append(shown.Missing, api.AuditGap{Missing: m.Missing, Get: optional(m.Get)})
	}
	return shown
}

func showReferences(list []audit.Reference) []api.AuditReference {
	shown := []api.AuditReference{}
	for _, r := range list {
		shown = append(shown, api.AuditReference{Framework: string(r.Framework), Id: r.ID})
	}
	return shown
}

// ListFindings gives a page of the findings that the filters choose, the gravest first.
func (l *Live) ListFindings(c *server.Call, in *api.ListFindingsInput) (*api.ListFindingsOutput, error) {
	r, stale, err := l.result(c.Context(), c.Caller.Account)
	if err != nil {
		return nil, err
	}
	chosen, err := choose(r.report, in)
	if err != nil {
		return nil, err
	}
	out := &api.ListFindingsOutput{
		Revision: r.revision, Generated: r.made, Stale: stale, Total: int32(len(chosen)), Omitted: int32(r.omitted), Findings: []api.AuditFinding{},
	}
	if in.NextToken != nil {
		last, err := openPlace(*in.NextToken)
		if err != nil {
			return nil, err
		}
		chosen = slices.DeleteFunc(chosen, func(f *audit.Finding) bool { return placeOf(f).compare(last) <= 0 })
	}
	size := pageSize(in.MaxResults)
	for _, f := range chosen[:min(size, len(chosen))] {
		shown := showFinding(r.report, f, listedEvidence)
		shown.Remedy.Patch, shown.Remedy.Terraform = nil, nil
		out.Findings = append(out.Findings, shown)
	}
	if len(chosen) > size {
		out.NextToken = new(placeOf(chosen[size-1]).token())
	}
	return out, nil
}

func pageSize(wanted *int32) int {
	if wanted == nil {
		return defaultPage
	}
	return int(*wanted)
}

// choose are the findings that all filters let through.
func choose(r *audit.Report, in *api.ListFindingsInput) (chosen []*audit.Finding, err error) {
	var exact, least audit.Severity
	for _, s := range []struct {
		text *string
		to   *audit.Severity
	}{{in.Severity, &exact}, {in.MinimumSeverity, &least}} {
		if s.text == nil {
			continue
		}
		if err := s.to.UnmarshalText([]byte(*s.text)); err != nil {
			return nil, invalid(err.Error())
		}
	}
	var within map[string]bool
	if in.Framework != nil {
		within = map[string]bool{}
		for _, c := range checks.All() {
			within[c.ID] = c.In(*in.Framework)
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Severity < least || in.Severity != nil && f.Severity != exact || in.CheckId != nil && f.Check != *in.CheckId ||
			within != nil && !within[f.Check] || in.Resource != nil && !arn.Glob(*in.Resource, f.Resource) {
			continue
		}
		chosen = append(chosen, f)
	}
	return chosen, nil
}

// place is that of a finding in the order of reports. A page goes on behind the last one that was shown, so that it is right also
// where findings come and go in between.
type place struct {
	severity            audit.Severity
	check, resource, id string
}

func placeOf(f *audit.Finding) place { return place{f.Severity, f.Check, f.Resource, f.ID} }

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(q.severity, p.severity), cmp.Compare(p.check, q.check), cmp.Compare(p.resource, q.resource), cmp.Compare(p.id, q.id))
}

func (p place) token() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join([]string{p.severity.String(), p.check, p.id, p.resource}, "\n")))
}

// openPlace reads what token writes. Who alters it gets another part of the same list.
func openPlace(token string) (p place, err error) {
	text, err := base64.RawURLEncoding.Strict().DecodeString(token)
	parts := strings.SplitN(string(text), "\n", 4)
	if err != nil || len(parts) != 4 || p.severity.UnmarshalText([]byte(parts[0])) != nil {
		return p, invalid("nextToken is not one that this operation gave")
	}
	p.check, p.id, p.resource = parts[1], parts[2], parts[3]
	return p, nil
}

// GetFinding gives one finding whole, with its check.
func (l *Live) GetFinding(c *server.Call, in *api.GetFindingInput) (*api.GetFindingOutput, error) {
	r, stale, err := l.result(c.Context(), c.Caller.Account)
	if err != nil {
		return nil, err
	}
	f := find(r.report, in.FindingId)
	if f == nil {
		return nil, noFinding(in.FindingId)
	}
	check := r.report.Check(f.Check)
	return &api.GetFindingOutput{
		Revision: r.revision, Generated: r.made, Stale: stale, Finding: showFinding(r.report, f, shownEvidence), Check: showCheck(r.report, &check),
	}, nil
}

func find(r *audit.Report, id string) *audit.Finding {
	at := slices.IndexFunc(r.Findings, func(f audit.Finding) bool { return f.ID == id })
	if at < 0 {
		return nil
	}
	return &r.Findings[at]
}

func noFinding(id string) *awsapi.Error {
	return api.ResourceNotFoundException.New("The audit does not find, or not any more: %s", id)
}

func showFinding(r *audit.Report, f *audit.Finding, evidence int) api.AuditFinding {
	shown := api.AuditFinding{
		FindingId: f.ID, CheckId: f.Check, Severity: f.Severity.String(), Area: string(r.Check(f.Check).Area), Resource: f.Resource, Title: f.Title,
		Evidence: []api.AuditEvidence{}, EvidenceTotal: int32(len(f.Evidence)), Remedy: showRemedy(&f.Remedy), Mendable: repair.Mends(f.Check),
		References: showReferences(f.References), FirstSeen: f.FirstSeen,
	}
	for i := range f.Evidence[:min(evidence, len(f.Evidence))] {
		e := &f.Evidence[i]
		shown.Evidence = append(shown.Evidence, api.AuditEvidence{
			Text: e.Text, Policy: optional(e.Policy), Statement: optional(e.Statement), Line: above(e.Line), Column: above(e.Column), Time: e.Time,
		})
	}
	return shown
}

func showRemedy(r *audit.Remedy) api.AuditRemedy {
	return api.AuditRemedy{Text: r.Text, Command: optional(r.Command), Patch: optional(r.Patch), Terraform: optional(r.Terraform)}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// above is nil for 0: lines and columns count from 1.
func above(n int) *int32 {
	if n == 0 {
		return nil
	}
	return new(int32(n))
}

func invalid(message string) *awsapi.Error { return awsapi.ValidationError.New("%s", message) }
