package passkey_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/passkey"
	"github.com/warder-iam/warder/internal/passkey/passkeytest"
)

// What attackers change of a registration.
func TestRegisterRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		spoil   func(*passkeytest.Answer)
		party   passkey.Party
		who     passkey.Person
		binding string
		after   time.Duration
		ok      bool
	}{
		"nothing":               {ok: true},
		"just in time":          {after: 5*time.Minute - 1, ok: true},
		"too late":              {after: 5 * time.Minute},
		"another origin":        {spoil: func(a *passkeytest.Answer) { a.Origin = "https://iam.example.net:8443" }},
		"another port":          {spoil: func(a *passkeytest.Answer) { a.Origin = "https://iam.example.com" }},
		"no https":              {spoil: func(a *passkeytest.Answer) { a.Origin = "http://iam.example.com:8443" }},
		"a subdomain":           {spoil: func(a *passkeytest.Answer) { a.Origin = "https://evil.iam.example.com:8443" }},
		"in a frame":            {spoil: func(a *passkeytest.Answer) { a.CrossOrigin = true }},
		"another site":          {spoil: func(a *passkeytest.Answer) { a.Party = "example.com" }},
		"an assertion's type":   {spoil: func(a *passkeytest.Answer) { a.Type = "webauthn.get" }},
		"another challenge":     {spoil: func(a *passkeytest.Answer) { a.Challenge = strings.Repeat("A", 43) }},
		"no challenge":          {spoil: func(a *passkeytest.Answer) { a.Challenge = "" }},
		"nobody present":        {spoil: func(a *passkeytest.Answer) { a.Flags = 0 }},
		"backed up, yet cannot": {spoil: func(a *passkeytest.Answer) { a.Flags |= passkeytest.BackedUp }},
		"no credential id":      {spoil: func(a *passkeytest.Answer) { a.ID = nil }},
		"for another person":    {who: bob},
		"for the root user":     {who: root},
		"in another account":    {who: passkey.Person{Account: "444455556666", ID: alice.ID}},
		"from another browser":  {binding: "WEBS2"},
		"from no browser":       {binding: "-"},
		"at another site":       {party: passkey.Party{ID: "example.com", Origin: origin}},
		"at another origin":     {party: passkey.Party{ID: "iam.example.com", Origin: "https://iam.example.com"}},
	} {
		p := passkey.New()
		options, err := p.BeginRegistration(party, alice, browser, nil, start)
		must(t, err)
		key, at, who, binding := passkeytest.New(t), c.party, c.who, c.binding
		if at.ID == "" {
			at = party
		}
		if who.ID == "" {
			who = alice
		}
		if binding == "" {
			binding = browser
		}
		var spoil []func(*passkeytest.Answer)
		if c.spoil != nil {
			spoil = append(spoil, c.spoil)
		}
		answer := key.Create(t, options, origin, spoil...)
		d, err := p.Register(at, who, strings.TrimPrefix(binding, "-"), answer, start.Add(c.after))
		if (err == nil) != c.ok || !c.ok && (!errors.Is(err, passkey.ErrRefused) || d != nil) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := p.Register(party, alice, browser, key.Create(t, options, origin), start); !errors.Is(err, passkey.ErrRefused) && !challengeKept(name) {
			t.Errorf("%s: the challenge is good again: %v", name, err)
		}
	}
}

// challengeKept are the answers that name another challenge, or cannot be read far enough to name one.
func challengeKept(name string) bool {
	return slices.Contains([]string{"another challenge", "no challenge", "no credential id"}, name)
}

// What attackers change of an answer to a sign-in.
func TestSignInRefuses(t *testing.T) {
	type try struct {
		spoil func(*passkeytest.Answer)
		after time.Duration
		alone bool // refused of a passkey alone only
		ok    bool
	}
	for name, c := range map[string]try{
		"nothing":               {ok: true},
		"just in time":          {after: 5*time.Minute - 1, ok: true},
		"too late":              {after: 5 * time.Minute},
		"another origin":        {spoil: func(a *passkeytest.Answer) { a.Origin = "https://iam.example.net:8443" }},
		"another port":          {spoil: func(a *passkeytest.Answer) { a.Origin = "https://iam.example.com" }},
		"in a frame":            {spoil: func(a *passkeytest.Answer) { a.CrossOrigin = true }},
		"another site":          {spoil: func(a *passkeytest.Answer) { a.Party = "example.net" }},
		"a registration's type": {spoil: func(a *passkeytest.Answer) { a.Type = "webauthn.create" }},
		"another challenge":     {spoil: func(a *passkeytest.Answer) { a.Challenge = strings.Repeat("A", 43) }},
		"nobody present":        {spoil: func(a *passkeytest.Answer) { a.Flags = 0 }},
		"nobody verified":       {spoil: func(a *passkeytest.Answer) { a.Flags = passkeytest.UserPresent }, alone: true},
		"now may be backed up":  {spoil: func(a *passkeytest.Answer) { a.Flags |= passkeytest.BackupEligible }},
		"another signature":     {spoil: func(a *passkeytest.Answer) { a.Signature = func(s []byte) []byte { s[len(s)-1] ^= 1; return s } }},
		"no signature":          {spoil: func(a *passkeytest.Answer) { a.Signature = func([]byte) []byte { return nil } }},
		"another person":        {spoil: func(a *passkeytest.Answer) { a.Handle = []byte(account + "/AIDABOB") }},
		"the root user":         {spoil: func(a *passkeytest.Answer) { a.Handle = []byte(account + "/" + account) }},
		"another account":       {spoil: func(a *passkeytest.Answer) { a.Handle = []byte("444455556666/AIDAALICE") }},
		"no person":             {spoil: func(a *passkeytest.Answer) { a.Handle = nil }, alone: true},
		"a malformed person":    {spoil: func(a *passkeytest.Answer) { a.Handle = []byte("AIDAALICE") }},
		"an unknown passkey":    {spoil: func(a *passkeytest.Answer) { a.ID = []byte("unknown") }},
	} {
		for _, alone := range []bool{true, false} {
			p := passkey.New()
			key, d := register(t, p, alice)
			options, err := begin(p, alone, alice, start, d)
			must(t, err)
			var spoil []func(*passkeytest.Answer)
			if c.spoil != nil {
				spoil = append(spoil, c.spoil)
			}
			answer := key.Get(t, options, origin, spoil...)
			err = signIn(p, answer, start.Add(c.after), d)
			if ok := c.ok || c.alone && !alone; (err == nil) != ok || !ok && !errors.Is(err, passkey.ErrRefused) {
				t.Errorf("%s, alone %t: %v", name, alone, err)
			}
			if err := signIn(p, key.Get(t, options, origin), start, d); !errors.Is(err, passkey.ErrRefused) && name != "another challenge" {
				t.Errorf("%s, alone %t: the challenge is good again: %v", name, alone, err)
			}
		}
	}
}

// A replayed answer, one to another kind of challenge, one from another browser, and one of another person's passkey.
func TestAnswersInTheWrongPlace(t *testing.T) {
	p := passkey.New()
	key, d := register(t, p, alice)
	bobs, bobsDevice := register(t, p, bob)
	options, err := p.BeginSignIn(party, browser, start)
	must(t, err)
	answer := key.Get(t, options, origin)
	if err := signIn(p, answer, start, d); err != nil {
		t.Fatal(err)
	}
	if err := signIn(p, answer, start, d); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("replayed: %v", err)
	}

	options, err = p.BeginSignIn(party, browser, start)
	must(t, err)
	if _, err := p.Open(party, "another browser", key.Get(t, options, origin), start); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("from another browser: %v", err)
	}

	options, err = p.BeginRegistration(party, alice, browser, nil, start)
	must(t, err)
	if err := signIn(p, key.Get(t, options, origin), start, d); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("to a registration: %v", err)
	}
	options, err = p.BeginSignIn(party, browser, start)
	must(t, err)
	created := passkeytest.New(t).Create(t, registrationOf(options), origin)
	if _, err := p.Register(party, alice, browser, created, start); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("a registration to a sign-in: %v", err)
	}

	// Bob answers with his own where alice's was asked for.
	options, err = p.BeginSecondFactor(party, alice, browser, []*directory.MFADevice{d}, start)
	must(t, err)
	a, err := p.Open(party, browser, bobs.Get(t, options, origin), start)
	must(t, err)
	if _, err := a.Verify(state(d, bobsDevice), start); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("bob's passkey for alice: %v", err)
	}
	// One of alice's that was not among those that were asked for, because it was registered since.
	options, err = p.BeginSecondFactor(party, alice, browser, []*directory.MFADevice{d}, start)
	must(t, err)
	later, laterDevice := register(t, p, alice)
	if err := signIn(p, later.Get(t, options, origin), start, d, laterDevice); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("a passkey that was not asked for: %v", err)
	}
	// One that was given away since.
	options, err = p.BeginSecondFactor(party, alice, browser, []*directory.MFADevice{d}, start)
	must(t, err)
	given := d.Clone()
	given.User = bob.ID
	if err := signIn(p, key.Get(t, options, origin), start, given); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("a passkey that is bob's by now: %v", err)
	}
}

// registrationOf makes of options for a sign-in some that a key takes for a registration's.
func registrationOf(options json.RawMessage) json.RawMessage {
	return json.RawMessage(strings.Replace(string(options), "{", `{"rp":{"id":"iam.example.com"},"user":{"id":"eA"},`, 1))
}

// A counter that goes back, or stays, is that of a copy; from then on neither signs in. Keys without a counter have none.
func TestClones(t *testing.T) {
	p := passkey.New()
	key, d := register(t, p, alice)
	use := func(k *passkeytest.Key, d *directory.MFADevice) (*directory.MFADevice, error) {
		options, err := p.BeginSignIn(party, browser, start)
		must(t, err)
		a, err := p.Open(party, browser, k.Get(t, options, origin), start)
		must(t, err)
		return a.Verify(state(d), start)
	}
	thief := key.Copy()
	d, err := use(key, d)
	must(t, err)
	if _, err := use(thief, d); !errors.Is(err, passkey.ErrCloned) {
		t.Errorf("with the same counter: %v", err)
	}
	d, err = use(key, d)
	must(t, err)
	thief.Count = 0
	marked, err := use(thief, d)
	if !errors.Is(err, passkey.ErrCloned) {
		t.Errorf("with an older counter: %v", err)
	}
	if d.Passkey.Cloned || !marked.Passkey.Cloned || marked.Count != d.Count {
		t.Error("it is marked in place, or not at all")
	}
	for name, k := range map[string]*passkeytest.Key{"owner": key, "thief": thief} {
		k.Count = 1000
		if _, err := use(k, marked); !errors.Is(err, passkey.ErrCloned) {
			t.Errorf("the %s of a cloned key signs in: %v", name, err)
		}
	}

	none, d := register(t, p, alice, func(a *passkeytest.Answer) { a.Count = 0 })
	for range 3 {
		none.Count = ^uint32(0) // the next is 0
		if d, err = use(none, d); err != nil {
			t.Errorf("without a counter: %v", err)
		}
	}
}

// The same answer in two transactions: the second meets the counter that the first has left.
func TestCounterIsComparedWhereItIsStored(t *testing.T) {
	p := passkey.New()
	key, stored := register(t, p, alice)
	options, err := p.BeginSignIn(party, browser, start)
	must(t, err)
	a, err := p.Open(party, browser, key.Get(t, options, origin), start)
	must(t, err)
	first, err := a.Verify(state(stored), start)
	must(t, err)
	if _, err := a.Verify(state(first), start); !errors.Is(err, passkey.ErrCloned) {
		t.Errorf("twice: %v", err)
	}
	if again, err := a.Verify(state(stored), start); err != nil || again.Count != first.Count { // a transaction may run again
		t.Errorf("again on the same state: %v", err)
	}
}

func TestChallengesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := passkey.NewSmall(100)
		key, d := register(t, p, alice)
		first, err := p.BeginSecondFactor(party, alice, browser, []*directory.MFADevice{d}, start)
		must(t, err)
		for range 4 { // of the same browser: the oldest goes
			_, err := p.BeginSecondFactor(party, alice, browser, []*directory.MFADevice{d}, start)
			must(t, err)
		}
		if err := signIn(p, key.Get(t, first, origin), start, d); !errors.Is(err, passkey.ErrRefused) {
			t.Errorf("the fifth last: %v", err)
		}
		full := 0
		for i := range 200 {
			if _, err := p.BeginSignIn(party, "stranger "+string(rune(i)), start); errors.Is(err, passkey.ErrBusy) {
				full++
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if full != 100 {
			t.Errorf("%d of 200 were too many", full)
		}
		// Strangers do not keep out who has given a password.
		options, err := p.BeginSecondFactor(party, alice, browser, []*directory.MFADevice{d}, start)
		must(t, err)
		if err := signIn(p, key.Get(t, options, origin), start, d); err != nil {
			t.Errorf("in the flood: %v", err)
		}
		if _, err := p.BeginSignIn(party, browser, start.Add(5*time.Minute)); err != nil {
			t.Errorf("after the flood: %v", err)
		}
	})
}

// FuzzAnswer: no answer without a challenge of its own is good, whatever it is, and none panics.
func FuzzAnswer(f *testing.F) {
	p := passkey.New()
	key, d := register(f, p, alice)
	options, err := p.BeginSignIn(party, browser, start)
	must(f, err)
	f.Add([]byte(key.Get(f, options, origin)))
	options, err = p.BeginRegistration(party, alice, browser, nil, start)
	must(f, err)
	f.Add([]byte(key.Create(f, options, origin)))
	f.Add([]byte(`{"id":"eA","rawId":"eA","type":"public-key","response":{}}`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		fresh := passkey.New()
		for _, err := range []error{signIn(fresh, answer, start, d), registered(fresh, answer)} {
			if !errors.Is(err, passkey.ErrRefused) {
				t.Errorf("%q: %v", answer, err)
			}
		}
	})
}

func registered(p *passkey.Passkeys, answer []byte) error {
	_, err := p.Register(party, alice, browser, answer, start)
	return err
}

// An answer that is too large is refused before it is read.
func TestLargeAnswer(t *testing.T) {
	p := passkey.New()
	large := []byte(`{"x":"` + strings.Repeat("x", passkey.MaxAnswer) + `"}`)
	if err := signIn(p, large, start); !errors.Is(err, passkey.ErrRefused) || !strings.Contains(err.Error(), "too long") {
		t.Error(err)
	}
	if err := registered(p, large); !errors.Is(err, passkey.ErrRefused) || !strings.Contains(err.Error(), "too long") {
		t.Error(err)
	}
}
