package session

import (
	"regexp"
	"testing"

	"pgregory.net/rapid"
)

func TestNewEntityID(t *testing.T) {
	form := regexp.MustCompile(`^A[A-Z]{3}[A-Z2-7]{17}$`)
	seen := map[string]bool{}
	for _, prefix := range []string{PrefixUser, PrefixRole, PrefixGroup, PrefixInstanceProfile, PrefixPolicy, PrefixPolicyVersion, PrefixSSHPublicKey, PrefixCertificate, PrefixServiceCredential} {
		for range 100 {
			id := NewEntityID(prefix)
			if !form.MatchString(id) || id[:4] != prefix || seen[id] {
				t.Fatalf("id %q", id)
			}
			seen[id] = true
		}
	}
}

func TestKeyIDHoldsItsAccount(t *testing.T) {
	form := regexp.MustCompile(`^(AKIA|ASIA)[A-Z2-7]{16}$`) // as scanners for leaked keys know it
	rapid.Check(t, func(t *rapid.T) {
		account := rapid.StringMatching(`[0-9]{12}`).Draw(t, "account")
		prefix := rapid.SampledFrom([]string{PrefixAccessKey, PrefixTemporaryKey}).Draw(t, "prefix")
		id, err := NewKeyID(prefix, account)
		if err != nil {
			t.Fatal(err)
		}
		again, err := NewKeyID(prefix, account)
		if err != nil {
			t.Fatal(err)
		}
		if !form.MatchString(id) || id[:4] != prefix || id == again {
			t.Fatalf("ids %q, %q", id, again)
		}
		if got, ok := AccountOf(id); !ok || got != account {
			t.Fatalf("AccountOf(%q) = %q, %v; want %q", id, got, ok, account)
		}
	})
}

func TestAccountOf(t *testing.T) {
	for _, row := range []struct{ id, account string }{
		// The example by which the encoding became known.
		{"ASIAQNZGKIQY56JQ7WML", "029608264753"},
		{"AKIAQAAAAAAAAAAAAAAA", "000000000000"},
		{"AKIA7UVFDD77777QAAAA", ""}, // more than twelve digits
		{"AKIAIOSFODNN7EXAMPLE", ""}, // from before the account was in the id
		{"AIDAQNZGKIQY56JQ7WML", ""}, // no key
		{"ASIAQNZGKIQY56JQ7WM", ""},
		{"ASIAQNZGKIQY56JQ7WMLA", ""},
		{"ASIAQNZGKIQY56JQ7WM1", ""},
		{"asiaqnzgkiqy56jq7wml", ""},
		{"ASIAQNZGKIQY\n6JQ7WML", ""},
		{"ASIA================", ""},
		{"", ""},
	} {
		if got, ok := AccountOf(row.id); got != row.account || ok != (row.account != "") {
			t.Errorf("AccountOf(%q) = %q, %v; want %q", row.id, got, ok, row.account)
		}
	}
}

func TestNewKeyIDRefusesAccounts(t *testing.T) {
	for _, account := range []string{"", "1", "12345678901", "1234567890123", "+12345678901", "-12345678901", "12345678901x"} {
		if id, err := NewKeyID(PrefixAccessKey, account); err == nil {
			t.Errorf("%q gives %q", account, id)
		}
	}
}

func FuzzAccountOf(f *testing.F) {
	f.Add("ASIAQNZGKIQY56JQ7WML")
	f.Fuzz(func(t *testing.T, id string) {
		account, ok := AccountOf(id)
		if _, err := parseAccount(account); ok != (err == nil) {
			t.Fatalf("AccountOf(%q) = %q, %v", id, account, ok)
		}
	})
}
