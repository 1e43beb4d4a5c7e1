package directory

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

const (
	allowAll = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	trustAll = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"}}`
)

func TestNewDocument(t *testing.T) {
	d, err := NewDocument(policy.Identity, allowAll)
	if err != nil {
		t.Fatal(err)
	}
	if d.Text != allowAll || d.Compiled() == nil || d.Err() != nil {
		t.Errorf("text %q, error %v", d.Text, d.Err())
	}
	_, err = NewDocument(policy.Identity, `{`)
	_, want := policy.ParseFor(policy.Identity, `{`)
	if err == nil || want == nil || err.Error() != want.Error() {
		t.Errorf("error %v, want %v", err, want)
	}
}

func TestDocumentJSON(t *testing.T) {
	in := InlinePolicy{Name: "p", Document: Document{Text: "{ \"Version\" :\n\"<&>\u2028\" }"}}
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out InlinePolicy
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	if out != in {
		t.Errorf("%s came back as %+v", text, out)
	}
	var raw struct{ Document string }
	if err := json.Unmarshal(text, &raw); err != nil || raw.Document != in.Document.Text {
		t.Errorf("%s is not a plain string: %v", text, err)
	}
	if _, err := json.Marshal(Document{Text: "\xff"}); err == nil {
		t.Error("a text that is not UTF-8 was changed silently")
	}
}

func TestOneContentForEachText(t *testing.T) {
	library := NewLibrary(nil)
	user := func(n int, text string) Entity {
		return &User{ID: fmt.Sprint("AIDA", n), Name: fmt.Sprint("u", n), Inline: []InlinePolicy{{Name: "p", Document: Document{Text: text}}}}
	}
	s := New(library).With(1, "111122223333", []Entity{user(1, allowAll), user(2, allowAll)}, nil)
	s = s.With(2, "444455556666", []Entity{user(3, string([]byte(allowAll)))}, nil)
	compiled := make(map[*eval.Policy]bool)
	for a := range s.Accounts() {
		for u := range a.Users() {
			compiled[u.Inline[0].Document.Compiled()] = true
		}
	}
	if len(compiled) != 1 || library.size() != 1 {
		t.Errorf("%d compiled policies and %d contents, want 1 and 1", len(compiled), library.size())
	}
	// A text that is changed in place is another document.
	u := s.Account("111122223333").User("u1").Clone()
	u.Inline[0].Document.Text = trustAll
	if u.Inline[0].Document.Compiled().Document().Source != trustAll {
		t.Error("the policy is that of the former text")
	}
	s = s.With(3, "111122223333", []Entity{u}, nil)
	if library.size() != 2 {
		t.Errorf("%d contents, want 2", library.size())
	}
	runtime.KeepAlive(s)
}

func TestContentsGoWithTheirLastDocument(t *testing.T) {
	library := NewLibrary(nil)
	s := New(library)
	var group sync.WaitGroup
	for g := range 4 {
		group.Go(func() {
			s := s
			for n := range 200 {
				text := fmt.Sprintf(`{"Version":"2012-10-17","Id":"%d","Statement":[]}`, n)
				s = s.With(uint64(n), "111122223333", []Entity{&User{ID: "AIDA1", Inline: []InlinePolicy{{Document: Document{Text: text}}}}}, nil)
				s.Account("111122223333").UserByID("AIDA1").Inline[0].Document.Compiled()
				if g == 0 && n%50 == 0 {
					runtime.GC()
				}
			}
		})
	}
	group.Wait()
	deadline := time.Now().Add(5 * time.Minute)
	for library.size() > 0 && time.Now().Before(deadline) {
		runtime.GC() // cleanups run some time after it
		runtime.Gosched()
	}
	if n := library.size(); n != 0 {
		t.Errorf("%d contents are left", n)
	}
}

func (l *Library) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.contents)
}

// A stored document that does not parse, and a policy that cannot be found, deny whatever else allows.
func TestBrokenPoliciesDeny(t *testing.T) {
	const account = "111122223333"
	allow := []InlinePolicy{{Name: "all", Document: Document{Text: allowAll}}}
	broken := []InlinePolicy{allow[0], {Name: "broken", Document: Document{Text: `{"Version":`}}}
	entities := []Entity{
		&Group{ID: "AGPA1", Name: "broken", Inline: broken},
		&Policy{ID: "ANPA1", Name: "broken", Path: "/", Default: 1, Versions: []PolicyVersion{{Number: 1, Document: Document{Text: "null"}}}},
		&Policy{ID: "ANPA2", Name: "versionless", Path: "/", Default: 2, Versions: []PolicyVersion{{Number: 1, Document: Document{Text: allowAll}}}},
		&Policy{ID: "ANPA3", Name: "good", Path: "/", Default: 1, Versions: []PolicyVersion{{Number: 1, Document: Document{Text: allowAll}}}},
	}
	const arn = "arn:aws:iam::" + account + ":policy/"
	users := map[string]*User{
		"good":              {Inline: allow, Attached: []string{arn + "good"}, Boundary: arn + "good"},
		"inline":            {Inline: broken},
		"group":             {Inline: allow, Groups: []string{"AGPA1"}},
		"group unknown":     {Inline: allow, Groups: []string{"AGPA9"}},
		"attached":          {Inline: allow, Attached: []string{arn + "broken"}},
		"attached unknown":  {Inline: allow, Attached: []string{arn + "gone"}},
		"attached nonsense": {Inline: allow, Attached: []string{""}},
		"other account":     {Inline: allow, Attached: []string{"arn:aws:iam::444455556666:policy/good"}},
		"other partition":   {Inline: allow, Attached: []string{"arn:aws-cn:iam::" + account + ":policy/good"}},
		"other case":        {Inline: allow, Attached: []string{arn + "Good"}},
		"no such AWS one":   {Inline: allow, Attached: []string{"arn:aws:iam::aws:policy/good"}},
		"no version":        {Inline: allow, Attached: []string{arn + "versionless"}},
		"boundary":          {Inline: allow, Boundary: arn + "broken"},
		"boundary unknown":  {Inline: allow, Boundary: arn + "gone"},
	}
	for name, u := range users {
		u.ID, u.Name = "AIDA"+name, name
		entities = append(entities, u)
	}
	s := New(NewLibrary(nil)).With(1, account, entities, nil)
	for name := range users {
		a := s.Account(account)
		u := a.User(name)
		decision := eval.Compile(eval.Layers{Identity: a.IdentityPolicies(u), Boundary: a.BoundaryPolicy(u)}).Decide(&eval.Request{
			Principal: eval.Principal{Kind: eval.User, Account: account, ARN: a.ARN(u), UniqueID: u.ID},
			Action:    "s3:GetObject", Resource: "arn:aws:s3:::b/k",
		})
		want := eval.ExplicitDeny
		if name == "good" {
			want = eval.Allow
		}
		if decision.Verdict != want {
			t.Errorf("%s: verdict %v, want %v", name, decision.Verdict, want)
		}
	}
}

func TestBrokenTrustDenies(t *testing.T) {
	const account = "111122223333"
	for name, want := range map[string]eval.Verdict{trustAll: eval.Allow, `{"Version":`: eval.ExplicitDeny, "": eval.ExplicitDeny} {
		s := New(NewLibrary(nil)).With(1, account, []Entity{&Role{ID: "AROA1", Name: "r", Path: "/", Trust: Document{Text: name}}}, nil)
		a := s.Account(account)
		r := a.Role("r")
		if broken := r.Trust.Err() != nil; broken == (want == eval.Allow) {
			t.Errorf("trust %q: error %v", name, r.Trust.Err())
		}
		all := Document{Text: allowAll}
		decision := eval.Compile(eval.Layers{
			Identity: []eval.Source{{Name: "all", Policy: all.Compiled()}},
			Resource: &eval.Source{Name: "trust", Policy: r.Trust.Compiled()}, ResourceKind: eval.Authoritative,
		}).Decide(&eval.Request{
			Principal: eval.Principal{Kind: eval.User, Account: account, ARN: "arn:aws:iam::" + account + ":user/u"},
			Action:    "sts:AssumeRole", Resource: a.ARN(r),
		})
		if decision.Verdict != want {
			t.Errorf("trust %q: verdict %v, want %v", name, decision.Verdict, want)
		}
	}
}

func TestDocumentErr(t *testing.T) {
	if err := (Document{}).Err(); err == nil {
		t.Error("no document at all is good")
	}
	_, want := policy.Parse(`{"Version":`)
	if err := (Document{Text: `{"Version":`}).Err(); err == nil || !errors.Is(err, want) && err.Error() != want.Error() {
		t.Errorf("error %v, want %v", err, want)
	}
}
