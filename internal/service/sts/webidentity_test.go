package sts_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/oidc/oidctest"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/sts"
	"github.com/warder-iam/warder/internal/session"
)

const webClient = "app-one"

// federation is an account that has registered a provider which answers on loopback.
type federation struct {
	*servertest.Account
	provider *oidctest.Provider
	arn      string
}

func newFederation(t *testing.T) *federation {
	t.Helper()
	p := oidctest.New(t)
	w := servertest.New(t, func(w *servertest.World) {
		sts.Register(w.Server, w.Keys, sts.Options{Verifier: p.Verifier(t, true), Issuer: "https://warder.example.org"})
	})
	return federate(t, w.Account(t, number(1)), p)
}

// federate registers the provider in the account.
func federate(t *testing.T, account *servertest.Account, p *oidctest.Provider) *federation {
	t.Helper()
	f := &federation{Account: account, provider: p}
	entity := &directory.OIDCProvider{ID: session.NewEntityID(session.PrefixOIDCProvider), URL: strings.TrimPrefix(p.URL, "https://"), ClientIDs: []string{webClient}}
	f.Put(t, entity)
	f.arn = f.ARN(entity)
	return f
}

// fill puts the provider in the place of {provider} and {host}.
func (f *federation) fill(text string) string {
	return strings.NewReplacer("{provider}", f.arn, "{host}", strings.TrimPrefix(f.provider.URL, "https://"), "{account}", f.ID).Replace(text)
}

// federated is a trust policy of that provider.
func federated(actions, condition string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"{provider}"},"Action":["` +
		strings.ReplaceAll(actions, ",", `","`) + `"],"Condition":` + condition + `}]}`
}

const webAction = "sts:AssumeRoleWithWebIdentity"

func (f *federation) role(t *testing.T, name, trust string) *directory.Role {
	t.Helper()
	return f.Role(t, name, f.fill(trust), policyOf("Allow s3:GetObject *"))
}

func (f *federation) assume(t *testing.T, role, token string, more ...string) servertest.Answer {
	t.Helper()
	return f.Anonymous().Call(t, "AssumeRoleWithWebIdentity", append([]string{"RoleArn", role, "RoleSessionName", "s1", "WebIdentityToken", token}, more...)...)
}

func (f *federation) token(t *testing.T, more map[string]any) string {
	t.Helper()
	return f.provider.Sign(t, f.provider.Claims(webClient, more))
}

func TestAssumeRoleWithWebIdentity(t *testing.T) {
	f := newFederation(t)
	r := f.role(t, "web", federated(webAction, `{"StringEquals":{"{host}:aud":"app-one","{host}:sub":"user-0001"}}`))
	a := f.assume(t, f.ARN(r), f.token(t, nil))
	expect(t, a, "", "")
	for name, want := range map[string]string{
		"SubjectFromWebIdentityToken": "user-0001", "Audience": webClient, "Provider": f.arn,
		"AssumedRoleId": r.ID + ":s1", "Arn": "arn:aws:sts::" + f.ID + ":assumed-role/web/s1", "PackedPolicySize": "", "SourceIdentity": "",
	} {
		if got := a.Text(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	e := f.Recorder.Last(t)
	id := e.UserIdentity
	if id.Type != "WebIdentityUser" || id.IdentityProvider != f.arn || id.UserName != "user-0001" || id.PrincipalID != f.arn+":app-one:user-0001" ||
		id.ARN != "" || e.RecipientAccountID != f.ID || !e.ReadOnly || len(e.Resources) != 1 || e.Resources[0].ARN != f.ARN(r) {
		t.Errorf("%+v", e)
	}
	if text := string(e.RequestParameters) + string(e.ResponseElements); strings.Contains(text, "eyJ") || strings.Contains(text, a.Text("SecretAccessKey")) ||
		!strings.Contains(text, `"subjectFromWebIdentityToken":"user-0001"`) {
		t.Errorf("the event shows %s", text)
	}
	s := f.Session(t, a)
	who := s.Call(t, "GetCallerIdentity")
	if who.Text("Arn") != "arn:aws:sts::"+f.ID+":assumed-role/web/s1" {
		t.Errorf("%s", who.Body)
	}
	e = f.Recorder.Last(t)
	if e.UserIdentity.SessionContext == nil || !strings.Contains(string(e.UserIdentity.SessionContext.WebIDFederationData), f.arn) {
		t.Errorf("%+v", e.UserIdentity)
	}
}

// TestWebIdentitySessionKeys: the session's requests have of the token who it was for, whom it names and how he signed in, and no
// other claim.
func TestWebIdentitySessionKeys(t *testing.T) {
	f := newFederation(t)
	r := f.Role(t, "web", f.fill(federated(webAction, `{}`)), f.fill(policyOf(`Allow sts:GetAccessKeyInfo * {"StringEquals":{"{host}:aud":"app-one","{host}:sub":"user-0001"},`+
		`"ForAllValues:StringEquals":{"{host}:amr":["pwd","otp"]},"Null":{"{host}:amr":"false","{host}:oaud":"true","{host}:email":"true"}}`)))
	for sub, code := range map[string]string{"user-0001": "", "user-0002": "AccessDenied"} {
		a := f.assume(t, f.ARN(r), f.token(t, map[string]any{"sub": sub, "amr": []string{"pwd", "otp"}, "email": "ann@example.com"}))
		expect(t, f.Session(t, a).Call(t, "GetAccessKeyInfo", "AccessKeyId", someKey(t, f.ID)), code, "")
	}
	long := map[string]any{"amr": []string{strings.Repeat("x", 2000)}}
	expect(t, f.assume(t, f.ARN(r), f.token(t, long)), "InvalidIdentityToken", "longer than a session can carry")
}

// TestWebIdentityTrust: the trust policy decides, with what the token says, and nothing else does.
func TestWebIdentityTrust(t *testing.T) {
	f := newFederation(t)
	const denied = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
	tags := map[string]any{"https://aws.amazon.com/tags": map[string]any{"principal_tags": map[string]any{"team": []string{"red"}}, "transitive_tag_keys": []string{"team"}}}
	source := map[string]any{"https://aws.amazon.com/source_identity": "ann"}
	for i, c := range []struct {
		name, trust   string
		claims        map[string]any
		code, message string
	}{
		{"everybody of the provider", federated(webAction, `{}`), nil, "", ""},
		{"another subject", federated(webAction, `{"StringEquals":{"{host}:sub":"user-0002"}}`), nil, "AccessDenied", denied},
		{"a subject like that", federated(webAction, `{"StringLike":{"{host}:sub":"user-*"}}`), nil, "", ""},
		{"a wildcard in the token is none", federated(webAction, `{"StringLike":{"{host}:sub":"user-0001"}}`), map[string]any{"sub": "user-*"}, "AccessDenied", denied},
		{"amr", federated(webAction, `{"ForAnyValue:StringEquals":{"{host}:amr":"otp"}}`), map[string]any{"amr": []string{"pwd", "otp"}}, "", ""},
		{"no amr", federated(webAction, `{"ForAnyValue:StringEquals":{"{host}:amr":"otp"}}`), nil, "AccessDenied", denied},
		{"azp is aud, and aud is oaud", federated(webAction, `{"StringEquals":{"{host}:aud":"app-one","{host}:oaud":"api"}}`), map[string]any{"aud": "api", "azp": webClient}, "", ""},
		{"a claim of the provider's own", federated(webAction, `{"StringEquals":{"{host}:repository":"acme/shop"}}`), map[string]any{"repository": "acme/shop"}, "", ""},
		{"another provider", strings.ReplaceAll(federated(webAction, `{}`), "{provider}", "arn:aws:iam::{account}:oidc-provider/id.example.com"), nil, "AccessDenied", denied},
		{"an account", trust("{account} sts:AssumeRoleWithWebIdentity"), nil, "AccessDenied", denied},
		{"another action", federated("sts:AssumeRole", `{}`), nil, "AccessDenied", denied},
		{"the session's name", federated(webAction, `{"StringEquals":{"sts:RoleSessionName":"s2"}}`), nil, "AccessDenied", denied},
		{"tags without the right", federated(webAction, `{}`), tags, "AccessDenied", "Not authorized to perform sts:TagSession"},
		{"tags with the right", federated(webAction+",sts:TagSession", `{"StringEquals":{"aws:RequestTag/team":"red"},"ForAllValues:StringEquals":{"sts:TransitiveTagKeys":["team"]}}`), tags, "", ""},
		{"other tags", federated(webAction+",sts:TagSession", `{"StringEquals":{"aws:RequestTag/team":"blue"}}`), tags, "AccessDenied", denied},
		{"a source identity without the right", federated(webAction, `{}`), source, "AccessDenied", "Not authorized to perform sts:SetSourceIdentity"},
		{"a source identity with the right", federated(webAction+",sts:SetSourceIdentity", `{"StringEquals":{"sts:SourceIdentity":"ann"}}`), source, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := f.role(t, fmt.Sprint("role", i), c.trust)
			expect(t, f.assume(t, f.ARN(r), f.token(t, c.claims)), c.code, c.message)
		})
	}
}

// TestWebIdentityErrors: AWS's code and status of every refusal.
func TestWebIdentityErrors(t *testing.T) {
	f := newFederation(t)
	r := f.ARN(f.role(t, "web", federated(webAction+",sts:TagSession,sts:SetSourceIdentity", `{}`)))
	good := f.token(t, nil)
	for _, c := range []struct {
		name, role, token string
		more              []string
		status            int
		code, message     string
	}{
		{"no role", "arn:aws:iam::" + f.ID + ":role/none", good, nil, 403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"},
		{"another account", "arn:aws:iam::999999999999:role/web", good, nil, 400, "InvalidIdentityToken", "No OpenIDConnect provider found in your account for " + f.provider.URL},
		{"no ARN of a role", "arn:aws:iam::" + f.ID + ":user/web", good, nil, 400, "ValidationError", "is invalid"},
		{"an OAuth provider", r, good, []string{"ProviderId", "www.amazon.com"}, 400, "ValidationError", "ProviderId"},
		{"no JWT", r, "abcd", nil, 400, "InvalidIdentityToken", "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"},
		{"too short", r, "abc", nil, 400, "ValidationError", "webIdentityToken"},
		{"another issuer", r, f.token(t, map[string]any{"iss": "https://id.example.com"}), nil, 400, "InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://id.example.com"},
		{"expired", r, f.token(t, map[string]any{"exp": 1000}), nil, 400, "ExpiredTokenException", "must be before the expiration date/time 1000"},
		{"not yet", r, f.token(t, map[string]any{"nbf": 99999999999}), nil, 403, "IDPRejectedClaim", "not valid yet"},
		{"another audience", r, f.token(t, map[string]any{"aud": "other"}), nil, 400, "InvalidIdentityToken", "Incorrect token audience"},
		{"too long a session", r, good, []string{"DurationSeconds", "7200"}, 400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		{"too short a session", r, good, []string{"DurationSeconds", "60"}, 400, "ValidationError", "durationSeconds"},
		{"a policy that is none", r, good, []string{"Policy", "{}"}, 400, "MalformedPolicyDocument", ""},
		{"a managed policy that is not there", r, good, []string{"PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/None"}, 400, "ValidationError", "does not exist"},
		{"a source identity of odd letters", r, f.token(t, map[string]any{"https://aws.amazon.com/source_identity": "a b"}), nil, 400, "InvalidIdentityToken", "sourceIdentity"},
		{"a tag of AWS's", r, f.token(t, map[string]any{"https://aws.amazon.com/tags/principal_tags/aws:x": "1"}), nil, 400, "InvalidParameterValue", "reserved"},
		{"a transitive tag that is not there", r, f.token(t, map[string]any{"https://aws.amazon.com/tags": map[string]any{"transitive_tag_keys": []string{"x"}}}), nil, 400, "InvalidParameterValue", "transitive"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := f.assume(t, c.role, c.token, c.more...)
			expect(t, a, c.code, c.message)
			if a.Status != c.status {
				t.Errorf("status %d, want %d", a.Status, c.status)
			}
			if e := f.Recorder.Last(t); e.ErrorCode != c.code {
				t.Errorf("recorded %q", e.ErrorCode)
			}
		})
	}
	f.provider.Close()
	fresh := newFederation(t)
	gone := fresh.token(t, nil)
	web := fresh.ARN(fresh.role(t, "web", federated(webAction, `{}`)))
	fresh.provider.Close()
	expect(t, fresh.assume(t, web, gone), "IDPCommunicationError", "could not be reached")
}

// TestWebIdentitySession: session policies limit it, tags and source identity stay, and the SDK reads the answer.
func TestWebIdentitySession(t *testing.T) {
	f := newFederation(t)
	r := f.role(t, "web", federated(webAction+",sts:TagSession,sts:SetSourceIdentity", `{}`))
	token := f.token(t, map[string]any{
		"https://aws.amazon.com/source_identity":          "ann",
		"https://aws.amazon.com/tags/principal_tags/team": "red",
		"https://aws.amazon.com/tags/transitive_tag_keys": []string{"team"},
	})
	if a := f.assume(t, f.ARN(r), token, "Policy", policyOf("Allow sts:* *")); a.Text("PackedPolicySize") == "" || a.Text("PackedPolicySize") == "0" {
		t.Errorf("no packed size: %s", a.Body)
	}
	client := sdk.NewFromConfig(f.Anonymous().AWS())
	out, err := client.AssumeRoleWithWebIdentity(context.Background(), &sdk.AssumeRoleWithWebIdentityInput{
		RoleArn: aws.String(f.ARN(r)), RoleSessionName: aws.String("s1"), WebIdentityToken: aws.String(token),
		Policy: aws.String(policyOf("Allow sts:* *")), DurationSeconds: aws.Int32(900),
	})
	servertest.Check(t, err)
	claims, _, err := f.Keys.Open(*out.Credentials.SessionToken)
	servertest.Check(t, err)
	if *out.SourceIdentity != "ann" || claims.FederatedProvider != f.arn || claims.SourceIdentity != "ann" ||
		len(claims.Tags) != 1 || claims.Tags[0] != (directory.Tag{Key: "team", Value: "red"}) || len(claims.TransitiveTagKeys) != 1 ||
		claims.Expires.Sub(claims.Issued).Seconds() != 900 {
		t.Errorf("%+v, %+v", out, claims)
	}
}

// TestWebIdentityStrangers: who has any token of a public provider can fill neither trail nor disk.
func TestWebIdentityStrangers(t *testing.T) {
	f := newFederation(t)
	r := f.ARN(f.role(t, "web", federated(webAction, `{"StringEquals":{"{host}:sub":"nobody"}}`)))
	token := f.token(t, nil)
	throttled := 0
	for range 620 {
		if f.assume(t, r, token).Code == "Throttling" {
			throttled++
		}
	}
	if n := len(f.Recorder.Events()); throttled == 0 || n > 615 {
		t.Errorf("%d of 620 were throttled, %d recorded", throttled, n)
	}
}
