package sts_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/session"
)

// chain is alice, who may assume the role first, whose sessions may assume the role second.
type chain struct {
	*fixture
	first, second *directory.Role
}

func newChain(t *testing.T, w *servertest.World, id string, second string) *chain {
	t.Helper()
	c := &chain{fixture: newFixture(t, w, id)}
	c.first = c.role(t, "first", trust(trustsAlice+",sts:TagSession,sts:SetSourceIdentity"))
	c.second = c.role(t, "second", trust(strings.ReplaceAll(second, "{first}", c.first.ID))).Clone()
	c.second.MaxSession = 43200
	c.Put(t, c.second)
	return c
}

// Roles in a chain are trusted by the role and by the very session; the chain's sessions live an hour at most.
func TestChain(t *testing.T) {
	w := newWorld(t)
	const any = "{first} sts:AssumeRole,sts:TagSession,sts:SetSourceIdentity"
	const bySession = "arn:aws:sts::{account}:assumed-role/first/s1 sts:AssumeRole"
	set := []string{"SourceIdentity", "dana"}
	tags := []string{"Tags.member.1.Key", "Team", "Tags.member.1.Value", "core", "Tags.member.2.Key", "Cost", "Tags.member.2.Value", "7", "TransitiveTagKeys.member.1", "Team"}
	cases := []struct {
		name          string
		trust         string
		first, second []string
		code, message string
	}{
		{name: "by role", trust: any},
		{name: "by session", trust: bySession},
		{name: "by another session", trust: "arn:aws:sts::{account}:assumed-role/first/s2 sts:AssumeRole", code: "AccessDenied", message: "arn:aws:sts::"},
		{name: "by alice, who is not the caller any more", trust: trustsAlice, code: "AccessDenied"},
		{name: "an hour", trust: any, second: []string{"DurationSeconds", "3600"}},
		{name: "more than an hour", trust: any, second: []string{"DurationSeconds", "3601"}, code: "ValidationError", message: "1 hour session limit for roles assumed by role chaining"},
		{name: "source identity goes on", trust: any, first: set},
		{name: "source identity goes on only with the right to set it", trust: bySession, first: set, code: "AccessDenied", message: "sts:SetSourceIdentity"},
		{name: "source identity set again", trust: any, first: set, second: set},
		{name: "source identity changed", trust: any, first: set, second: []string{"SourceIdentity", "eve"}, code: "AccessDenied", message: "cannot be changed"},
		{name: "source identity set late", trust: any, second: []string{"SourceIdentity", "eve"}},
		{name: "source identity as the trust asks", trust: any + ` {"StringEquals":{"aws:SourceIdentity":"dana"}}`, first: set},
		{name: "source identity missing", trust: any + ` {"StringEquals":{"aws:SourceIdentity":"dana"}}`, code: "AccessDenied"},
		{name: "transitive tags go on", trust: any, first: tags},
		{name: "transitive tags go on only with the right to tag", trust: bySession, first: tags, code: "AccessDenied", message: "sts:TagSession"},
		{name: "tags that are not transitive need no right", trust: bySession, first: tags[:8]},
		{name: "a transitive tag set anew", trust: any, first: tags, second: []string{"Tags.member.1.Key", "tEAM", "Tags.member.1.Value", "x"}, code: "InvalidParameterValue", message: "conflicts with a transitive tag key"},
		{name: "another tag set anew", trust: any, first: tags, second: []string{"Tags.member.1.Key", "cost", "Tags.member.1.Value", "8"}},
		{name: "first session's tags are the principal's", trust: any + ` {"StringEquals":{"aws:PrincipalTag/cost":"7"}}`, first: tags},
		{name: "fifty tags and those inherited", trust: any, first: tags, second: fifty(), code: "InvalidParameterValue", message: "at most 50 tags"},
	}
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			ch := newChain(t, w, number(i), c.trust)
			first := ch.Session(t, assume(t, ch.alice, ch.ARN(ch.first), c.first...))
			a := assume(t, first, ch.ARN(ch.second), c.second...)
			expect(t, a, c.code, c.message)
		})
	}
}

func fifty() (params []string) {
	for i := 1; i <= 50; i++ {
		params = append(params, fmt.Sprintf("Tags.member.%d.Key", i), fmt.Sprintf("k%d", i), fmt.Sprintf("Tags.member.%d.Value", i), "")
	}
	return params
}

// What goes on through a chain arrives: the source identity, and the transitive tags with their values, no others.
func TestChainHandsOn(t *testing.T) {
	w := newWorld(t)
	ch := newChain(t, w, number(1), "{first} sts:AssumeRole,sts:TagSession,sts:SetSourceIdentity")
	third := ch.Role(t, "third", trust(
		ch.second.ID+` sts:AssumeRole {"StringEquals":{"aws:SourceIdentity":"dana","aws:PrincipalTag/Team":"core","aws:PrincipalTag/new":"n"},"Null":{"aws:PrincipalTag/Cost":"true"}}`,
		ch.second.ID+` sts:TagSession,sts:SetSourceIdentity`))
	first := ch.Session(t, assume(t, ch.alice, ch.ARN(ch.first), "SourceIdentity", "dana",
		"Tags.member.1.Key", "Team", "Tags.member.1.Value", "core", "Tags.member.2.Key", "Cost", "Tags.member.2.Value", "7", "TransitiveTagKeys.member.1", "team"))
	a := assume(t, first, ch.ARN(ch.second), "Tags.member.1.Key", "new", "Tags.member.1.Value", "n")
	if a.Text("SourceIdentity") != "dana" || a.Text("PackedPolicySize") == "" {
		t.Errorf("second: %s", a.Body)
	}
	a = assume(t, ch.Session(t, a), ch.ARN(third))
	expect(t, a, "", "")
	e := w.Recorder.Last(t)
	if e.UserIdentity.SessionContext.SourceIdentity != "dana" || e.UserIdentity.SessionContext.SessionIssuer.ARN != ch.ARN(ch.second) || len(e.Resources) != 1 {
		t.Errorf("event: %+v %+v", e.UserIdentity.SessionContext, e.Resources)
	}
}

// A transitive key that is named many times goes on once: else the tags of a chain would multiply with its length.
func TestTransitiveKeysDoNotMultiply(t *testing.T) {
	w := newWorld(t)
	f := newFixture(t, w, number(1))
	r := f.role(t, "it", trust("* sts:AssumeRole,sts:TagSession"))
	params := []string{"Tags.member.1.Key", "k", "Tags.member.1.Value", "v"}
	for i := 1; i <= 50; i++ {
		params = append(params, fmt.Sprintf("TransitiveTagKeys.member.%d", i), string("kK"[i%2]))
	}
	c := f.Session(t, assume(t, f.alice, f.ARN(r), params...))
	for hop := range 4 {
		claims, _, err := w.Keys.Open(c.SessionToken)
		servertest.Check(t, err)
		if len(claims.Tags) != 1 || len(claims.TransitiveTagKeys) != 1 {
			t.Errorf("hop %d: %d tags, %d transitive keys", hop, len(claims.Tags), len(claims.TransitiveTagKeys))
		}
		c = f.Session(t, assume(t, c, f.ARN(r)))
	}
}

// A second factor counts where the trust policy asks for it, and how old it is.
func TestTrustAsksForMFA(t *testing.T) {
	w := newWorld(t)
	f := newFixture(t, w, number(1))
	for name, c := range map[string]struct {
		condition string
		with      string // code for a session with MFA, a minute old
		without   string
	}{
		"Bool true":         {`{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, "", "AccessDenied"},
		"BoolIfExists true": {`{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}`, "", "AccessDenied"},
		"Bool false":        {`{"Bool":{"aws:MultiFactorAuthPresent":"false"}}`, "AccessDenied", ""},
		"young":             {`{"NumericLessThan":{"aws:MultiFactorAuthAge":"3600"}}`, "", "AccessDenied"},
		"too old":           {`{"NumericLessThan":{"aws:MultiFactorAuthAge":"30"}}`, "AccessDenied", "AccessDenied"},
	} {
		t.Run(name, func(t *testing.T) {
			r := f.role(t, session.NewEntityID("r"), trust(trustsAlice+" "+c.condition))
			now := time.Now()
			claims := session.Claims{Type: session.SessionToken, Account: f.ID, PrincipalID: f.user.ID, Issued: now.Add(-time.Minute), Expires: now.Add(time.Hour)}
			expect(t, assume(t, w.Mint(t, claims), f.ARN(r)), c.without, "")
			claims.MFA = now.Add(-time.Minute)
			expect(t, assume(t, w.Mint(t, claims), f.ARN(r)), c.with, "")
		})
	}
}
