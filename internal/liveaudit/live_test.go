package liveaudit_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
)

// settled is the summary once it tells of the account as it is; to whom knows that of a revision, if one is given.
func settled(t testing.TB, as *servertest.Credentials, since ...string) api.GetAuditSummaryOutput {
	t.Helper()
	target := "/audit/v1/summary"
	for _, revision := range since {
		target += "?since=" + revision
	}
	for range 50 { // each call waits for the audit for a while
		if out := get[api.GetAuditSummaryOutput](t, as, target); !out.Stale {
			return out
		}
	}
	t.Fatal("the audit does not keep up with an account that does not change")
	return api.GetAuditSummaryOutput{}
}

// TestChecklist does everything that the checklist of an account asks for: each item ticks itself off as it is done, and in the
// end all are.
func TestChecklist(t *testing.T) {
	f := newFixture(t)
	auditor := messUp(t, f)
	items := mendings(t, f)
	list := settled(t, auditor).Summary.Checklist
	if len(list) != len(items) {
		t.Fatalf("%d items; the test knows %d", len(list), len(items))
	}
	for _, i := range list {
		mend, known := items[i.ItemId]
		if !known {
			t.Fatalf("the test does not know %s", i.ItemId)
		}
		if i.Done != (mend == nil) {
			t.Errorf("%s at first: done %v: %s", i.ItemId, i.Done, i.State)
		}
		if i.Title == "" || i.Why == "" || i.State == "" || i.Where.Text == "" || i.Where.Path == nil || !strings.HasPrefix(*i.Where.Path, "/") {
			t.Errorf("%s says too little: %+v", i.ItemId, i)
		}
		if mend == nil {
			continue
		}
		mend()
		if now := itemOf(t, settled(t, auditor).Summary, i.ItemId); !now.Done || now.Status != "DONE" || now.Findings != 0 || now.Where.Command != nil {
			t.Errorf("%s afterwards: %+v", i.ItemId, now)
		}
	}
	for _, i := range settled(t, auditor).Summary.Checklist {
		if !i.Done {
			t.Errorf("%s is not done in the end: %s", i.ItemId, i.State)
		}
	}
}

// messUp gives the account what keeps the items open, and gives who looks at it.
func messUp(t *testing.T, f *fixture) *servertest.Credentials {
	t.Helper()
	now := time.Now().UTC().Truncate(time.Second)
	auditor := f.User(t, "auditor", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"warder:GetAuditSummary","Resource":"*"}}`)
	f.Put(t, &directory.AccountInfo{ID: accountID, Created: now},
		&directory.LoginProfile{User: f.Now().User("auditor").ID, Created: now, Changed: now},
		&directory.AccessKey{ID: "AKIAOLD0000000000000", User: f.Now().User("nobody").ID, Active: true, Created: now.AddDate(-1, 0, 0)})
	f.Role(t, "open", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}`)
	for _, name := range []string{"admin", "nobody", "auditor"} { // their keys are from before time began
		for _, k := range f.Now().Keys(f.Now().User(name).ID) {
			if k.Created.IsZero() {
				k = k.Clone()
				k.Created = now
				f.Put(t, k)
				f.Store.Touch(accountID, k.ID, store.Use{At: now, Service: "iam", Region: "us-east-1"})
			}
		}
	}
	return auditor
}

// mendings are what does each item; nil for what is done already: Warder's root user has no password and no keys.
func mendings(t *testing.T, f *fixture) map[string]func() {
	t.Helper()
	now := time.Now().UTC().Truncate(time.Second)
	user := func(name string) *directory.User { return f.Now().User(name).Clone() }
	admins := &directory.Group{ID: session.NewEntityID(session.PrefixGroup), Name: "Administrators", Path: "/", Created: now, Attached: []string{servertest.Administrator}}
	device := func(name string) *directory.MFADevice {
		return &directory.MFADevice{ID: session.NewEntityID(""), Kind: directory.VirtualMFA, Path: "/", Name: name, Created: now, User: user(name).ID, Enabled: now}
	}
	return map[string]func(){
		"root-mfa": nil, "root-no-keys": nil,
		"administrator": func() {
			u := user("admin")
			u.Attached, u.Groups = nil, []string{admins.ID}
			f.Put(t, admins, u)
		},
		"administrators-mfa": func() {
			admins.Inline = []directory.InlinePolicy{{Name: "mfa", Document: withMFA(t)}}
			f.Put(t, admins, device("admin"))
		},
		"people-mfa":      func() { f.Put(t, device("auditor")) },
		"password-policy": func() { f.Put(t, &directory.PasswordPolicy{MinLength: 14, Reuse: 24}) }, // as the console proposes
		"groups-for-people": func() {
			u := user("auditor")
			g := &directory.Group{ID: session.NewEntityID(session.PrefixGroup), Name: "Auditors", Path: "/", Created: now, Inline: u.Inline}
			u.Inline, u.Groups = nil, []string{g.ID}
			f.Put(t, g, u)
		},
		"roles-for-workloads": func() {
			f.Put(t, &directory.LoginProfile{User: user("admin").ID, Created: now, Changed: now},
				&directory.LoginProfile{User: user("nobody").ID, Created: now, Changed: now}, device("nobody"))
		},
		"no-public-roles": func() { f.Change(t, deleting(f.Now().Role("open"))) },
		"security-contact": func() {
			f.Put(t, &directory.AlternateContact{Type: directory.SecurityContact, Name: "a", Title: "b", EmailAddress: "c@example.org", PhoneNumber: "+1"})
		},
		"trail-delivered": func() {
			f.events.set(now)
			f.Put(t, &directory.Trail{ID: session.NewEntityID(session.PrefixTrail), Name: "main", Region: "us-east-1", Created: now, Bucket: "logs", Logging: true, Started: now})
		},
		"alarms-reachable":   func() { f.tell("mail"); touch(t, f) },
		"unused-credentials": func() { f.Change(t, deleting(f.Now().AccessKey("AKIAOLD0000000000000"))) },
	}
}

func itemOf(t *testing.T, s *api.AuditSummary, id string) api.ChecklistItem {
	t.Helper()
	for _, i := range s.Checklist {
		if i.ItemId == id {
			return i
		}
	}
	t.Fatalf("no item %s", id)
	return api.ChecklistItem{}
}

// TestOwnItems: what keeps the items open that no check looks at.
func TestOwnItems(t *testing.T) {
	f := newFixture(t)
	now := time.Now().UTC().Truncate(time.Second)
	state := func(id string) string { return itemOf(t, settled(t, f.admin).Summary, id).State }
	wants := func(id, want string) {
		t.Helper()
		if got := state(id); got != want {
			t.Errorf("%s: %s\nwant %s", id, got, want)
		}
	}
	wants("alarms-reachable", "No channel is configured: alarms are raised, and nobody is told")
	f.tell("mail", "syslog", "webhook")
	touch(t, f)
	wants("alarms-reachable", "Alarms are told by mail, syslog and webhook")
	f.Put(t, &directory.Alarm{ID: "0000000000000001", Rule: "root-use", Raised: now, Last: now, State: directory.AlarmRaised,
		Notices: []directory.AlarmNotice{{Channel: "mail", Delivered: now}, {Channel: "webhook", Attempts: 9, Error: "refused"}}})
	wants("alarms-reachable", "Alarms are told by mail, syslog and webhook") // an alarm is no reason to audit anew
	f.skip(time.Hour)
	wants("alarms-reachable", "The last message by webhook did not arrive")

	wants("trail-delivered", "No trail delivers the events to another place: whoever has this server has the only copy")
	main := &directory.Trail{ID: session.NewEntityID(session.PrefixTrail), Name: "main", Region: "us-east-1", Created: now, Bucket: "logs"}
	f.Put(t, main)
	wants("trail-delivered", "No trail delivers the events to another place: whoever has this server has the only copy")
	main.Logging = true
	f.Put(t, main)
	wants("trail-delivered", "Trail main is on, and has delivered nothing yet")
	f.events.fail("AccessDenied")
	touch(t, f)
	wants("trail-delivered", "Trail main cannot deliver: AccessDenied")
}

// TestRevision: who has the newest summary is told so in a word, also after another audit that found the same.
func TestRevision(t *testing.T) {
	f := newFixture(t)
	first := settled(t, f.admin)
	poll := func() api.GetAuditSummaryOutput { return settled(t, f.admin, first.Revision) }
	if again := poll(); again.Changed || again.Summary != nil || again.Revision != first.Revision || !again.Generated.Equal(first.Generated) {
		t.Errorf("nothing changed: %+v", again)
	}
	f.skip(time.Hour)
	if again := poll(); again.Changed || again.Revision != first.Revision || !again.Generated.After(first.Generated) {
		t.Errorf("an hour later: %+v; audited first on %v", again, first.Generated)
	}
	f.User(t, "eve", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
	now := settled(t, f.admin)
	if now.Revision == first.Revision || now.Summary.Account.Users != first.Summary.Account.Users+1 || !poll().Changed {
		t.Errorf("one more administrator: %+v", now)
	}
	list := get[listed](t, f.admin, "/audit/v1/findings?checkId=admin-policy&resource="+url.QueryEscape("arn:aws:iam::*:user/eve"))
	if list.Revision != now.Revision || list.Total != 1 {
		t.Fatalf("%+v", list)
	}
	if seen := list.Findings[0].FirstSeen; !seen.Equal(now.Generated) {
		t.Errorf("first seen %v, not %v", seen, now.Generated)
	}
	old := get[listed](t, f.admin, "/audit/v1/findings?checkId=contacts-complete").Findings[0].FirstSeen
	if !old.Equal(first.Generated) {
		t.Errorf("what was there before was first seen %v, not %v", old, first.Generated)
	}
}

// TestOneAudit: many who ask at once have one audit made.
func TestOneAudit(t *testing.T) {
	f := newFixture(t)
	answers := make([]api.GetAuditSummaryOutput, 20)
	var group sync.WaitGroup
	for i := range answers {
		group.Go(func() { answers[i] = get[api.GetAuditSummaryOutput](t, f.admin, "/audit/v1/summary") })
	}
	group.Wait()
	for _, a := range answers {
		if !a.Generated.Equal(answers[0].Generated) {
			t.Fatalf("audits of %v and %v", a.Generated, answers[0].Generated)
		}
	}
}

// TestPages: pages of one have every finding once, in order, with filters too.
func TestPages(t *testing.T) {
	f := newFixture(t)
	fillAccount(t, f)
	for _, filter := range []string{"", "severity=low&", "minimumSeverity=high&framework=cis&", "checkId=credential-unused&"} {
		all := get[listed](t, f.admin, "/audit/v1/findings?"+filter+"maxResults=100")
		var ids []string
		next := ""
		for range all.Total {
			page := get[listed](t, f.admin, "/audit/v1/findings?"+filter+"maxResults=1"+next)
			if len(page.Findings) != 1 || page.Total != all.Total {
				t.Fatalf("%s: %+v", filter, page)
			}
			ids = append(ids, page.Findings[0].FindingId)
			next = "&nextToken=" + page.NextToken
		}
		if all.Total < 2 || next != "&nextToken=" {
			t.Errorf("%s: %d findings, and then %s", filter, all.Total, next)
		}
		for i, one := range all.Findings {
			if i < len(ids) && ids[i] != one.FindingId {
				t.Errorf("%s: finding %d is %s, not %s", filter, i, ids[i], one.FindingId)
			}
		}
	}
}

// TestNoSecrets: no answer has anything that is sealed or hashed in the state.
func TestNoSecrets(t *testing.T) {
	f := newFixture(t)
	fillAccount(t, f)
	targets := []string{"/audit/v1/checks", "/audit/v1/summary", "/audit/v1/activity", "/audit/v1/unused?maxResults=100"}
	for _, one := range get[listed](t, f.admin, "/audit/v1/findings?maxResults=100").Findings {
		targets = append(targets, "/audit/v1/findings/"+one.FindingId)
		if a := f.admin.REST(t, "warder", http.MethodPost, "/audit/v1/findings/"+one.FindingId+"/preview", "{}", nil); a.Status != http.StatusOK || leaks(a.Body) {
			t.Errorf("preview of %s: %d %s", one.FindingId, a.Status, a.Body)
		}
	}
	for _, target := range targets {
		if a := f.admin.REST(t, "warder", http.MethodGet, target, "", nil); a.Status != http.StatusOK || leaks(a.Body) {
			t.Errorf("%s: %d %s", target, a.Status, a.Body)
		}
	}
}

func leaks(body string) bool {
	return strings.Contains(body, secret) || strings.Contains(body, base64.StdEncoding.EncodeToString([]byte(secret)))
}

// TestAccountsApart: nothing of another account is told.
func TestAccountsApart(t *testing.T) {
	f := newFixture(t)
	fillAccount(t, f)
	other := &fixture{Account: f.World.Account(t, "444455556666"), events: f.events}
	other.admin = other.Admin(t, "chief")
	for _, target := range []string{"/audit/v1/checks", "/audit/v1/summary", "/audit/v1/findings?maxResults=100", "/audit/v1/unused?maxResults=100"} {
		a := other.admin.REST(t, "warder", http.MethodGet, target, "", nil)
		if a.Status != http.StatusOK || strings.Contains(a.Body, accountID) || strings.Contains(a.Body, "alice") {
			t.Errorf("%s: %d %s", target, a.Status, a.Body)
		}
	}
	if s := settled(t, other.admin).Summary; s.Account.Account != other.ID || s.Account.Users != 1 {
		t.Errorf("%+v", s.Account)
	}
}
