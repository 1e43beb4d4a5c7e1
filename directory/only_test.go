package directory

import (
	"slices"
	"testing"
)

// TestOnly: the account is as it was, with what leads to it, and nothing of any other is there.
func TestOnly(t *testing.T) {
	const one, other = "111122223333", "444455556666"
	s := New(NewLibrary(nil))
	for _, id := range []string{one, other} {
		s = s.With(s.Revision()+1, id, []Entity{&AccountInfo{ID: id, Alias: "alias-" + id}, &User{ID: "a", Name: "a"}, &AccessKey{ID: "AKIA" + id, User: "a"}}, nil)
	}
	s = s.WithOrganization(&Organization{ID: "o-1", Management: other, Accounts: []Member{{Account: one}, {Account: other}}})
	only := s.Only(one)
	if only.Revision() != s.Revision() || only.Library() != s.Library() || only.Account(one) != s.Account(one) || only.Membership(one) != s.Membership(one) {
		t.Error("the account is not what it was")
	}
	if a := only.AccountByAlias("ALIAS-" + one); a != only.Account(one) {
		t.Error("the alias does not lead to it")
	}
	if k, a := only.AccessKey("AKIA" + one); k == nil || a != only.Account(one) {
		t.Error("the key does not lead to it")
	}
	if k, _ := only.AccessKey("AKIA" + other); k != nil || only.AccountByAlias("alias-"+other) != nil || only.Account(other) != nil || only.Membership(other) != nil {
		t.Error("something of the other account is there")
	}
	if all := slices.Collect(only.Accounts()); len(all) != 1 {
		t.Errorf("%d accounts", len(all))
	}
	if len(slices.Collect(s.Accounts())) != 2 || len(slices.Collect(s.Only("777788889999").Accounts())) != 0 {
		t.Error("accounts are lost, or made")
	}
}
