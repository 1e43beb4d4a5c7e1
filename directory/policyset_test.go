package directory

import (
	"fmt"
	"strings"
	"testing"

	"github.com/warder-iam/warder/policy/eval"
)

// setFixture is an account with a user whose inline policy has so many statements, one of which lets it read bucket b.
func setFixture(l *Library, statements int) *Snapshot {
	return New(l).With(1, "111122223333", []Entity{setUser("b", statements)}, nil)
}

func setUser(bucket string, statements int) *User {
	var b strings.Builder
	for i := range statements - 1 {
		fmt.Fprintf(&b, `{"Effect":"Allow","Action":"sqs:Send*","Resource":"arn:aws:sqs:*:111122223333:q%d"},`, i)
	}
	text := `{"Version":"2012-10-17","Statement":[` + b.String() + `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::` + bucket + `/*"}]}`
	return &User{ID: "AIDAALICE", Name: "alice", Path: "/", Inline: []InlinePolicy{{Name: "read", Document: Document{Text: text}}}}
}

func mayRead(s *Snapshot, bucket string) bool {
	a := s.Account("111122223333")
	r := &eval.Request{
		Principal: eval.Principal{Kind: eval.User, Account: a.ID(), ARN: "arn:aws:iam::111122223333:user/alice"},
		Action:    "s3:GetObject", Resource: "arn:aws:s3:::" + bucket + "/x",
	}
	return a.PolicySet(a.UserByID("AIDAALICE")).Decide(r).Verdict == eval.Allow
}

// TestPolicySetIsOfItsAccount: whatever was compiled, each state of the account decides by its own policies, the older
// one too, and one that never became the current one does not show in others.
func TestPolicySetIsOfItsAccount(t *testing.T) {
	l := NewLibrary(nil)
	old := setFixture(l, 20)
	for range 2 * hot {
		if !mayRead(old, "b") || mayRead(old, "c") {
			t.Fatal("the first state decides wrong")
		}
	}
	dropped := old.With(2, "111122223333", []Entity{setUser("c", 20)}, nil)
	for range 2 * hot {
		if mayRead(dropped, "b") || !mayRead(dropped, "c") {
			t.Fatal("the changed state decides wrong")
		}
		if !mayRead(old, "b") || mayRead(old, "c") {
			t.Fatal("the old state decides wrong beside a changed one")
		}
	}
	other := dropped.With(2, "111122223333", []Entity{&Group{ID: "AGPAX", Name: "x", Path: "/"}}, nil)
	if mayRead(other, "b") || !mayRead(other, "c") {
		t.Fatal("a state with another change decides wrong")
	}
}

// TestPolicySetIsKept: what is asked for again is the same set, over changes that do not touch it.
func TestPolicySetIsKept(t *testing.T) {
	l := NewLibrary(nil)
	s := setFixture(l, 20)
	get := func(s *Snapshot) *eval.Set {
		a := s.Account("111122223333")
		return a.PolicySet(a.UserByID("AIDAALICE"))
	}
	for range hot {
		get(s)
	}
	compiled := get(s)
	s = s.With(2, "111122223333", []Entity{&Group{ID: "AGPAX", Name: "x", Path: "/"}}, nil)
	if get(s) != compiled {
		t.Error("a change elsewhere made the set anew")
	}
}

// TestPolicySetsAreBounded: more principals than fit leave no more behind than the bound, in memory: a few statements with
// many actions are as much as many statements.
func TestPolicySetsAreBounded(t *testing.T) {
	l := NewLibrary(nil)
	l.sets.most = 1 << 20
	var wide strings.Builder
	for i := range 20 {
		var actions strings.Builder
		for j := range 500 {
			fmt.Fprintf(&actions, `,"s3:a%d"`, 1000*i+j)
		}
		fmt.Fprintf(&wide, `,{"Effect":"Allow","Resource":"*","Action":[%s]}`, actions.String()[1:])
	}
	shared := []InlinePolicy{{Name: "wide", Document: Document{Text: `{"Version":"2012-10-17","Statement":[` + wide.String()[1:] + `]}`}}}
	const users = 20
	var entities []Entity
	for i := range users {
		entities = append(entities, &User{ID: fmt.Sprintf("AIDA%d", i), Name: fmt.Sprintf("u%d", i), Path: "/", Inline: shared})
	}
	s := New(l).With(1, "111122223333", entities, nil)
	a := s.Account("111122223333")
	for u := range a.Users() {
		for range hot {
			a.PolicySet(u)
		}
	}
	kept, size := 0, int64(0)
	for _, v := range l.sets.sets.Range {
		kept++
		size += v.(*policySet).size()
	}
	if size > l.sets.most || size != l.sets.size.Load() || kept == 0 || kept == users {
		t.Errorf("%d sets of %d bytes are kept, %d are counted; the bound is %d", kept, size, l.sets.size.Load(), l.sets.most)
	}
}
