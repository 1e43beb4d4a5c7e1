package sts_test

import (
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/signin"
)

// phone is alice's virtual MFA device.
type phone struct {
	f    *fixture
	seed seal.Secret
}

func (f *fixture) phone(t *testing.T) *phone {
	t.Helper()
	p := &phone{f, signin.NewSeed()}
	d := &directory.MFADevice{ID: "PHONE", Kind: directory.VirtualMFA, Path: "/", Name: "alice", User: f.user.ID}
	var err error
	d.Sealed, err = f.Keys.SealSeed(d.ID, p.seed)
	servertest.Check(t, err)
	f.Put(t, d)
	return p
}

func (p *phone) serial() string { return "arn:aws:iam::" + p.f.ID + ":mfa/alice" }

// code is what the phone shows some steps from now, as another program computes it.
func (p *phone) code(t *testing.T, steps int) string {
	t.Helper()
	code, err := totp.GenerateCode(signin.SeedText(p.seed), time.Now().Add(time.Duration(steps)*30*time.Second))
	servertest.Check(t, err)
	return code
}

func (p *phone) params(t *testing.T, steps int) []string {
	return []string{"SerialNumber", p.serial(), "TokenCode", p.code(t, steps)}
}

const (
	wrongCode  = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
	notYours   = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user."
	withMFA    = `{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`
	withoutMFA = `{"Bool":{"aws:MultiFactorAuthPresent":"false"}}`
	noFactor   = `{"Null":{"aws:MultiFactorAuthPresent":"true"}}`
	freshMFA   = `{"NumericLessThan":{"aws:MultiFactorAuthAge":"60"}}`
)

// TestSecondFactorOfSession: a code gives a session with MFA, once.
func TestSecondFactorOfSession(t *testing.T) {
	f := newFixture(t, newWorld(t), number(1), policyOf("Allow iam:ListUsers * "+withMFA))
	p := f.phone(t)
	expect(t, f.alice.Call(t, "ListUsers"), "AccessDenied", "") // a long-term key never has it
	plain := f.Session(t, f.alice.Call(t, "GetSessionToken"))
	expect(t, plain.Call(t, "ListUsers"), "AccessDenied", "")

	expect(t, f.alice.Call(t, "GetSessionToken", p.params(t, -2)...), "AccessDenied", wrongCode)
	now := p.params(t, 0)
	token := f.Session(t, f.alice.Call(t, "GetSessionToken", now...))
	expect(t, token.Call(t, "ListUsers"), "", "")
	expect(t, f.alice.Call(t, "GetSessionToken", now...), "AccessDenied", wrongCode)
	expect(t, f.alice.Call(t, "GetSessionToken", p.params(t, -1)...), "AccessDenied", wrongCode) // before one that was used
	f.Session(t, f.alice.Call(t, "GetSessionToken", p.params(t, 1)...))
}

// TestFactorOfAnother: a device counts for its user alone.
func TestFactorOfAnother(t *testing.T) {
	f := newFixture(t, newWorld(t), number(1))
	p := f.phone(t)
	mallory := f.User(t, "mallory")
	expect(t, mallory.Call(t, "GetSessionToken", p.params(t, 0)...), "AccessDenied", notYours)
	r := f.role(t, "app", trust(trustsAlice), policyOf("Allow sts:AssumeRole *"))
	role := f.Session(t, assume(t, f.alice, f.ARN(r)))
	expect(t, assume(t, role, f.ARN(r), p.params(t, 0)...), "AccessDenied", notYours)
	key := &directory.MFADevice{ID: "KEY", Kind: directory.SecurityKey, Path: "/user/alice/", Name: "k", User: f.user.ID}
	f.Put(t, key)
	expect(t, f.alice.Call(t, "GetSessionToken", "SerialNumber", f.ARN(key), "TokenCode", "123456"), "AccessDenied", notYours)
	f.Session(t, f.alice.Call(t, "GetSessionToken", p.params(t, 0)...)) // nobody has used the code up
}

// TestSecondFactorOfRole: the trust policy sees the factor of the request or of the caller's session; the role's own
// session does not carry it.
func TestSecondFactorOfRole(t *testing.T) {
	f := newFixture(t, newWorld(t), number(1))
	p := f.phone(t)
	for name, when := range map[string]string{"mfa": withMFA, "fresh": freshMFA, "none": noFactor} {
		f.role(t, name, trust(trustsAlice+" "+when), policyOf("Allow iam:ListUsers * "+withoutMFA))
	}
	arn := func(name string) string { return "arn:aws:iam::" + f.ID + ":role/" + name }
	for _, name := range []string{"mfa", "fresh"} {
		expect(t, assume(t, f.alice, arn(name)), "AccessDenied", "sts:AssumeRole")
	}
	f.Session(t, assume(t, f.alice, arn("none")))
	expect(t, assume(t, f.alice, arn("mfa"), "SerialNumber", p.serial(), "TokenCode", p.code(t, 99)), "AccessDenied", wrongCode)
	code := p.params(t, 0)
	expect(t, assume(t, f.alice, arn("none"), code...), "AccessDenied", "sts:AssumeRole") // and the code is not used up
	expect(t, assume(t, f.alice, arn("mfa"), append(code, "DurationSeconds", "7200")...), "ValidationError", "MaxSessionDuration")
	role := f.Session(t, assume(t, f.alice, arn("mfa"), code...))
	expect(t, role.Call(t, "ListUsers"), "", "")
	f.Session(t, assume(t, f.alice, arn("fresh"), p.params(t, 1)...))

	p = f.phone(t) // another one: the next code of the first is half a minute away
	token := f.Session(t, f.alice.Call(t, "GetSessionToken", p.params(t, 1)...))
	f.Session(t, assume(t, token, arn("mfa")))
	f.Session(t, assume(t, token, arn("fresh")))
	expect(t, assume(t, token, arn("none")), "AccessDenied", "sts:AssumeRole")
}

// TestCodeOfManyRequests: of many requests with one code, one gets credentials.
func TestCodeOfManyRequests(t *testing.T) {
	f := newFixture(t, newWorld(t), number(1))
	params := f.phone(t).params(t, 0)
	answers := make(chan servertest.Answer, 5)
	var all sync.WaitGroup
	for range cap(answers) {
		all.Go(func() { answers <- f.alice.Call(t, "GetSessionToken", params...) })
	}
	all.Wait()
	close(answers)
	made := 0
	for a := range answers {
		if a.Status == 200 {
			made++
		} else {
			expect(t, a, "AccessDenied", wrongCode)
		}
	}
	if made != 1 {
		t.Errorf("%d requests got credentials", made)
	}
}

// TestRetryWithCode: the retry of a request whose answer was lost gets that answer, although its code is used up.
func TestRetryWithCode(t *testing.T) {
	f := newFixture(t, newWorld(t), number(1))
	p := f.phone(t)
	form := url.Values{"Action": {"GetSessionToken"}, "Version": {"2011-06-15"}, "SerialNumber": {p.serial()}, "TokenCode": {p.code(t, 0)}}.Encode()
	post := func(id string) servertest.Answer {
		return f.alice.Post(t, "sts", form, map[string]string{"Amz-Sdk-Invocation-Id": id})
	}
	first, again := post("6fa459ea-ee8a-3ca4-894e-db77e160355e"), post("6fa459ea-ee8a-3ca4-894e-db77e160355e")
	if first.Status != 200 || first.Text("SecretAccessKey") == "" || first.Text("SecretAccessKey") != again.Text("SecretAccessKey") {
		t.Errorf("%d %s, again %d %s", first.Status, first.Code, again.Status, again.Code)
	}
	expect(t, post("16fd2706-8baf-433b-82eb-8c7fada847da"), "AccessDenied", wrongCode)
}

// TestCodesAreThrottled: after some wrong codes even the right one has to wait, in every operation.
func TestCodesAreThrottled(t *testing.T) {
	f := newFixture(t, newWorld(t), number(1))
	p := f.phone(t)
	r := f.role(t, "app", trust(trustsAlice))
	for hours := range 12 { // so that the wait is longer than the test
		servertest.Check(t, f.SignIn.BeginCode(f.user.ID, signin.Attempt{Time: time.Now().Add(time.Duration(hours-12) * time.Hour)}))
	}
	expect(t, f.alice.Call(t, "GetSessionToken", p.params(t, 50)...), "AccessDenied", wrongCode)
	expect(t, f.alice.Call(t, "GetSessionToken", p.params(t, 0)...), "Throttling", "Rate exceeded")
	expect(t, assume(t, f.alice, f.ARN(r), p.params(t, 0)...), "Throttling", "Rate exceeded")
	f.Session(t, f.alice.Call(t, "GetSessionToken")) // without a code nothing changes
}
