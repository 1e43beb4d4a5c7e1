package sts_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/trail"
)

// One call of AssumeRole by the user alice on the role "it".
func TestAssumeRole(t *testing.T) {
	mayAssume := policyOf("Allow sts:AssumeRole *")
	const tag, tagSession, setIdentity = "sts:TagSession", trustsAlice + ",sts:TagSession", trustsAlice + ",sts:SetSourceIdentity"
	open := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`
	oneTag := []string{"Tags.member.1.Key", "Team", "Tags.member.1.Value", "core"}
	cases := []struct {
		name     string
		trust    []string
		identity string
		params   []string
		code     string
		message  string
	}{
		{name: "trusts the user by id", trust: []string{trustsAlice}},
		{name: "trusts the user by ARN", trust: []string{"arn:aws:iam::{account}:user/alice sts:AssumeRole"}},
		{name: "trusts everybody", trust: []string{"* sts:AssumeRole"}},
		{name: "trusts the account, which does not allow", trust: []string{"arn:aws:iam::{account}:root sts:AssumeRole"}, code: "AccessDenied",
			message: "because no identity-based policy allows the sts:AssumeRole action"},
		{name: "trusts the account, which allows", trust: []string{"arn:aws:iam::{account}:root sts:AssumeRole"}, identity: mayAssume},
		{name: "trusts the account by number", trust: []string{"{account} sts:AssumeRole"}, identity: mayAssume},
		{name: "trusts another user", trust: []string{"AIDAZZZZZZZZZZZZZZZZZ sts:AssumeRole"}, identity: mayAssume, code: "AccessDenied",
			message: "because no role trust policy allows the sts:AssumeRole action"},
		{name: "trusts another account", trust: []string{"999988887777 sts:AssumeRole"}, identity: mayAssume, code: "AccessDenied", message: "no role trust policy"},
		{name: "identity policy denies", trust: []string{trustsAlice}, identity: policyOf("Deny sts:AssumeRole *"), code: "AccessDenied", message: "with an explicit deny in an identity-based policy"},
		{name: "identity policy denies by the role's tag", trust: []string{trustsAlice}, identity: policyOf(`Deny sts:AssumeRole * {"StringEquals":{"iam:ResourceTag/stage":"prod"}}`),
			code: "AccessDenied", message: "explicit deny"},
		{name: "external id right", trust: []string{trustsAlice + ` {"StringEquals":{"sts:ExternalId":"x-1"}}`}, params: []string{"ExternalId", "x-1"}},
		{name: "external id wrong", trust: []string{trustsAlice + ` {"StringEquals":{"sts:ExternalId":"x-1"}}`}, params: []string{"ExternalId", "x-2"}, code: "AccessDenied", message: "no role trust policy"},
		{name: "external id in another case", trust: []string{trustsAlice + ` {"StringEquals":{"sts:ExternalId":"x-1"}}`}, params: []string{"ExternalId", "X-1"}, code: "AccessDenied"},
		{name: "external id absent", trust: []string{trustsAlice + ` {"StringEquals":{"sts:ExternalId":"x-1"}}`}, code: "AccessDenied", message: "no role trust policy"},
		{name: "session name as asked for", trust: []string{trustsAlice + ` {"StringEquals":{"sts:RoleSessionName":"${aws:username}"}}`}, params: []string{"RoleSessionName", "alice"}},
		{name: "session name of somebody else", trust: []string{trustsAlice + ` {"StringEquals":{"sts:RoleSessionName":"${aws:username}"}}`}, params: []string{"RoleSessionName", "bob"}, code: "AccessDenied"},
		{name: "session name with a wildcard is text", trust: []string{trustsAlice + ` {"StringLike":{"sts:RoleSessionName":"${aws:username}"}}`}, params: []string{"RoleSessionName", "alic="}, code: "AccessDenied"},
		{name: "MFA asked for", trust: []string{trustsAlice + ` {"Bool":{"aws:MultiFactorAuthPresent":"true"}}`}, code: "AccessDenied"},
		{name: "MFA false asked for, a long-term key has no such key", trust: []string{trustsAlice + ` {"Bool":{"aws:MultiFactorAuthPresent":"false"}}`}, code: "AccessDenied"},
		{name: "MFA if it exists", trust: []string{trustsAlice + ` {"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}`}},
		{name: "an unknown device", trust: []string{trustsAlice}, params: []string{"SerialNumber", "arn:aws:iam::1:mfa/a", "TokenCode", "123456"}, code: "AccessDenied", message: "MultiFactorAuthentication failed"},
		{name: "a device without a code", trust: []string{trustsAlice}, params: []string{"SerialNumber", "arn:aws:iam::1:mfa/a"}, code: "AccessDenied", message: "must provide both MFA serial number and one time pass code"},
		{name: "shortest", trust: []string{trustsAlice}, params: []string{"DurationSeconds", "900"}},
		{name: "too short", trust: []string{trustsAlice}, params: []string{"DurationSeconds", "899"}, code: "ValidationError", message: "greater than or equal to 900"},
		{name: "the role's limit", trust: []string{trustsAlice}, params: []string{"DurationSeconds", "7200"}},
		{name: "over the role's limit", trust: []string{trustsAlice}, params: []string{"DurationSeconds", "7201"}, code: "ValidationError", message: "exceeds the MaxSessionDuration set for this role"},
		{name: "over any limit", trust: []string{trustsAlice}, params: []string{"DurationSeconds", "43201"}, code: "ValidationError", message: "less than or equal to 43200"},
		{name: "tags without the right", trust: []string{trustsAlice}, params: oneTag, code: "AccessDenied", message: "to perform: " + tag},
		{name: "tags without the right, identity policy or not", trust: []string{trustsAlice}, identity: policyOf("Allow sts:* *"), params: oneTag, code: "AccessDenied",
			message: "because no role trust policy allows the sts:TagSession action"},
		{name: "tags", trust: []string{tagSession}, params: oneTag},
		{name: "tags denied by key", trust: []string{tagSession}, identity: policyOf(`Deny sts:TagSession * {"ForAnyValue:StringEquals":{"aws:TagKeys":"Team"}}`), params: oneTag, code: "AccessDenied", message: tag},
		{name: "tag as the trust asks", trust: []string{tagSession + ` {"StringEquals":{"aws:RequestTag/team":"core"}}`}, params: oneTag},
		{name: "tag other than the trust asks", trust: []string{tagSession + ` {"StringEquals":{"aws:RequestTag/team":"edge"}}`}, params: oneTag, code: "AccessDenied"},
		{name: "transitive keys as the trust asks", trust: []string{tagSession + ` {"ForAllValues:StringEquals":{"sts:TransitiveTagKeys":"Other"}}`}, code: "AccessDenied",
			params: append([]string{"TransitiveTagKeys.member.1", "Team"}, oneTag...)},
		{name: "a tag twice", trust: []string{tagSession}, params: append([]string{"Tags.member.2.Key", "tEAM", "Tags.member.2.Value", "x"}, oneTag...), code: "InvalidParameterValue", message: "Duplicate tag keys"},
		{name: "a reserved tag", trust: []string{tagSession}, params: []string{"Tags.member.1.Key", "AWS:x", "Tags.member.1.Value", ""}, code: "InvalidParameterValue", message: "reserved"},
		{name: "a transitive key without its tag", trust: []string{tagSession}, params: append([]string{"TransitiveTagKeys.member.1", "Other"}, oneTag...), code: "InvalidParameterValue"},
		{name: "source identity without the right", trust: []string{trustsAlice}, params: []string{"SourceIdentity", "dana"}, code: "AccessDenied", message: "sts:SetSourceIdentity"},
		{name: "source identity", trust: []string{setIdentity}, params: []string{"SourceIdentity", "dana"}},
		{name: "source identity as the trust asks", trust: []string{setIdentity + ` {"StringLike":{"sts:SourceIdentity":"d*"}}`}, params: []string{"SourceIdentity", "bob"}, code: "AccessDenied"},
		{name: "contexts are not served", trust: []string{trustsAlice}, params: []string{"ProvidedContexts.member.1.ProviderArn", "arn:aws:iam::aws:contextProvider/IdentityCenter", "ProvidedContexts.member.1.ContextAssertion", "abcd"},
			code: "ValidationError", message: "ProvidedContexts"},
		{name: "session policy", trust: []string{trustsAlice}, params: []string{"Policy", open}},
		{name: "session policy that is no JSON", trust: []string{trustsAlice}, params: []string{"Policy", "{"}, code: "MalformedPolicyDocument"},
		{name: "session policy with a principal", trust: []string{trustsAlice}, params: []string{"Policy", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}`}, code: "MalformedPolicyDocument"},
		{name: "managed session policy", trust: []string{trustsAlice}, params: []string{"PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/ReadOnlyAccess"}},
		{name: "managed session policy that does not exist", trust: []string{trustsAlice}, params: []string{"PolicyArns.member.1.arn", "arn:aws:iam::{account}:policy/none"}, code: "ValidationError", message: "does not exist"},
		{name: "eleven managed session policies", trust: []string{trustsAlice}, params: eleven(), code: "ValidationError", message: "at most 10"},
		{name: "session policy of 2,048 characters", trust: []string{trustsAlice}, params: []string{"Policy", longPolicy(2048)}},
		{name: "session policy of more that packs small", trust: []string{trustsAlice}, params: []string{"Policy", longPolicy(2049)}, code: "ValidationError", message: "less than or equal to 2048"},
		{name: "session policy that is too long with its managed ones", trust: []string{trustsAlice}, params: []string{"Policy", longPolicy(2020), "PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/ReadOnlyAccess"},
			code: "ValidationError", message: "2058 characters together"},
		{name: "too large together", trust: []string{tagSession}, params: noise(50), code: "PackedPolicyTooLarge", message: "% of the packed size limit"},
		{name: "no role's ARN", trust: []string{trustsAlice}, params: []string{"RoleArn", "arn:aws:iam::{account}:user/alice"}, code: "ValidationError", message: "is invalid"},
		{name: "no ARN", trust: []string{trustsAlice}, params: []string{"RoleArn", "it, whatever its ARN may be"}, code: "ValidationError"},
		{name: "the role's name in another case", trust: []string{trustsAlice}, params: []string{"RoleArn", "arn:aws:iam::{account}:role/IT"}, code: "AccessDenied"},
		{name: "the role under another path", trust: []string{trustsAlice}, params: []string{"RoleArn", "arn:aws:iam::{account}:role/x/it"}, code: "AccessDenied"},
		{name: "the role in another partition", trust: []string{trustsAlice}, params: []string{"RoleArn", "arn:aws-cn:iam::{account}:role/it"}, code: "AccessDenied"},
	}
	w := newWorld(t)
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var identity []string
			if c.identity != "" {
				identity = []string{c.identity}
			}
			f := newFixture(t, w, number(i), identity...)
			r := f.role(t, "it", trust(c.trust...)).Clone()
			r.MaxSession, r.Tags = 7200, []directory.Tag{{Key: "stage", Value: "prod"}}
			f.Put(t, r)
			params := make([]string, len(c.params))
			for i, p := range c.params {
				params[i] = f.fill(p)
			}
			a := assume(t, f.alice, f.ARN(r), params...)
			expect(t, a, c.code, c.message)
			if c.code == "" {
				checkSession(t, f, r, a, params)
			}
		})
	}
}

// checkSession looks at what a successful AssumeRole answered, and that the credentials are what it says.
func checkSession(t *testing.T, f *fixture, r *directory.Role, a servertest.Answer, params []string) {
	t.Helper()
	name, life := "s1", time.Hour
	for i := 0; i < len(params); i += 2 {
		switch params[i] {
		case "RoleSessionName":
			name = params[i+1]
		case "DurationSeconds":
			life, _ = time.ParseDuration(params[i+1] + "s")
		}
	}
	arn := "arn:aws:sts::" + f.ID + ":assumed-role/it/" + name
	if a.Text("Arn") != arn || a.Text("AssumedRoleId") != r.ID+":"+name || !strings.HasPrefix(a.Text("AccessKeyId"), "ASIA") {
		t.Errorf("answer %s", a.Body)
	}
	expires, err := time.Parse(time.RFC3339, a.Text("Expiration"))
	if left := time.Until(expires); err != nil || left > life || left < life-time.Minute {
		t.Errorf("expires in %v, want %v (%v)", left, life, err)
	}
	if who := f.Session(t, a).Call(t, "GetCallerIdentity"); who.Text("Arn") != arn || who.Text("UserId") != r.ID+":"+name || who.Text("Account") != f.ID {
		t.Errorf("who: %s", who.Body)
	}
}

func eleven() (params []string) {
	for _, n := range strings.Fields("1 2 3 4 5 6 7 8 9 10 11") {
		params = append(params, "PolicyArns.member."+n+".arn", "arn:aws:iam::aws:policy/ReadOnlyAccess")
	}
	return params
}

// noise are n tags that do not compress to the limit.
// longPolicy is a policy of so many characters that packs small.
func longPolicy(n int) string {
	const head, tail = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/`, `"}}`
	return head + strings.Repeat("a", n-len(head)-len(tail)) + tail
}

func noise(n int) (params []string) {
	for i := range n {
		at := "Tags.member." + number(i + 1)[11:] + "."
		if i >= 9 {
			at = "Tags.member." + number(i + 1)[10:] + "."
		}
		value := ""
		for len(value) < 240 {
			value += session.NewEntityID("x")
		}
		params = append(params, at+"Key", session.NewEntityID("k"), at+"Value", value[:240])
	}
	return params
}

// A role that does not exist answers as one that trusts nobody here, in this account and in another, known or not.
func TestAssumeRoleThatDoesNotExist(t *testing.T) {
	w := newWorld(t)
	f, other := newFixture(t, w, number(1), policyOf("Allow sts:AssumeRole *")), newFixture(t, w, number(2))
	const nobody = "AIDAZZZZZZZZZZZZZZZZZ sts:AssumeRole"
	f.role(t, "there", trust(nobody))
	other.role(t, "there", trust(nobody))
	for _, account := range []string{f.ID, other.ID} {
		there := assume(t, f.alice, "arn:aws:iam::"+account+":role/there")
		gone := assume(t, f.alice, "arn:aws:iam::"+account+":role/ghost")
		if there.Status != http.StatusForbidden || there.Code != gone.Code || strings.ReplaceAll(there.Message, "there", "ghost") != gone.Message {
			t.Errorf("%+v\n%+v", there, gone)
		}
	}
	unknown := assume(t, f.alice, "arn:aws:iam::999988887777:role/ghost")
	expect(t, unknown, "AccessDenied", "because no role trust policy allows the sts:AssumeRole action")
}

// Across accounts the caller's account and the role's must both allow; the record names the role's owner.
func TestAssumeRoleAcrossAccounts(t *testing.T) {
	w := newWorld(t)
	owner := newFixture(t, w, number(1))
	may, mayNot := newFixture(t, w, number(2), policyOf("Allow sts:AssumeRole *")), newFixture(t, w, number(3))
	r := owner.Role(t, "it", trust(may.user.ID+" sts:AssumeRole", mayNot.user.ID+" sts:AssumeRole"))
	delegated := owner.Role(t, "delegated", trust("arn:aws:iam::"+may.ID+":root sts:AssumeRole", mayNot.ID+" sts:AssumeRole"))
	own := owner.Role(t, "own", trust("arn:aws:iam::"+owner.ID+":root sts:AssumeRole"))
	for _, role := range []*directory.Role{r, delegated} {
		expect(t, assume(t, may.alice, owner.ARN(role)), "", "")
		expect(t, assume(t, mayNot.alice, owner.ARN(role)), "AccessDenied", "because no identity-based policy allows")
	}
	expect(t, assume(t, may.alice, owner.ARN(own)), "AccessDenied", "because no role trust policy allows")

	s := owner.Session(t, assume(t, may.alice, owner.ARN(r)))
	if who := s.Call(t, "GetCallerIdentity"); who.Text("Account") != owner.ID {
		t.Errorf("session of the other account: %s", who.Body)
	}
	theirs := map[string]*trail.Event{} // what the role's owner sees, by its shared id
	for _, e := range w.Recorder.Events() {
		if e.EventName != "AssumeRole" {
			continue
		}
		if len(e.Resources) != 1 || e.Resources[0].AccountID != owner.ID || e.Resources[0].Type != "AWS::IAM::Role" {
			t.Errorf("event names %+v", e.Resources)
		}
		if e.RecipientAccountID == owner.ID {
			theirs[e.SharedEventID] = e
		}
	}
	if len(theirs) != 3 { // one for each success
		t.Errorf("the owner has %d events", len(theirs))
	}
	for _, e := range w.Recorder.Events() {
		if e.EventName != "AssumeRole" || e.RecipientAccountID == owner.ID {
			continue
		}
		twin := theirs[e.SharedEventID]
		if (twin != nil) != (e.ErrorCode == "") || (twin != nil) != (e.SharedEventID != "") {
			t.Errorf("event %s %q shared as %q", e.EventName, e.ErrorCode, e.SharedEventID)
		}
		if twin == nil {
			continue
		}
		want := trail.UserIdentity{Type: "AWSAccount", PrincipalID: may.user.ID, AccountID: may.ID}
		if twin.UserIdentity != want || twin.EventID == e.EventID || twin.RequestID != e.RequestID ||
			!bytes.Equal(twin.RequestParameters, e.RequestParameters) || !bytes.Equal(twin.ResponseElements, e.ResponseElements) {
			t.Errorf("the owner sees %+v of %+v", twin, e)
		}
	}
}

// Session policies only take away: inline, managed, and both together as a union.
func TestSessionPoliciesIntersect(t *testing.T) {
	w := newWorld(t)
	f := newFixture(t, w, number(1))
	r := f.role(t, "it", trust(trustsAlice), policyOf("Allow sts:GetAccessKeyInfo *"))
	key := someKey(t, f.ID)
	s3 := policyOf("Allow s3:* *")
	cases := []struct {
		name    string
		params  []string
		list    string // code of iam:ListUsers, which the role may not
		info    string // code of sts:GetAccessKeyInfo, which it may
		message string
	}{
		{"none", nil, "AccessDenied", "", ""},
		{"as wide", []string{"Policy", policyOf("Allow sts:GetAccessKeyInfo *")}, "AccessDenied", "", ""},
		{"wider", []string{"PolicyArns.member.1.arn", servertest.Administrator}, "AccessDenied", "", ""},
		{"narrower", []string{"Policy", s3}, "AccessDenied", "AccessDenied", "because no session policy allows the sts:GetAccessKeyInfo action"},
		{"union", []string{"Policy", s3, "PolicyArns.member.1.arn", servertest.Administrator}, "AccessDenied", "", ""},
		{"a Deny in one", []string{"Policy", policyOf("Deny sts:* *"), "PolicyArns.member.1.arn", servertest.Administrator}, "AccessDenied", "AccessDenied", "with an explicit deny in a session policy"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := assume(t, f.alice, f.ARN(r), c.params...)
			if (a.Text("PackedPolicySize") != "") != (c.params != nil) {
				t.Errorf("packed size %q", a.Text("PackedPolicySize"))
			}
			s := f.Session(t, a)
			expect(t, s.Call(t, "ListUsers"), c.list, "because no")
			expect(t, s.Call(t, "GetAccessKeyInfo", "AccessKeyId", key), c.info, c.message)
		})
	}
}

// A managed session policy of the account that is gone denies everything from then on.
func TestManagedSessionPolicyGoes(t *testing.T) {
	w := newWorld(t)
	f := newFixture(t, w, number(1))
	r := f.role(t, "it", trust(trustsAlice), policyOf("Allow sts:GetAccessKeyInfo *"))
	doc := servertest.Document(t, policy.Identity, policyOf("Allow sts:* *"))
	p := &directory.Policy{ID: "ANPA1", Name: "edge", Path: "/", Default: 1, Latest: 1, Versions: []directory.PolicyVersion{{Number: 1, Document: doc}}}
	f.Put(t, p)
	s := f.Session(t, assume(t, f.alice, f.ARN(r), "PolicyArns.member.1.arn", f.ARN(p)))
	key := someKey(t, f.ID)
	expect(t, s.Call(t, "GetAccessKeyInfo", "AccessKeyId", key), "", "")
	f.Change(t, func(tx *store.Tx) error { tx.Delete(p); return nil })
	expect(t, s.Call(t, "GetAccessKeyInfo", "AccessKeyId", key), "AccessDenied", "session policy")
}

// A deleted role's sessions die at once, and a role that is made anew under its name does not revive them.
func TestSessionsDieWithTheirRole(t *testing.T) {
	w := newWorld(t)
	f := newFixture(t, w, number(1))
	r := f.role(t, "it", trust(trustsAlice))
	s := f.Session(t, assume(t, f.alice, f.ARN(r)))
	expect(t, s.Call(t, "GetCallerIdentity"), "", "")
	f.Change(t, func(tx *store.Tx) error { tx.Delete(r); return nil })
	expect(t, s.Call(t, "GetCallerIdentity"), "InvalidClientTokenId", "")
	f.role(t, "it", trust(trustsAlice))
	expect(t, s.Call(t, "GetCallerIdentity"), "InvalidClientTokenId", "")
}

// Trust is in the user and not in its name.
func TestTrustFollowsTheUser(t *testing.T) {
	w := newWorld(t)
	f := newFixture(t, w, number(1))
	r := f.role(t, "it", trust(trustsAlice))
	renamed := f.user.Clone()
	renamed.Name = "carol"
	f.Put(t, renamed)
	expect(t, assume(t, f.alice, f.ARN(r)), "", "")

	f.Change(t, func(tx *store.Tx) error {
		tx.Delete(tx.Account().AccessKey(f.alice.AccessKeyID))
		tx.Delete(renamed)
		return nil
	})
	expect(t, assume(t, f.alice, f.ARN(r)), "InvalidClientTokenId", "")
	for _, name := range []string{"alice", "carol"} {
		expect(t, assume(t, f.User(t, name), f.ARN(r)), "AccessDenied", "no role trust policy")
	}
}
