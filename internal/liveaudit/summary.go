package liveaudit

import (
	"strings"

	"github.com/warder-iam/warder/audit"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/server"
)

// GetAuditSummary gives the score, the counts and the checklist. Who has the newest one, and says so with its revision, is
// told no more than that.
func (l *Live) GetAuditSummary(c *server.Call, in *api.GetAuditSummaryInput) (*api.GetAuditSummaryOutput, error) {
	r, stale, err := l.result(c.Context(), c.Caller.Account)
	if err != nil {
		return nil, err
	}
	out := &api.GetAuditSummaryOutput{Revision: r.revision, Generated: r.made, Stale: stale}
	if in.Since == nil || *in.Since != r.revision {
		out.Changed, out.Summary = true, &r.summary
	}
	return out, nil
}

func summaryOf(r *audit.Report, own map[string]itemState) api.AuditSummary {
	a := r.Accounts[0]
	s := api.AuditSummary{
		Account: api.AuditAccount{
			Account: a.ID, Alias: optional(a.Alias), Users: int32(a.Users), Groups: int32(a.Groups), Roles: int32(a.Roles), Policies: int32(a.Policies),
			Administrators: int32(len(r.Administrators)), Escalations: int32(len(r.Escalations)), External: int32(len(r.External)),
		},
		Score: showScore(&r.Score), Checklist: checklist(r, own),
	}
	for i := range r.Findings {
		s.Findings.Total++
		switch r.Findings[i].Severity {
		case audit.Critical:
			s.Findings.Critical++
		case audit.High:
			s.Findings.High++
		case audit.Medium:
			s.Findings.Medium++
		case audit.Low:
			s.Findings.Low++
		case audit.Informational:
			s.Findings.Informational++
		}
	}
	for i := range r.Checks {
		switch outcomeName(outcome(r, r.Checks[i].ID)) {
		case "FAILED":
			s.Checks.Failed++
		case "NOT_ASSESSED":
			s.Checks.NotAssessed++
		default:
			s.Checks.Passed++
		}
	}
	return s
}

func showScore(s *audit.Score) api.AuditScore {
	shown := api.AuditScore{Total: whole32(s.Total), Areas: []api.AuditAreaScore{}}
	for i := range s.Areas {
		a := &s.Areas[i]
		area := api.AuditAreaScore{
			Area: string(a.Area), Score: whole32(a.Score), Assessed: int32(a.Assessed), Checks: int32(a.Checks), Moves: []api.AuditMove{},
		}
		for _, m := range a.Moves {
			area.Moves = append(area.Moves, api.AuditMove{CheckId: m.Check, Findings: int32(m.Findings), Points: int32(m.Points)})
		}
		shown.Areas = append(shown.Areas, area)
	}
	return shown
}

func whole32(n *int) *int32 {
	if n == nil {
		return nil
	}
	return new(int32(*n))
}

// joined names things in a sentence.
func joined(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}
