package sts_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
)

// callers are alice of the account with every kind of credential, who may do everything.
func callers(t *testing.T, f *fixture) map[string]*servertest.Credentials {
	t.Helper()
	r := f.role(t, "it", trust("* sts:AssumeRole"), policyOf("Allow * *"))
	return map[string]*servertest.Credentials{
		"user":      f.alice,
		"role":      f.Session(t, assume(t, f.alice, f.ARN(r))),
		"token":     f.Session(t, f.alice.Call(t, "GetSessionToken")),
		"federated": f.Session(t, f.alice.Call(t, "GetFederationToken", "Name", "web", "Policy", policyOf("Allow * *"))),
	}
}

// Which credentials may call what, whatever policies say. Source: IAM User Guide, "Compare AWS STS credentials".
func TestWhoMayCallWhat(t *testing.T) {
	w := newWorld(t)
	f := newFixture(t, w, number(1), policyOf("Allow * *"))
	open := f.role(t, "open", trust("* sts:AssumeRole"))
	calls := map[string]func(c *servertest.Credentials) servertest.Answer{
		"ListUsers":         func(c *servertest.Credentials) servertest.Answer { return c.Call(t, "ListUsers") },
		"GetCallerIdentity": func(c *servertest.Credentials) servertest.Answer { return c.Call(t, "GetCallerIdentity") },
		"GetSessionToken":   func(c *servertest.Credentials) servertest.Answer { return c.Call(t, "GetSessionToken") },
		"GetFederationToken": func(c *servertest.Credentials) servertest.Answer {
			return c.Call(t, "GetFederationToken", "Name", "web")
		},
		"GetAccessKeyInfo": func(c *servertest.Credentials) servertest.Answer {
			return c.Call(t, "GetAccessKeyInfo", "AccessKeyId", someKey(t, f.ID))
		},
		"AssumeRole": func(c *servertest.Credentials) servertest.Answer { return assume(t, c, f.ARN(open)) },
	}
	refused := map[string]map[string]string{ // by kind of caller and call, a part of the message
		"user":      {},
		"role":      {"GetSessionToken": "Cannot call GetSessionToken with session credentials", "GetFederationToken": "Cannot call GetFederationToken with session credentials"},
		"token":     {"ListUsers": "unless they were issued with MFA", "GetSessionToken": "session credentials", "GetFederationToken": "session credentials", "GetAccessKeyInfo": "session credentials"},
		"federated": {"ListUsers": "GetFederationToken", "GetSessionToken": "GetFederationToken", "GetFederationToken": "GetFederationToken", "GetAccessKeyInfo": "GetFederationToken", "AssumeRole": "GetFederationToken"},
	}
	for kind, c := range callers(t, f) {
		for name, call := range calls {
			t.Run(kind+" "+name, func(t *testing.T) {
				if message, ok := refused[kind][name]; ok {
					expect(t, call(c), "AccessDenied", message)
				} else {
					expect(t, call(c), "", "")
				}
			})
		}
	}
	mfa := w.Mint(t, session.Claims{Type: session.SessionToken, Account: f.ID, PrincipalID: f.user.ID, Issued: time.Now(), Expires: time.Now().Add(time.Hour), MFA: time.Now()})
	expect(t, mfa.Call(t, "ListUsers"), "", "")
}

// Everybody is told who he is, and nothing can take that away.
func TestGetCallerIdentity(t *testing.T) {
	w := newWorld(t)
	f := newFixture(t, w, number(1), policyOf("Allow * *"))
	all := callers(t, f)
	u := f.Now().User("alice").Clone()
	u.Inline[0].Document = servertest.Document(t, policy.Identity, policyOf("Deny * *"))
	r := f.Now().Role("it").Clone()
	r.Inline[0].Document = u.Inline[0].Document
	f.Put(t, u, r)
	want := map[string][2]string{
		"user": {"arn:aws:iam::" + f.ID + ":user/alice", u.ID}, "token": {"arn:aws:iam::" + f.ID + ":user/alice", u.ID},
		"role":      {"arn:aws:sts::" + f.ID + ":assumed-role/it/s1", r.ID + ":s1"},
		"federated": {"arn:aws:sts::" + f.ID + ":federated-user/web", f.ID + ":web"},
	}
	for kind, c := range all {
		a := c.Call(t, "GetCallerIdentity")
		if a.Text("Arn") != want[kind][0] || a.Text("UserId") != want[kind][1] || a.Text("Account") != f.ID {
			t.Errorf("%s: %d %s", kind, a.Status, a.Body)
		}
		if e := w.Recorder.Last(t); e.ErrorCode != "" || !e.ReadOnly || e.ResponseElements != nil {
			t.Errorf("%s: event %+v", kind, e)
		}
	}
	expect(t, f.alice.Call(t, "GetSessionToken"), "AccessDenied", "with an explicit deny in an identity-based policy")
}

func TestGetSessionToken(t *testing.T) {
	w := newWorld(t)
	f := newFixture(t, w, number(1))
	device := []string{"SerialNumber", "arn:aws:iam::" + f.ID + ":mfa/alice", "TokenCode", "123456"}
	for _, c := range []struct {
		name          string
		params        []string
		life          time.Duration
		code, message string
	}{
		{"twelve hours", nil, 12 * time.Hour, "", ""},
		{"shortest", []string{"DurationSeconds", "900"}, 15 * time.Minute, "", ""},
		{"longest", []string{"DurationSeconds", "129600"}, 36 * time.Hour, "", ""},
		{"too short", []string{"DurationSeconds", "899"}, 0, "ValidationError", "greater than or equal to 900"},
		{"too long", []string{"DurationSeconds", "129601"}, 0, "ValidationError", "less than or equal to 129600"},
		{"an unknown device", device, 0, "AccessDenied", "MultiFactorAuthentication failed"},
		{"a code without a device", device[2:], 0, "AccessDenied", "must provide both MFA serial number and one time pass code"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := f.alice.Call(t, "GetSessionToken", c.params...)
			expect(t, a, c.code, c.message)
			if c.code == "" {
				checkLife(t, a, c.life)
			}
		})
	}
}

func checkLife(t *testing.T, a servertest.Answer, life time.Duration) {
	t.Helper()
	expires, err := time.Parse(time.RFC3339, a.Text("Expiration"))
	if left := time.Until(expires); err != nil || left > life || left < life-time.Minute {
		t.Errorf("expires in %v, want %v (%v)", left, life, err)
	}
}

// A session that is over is told so; so is one whose user is gone, by another name than that.
func TestEndOfSessions(t *testing.T) {
	w := newWorld(t)
	f := newFixture(t, w, number(1))
	now := time.Now()
	over := session.Claims{Type: session.SessionToken, Account: f.ID, PrincipalID: f.user.ID, Issued: now.Add(-2 * time.Hour), Expires: now.Add(-time.Second)}
	a := w.Mint(t, over).Call(t, "GetCallerIdentity")
	expect(t, a, "ExpiredToken", "The security token included in the request is expired")
	if a.Status != 403 {
		t.Errorf("status %d", a.Status)
	}
	token := f.Session(t, f.alice.Call(t, "GetSessionToken"))
	f.Change(t, func(tx *store.Tx) error {
		tx.Delete(tx.Account().AccessKey(f.alice.AccessKeyID))
		tx.Delete(f.user)
		return nil
	})
	expect(t, token.Call(t, "GetCallerIdentity"), "InvalidClientTokenId", "")
}

// A federated user has what both the user and the session policies allow; without session policies nothing.
func TestGetFederationToken(t *testing.T) {
	w := newWorld(t)
	wide := policyOf("Allow sts:GetFederationToken *", "Allow sts:TagSession *")
	oneTag := []string{"Tags.member.1.Key", "Team", "Tags.member.1.Value", "core"}
	for i, c := range []struct {
		name          string
		identity      string
		params        []string
		code, message string
	}{
		{"allowed", wide, nil, "", ""},
		{"not allowed", policyOf("Allow s3:* *"), nil, "AccessDenied", "to perform: sts:GetFederationToken on resource: arn:aws:sts::{account}:federated-user/web because no identity-based policy"},
		{"allowed for that name", policyOf("Allow sts:GetFederationToken arn:aws:sts::*:federated-user/web"), nil, "", ""},
		{"allowed for another name", policyOf("Allow sts:GetFederationToken arn:aws:sts::*:federated-user/app"), nil, "AccessDenied", ""},
		{"tags", wide, oneTag, "", ""},
		{"tags without the right", policyOf("Allow sts:GetFederationToken *"), oneTag, "AccessDenied", "sts:TagSession"},
		{"a tag twice", wide, append([]string{"Tags.member.2.Key", "team", "Tags.member.2.Value", ""}, oneTag...), "InvalidParameterValue", ""},
		{"a policy of no size", wide, []string{"Policy", ""}, "ValidationError", ""},
		{"a malformed policy", wide, []string{"Policy", "[]"}, "MalformedPolicyDocument", ""},
		{"a managed policy that is not there", wide, []string{"PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/NoSuchPolicyAnywhere"}, "ValidationError", ""},
		{"too long", wide, []string{"DurationSeconds", "129601"}, "ValidationError", ""},
		{"too large", wide, noise(50), "PackedPolicyTooLarge", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, w, number(i), c.identity)
			a := f.alice.Call(t, "GetFederationToken", append([]string{"Name", "web"}, c.params...)...)
			expect(t, a, c.code, f.fill(c.message))
			if c.code == "" && (a.Text("Arn") != "arn:aws:sts::"+f.ID+":federated-user/web" || a.Text("FederatedUserId") != f.ID+":web") {
				t.Errorf("answer %s", a.Body)
			}
			if size := a.Text("PackedPolicySize"); c.code == "" && (size == "" || (size == "0") != (c.params == nil)) {
				t.Errorf("packed size %q", size)
			}
		})
	}
}

// The SDK reads the answers, signs with the credentials in them, and knows the errors.
func TestSDK(t *testing.T) {
	w := newWorld(t)
	f := newFixture(t, w, number(1))
	r := f.role(t, "it", trust(trustsAlice))
	out, err := sdk.NewFromConfig(f.alice.AWS()).AssumeRole(t.Context(), &sdk.AssumeRoleInput{RoleArn: aws.String(f.ARN(r)), RoleSessionName: aws.String("s1")})
	servertest.Check(t, err)
	c := servertest.Credentials{World: w, Plain: *out.Credentials.SecretAccessKey}
	c.AccessKeyID, c.SessionToken, c.Region = *out.Credentials.AccessKeyId, *out.Credentials.SessionToken, "eu-central-1"
	who, err := sdk.NewFromConfig(c.AWS()).GetCallerIdentity(t.Context(), nil)
	if err != nil || *who.Arn != *out.AssumedRoleUser.Arn {
		t.Errorf("%+v, %v", who, err)
	}
	if e := w.Recorder.Last(t); e.AWSRegion != "eu-central-1" {
		t.Errorf("region %q", e.AWSRegion)
	}
}

// Sessions given out before a moment are cut off as on AWS: by a Deny on the time of their issue.
func TestRevokeOlderSessions(t *testing.T) {
	w := newWorld(t)
	f := newFixture(t, w, number(1))
	r := f.role(t, "it", trust(trustsAlice), policyOf("Allow sts:GetAccessKeyInfo *")).Clone()
	s, key := f.Session(t, assume(t, f.alice, f.ARN(r))), someKey(t, f.ID)
	expect(t, s.Call(t, "GetAccessKeyInfo", "AccessKeyId", key), "", "")
	for before, code := range map[time.Duration]string{time.Hour: "AccessDenied", -time.Hour: ""} {
		deny := `Deny * * {"DateLessThan":{"aws:TokenIssueTime":"` + time.Now().Add(before).UTC().Format(time.RFC3339) + `"}}`
		r.Inline[0].Document = servertest.Document(t, policy.Identity, policyOf("Allow sts:GetAccessKeyInfo *", deny))
		f.Put(t, r)
		expect(t, s.Call(t, "GetAccessKeyInfo", "AccessKeyId", key), code, "")
	}
}
