package directory_test

import (
	"testing"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
)

// TestOnly: one account of a state stays, with its place in the organization, and nothing of any other can be found.
func TestOnly(t *testing.T) {
	const one, other = "111122223333", "444455556666"
	entities := func(id, user, alias string) []directory.Entity {
		return []directory.Entity{
			&directory.AccountInfo{ID: id, Alias: alias}, &directory.User{ID: "AIDA" + user, Name: user, Path: "/"},
			&directory.AccessKey{ID: "AKIA" + user, User: "AIDA" + user},
		}
	}
	all := directory.Load(directory.NewLibrary(nil), 7, map[string][]directory.Entity{one: entities(one, "ANN", "first"), other: entities(other, "BOB", "second")})
	only := all.Only(one)
	n := 0
	for range only.Accounts() {
		n++
	}
	key, _ := only.AccessKey("AKIAANN")
	gone, _ := only.AccessKey("AKIABOB")
	if n != 1 || only.Account(one) != all.Account(one) || only.AccountByAlias("first") == nil || key == nil || only.Revision() != 7 {
		t.Errorf("%d accounts, key %v", n, key)
	}
	if only.Account(other) != nil || only.AccountByAlias("second") != nil || gone != nil {
		t.Error("something of the other account is left")
	}
	if all.Account(other) == nil || all.AccountByAlias("second") == nil {
		t.Error("the whole state has changed")
	}
	if empty := all.Only("999900001111"); empty.Account(one) != nil || empty.AccountByAlias("first") != nil {
		t.Error("a state without any account has one")
	}
}

// TestPrincipals: the principals of a trust policy are bound to unique ids, and shown by their names of now.
func TestPrincipals(t *testing.T) {
	const account = "111122223333"
	s := directory.Load(directory.NewLibrary(nil), 1, map[string][]directory.Entity{account: {
		&directory.User{ID: "AIDAAAAAAAAAAAAAAAAAA", Name: "ann", Path: "/ops/"}, &directory.Role{ID: "AROAAAAAAAAAAAAAAAAAA", Name: "web", Path: "/"},
	}})
	trust := func(principal string) string {
		return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":"sts:AssumeRole"}}`
	}
	for _, test := range []struct{ written, bound, missing string }{
		{"arn:aws:iam::111122223333:user/ops/ann", "AIDAAAAAAAAAAAAAAAAAA", ""},
		{"arn:aws:iam::111122223333:role/web", "AROAAAAAAAAAAAAAAAAAA", ""},
		{"arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:user/ann"},
		{"arn:aws:iam::111122223333:role/nobody", "arn:aws:iam::111122223333:role/nobody", "arn:aws:iam::111122223333:role/nobody"},
		{"AIDABBBBBBBBBBBBBBBBB", "AIDABBBBBBBBBBBBBBBBB", "AIDABBBBBBBBBBBBBBBBB"},
		{"arn:aws:iam::999900001111:user/x", "arn:aws:iam::999900001111:user/x", ""},
		{"arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:root", ""},
		{"111122223333", "111122223333", ""},
	} {
		doc, err := policy.Parse(trust(test.written))
		if err != nil {
			t.Fatal(err)
		}
		text, missing := s.BindPrincipals(doc)
		if text != trust(test.bound) || missing != test.missing {
			t.Errorf("%s: %s, missing %q", test.written, text, missing)
		}
		if shown := s.ShowPrincipals(directory.Document{Text: text}); shown != trust(test.written) {
			t.Errorf("%s shows as %s", test.written, shown)
		}
	}
	if shown := s.ShowPrincipals(directory.Document{Text: "x"}); shown != "x" {
		t.Errorf("what cannot be read shows as %q", shown)
	}
}
