package oidc_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/warder-iam/warder/internal/oidc"
	"github.com/warder-iam/warder/internal/oidc/oidctest"
)

const client = "app-one"

// verify takes a token through both steps.
func verify(t *testing.T, v *oidc.Verifier, p *oidc.Provider, text string) (*oidc.Identity, error) {
	t.Helper()
	token, err := oidc.Parse(text)
	if err != nil {
		return nil, err
	}
	return v.Verify(t.Context(), token, p, time.Now())
}

func registered(p *oidctest.Provider) *oidc.Provider {
	return &oidc.Provider{Issuer: p.URL, ClientIDs: []string{client}}
}

func kindOf(err error) oidc.Kind {
	var e *oidc.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}

// TestClaims: what a token says decides, when its signature is good.
func TestClaims(t *testing.T) {
	p := oidctest.New(t)
	v := p.Verifier(t, true)
	now := time.Now().Unix()
	for name, c := range map[string]struct {
		claims map[string]any
		kind   oidc.Kind
		part   string
	}{
		"good":                        {nil, 0, ""},
		"a list of one audience":      {map[string]any{"aud": []string{client}}, 0, ""},
		"azp is the client":           {map[string]any{"aud": []string{"api", "other"}, "azp": client}, 0, ""},
		"azp is another client":       {map[string]any{"azp": "other"}, oidc.Invalid, "Incorrect token audience"},
		"azp is no text":              {map[string]any{"azp": 7}, oidc.Invalid, "Incorrect token audience"},
		"several audiences, no azp":   {map[string]any{"aud": []string{client, "other"}}, oidc.Invalid, "Incorrect token audience"},
		"another audience":            {map[string]any{"aud": "other"}, oidc.Invalid, "Incorrect token audience"},
		"audience in another case":    {map[string]any{"aud": "APP-ONE"}, oidc.Invalid, "Incorrect token audience"},
		"no audience":                 {map[string]any{"aud": nil}, oidc.Invalid, "Missing a required claim: aud"},
		"no expiry":                   {map[string]any{"exp": nil}, oidc.Invalid, "Missing a required claim: exp"},
		"no subject":                  {map[string]any{"sub": nil}, oidc.Invalid, "Missing a required claim: sub"},
		"a subject with a line break": {map[string]any{"sub": "a\nb"}, oidc.Invalid, "control characters"},
		"a long subject":              {map[string]any{"sub": strings.Repeat("x", 256)}, oidc.Invalid, "longer than 255"},
		"an empty subject":            {map[string]any{"sub": ""}, oidc.Invalid, "Missing a required claim: sub"},
		"no issuer":                   {map[string]any{"iss": nil}, oidc.Invalid, "Missing a required claim: iss"},
		"another issuer":              {map[string]any{"iss": p.URL + "/x"}, oidc.Invalid, "issuer"},
		"expired":                     {map[string]any{"exp": now - 1}, oidc.Expired, "Token expired: current date/time"},
		"an expiry that is a text":    {map[string]any{"exp": "never"}, oidc.Invalid, "not a valid JWT"},
		"not yet":                     {map[string]any{"nbf": now + 3600}, oidc.Rejected, "nbf"},
		"issued tomorrow":             {map[string]any{"iat": now + 86400}, oidc.Rejected, "iat"},
		"a clock a little ahead":      {map[string]any{"iat": now + 60, "nbf": now + 60}, 0, ""},
		"twins":                       {map[string]any{"SUB": "root"}, oidc.Invalid, "not a valid JWT"},
		"a tag of two values":         {map[string]any{"https://aws.amazon.com/tags": map[string]any{"principal_tags": map[string]any{"a": []string{"1", "2"}}}}, oidc.Invalid, "has not one value"},
		"tags in no form":             {map[string]any{"https://aws.amazon.com/tags": "team=red"}, oidc.Invalid, "not in its form"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := verify(t, v, registered(p), p.Sign(t, p.Claims(client, c.claims)))
			if kindOf(err) != c.kind || err != nil && !strings.Contains(err.Error(), c.part) {
				t.Errorf("%v, want kind %d with %q", err, c.kind, c.part)
			}
		})
	}
}

// TestIdentity: what becomes of the claims.
func TestIdentity(t *testing.T) {
	p := oidctest.New(t)
	id, err := verify(t, p.Verifier(t, true), registered(p), p.Sign(t, p.Claims(client, map[string]any{
		"aud": []string{"api", "other"}, "azp": client, "amr": []string{"pwd", "otp"}, "email": "ann@example.com", "level": 3, "ok": true,
		"deep": map[string]any{"a": 1}, "https://aws.amazon.com/source_identity": "ann",
		"https://aws.amazon.com/tags":                      map[string]any{"principal_tags": map[string]any{"team": []string{"red"}}, "transitive_tag_keys": []string{"team"}},
		"https://aws.amazon.com/tags/principal_tags/Stage": "test",
	})))
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]string{}
	for _, k := range id.Keys {
		keys[k.Name] = fmt.Sprint(k.Values, k.Many)
	}
	want := map[string]string{
		"aud": "[app-one] false", "sub": "[user-0001] false", "oaud": "[api other] true", "amr": "[pwd otp] true",
		"email": "[ann@example.com] false", "level": "[3] false", "ok": "[true] false",
	}
	if fmt.Sprint(keys) != fmt.Sprint(want) {
		t.Errorf("keys %v, want %v", keys, want)
	}
	if fmt.Sprintf("%v %v %s %s", id.Tags, id.TransitiveTagKeys, id.SourceIdentity, id.Audience) != "[{Stage test} {team red}] [team] ann app-one" {
		t.Errorf("%+v", id)
	}
}

// TestForgery: whatever is not signed by the provider's own key, in the way that the key is for, proves nothing.
func TestForgery(t *testing.T) {
	p := oidctest.New(t)
	v := p.Verifier(t, true)
	good := p.Sign(t, p.Claims(client, nil))
	payload, err := json.Marshal(p.Claims(client, nil))
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	part := strings.Split(good, ".")
	stranger := oidctest.New(t)
	for name, text := range map[string]string{
		"alg none":           b64([]byte(`{"alg":"none"}`)) + "." + part[1] + ".",
		"alg none, signed":   b64([]byte(`{"alg":"none"}`)) + "." + part[1] + "." + part[2],
		"HMAC with public":   b64([]byte(`{"alg":"HS256","kid":"k1"}`)) + "." + part[1] + "." + part[2],
		"another algorithm":  b64([]byte(`{"alg":"RS256","kid":"k1"}`)) + "." + part[1] + "." + part[2],
		"another curve":      b64([]byte(`{"alg":"ES384","kid":"k1"}`)) + "." + part[1] + "." + part[2],
		"another payload":    part[0] + "." + b64([]byte(strings.Replace(string(payload), "user-0001", "user-0002", 1))) + "." + part[2],
		"another's key":      stranger.SignRaw(t, payload, nil),
		"its own key":        p.SignRaw(t, payload, map[jose.HeaderKey]any{"jwk": map[string]string{"kty": "EC"}}),
		"a URL of keys":      p.SignRaw(t, payload, map[jose.HeaderKey]any{"jku": stranger.URL + "/keys"}),
		"certificates' URL":  p.SignRaw(t, payload, map[jose.HeaderKey]any{"x5u": stranger.URL}),
		"critical":           p.SignRaw(t, payload, map[jose.HeaderKey]any{"crit": []string{"x"}, "x": 1}),
		"a claim twice":      p.SignRaw(t, []byte(strings.Replace(string(payload), `{`, `{"sub":"root",`, 1)), nil),
		"no object":          p.SignRaw(t, []byte(`[]`), nil),
		"deep":               p.SignRaw(t, []byte(`{"iss":"`+p.URL+`","x":`+strings.Repeat("[", 40)+strings.Repeat("]", 40)+`}`), nil),
		"two parts":          part[0] + "." + part[1],
		"four parts":         good + ".x",
		"padding":            part[0] + "=." + part[1] + "." + part[2],
		"no token":           "x",
		"too long":           good + strings.Repeat("A", 20_000),
		"a cut signature":    good[:len(good)-8],
		"an empty signature": part[0] + "." + part[1] + ".",
	} {
		if _, err := verify(t, v, registered(p), text); kindOf(err) != oidc.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := verify(t, v, registered(p), good); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

// TestProvider: what a provider may answer, and who may be called at all.
func TestProvider(t *testing.T) {
	text := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }
	}
	for name, change := range map[string]func(p *oidctest.Provider){
		"another issuer": func(p *oidctest.Provider) {
			p.Discovery = text(`{"issuer":"https://x.example","jwks_uri":"` + p.URL + `/keys"}`)
		},
		"keys over http": func(p *oidctest.Provider) {
			p.Discovery = text(`{"issuer":"` + p.URL + `","jwks_uri":"http://` + p.URL[8:] + `/keys"}`)
		},
		"issuer twice": func(p *oidctest.Provider) {
			p.Discovery = text(`{"issuer":"x","issuer":"` + p.URL + `","jwks_uri":"` + p.URL + `/keys"}`)
		},
		"no keys":        func(p *oidctest.Provider) { p.KeySet = text(`{"keys":[]}`) },
		"symmetric keys": func(p *oidctest.Provider) { p.KeySet = text(`{"keys":[{"kty":"oct","kid":"k1","k":"AAAA"}]}`) },
		"no JSON":        func(p *oidctest.Provider) { p.KeySet = text(`<html>`) },
		"too much":       func(p *oidctest.Provider) { p.KeySet = text(`{"keys":["` + strings.Repeat("x", 1<<20) + `"]}`) },
		"a redirect": func(p *oidctest.Provider) {
			p.KeySet = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }
		},
		"an error": func(p *oidctest.Provider) {
			p.KeySet = func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", http.StatusInternalServerError) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := oidctest.New(t)
			change(p)
			_, err := verify(t, p.Verifier(t, true), registered(p), p.Sign(t, p.Claims(client, nil)))
			if kindOf(err) != oidc.Invalid || !strings.Contains(err.Error(), "Couldn't retrieve verification key") {
				t.Errorf("%v", err)
			}
		})
	}
	t.Run("loopback is not allowed", func(t *testing.T) {
		p := oidctest.New(t)
		v, err := oidc.New(oidc.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := verify(t, v, registered(p), p.Sign(t, p.Claims(client, nil))); kindOf(err) != oidc.Invalid || p.Calls() != 0 {
			t.Errorf("%v after %d calls", err, p.Calls())
		}
	})
	t.Run("nobody answers", func(t *testing.T) {
		p := oidctest.New(t)
		token := p.Sign(t, p.Claims(client, nil))
		p.Close()
		if _, err := verify(t, p.Verifier(t, true), registered(p), token); kindOf(err) != oidc.Unreachable {
			t.Errorf("%v", err)
		}
	})
}

// TestThumbprint: without a trusted authority, a certificate's thumbprint decides.
func TestThumbprint(t *testing.T) {
	p := oidctest.New(t)
	v := p.Verifier(t, false)
	r := registered(p)
	token := p.Sign(t, p.Claims(client, nil))
	if _, err := verify(t, v, r, token); kindOf(err) != oidc.Invalid || !strings.Contains(err.Error(), "HTTPS certificate doesn't match configured thumbprint") {
		t.Errorf("without a thumbprint: %v", err)
	}
	r.Thumbprints = []string{strings.Repeat("0", 40)}
	if _, err := verify(t, v, r, token); kindOf(err) != oidc.Invalid {
		t.Errorf("with another thumbprint: %v", err)
	}
	r.Thumbprints = []string{oidc.Thumbprint(p.Certificate())}
	if _, err := verify(t, v, r, token); err != nil {
		t.Errorf("with its thumbprint: %v", err)
	}
}

// TestOfflineKeySet: a provider with a key set of its own is never called.
func TestOfflineKeySet(t *testing.T) {
	p := oidctest.New(t)
	resp, err := p.Client().Get(p.URL + "/keys")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var raw json.RawMessage
	if err := json.NewDecoder(resp.Body).Decode(&raw); err != nil {
		t.Fatal(err)
	}
	keys, err := oidc.ParseKeySet(raw)
	if err != nil {
		t.Fatal(err)
	}
	token := p.Sign(t, p.Claims(client, nil))
	p.AddKey(t, "k2")
	unknown := p.Sign(t, p.Claims(client, nil))
	p.Close()
	v, err := oidc.New(oidc.Options{KeySets: map[string][]jose.JSONWebKey{p.URL: keys}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verify(t, v, registered(p), token); err != nil {
		t.Error(err)
	}
	if _, err := verify(t, v, registered(p), unknown); kindOf(err) != oidc.Invalid {
		t.Errorf("a key that is not in the set: %v", err)
	}
}

func TestAlgorithms(t *testing.T) {
	p := oidctest.New(t)
	v, err := oidc.New(oidc.Options{Algorithms: map[string][]string{p.URL: {"RS256"}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verify(t, v, registered(p), p.Sign(t, p.Claims(client, nil))); kindOf(err) != oidc.Invalid || p.Calls() != 0 {
		t.Errorf("ES256 where RS256 is configured: %v", err)
	}
	for _, bad := range []string{"none", "HS256", "rs256", ""} {
		if _, err := oidc.New(oidc.Options{Algorithms: map[string][]string{p.URL: {bad}}}); err == nil {
			t.Errorf("the algorithm %q is taken", bad)
		}
	}
}

// TestCalls: however many tokens name keys that nobody knows, the provider is asked once, and a new key is found.
func TestCalls(t *testing.T) {
	p := oidctest.New(t)
	v := p.Verifier(t, true)
	token := p.Sign(t, p.Claims(client, nil))
	p.AddKey(t, "k2")
	for range 20 {
		if _, err := verify(t, v, registered(p), token); err != nil {
			t.Fatal(err)
		}
	}
	p.AddKey(t, "k3")
	unknown := p.Sign(t, p.Claims(client, nil))
	for range 20 {
		if _, err := verify(t, v, registered(p), unknown); kindOf(err) != oidc.Invalid {
			t.Fatal(err)
		}
	}
	if p.Calls() != 1 {
		t.Errorf("%d calls, want 1", p.Calls())
	}
}

// TestCertificateNamesTheHost: a certificate that is trusted, or named by a thumbprint, counts for its own hosts only.
func TestCertificateNamesTheHost(t *testing.T) {
	p := oidctest.New(t) // its certificate is for example.com and 127.0.0.1
	for issuer, want := range map[string]string{
		"https://example.com": "", "https://id.example.org": "doesn't match configured thumbprint",
		"https://127.0.0.1": "", "https://127.0.0.9": "doesn't match configured thumbprint",
	} {
		for _, trusted := range []bool{true, false} {
			v := p.Verifier(t, trusted)
			v.LeadTo(p.Listener.Addr().String())
			p.Discovery = func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write([]byte(`{"issuer":"` + issuer + `","jwks_uri":"` + issuer + `/keys"}`))
			}
			r := &oidc.Provider{Issuer: issuer, ClientIDs: []string{client}, Thumbprints: []string{oidc.Thumbprint(p.Certificate())}}
			_, err := verify(t, v, r, p.Sign(t, p.Claims(client, map[string]any{"iss": issuer})))
			if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s, trusted %v: %v", issuer, trusted, err)
			}
		}
	}
}
