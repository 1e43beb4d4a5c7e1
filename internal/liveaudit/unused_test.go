package liveaudit_test

import (
	"net/url"
	"slices"
	"testing"

	api "github.com/warder-iam/warder/internal/api/warder"
)

// TestUnused: what of its rights a user used, did not use, and of what nothing tells.
func TestUnused(t *testing.T) {
	f := newFixture(t)
	fillAccount(t, f)
	const bob = "arn:aws:iam::" + accountID + ":user/bob"
	one := get[api.ListUnusedAccessOutput](t, f.admin, "/audit/v1/unused?principal="+url.QueryEscape(bob))
	if len(one.Principals) != 1 || one.TrackedSince == nil || one.NextToken != nil {
		t.Fatalf("%+v", one)
	}
	p := one.Principals[0]
	byService := map[string]api.ServiceRight{}
	granted := int32(0)
	for _, s := range p.Services {
		byService[s.Service] = s
		if len(s.Used) != int(s.UsedCount) || len(s.Unused) != int(s.UnusedCount) || s.Granted != s.UsedCount+s.UnusedCount+s.NoEvidenceCount {
			t.Errorf("%+v", s)
		}
		granted += s.Granted
	}
	s3, sqs := byService["s3"], byService["sqs"]
	if s3.Status != "USED" || len(s3.Used) != 1 || s3.Used[0].Action != "s3:GetObject" || s3.Used[0].By != "last accessed details" || s3.LastUsed == nil {
		t.Errorf("s3: %+v", s3)
	}
	if !slices.Contains(s3.Unused, "s3:GetBucketPolicy") || slices.Contains(s3.Unused, "s3:GetObject") {
		t.Errorf("s3: unused %v", s3.Unused)
	}
	if sqs.Status != "UNUSED" || !slices.Contains(sqs.Unused, "sqs:SendMessage") || sqs.LastUsed != nil {
		t.Errorf("sqs: %+v", sqs)
	}
	if p.Used != 1 || p.Granted != granted || p.Granted != p.Used+p.Unused+p.NoEvidence {
		t.Errorf("%+v", p)
	}
	const alice = "arn:aws:iam::" + accountID + ":user/team/alice"
	a := get[api.ListUnusedAccessOutput](t, f.admin, "/audit/v1/unused?principal="+url.QueryEscape(alice)).Principals[0]
	if len(a.Denied) != 1 || a.Denied[0].Action != "iam:DeleteUser" {
		t.Errorf("refused: %+v", a.Denied)
	}
}

// TestUnusedPages: every user and role once, without their services.
func TestUnusedPages(t *testing.T) {
	f := newFixture(t)
	fillAccount(t, f)
	var names []string
	next := ""
	for range 100 {
		page := get[struct {
			Principals []api.UnusedAccess
			NextToken  string
		}](t, f.admin, "/audit/v1/unused?maxResults=2"+next)
		for _, p := range page.Principals {
			names = append(names, p.Principal)
			if len(p.Services) > 0 || p.Granted != p.Used+p.Unused+p.NoEvidence {
				t.Errorf("%+v", p)
			}
		}
		if page.NextToken == "" {
			break
		}
		next = "&nextToken=" + page.NextToken
	}
	var want []string
	for u := range f.Now().Users() {
		want = append(want, f.ARN(u))
	}
	for r := range f.Now().Roles() {
		want = append(want, f.ARN(r))
	}
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("%v\nwant %v", names, want)
	}
}
