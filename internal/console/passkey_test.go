package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/passkey"
	"github.com/warder-iam/warder/internal/passkey/passkeytest"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/session"
)

const site = "https://warder.example.com"

// keyed is a script's server at a site that takes passkeys.
func keyed(t *testing.T, alone bool) *script {
	t.Helper()
	s := newScript(t, func(o *Options) { o.PasskeyAlone = alone })
	s.host = strings.TrimPrefix(site, "https://")
	return s
}

// key registers a passkey of a user.
func (s *script) key(user string) *passkeytest.Key {
	s.t.Helper()
	party, err := passkey.PartyAt(site)
	servertest.Check(s.t, err)
	u := s.Now().User(user)
	person, now := passkey.Person{Account: account, ID: u.ID, Name: user}, time.Now()
	options, err := s.console.Passkeys.BeginRegistration(party, person, "test", nil, now)
	servertest.Check(s.t, err)
	key := passkeytest.New(s.t)
	d, err := s.console.Passkeys.Register(party, person, "test", key.Create(s.t, options, site), now)
	servertest.Check(s.t, err)
	d.ID, d.Path, d.Name = session.NewEntityID("AIDM"), "/user/"+user+"/", "key-"+d.ID
	s.Put(s.t, d)
	return key
}

// ask gets a challenge and gives the key's answer.
func (s *script) ask(path string, key *passkeytest.Key, spoil ...func(*passkeytest.Answer)) string {
	s.t.Helper()
	s.json(http.MethodPost, path)
	if s.now.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %d %s", path, s.now.StatusCode, s.now.body)
	}
	return string(key.Get(s.t, []byte(s.now.body), site, spoil...))
}

func (s *script) answer(path, answer string) {
	s.t.Helper()
	form := url.Values{"form": {s.now.token}, "passkey": {answer}}
	s.send(http.MethodPost, path, strings.NewReader(form.Encode()), "application/x-www-form-urlencoded")
}

func (s *script) lines(text string) {
	s.t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		s.step(verb, strings.TrimSpace(rest), words(rest))
	}
}

// TestPasskeySecond: a passkey as the second factor, beside an authenticator app.
func TestPasskeySecond(t *testing.T) {
	s := keyed(t, false)
	key, other := s.key("bob"), s.key("alice")
	s.lines(`
		get /signin/passkey
		status 404
		get /signin
		lacks passkey
		post /signin account=acme user=bob password=` + canary + `
		to /signin/mfa
		event CheckMfa Success additionalEventData.MfaType='Multiple MFA Devices'
		get /signin/mfa
		has <script src="/signin/static/passkey-
		has data-options="/signin/mfa/options"
		has autocomplete="one-time-code"`)
	const failed = `
		status 403
		has The passkey was not accepted
		cookie session same
		event ConsoleLogin Failure userIdentity.userName=bob additionalEventData.MFAUsed=Yes`
	spoiled := map[string]func(*passkeytest.Answer){
		"another site":      func(a *passkeytest.Answer) { a.Origin = "https://evil.example.com" },
		"another party":     func(a *passkeytest.Answer) { a.Party = "evil.example.com" },
		"a wrong signature": func(a *passkeytest.Answer) { a.Signature = func(b []byte) []byte { b[len(b)-1] ^= 1; return b } },
		"a registration":    func(a *passkeytest.Answer) { a.Type = "webauthn.create" },
	}
	for name, spoil := range spoiled {
		s.t.Log(name)
		s.answer(factorPath, s.ask(factorOptionsPath, key, spoil))
		s.lines(failed)
	}
	s.answer(factorPath, s.ask(factorOptionsPath, other))
	s.lines(failed)
	s.answer(factorPath, "{}")
	s.lines(failed)
	good := s.ask(factorOptionsPath, key)
	s.answer(factorPath, good)
	s.lines(`
		to /console/
		cookie session new
		event ConsoleLogin Success userIdentity.userName=bob additionalEventData.MFAUsed=Yes
		json GET /console/session
		has "mfa":true
		get /signin/mfa`)
	s.answer(factorPath, good) // again
	s.lines(`
		status 403
		event CheckMfa Failure`)
	// A challenge is for the session that it was made in.
	s.lines(`
		as other
		get /signin
		post /signin account=acme user=bob password=` + canary + `
		event CheckMfa Success
		get /signin/mfa`)
	theirs := s.ask(factorOptionsPath, key)
	s.lines(`
		as third
		get /signin
		post /signin account=acme user=bob password=` + canary + `
		event CheckMfa Success
		get /signin/mfa`)
	s.answer(factorPath, theirs)
	s.lines(failed)
	// Of whom there is a copy is out of use.
	copied := key.Copy()
	copied.Count -= 3
	s.answer(factorPath, s.ask(factorOptionsPath, copied))
	s.lines(`
		status 403
		event ConsoleLogin Failure errorMessage='There is a copy of the passkey' userIdentity.userName=bob`)
	s.json(http.MethodPost, factorOptionsPath)
	s.lines(`
		status 409
		has no passkey is registered`)
	s.play("")
}

// TestPasskeyAloneIsBounded: one address has a few challenges for nothing, whatever cookies it sends, and none of other people's; who
// gets in has cost it nothing, and waits with nobody.
func TestPasskeyAloneIsBounded(t *testing.T) {
	s := keyed(t, true)
	alice := s.key("alice")
	in := func(browser string) {
		s.lines("as " + browser + "\nget /signin/passkey")
		s.answer(passkeyPath, s.ask(passkeyOptionsPath, alice))
		s.lines("to /console/\nevent ConsoleLogin Success")
	}
	for n := range 60 {
		in(fmt.Sprint("in", n))
	}
	const free = 50
	for n := range free + 1 {
		s.lines(fmt.Sprint("as ", n) + "\nget /signin/passkey")
		s.json(http.MethodPost, passkeyOptionsPath)
		if want := n < free; (s.now.StatusCode == http.StatusOK) != want {
			t.Fatalf("%d: %d %s", n, s.now.StatusCode, s.now.body)
		}
	}
	s.lines(`
		status 429
		said Content-Type application/json
		said Retry-After 1
		has The next one counts in 1 second
		get /signin
		post /signin account=acme user=bob password=wrong
		status 429
		event ConsoleLogin Failure errorMessage='Too many failed tries'`)
	s.play("")
}

// TestPasskeyAlone: both factors at once, where the setting allows it.
func TestPasskeyAlone(t *testing.T) {
	s := keyed(t, true)
	alice, erin := s.key("alice"), s.key("erin")
	s.lines(`
		get /signin?next=/console/keys
		has Sign in with a passkey
		get /signin/passkey?next=/console/keys
		status 200
		has data-options="/signin/passkey/options"
		has <noscript>`)
	const failed = `
		status 403
		has The passkey was not accepted
		cookie session none
		event ConsoleLogin Failure userIdentity.userName=HIDDEN_DUE_TO_SECURITY_REASONS additionalEventData.MFAUsed=Yes`
	s.answer(passkeyPath, s.ask(passkeyOptionsPath, alice, func(a *passkeytest.Answer) { a.Flags &^= passkeytest.UserVerified }))
	s.lines(failed)
	s.answer(passkeyPath, s.ask(passkeyOptionsPath, alice, func(a *passkeytest.Answer) { a.Handle = []byte(account + "/" + s.Now().User("bob").ID) }))
	s.lines(failed)
	s.answer(passkeyPath, s.ask(passkeyOptionsPath, alice, func(a *passkeytest.Answer) { a.Handle = []byte("999999999999/AIDAX") }))
	s.lines(failed)
	s.answer(passkeyPath, s.ask(passkeyOptionsPath, erin)) // who has no password does not sign in
	s.lines(failed)
	theirs := s.ask(passkeyOptionsPath, alice)
	s.lines(`
		as attacker
		get /signin/passkey`)
	s.answer(passkeyPath, theirs)
	s.lines(failed)
	s.lines(`
		as laptop
		get /signin/passkey`)
	s.answer(passkeyPath, s.ask(passkeyOptionsPath, alice))
	s.lines(`
		to /console/
		cookie session new
		cookie browser new
		event ConsoleLogin Success userIdentity.userName=alice additionalEventData.MFAUsed=Yes
		json GET /console/session
		has "mfa":true
		do passwords expire for good
		as phone
		get /signin/passkey`)
	s.answer(passkeyPath, s.ask(passkeyOptionsPath, alice))
	s.lines(`
		status 403
		has Your password has expired
		event ConsoleLogin Failure userIdentity.userName=alice errorMessage='The password has expired'`)
	s.play("")
}
