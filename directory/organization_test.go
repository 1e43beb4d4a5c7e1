package directory

import (
	"slices"
	"testing"
)

// acme is an organization of three levels: the management account below the root, a member two units down.
func acme() *Organization {
	return &Organization{
		ID: "o-acme", Management: "999900001111", ServiceControl: true, ResourceControl: true,
		Units: []Unit{
			{ID: "r-1", Attached: []string{"p-FullAWSAccess", "p-RCPFullAWSAccess"}},
			{ID: "ou-1", Parent: "r-1", Attached: []string{"p-FullAWSAccess", "p-guard"}},
			{ID: "ou-2", Parent: "ou-1", Attached: []string{"p-missing", "p-fence"}},
			{ID: "ou-loop", Parent: "ou-loop"},
		},
		Accounts: []Member{
			{Account: "111122223333", Parent: "ou-2", Attached: []string{"p-FullAWSAccess"}},
			{Account: "999900001111", Parent: "r-1"},
			{Account: "444455556666", Parent: "ou-loop"},
			{Account: "555566667777", Parent: "ou-gone"},
		},
		Policies: []ControlPolicy{
			{ID: "p-guard", Name: "guard", Document: Document{Text: `{"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}`}},
			{ID: "p-fence", Name: "fence", Type: ResourceControl, Document: Document{Text: `{"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}}`}},
		},
	}
}

func TestMembership(t *testing.T) {
	empty := New(NewLibrary(nil))
	snap := empty.WithOrganization(acme()).With(1, "111122223333", []Entity{&AccountInfo{ID: "111122223333"}}, nil)
	names := func(m *Membership) (scp, rcp []string) {
		for _, level := range m.SCP {
			for _, s := range level {
				scp = append(scp, s.Name)
			}
			scp = append(scp, "|")
		}
		for _, level := range m.RCP {
			for _, s := range level {
				rcp = append(rcp, s.Name)
			}
			rcp = append(rcp, "|")
		}
		return scp, rcp
	}
	for _, test := range []struct {
		account, path string
		management    bool
		scp, rcp      []string
	}{
		{"111122223333", "o-acme/r-1/ou-1/ou-2/", false,
			[]string{"p-FullAWSAccess", "|", "p-FullAWSAccess", "p-guard guard", "|", "p-missing", "|", "p-FullAWSAccess", "|"},
			[]string{"|", "|", "p-missing", "p-fence fence", "|", "|"}},
		{"999900001111", "o-acme/r-1/", true, []string{"p-FullAWSAccess", "|", "|"}, []string{"|", "|"}},
		{"444455556666", "o-acme/ou-loop/", false, []string{"|", "|"}, []string{"|", "|"}},
		{"555566667777", "o-acme/", false, []string{"|"}, []string{"|"}},
	} {
		m := snap.Membership(test.account)
		if m == nil {
			t.Fatalf("%s is no member", test.account)
		}
		scp, rcp := names(m)
		if m.Organization != "o-acme" || m.Path != test.path || m.Management != test.management || !slices.Equal(scp, test.scp) || !slices.Equal(rcp, test.rcp) {
			t.Errorf("%s: %+v, SCPs %v, RCPs %v", test.account, m, scp, rcp)
		}
	}
	if snap.Membership("000000000000") != nil || empty.Membership("111122223333") != nil {
		t.Error("a stranger is a member")
	}
	if missing := snap.Membership("111122223333").SCP[2][0]; missing.Policy != denyAll() {
		t.Error("a policy that is missing does not deny")
	}
}

// Policies of a type that is not enabled bind nobody.
func TestDisabledControls(t *testing.T) {
	o := acme()
	o.ServiceControl, o.ResourceControl = false, false
	m := New(NewLibrary(nil)).WithOrganization(o).Membership("111122223333")
	if m == nil || m.SCP != nil || m.RCP != nil {
		t.Errorf("%+v", m)
	}
}
