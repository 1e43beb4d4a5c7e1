package directory

import "testing"

// TestSameAsBefore: every kind of entity that comes, changes or goes makes another state, but for alarms.
func TestSameAsBefore(t *testing.T) {
	const account = "111122223333"
	for _, e := range []Entity{
		&AccountInfo{ID: account}, &User{ID: "a"}, &Group{ID: "a"}, &Role{ID: "a"}, &Policy{ID: "a"}, &InstanceProfile{ID: "a"}, &AccessKey{ID: "a"},
		&SSHPublicKey{ID: "a"}, &SigningCertificate{ID: "a"}, &ServerCertificate{ID: "a"}, &ServiceCredential{ID: "a"}, &RoleDeletion{ID: "a"},
		&PasswordPolicy{}, &LoginProfile{User: "a"}, &MFADevice{ID: "a"}, &OIDCProvider{ID: "a"}, &SAMLProvider{ID: "a"}, &TokenIssuer{}, &Trail{ID: "a"},
		&Contact{}, &AlternateContact{Type: SecurityContact}, &Alarm{ID: "a"},
	} {
		_, alarm := e.(*Alarm)
		s := New(NewLibrary(nil)).With(1, account, []Entity{&User{ID: "z", Name: "z"}}, nil)
		states := []*Account{s.Account(account)}
		for _, change := range [][2][]Entity{{{e}, nil}, {{e}, nil}, {nil, {e}}} {
			s = s.With(s.Revision()+1, account, change[0], change[1])
			states = append(states, s.Account(account))
		}
		for i, a := range states {
			for j, b := range states[:i] {
				if i-j < 3 && a.SameAsBefore(b) != alarm { // the first and the last state hold the same
					t.Errorf("%T: states %d and %d: the same %v", e, j, i, !alarm)
				}
				if i-j < 3 && a.SameAlarms(b) == alarm {
					t.Errorf("%T: states %d and %d: the same alarms %v", e, j, i, alarm)
				}
			}
			if !a.SameAsBefore(a) || a.SameAsBefore(nil) || !a.SameAlarms(a) || a.SameAlarms(nil) {
				t.Errorf("%T: a state is another than itself, or the same as none", e)
			}
		}
		if other := s.With(9, "444455556666", []Entity{&User{ID: "z"}}, nil); !other.Account(account).SameAsBefore(s.Account(account)) ||
			other.Account("444455556666").SameAsBefore(s.Account(account)) {
			t.Errorf("%T: another account counts", e)
		}
	}
}
