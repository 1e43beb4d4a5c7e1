package authz_test

import (
	"testing"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// Every decision is bound by the caller's organization and by that of the resource, and knows both.
func TestOrganization(t *testing.T) {
	const other = "444455556666"
	full := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	inside := `{"StringEquals":{"aws:PrincipalOrgID":"o-acme","aws:ResourceOrgID":"o-acme"},"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-acme/r-1/*","aws:ResourceOrgPaths":"o-acme/r-1/"}}`
	text := func(s string) directory.Document { return directory.Document{Text: s} }
	for name, test := range map[string]struct {
		user            string // alice's policy
		scp, rcp        string // attached to the root
		management      string
		resourceAccount string
		policy          string // of the resource
		none            bool   // no organization
		want            eval.Decision
	}{
		"allowed":                      {user: full, want: eval.Decision{Verdict: eval.Allow, Layer: eval.LayerIdentity}},
		"keys":                         {user: allow("*", "*", inside), want: eval.Decision{Verdict: eval.Allow, Layer: eval.LayerIdentity}},
		"no keys without":              {user: allow("*", "*", inside), none: true, want: eval.Decision{Layer: eval.LayerIdentity}},
		"SCP denies":                   {user: full, scp: statement("Deny", "s3:*", "*", ""), want: eval.Decision{Verdict: eval.ExplicitDeny, Layer: eval.LayerSCP}},
		"SCP allows only":              {user: full, scp: allow("iam:*", "*", ""), want: eval.Decision{Layer: eval.LayerSCP}},
		"SCP spares management":        {user: full, scp: allow("iam:*", "*", ""), management: account, want: eval.Decision{Verdict: eval.Allow, Layer: eval.LayerIdentity}},
		"RCP denies":                   {user: full, rcp: trust("Deny", "s3:*"), want: eval.Decision{Verdict: eval.ExplicitDeny, Layer: eval.LayerRCP}},
		"RCP spares management":        {user: full, rcp: trust("Deny", "s3:*"), management: account, want: eval.Decision{Verdict: eval.Allow, Layer: eval.LayerIdentity}},
		"RCP is that of the resource":  {user: full, rcp: trust("Deny", "s3:*"), resourceAccount: "777788889999", policy: trust("Allow", "s3:*"), want: eval.Decision{Verdict: eval.Allow, Layer: eval.LayerResource}},
		"RCP of another account binds": {user: full, rcp: trust("Deny", "s3:*"), resourceAccount: other, policy: trust("Allow", "s3:*"), want: eval.Decision{Verdict: eval.ExplicitDeny, Layer: eval.LayerRCP}},
	} {
		t.Run(name, func(t *testing.T) {
			snap := world{user: test.user}.snapshot(t)
			if !test.none {
				o := &directory.Organization{
					ID: "o-acme", Management: test.management, ServiceControl: true, ResourceControl: true,
					Units:    []directory.Unit{{ID: "r-1"}},
					Accounts: []directory.Member{{Account: account, Parent: "r-1", Attached: []string{"p-FullAWSAccess"}}, {Account: other, Parent: "r-1"}},
				}
				if test.scp == "" {
					test.scp = full
				}
				o.Policies = append(o.Policies, directory.ControlPolicy{ID: "p-s", Document: text(test.scp)})
				o.Units[0].Attached = []string{"p-s"}
				if test.rcp != "" {
					o.Policies = append(o.Policies, directory.ControlPolicy{ID: "p-r", Type: directory.ResourceControl, Document: text(test.rcp)})
					o.Units[0].Attached = append(o.Units[0].Attached, "p-r")
				}
				snap = snap.WithOrganization(o)
			}
			caller, ok := authz.Principal(snap, "arn:aws:iam::"+account+":user/eng/alice", now)
			if !ok {
				t.Fatal("no alice")
			}
			ask := &authz.Ask{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k", ResourceAccount: test.resourceAccount}
			if test.policy != "" {
				ask.ResourcePolicy = &eval.Source{Name: "bucket", Policy: text(test.policy).Compiled()}
			}
			env := &authz.Environment{Time: now, Secure: true}
			for range 4 { // before and after its policies are compiled
				if d := authz.Decide(snap, caller, env, ask); d.Decision != test.want {
					t.Errorf("%v, want %v", d.Decision, test.want)
				}
			}
			set, req, ok := authz.Question(snap, caller, env, ask)
			keys, _ := authz.Keys(snap, caller, env, ask)
			if !ok || set.Decide(req) != test.want || keys.Len() != req.Context.Len() {
				t.Errorf("the question is another one: %v, %d keys of %d", set.Decide(req), keys.Len(), req.Context.Len())
			}
		})
	}
}

// trust is a policy of a resource about everyone.
func trust(effect, action string) string {
	return `{"Version":"2012-10-17","Statement":{"Effect":"` + effect + `","Principal":"*","Action":"` + action + `","Resource":"*"}}`
}
