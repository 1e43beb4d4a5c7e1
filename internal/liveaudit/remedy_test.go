package liveaudit_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/store"
)

// preview of the first finding of a check about a resource.
func (f *fixture) preview(t *testing.T, check, resource string) api.PreviewRemedyOutput {
	t.Helper()
	list := get[listed](t, f.admin, "/audit/v1/findings?checkId="+check+"&resource="+url.QueryEscape(resource))
	if list.Total == 0 {
		t.Fatalf("no finding of %s about %s", check, resource)
	}
	return f.previewOf(t, list.Findings[0].FindingId)
}

func (f *fixture) previewOf(t *testing.T, id string) api.PreviewRemedyOutput {
	t.Helper()
	return read[api.PreviewRemedyOutput](t, f.admin.REST(t, "warder", http.MethodPost, "/audit/v1/findings/"+id+"/preview", "{}", nil))
}

// apply makes calls as they stand in a preview, one after the other.
func (f *fixture) apply(t *testing.T, calls ...api.RemedyCall) {
	t.Helper()
	for _, c := range calls {
		var pairs []string
		for name, value := range c.Parameters {
			pairs = append(pairs, name, value)
		}
		if a := f.admin.Call(t, c.Action, pairs...); c.Service != "iam" || a.Status != http.StatusOK {
			t.Fatalf("%s %s: %d %s", c.Service, c.Action, a.Status, a.Body)
		}
	}
}

// TestRemedy: the calls of a preview, made as ordinary calls, mend the finding, and those of its undo bring it back.
func TestRemedy(t *testing.T) {
	f := newFixture(t)
	fillAccount(t, f)
	const empty = "arn:aws:iam::" + accountID + ":group/empty"
	p := f.preview(t, "group-empty", empty)
	if !p.Mendable || p.Reason != nil || len(p.Steps) == 0 || p.Proof == nil || p.Proof.UsedIsLost || len(p.Proof.Lost) > 0 {
		t.Fatalf("%+v", p)
	}
	var calls, undo []api.RemedyCall
	for _, s := range p.Steps {
		calls, undo = append(calls, s.Call), append(slices.Clone(s.Undo), undo...)
	}
	f.apply(t, calls...)
	settled(t, f.admin)
	if a := f.admin.REST(t, "warder", http.MethodGet, "/audit/v1/findings/"+p.FindingId, "", nil); a.Status != http.StatusNotFound {
		t.Errorf("mended, and still found: %d %s", a.Status, a.Body)
	}
	if a := f.admin.REST(t, "warder", http.MethodPost, "/audit/v1/findings/"+p.FindingId+"/preview", "{}", nil); a.Status != http.StatusNotFound {
		t.Errorf("mended, and can be mended: %d %s", a.Status, a.Body)
	}
	f.apply(t, undo...)
	settled(t, f.admin)
	f.preview(t, "group-empty", empty)
}

// TestProof: what is lost, and whether it was used.
func TestProof(t *testing.T) {
	f := newFixture(t)
	now := time.Now().UTC().Truncate(time.Second)
	carol := &directory.User{ID: "AIDACAROL00000000000", Name: "carol", Path: "/", Created: now, Attached: []string{"arn:aws:iam::aws:policy/AWSCloudShellFullAccess"}}
	f.Put(t, carol)
	f.Store.Attempted(accountID, carol.ID, "cloudshell:CreateEnvironment", true, store.Attempt{At: now.Unix(), Region: "us-east-1"})
	p := f.preview(t, "managed-policy-cloudshell", "*")
	if !p.Mendable || p.Proof == nil || !p.Proof.UsedIsLost || !slices.Equal(p.Proof.Principals, []string{f.ARN(carol)}) {
		t.Fatalf("%+v %+v", p, p.Proof)
	}
	uses := map[string]bool{}
	lost := 0
	for _, l := range p.Proof.Lost {
		if l.Principal != f.ARN(carol) || l.Service != "cloudshell" || l.Answer == "" || l.Evidence == nil || l.Use == nil {
			t.Errorf("lost: %+v", l)
			continue
		}
		uses[*l.Use], lost = true, lost+int(l.ActionsTotal)
	}
	if !uses["USED"] || lost < 2 || int(p.Proof.LostTotal) < lost {
		t.Errorf("%d of %d actions, uses %v", lost, p.Proof.LostTotal, uses)
	}
}

// TestSpare: the key that the caller signs with is not taken away.
func TestSpare(t *testing.T) {
	f := newFixture(t)
	old := time.Now().UTC().Truncate(time.Second).AddDate(-1, 0, 0)
	for _, name := range []string{"admin", "nobody"} {
		k := f.Now().Keys(f.Now().User(name).ID)[0].Clone()
		k.Created = old
		f.Put(t, k)
	}
	own := f.preview(t, "access-key-rotation", "arn:aws:iam::*:user/admin")
	if own.Mendable || own.Reason == nil || own.Proof != nil || len(own.Steps) > 0 {
		t.Errorf("the caller's own key: %+v", own)
	}
	other := f.preview(t, "access-key-rotation", "arn:aws:iam::*:user/nobody")
	if !other.Mendable || len(other.Steps) != 1 || other.Steps[0].Call.Action != "UpdateAccessKey" || len(other.Proof.Keys) != 1 || other.Proof.Keys[0].UserName != "nobody" {
		t.Errorf("somebody else's key: %+v", other)
	}
	f.apply(t, other.Steps[0].Call)
	if k := f.Now().Keys(f.Now().User("nobody").ID)[0]; k.Active {
		t.Error("the key is active")
	}
}
