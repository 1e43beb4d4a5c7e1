package sts_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/sts"
	"github.com/warder-iam/warder/internal/session"
)

// issuerWorld is an account that issues tokens.
func issuerWorld(t *testing.T, policies ...string) *fixture {
	t.Helper()
	w := servertest.New(t, func(w *servertest.World) {
		sts.Register(w.Server, w.Keys, sts.Options{Issuer: "https://warder.example.org"})
	})
	f := newFixture(t, w, number(1), policies...)
	f.enableIssuer(t)
	return f
}

// enableIssuer makes the account issue tokens.
func (f *fixture) enableIssuer(t *testing.T) {
	t.Helper()
	i := &directory.TokenIssuer{ID: session.NewIssuerID(f.ID), Enabled: true}
	for _, a := range session.IssuerAlgorithms() {
		key, err := f.Keys.MintIssuerKey(f.ID, a, time.Now())
		servertest.Check(t, err)
		i.Keys = append(i.Keys, key)
	}
	f.Put(t, i)
}

// opened is a token's payload, verified with the keys that the issuer publishes.
func opened(t *testing.T, i *directory.TokenIssuer, text string) map[string]any {
	t.Helper()
	signed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.RS256, jose.ES384})
	servertest.Check(t, err)
	for _, k := range i.Keys {
		var jwk jose.JSONWebKey
		servertest.Check(t, jwk.UnmarshalJSON(k.Public))
		if jwk.KeyID != signed.Signatures[0].Protected.KeyID {
			continue
		}
		payload, err := signed.Verify(jwk)
		servertest.Check(t, err)
		var claims map[string]any
		servertest.Check(t, json.Unmarshal(payload, &claims))
		return claims
	}
	t.Fatal("no key of the issuer's signed the token")
	return nil
}

func TestGetWebIdentityToken(t *testing.T) {
	f := issuerWorld(t, policyOf("Allow sts:*GetWebIdentityToken *"))
	tagged := f.user.Clone()
	tagged.Tags = []directory.Tag{{Key: "team", Value: "red"}}
	f.Put(t, tagged)
	a := f.alice.Call(t, "GetWebIdentityToken", "Audience.member.1", "https://api.example.com", "SigningAlgorithm", "ES384",
		"DurationSeconds", "900", "Tags.member.1.Key", "job", "Tags.member.1.Value", "7")
	expect(t, a, "", "")
	issuer := f.Now().TokenIssuer()
	claims := opened(t, issuer, a.Text("WebIdentityToken"))
	more, _ := claims["https://sts.amazonaws.com/"].(map[string]any)
	if claims["iss"] != "https://warder.example.org/issuers/"+issuer.ID || claims["aud"] != "https://api.example.com" || claims["sub"] != f.ARN(f.user) ||
		claims["exp"].(float64)-claims["iat"].(float64) != 900 || claims["jti"] == "" || more["aws_account"] != f.ID || more["source_region"] != "us-east-1" ||
		more["principal_tags"].(map[string]any)["team"] != "red" || more["request_tags"].(map[string]any)["job"] != "7" {
		t.Errorf("%v", claims)
	}
	if e := f.Recorder.Last(t); strings.Contains(string(e.ResponseElements), "eyJ") {
		t.Errorf("the event shows the token: %s", e.ResponseElements)
	}
	a = f.alice.Call(t, "GetWebIdentityToken", "Audience.member.1", "a", "Audience.member.2", "b", "SigningAlgorithm", "RS256")
	claims = opened(t, issuer, a.Text("WebIdentityToken"))
	if list, _ := claims["aud"].([]any); len(list) != 2 || claims["exp"].(float64)-claims["iat"].(float64) != 300 {
		t.Errorf("%v", claims)
	}
}

func TestGetWebIdentityTokenRefusals(t *testing.T) {
	f := issuerWorld(t, policyOf(`Allow sts:GetWebIdentityToken * {"ForAllValues:StringEquals":{"sts:IdentityTokenAudience":["good"]},"NumericLessThanEquals":{"sts:DurationSeconds":"600"},"StringEquals":{"sts:SigningAlgorithm":["RS256","XX256"]}}`))
	get := func(c *servertest.Credentials, more ...string) servertest.Answer {
		return c.Call(t, "GetWebIdentityToken", append([]string{"Audience.member.1", "good", "SigningAlgorithm", "RS256"}, more...)...)
	}
	expect(t, get(f.alice), "", "")
	expect(t, get(f.alice, "Audience.member.1", "bad"), "AccessDenied", "sts:GetWebIdentityToken")
	expect(t, get(f.alice, "DurationSeconds", "900"), "AccessDenied", "sts:GetWebIdentityToken")
	expect(t, get(f.alice, "DurationSeconds", "10"), "ValidationError", "durationSeconds")
	expect(t, get(f.alice, "SigningAlgorithm", "ES384"), "AccessDenied", "sts:GetWebIdentityToken")
	expect(t, get(f.alice, "SigningAlgorithm", "XX256"), "ValidationError", "SigningAlgorithm XX256")
	expect(t, get(f.alice, "Tags.member.1.Key", "a", "Tags.member.1.Value", "b"), "AccessDenied", "sts:TagGetWebIdentityToken")

	admin := f.Admin(t, "root-like")
	var tags []string
	for i := range 20 {
		member := fmt.Sprintf("Tags.member.%d.", i+1)
		tags = append(tags, member+"Key", fmt.Sprint("key", i), member+"Value", strings.Repeat("v", 256))
	}
	expect(t, get(admin, tags...), "JWTPayloadSizeExceededException", "maximum allowed size")

	short := f.Mint(t, session.Claims{
		Type: session.AssumedRole, Account: f.ID, SessionName: "s", Issued: time.Now(), Expires: time.Now().Add(4 * time.Minute),
		PrincipalID: f.role(t, "app", trust("{account} sts:AssumeRole"), policyOf("Allow sts:GetWebIdentityToken *")).ID,
	})
	expect(t, get(short), "SessionDurationEscalationException", "beyond its original expiration")
	a := get(short, "DurationSeconds", "60")
	expect(t, a, "", "")
	claims := opened(t, f.Now().TokenIssuer(), a.Text("WebIdentityToken"))
	if claims["sub"] != "arn:aws:iam::"+f.ID+":role/app" || claims["https://sts.amazonaws.com/"].(map[string]any)["original_session_exp"] == nil {
		t.Errorf("%v", claims)
	}

	off := f.Now().TokenIssuer().Clone()
	off.Enabled = false
	f.Put(t, off)
	a = get(f.alice)
	expect(t, a, "OutboundWebIdentityFederationDisabledException", "not enabled")
	if a.Status != 403 {
		t.Errorf("status %d", a.Status)
	}
}

// TestIssuerKeysRotate: a new key is published for a day before it signs, and an old one for as long as its tokens live.
func TestIssuerKeysRotate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := &directory.TokenIssuer{}
		add := func(id string) {
			session.AddIssuerKey(i, directory.IssuerKey{ID: id, Algorithm: "RS256", Created: time.Now()}, time.Now())
		}
		check := func(wait time.Duration, due bool, signing string, published ...string) {
			t.Helper()
			time.Sleep(wait)
			var ids []string
			for _, k := range i.Keys {
				ids = append(ids, k.ID)
			}
			if got := session.IssuerKeyDue(i, "RS256", time.Now()); got != due {
				t.Errorf("due: %v", got)
			}
			if got := session.SigningKey(i, "RS256", time.Now()); got == nil || got.ID != signing || !slices.Equal(ids, published) {
				t.Errorf("%v signs of %v, want %s of %v", got, ids, signing, published)
			}
		}
		add("one")
		check(0, false, "one", "one")
		check(session.RotateIssuerKey-time.Second, false, "one", "one")
		check(time.Second, true, "one", "one")
		add("two")
		check(session.PublishIssuerKey-time.Second, false, "one", "one", "two")
		check(time.Second, false, "two", "one", "two")
		time.Sleep(session.RotateIssuerKey)
		add("three")
		check(0, false, "two", "two", "three")
	})
}

// TestNewIssuerKeyIsRecorded: a key that is due is made with the next token, and that is a change on record.
func TestNewIssuerKeyIsRecorded(t *testing.T) {
	f := issuerWorld(t, policyOf("Allow sts:GetWebIdentityToken *"))
	i := f.Now().TokenIssuer().Clone()
	for n := range i.Keys {
		i.Keys[n].Created = time.Now().Add(-session.RotateIssuerKey)
	}
	f.Put(t, i)
	a := f.alice.Call(t, "GetWebIdentityToken", "Audience.member.1", "x", "SigningAlgorithm", "ES384")
	expect(t, a, "", "")
	opened(t, i, a.Text("WebIdentityToken")) // the old key signs for a day yet
	if n := len(f.Now().TokenIssuer().Keys); n != 3 {
		t.Errorf("%d keys", n)
	}
	events := f.Outbox(t)
	if len(events) == 0 || events[len(events)-1].EventName != "GetWebIdentityToken" {
		t.Errorf("%v", events)
	}
}
