package liveaudit_test

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/checks"
	"github.com/warder-iam/warder/directory/awsimport"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/collect"
	"github.com/warder-iam/warder/internal/server/servertest"
)

// TestSameFindings: what the live audit finds is what warder audit finds, which asks the same server through its API as somebody
// who may read everything.
func TestSameFindings(t *testing.T) {
	f := newFixture(t)
	fillAccount(t, f)
	asked := f.askAll(t)
	live := get[listed](t, f.admin, "/audit/v1/findings?maxResults=100")
	whole := live.Findings
	for live.NextToken != "" {
		live = get[listed](t, f.admin, "/audit/v1/findings?maxResults=100&nextToken="+live.NextToken)
		whole = append(whole, live.Findings...)
	}
	if len(whole) < 40 {
		t.Fatalf("only %d findings: the account is too clean to tell anything", len(whole))
	}
	got, want := map[string]api.AuditFinding{}, map[string]*audit.Finding{}
	for _, l := range whole {
		got[l.FindingId] = get[api.GetFindingOutput](t, f.admin, "/audit/v1/findings/"+l.FindingId).Finding
	}
	for i := range asked.Findings {
		want[asked.Findings[i].ID] = &asked.Findings[i]
	}
	for id, w := range want {
		g, ok := got[id]
		if !ok {
			t.Errorf("not found live: %s %s", id, w.Title)
			continue
		}
		same(t, id, g.Title, w.Title)
		same(t, id, g.Severity, w.Severity.String())
		same(t, id, text(t, g.Remedy), text(t, w.Remedy))
		for i, e := range w.Evidence {
			if i < len(g.Evidence) {
				same(t, id, text(t, g.Evidence[i]), text(t, api.AuditEvidence{
					Text: e.Text, Policy: optional(e.Policy), Statement: optional(e.Statement), Line: number(e.Line), Column: number(e.Column), Time: e.Time,
				}))
			}
		}
		same(t, id, int(g.EvidenceTotal), len(w.Evidence))
	}
	for id, g := range got {
		if want[id] == nil {
			t.Errorf("found live alone: %s %s", id, g.Title)
		}
	}
	order := slices.SortedFunc(slices.Values(asked.Findings), func(a, b audit.Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.Check, b.Check), cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.ID, b.ID))
	})
	for i := range min(len(order), len(whole)) {
		same(t, "order", whole[i].FindingId, order[i].ID)
	}
	sameOutcomes(t, f, asked)
}

// sameOutcomes: score, and of every check what became of it.
func sameOutcomes(t *testing.T, f *fixture, asked *audit.Report) {
	t.Helper()
	summary := get[api.GetAuditSummaryOutput](t, f.admin, "/audit/v1/summary").Summary
	same(t, "score", int(*summary.Score.Total), *asked.Score.Total)
	same(t, "administrators", int(summary.Account.Administrators), len(asked.Administrators))
	same(t, "escalations", int(summary.Account.Escalations), len(asked.Escalations))
	same(t, "external", int(summary.Account.External), len(asked.External))
	got := map[string]string{}
	for _, c := range get[api.ListAuditChecksOutput](t, f.admin, "/audit/v1/checks").Checks {
		got[c.CheckId] = text(t, c.Missing)
	}
	for _, list := range [][]audit.Assessment{asked.Assessed, asked.NotAssessed} {
		for _, a := range list {
			missing := []api.AuditGap{}
			for _, m := range a.Missing {
				missing = append(missing, api.AuditGap{Missing: m.Missing, Get: optional(m.Get)})
			}
			same(t, a.Check, got[a.Check], text(t, missing))
		}
	}
}

// listed is an answer of ListFindings with a token that may be absent.
type listed struct {
	Findings  []api.AuditFinding
	NextToken string
	Revision  string
	Total     int
}

func same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: live %v\nwarder audit %v", what, got, want)
	}
}

// text is a value's JSON, without what is empty.
func text(t *testing.T, v any) string {
	t.Helper()
	whole, err := json.Marshal(v)
	servertest.Check(t, err)
	var members any
	servertest.Check(t, json.Unmarshal(whole, &members))
	members = folded(members)
	whole, err = json.Marshal(members)
	servertest.Check(t, err)
	return string(whole)
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func number(n int) *int32 {
	if n == 0 {
		return nil
	}
	return new(int32(n))
}

// askAll is warder audit.
func (f *fixture) askAll(t *testing.T) *audit.Report {
	t.Helper()
	result, err := collect.Run(context.Background(), collect.Options{
		Services: collect.WarderServices(), Regions: []string{"us-east-1"},
		Config: aws.Config{
			Region: "us-east-1", BaseEndpoint: &f.URL, HTTPClient: f.Client,
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return f.admin.AWS().Credentials.Retrieve(t.Context())
			}),
		},
	})
	servertest.Check(t, err)
	for _, m := range result.Missing {
		if m.Refusal.Code != "NotImplemented" {
			t.Errorf("refused: %+v", m)
		}
	}
	b, err := awsimport.Read(result.Files, awsimport.Options{Library: f.Store.Snapshot().Library(), Account: result.Account})
	servertest.Check(t, err)
	return audit.Run(&audit.Input{Bundle: b, Now: time.Now().UTC(), Settings: audit.DefaultSettings(), Checks: checks.All()})
}
