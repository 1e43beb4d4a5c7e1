package authz_test

import (
	"testing"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/policy/eval/evaltest"
)

// BenchmarkDecide is a decision in process, from a snapshot of an account: finding the principal and its policies, making the
// condition keys, and deciding, for the hundred statements of evaltest's shape b. policy/eval's part of it is
// BenchmarkDecide/b/allow there; the rest is the making of some fifteen condition keys in order.
func BenchmarkDecide(b *testing.B) {
	shape := evaltest.B()
	var inline []directory.InlinePolicy
	for _, text := range shape.Policies.Identity {
		inline = append(inline, directory.InlinePolicy{Name: "p", Document: directory.Document{Text: text}})
	}
	r := shape.Cases[0].Request
	p := r.Principal
	team, _ := r.Context.Lookup("aws:PrincipalTag/team")
	address, _ := r.Context.Lookup("aws:SourceIp")
	user := &directory.User{
		ID: p.UniqueID, Name: "alice", Path: "/engineering/", Inline: inline, Tags: []directory.Tag{{Key: "team", Value: team.At(0)}},
	}
	snap := directory.New(directory.NewLibrary(catalog.Load())).With(1, p.Account, []directory.Entity{user}, nil)
	caller := &authz.Caller{Kind: eval.User, Account: p.Account, ARN: p.ARN, UserID: p.UniqueID, UserName: "alice", PrincipalID: p.UniqueID}
	env := &authz.Environment{Time: now, SourceIP: address.At(0), Secure: true, UserAgent: "bench", Region: "eu-central-1"}
	ask := &authz.Ask{Action: r.Action, Resource: r.Resource}
	b.ReportAllocs()
	for b.Loop() {
		if d := authz.Decide(snap, caller, env, ask); !d.Allowed() {
			b.Fatalf("%+v", d.Decision)
		}
	}
}
