package passkey_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/passkey"
	"github.com/warder-iam/warder/internal/passkey/passkeytest"
)

const (
	account = "111122223333"
	origin  = "https://iam.example.com:8443"
	browser = "WEBS1" // the binding of tests
)

var (
	start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	party = passkey.Party{ID: "iam.example.com", Origin: origin}
	alice = passkey.Person{Account: account, ID: "AIDAALICE", Name: "alice@" + account}
	bob   = passkey.Person{Account: account, ID: "AIDABOB", Name: "bob@" + account}
	root  = passkey.Person{Account: account, ID: account, Name: "root"}
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// state is an account with these devices.
func state(devices ...*directory.MFADevice) *directory.Account {
	entities := []directory.Entity{&directory.AccountInfo{ID: account}}
	for i, d := range devices {
		d = d.Clone()
		d.ID = fmt.Sprint("D", i)
		entities = append(entities, d)
	}
	return directory.New(directory.NewLibrary(nil)).With(1, account, entities, nil).Account(account)
}

// register gives a person a passkey.
func register(t testing.TB, p *passkey.Passkeys, who passkey.Person, spoil ...func(*passkeytest.Answer)) (*passkeytest.Key, *directory.MFADevice) {
	t.Helper()
	key := passkeytest.New(t)
	options, err := p.BeginRegistration(party, who, browser, nil, start)
	must(t, err)
	d, err := p.Register(party, who, browser, key.Create(t, options, origin, spoil...), start)
	must(t, err)
	return key, d
}

func TestRegister(t *testing.T) {
	p := passkey.New()
	key, d := register(t, p, alice)
	want := &directory.Passkey{
		Party: "iam.example.com", Algorithm: -7, Transports: []string{"usb", "internal"}, Attachment: "cross-platform", Model: make([]byte, 16),
		Format: "none", Attestation: "none", UserVerified: true, Discoverable: new(true),
	}
	got, err := json.Marshal(d.Passkey)
	must(t, err)
	text, err := json.Marshal(want)
	must(t, err)
	if string(got) != string(text) {
		t.Errorf("registered %s\nwant %s", got, text)
	}
	if d.Kind != directory.SecurityKey || d.User != alice.ID || !d.Created.Equal(start) || !d.Enabled.Equal(start) || d.Count != 1 ||
		string(d.Credential) != string(key.ID) || len(d.PublicKey) == 0 || d.Sealed != nil || d.ID+d.Name+d.Path != "" {
		t.Errorf("the device is %+v", d)
	}
	if string(key.Handle) != account+"/AIDAALICE" {
		t.Errorf("the passkey is of %q", key.Handle)
	}
	_, backedUp := register(t, p, root, func(a *passkeytest.Answer) {
		a.Flags = passkeytest.UserPresent | passkeytest.BackupEligible | passkeytest.BackedUp
	})
	if q := backedUp.Passkey; q.UserVerified || !q.BackupEligible || !q.BackedUp || backedUp.User != account {
		t.Errorf("one of a password manager is %+v", q)
	}
}

// The options name the person to the authenticator, keep it from registering twice, and ask for what signs in alone.
func TestRegistrationOptions(t *testing.T) {
	p := passkey.New()
	key, d := register(t, p, alice)
	elsewhere := d.Clone()
	elsewhere.Credential, elsewhere.Passkey.Party = []byte("elsewhere"), "other.example.com"
	options, err := p.BeginRegistration(party, alice, browser, []*directory.MFADevice{d, elsewhere, {Kind: directory.VirtualMFA}}, start)
	must(t, err)
	var o struct {
		RP                     struct{ ID, Name string }
		User                   struct{ Name, DisplayName string }
		Timeout                int
		Attestation            string
		PubKeyCredParams       []struct{ Alg int }
		ExcludeCredentials     []struct{ ID string }
		AuthenticatorSelection struct{ ResidentKey, UserVerification string }
		Extensions             struct{ CredProps bool }
	}
	must(t, json.Unmarshal(options, &o))
	if o.RP.ID != "iam.example.com" || o.RP.Name != "Warder" || o.User.Name != alice.Name || o.User.DisplayName != alice.Name || o.Timeout != 300_000 ||
		o.Attestation != "none" || o.AuthenticatorSelection.ResidentKey != "preferred" || o.AuthenticatorSelection.UserVerification != "preferred" ||
		!o.Extensions.CredProps || len(o.ExcludeCredentials) != 1 {
		t.Errorf("options %s", options)
	}
	var algorithms []int
	for _, a := range o.PubKeyCredParams {
		algorithms = append(algorithms, a.Alg)
	}
	if !slices.Contains(algorithms, -7) || !slices.Contains(algorithms, -8) || !slices.Contains(algorithms, -257) {
		t.Errorf("algorithms %v", algorithms)
	}
	if strings.Contains(string(options), string(key.ID)) {
		t.Error("the credential's id is not in base64url")
	}
}

func TestSignIn(t *testing.T) {
	for name, who := range map[string]passkey.Person{"user": alice, "root": root} {
		p := passkey.New()
		key, d := register(t, p, who)
		for i, alone := range []bool{true, false, true} {
			now := start.Add(time.Duration(i+1) * time.Hour)
			options, err := begin(p, alone, who, now, d)
			must(t, err)
			a, err := p.Open(party, browser, key.Get(t, options, origin), now)
			must(t, err)
			if a.Account != account || a.Principal != who.ID || a.Alone != alone || string(a.Credential) != string(key.ID) {
				t.Errorf("%s: the answer is of %s %s, alone %t", name, a.Account, a.Principal, a.Alone)
			}
			next, err := a.Verify(state(d), now.Add(time.Second/2))
			must(t, err)
			if next.Count != d.Count+1 || !next.Passkey.Used.Equal(now) || next == d {
				t.Errorf("%s: then it is %+v %+v", name, next, next.Passkey)
			}
			d = next
		}
	}
}

func begin(p *passkey.Passkeys, alone bool, who passkey.Person, now time.Time, devices ...*directory.MFADevice) (json.RawMessage, error) {
	if alone {
		return p.BeginSignIn(party, browser, now)
	}
	return p.BeginSecondFactor(party, who, browser, devices, now)
}

// Options for a second factor name the person's passkeys for this site; those for a sign-in name nobody's.
func TestSignInOptions(t *testing.T) {
	p := passkey.New()
	_, d := register(t, p, alice)
	cloned, elsewhere, old := d.Clone(), d.Clone(), d.Clone()
	cloned.Passkey.Cloned, elsewhere.Passkey.Party, old.Passkey = true, "other.example.com", nil
	type options struct {
		RPID             string `json:"rpId"`
		UserVerification string
		AllowCredentials []struct{ ID string }
		Timeout          int
	}
	for name, c := range map[string]struct {
		alone   bool
		devices []*directory.MFADevice
		want    string // user verification; "" for none to ask
		allowed int
	}{
		"alone":                 {alone: true, want: "required"},
		"second":                {devices: []*directory.MFADevice{d, cloned, elsewhere, old, {Kind: directory.VirtualMFA}}, want: "preferred", allowed: 1},
		"cloned":                {devices: []*directory.MFADevice{cloned}},
		"for another site":      {devices: []*directory.MFADevice{elsewhere}},
		"of an earlier version": {devices: []*directory.MFADevice{old}},
		"no device":             {},
	} {
		text, err := begin(p, c.alone, alice, start, c.devices...)
		if c.want == "" {
			if !errors.Is(err, passkey.ErrNoPasskey) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		must(t, err)
		var o options
		must(t, json.Unmarshal(text, &o))
		if o.RPID != party.ID || o.UserVerification != c.want || len(o.AllowCredentials) != c.allowed || o.Timeout != 300_000 {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// signIn is a page's use of an answer with the devices that are stored.
func signIn(p *passkey.Passkeys, answer []byte, now time.Time, devices ...*directory.MFADevice) error {
	a, err := p.Open(party, browser, answer, now)
	if err != nil {
		return err
	}
	_, err = a.Verify(state(devices...), now)
	return err
}
