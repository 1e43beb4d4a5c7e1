package signin

import (
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
)

func TestStrength(t *testing.T) {
	s := newStrength()
	for password, good := range map[string]bool{
		"password": false, "Password123!": false, "P@ssw0rd": false, "passw0rd2024": false, "Qwerty123!": false, "LETMEIN!!": false,
		"123456789": false, "aaaaaaaaaaaa": false, "abcdefghijkl": false, "Alice-alice1": false, strings.Repeat("password", 16): false,
		"Tangerine-orbit_41": true, "correct horse battery staple": true, "x7$Kq2!pLm9z": true, "Übergröße-Käse-42": true,
		strings.Repeat("zQ9)x@", 21): true,
	} {
		if err := s.judge(password, "alice", "111122223333"); (err == nil) != good {
			t.Errorf("%s: %v", password, err)
		}
	}
}

// TestBits: what each kind of part is worth.
func TestBits(t *testing.T) {
	s := newStrength()
	for password, want := range map[string][2]float64{
		"": {0, 0}, "password": {0, 2}, "aaaaaaaa": {0, 8}, "abcdefgh": {0, 8}, "87654321": {0, 8}, "qwertyuiop": {0, 9}, "ALICE": {0, 3}, "x4x4x4x4x4": {0, 15},
		"2026": {6, 8}, "x7$Kq2!pLm9z": {45, 70}, "correct horse battery staple": {40, 70}, "zyxw": {0, 8}, strings.Repeat("a", 128): {0, 12},
	} {
		if got := s.bits(password, []string{"alice", ""}); got < want[0] || got > want[1] {
			t.Errorf("%q: %.1f bits, want %v", password, got, want)
		}
	}
	if n := len(s.words().rank); n < 80_000 {
		t.Errorf("%d words", n)
	}
}

// TestStrengthIsBounded: the longest passwords that the API takes are judged in a moment.
func TestStrengthIsBounded(t *testing.T) {
	s := newStrength()
	s.isCommon("")
	for _, part := range []string{"password", "aB1!", "4@5$0", "ÿ", "qwerty1990", "1", "abc321"} {
		text := strings.Repeat(part, 128)[:128]
		start := time.Now()
		for range 3 {
			_ = s.judge(text, text, text, text) // weak or not, it must end
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%s…: %v", part, took)
		}
	}
}

func FuzzStrength(f *testing.F) {
	s := newStrength()
	for _, seed := range []string{"", "p4ssw0rd", "\xff\xfe", "19/05/1991", "zxcvbn", "ääää", "1q2w3e4r5t"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, password string) {
		err := s.judge(password, "alice")
		if err != nil && !strings.HasPrefix(err.Error(), "Password is one of") && !strings.HasPrefix(err.Error(), "Password is too easy") {
			t.Errorf("%q: %v", password, err)
		}
	})
}

func account(p *directory.PasswordPolicy, more ...directory.Entity) *directory.Account {
	const id = "111122223333"
	entities := append([]directory.Entity{&directory.AccountInfo{ID: id, Alias: "Acme-corp-1"}}, more...)
	if p != nil {
		entities = append(entities, p)
	}
	return directory.New(directory.NewLibrary(nil)).With(1, id, entities, nil).Account(id)
}

func TestAllows(t *testing.T) {
	all := &directory.PasswordPolicy{MinLength: 6, RequireLowercase: true, RequireUppercase: true, RequireNumbers: true, RequireSymbols: true}
	for _, c := range []struct {
		policy   *directory.PasswordPolicy
		password string
		want     string
	}{
		{nil, "aB3aB3a", "minimum length of 8"},
		{nil, "aB3aB3aB", ""},
		{nil, "ab3!ab3!", ""},
		{nil, "aaaaaaa1", "at least three of these kinds"},
		{nil, "äÖ3äÖ3äÖ", "at least three of these kinds"}, // Latin letters are those of A to Z
		{nil, "acme-CORP-1", "account's name"},
		{&directory.PasswordPolicy{MinLength: 6}, "aaaaaa", ""},
		{&directory.PasswordPolicy{MinLength: 6}, "äääää", "minimum length of 6"}, // characters, not bytes
		{all, "aB3!aB", ""},
		{all, "AB3!AB", "lowercase"},
		{all, "ab3!ab", "uppercase"},
		{all, "aBc!aB", "number"},
		{all, "aB3~aB", "symbol"},
		{all, `aB3"aB`, "symbol"},
		{all, "aB3|aB", ""},
		{all, "aB3'aB", ""},
	} {
		err := allows(c.policy, account(nil), c.password)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %+v: %v, want %q", c.password, c.policy, err, c.want)
		}
	}
}

func TestHashes(t *testing.T) {
	h := newHashes()
	for n := range 30 {
		h = h.with(bytesOf(byte(n)))
	}
	if len(h.all) != maxRemembered || !h.matches(bytesOf(29), 1) || h.matches(bytesOf(28), 1) || !h.matches(bytesOf(28), 2) || h.matches(bytesOf(29), 0) ||
		!h.matches(bytesOf(6), 24) || h.matches(bytesOf(5), 24) {
		t.Errorf("%d hashes", len(h.all))
	}
	again, err := parseHashes(h.encode())
	if err != nil || string(again.encode()) != string(h.encode()) || again.matches(bytesOf(5), 99) {
		t.Error(err)
	}
	if a, b := newHashes(), newHashes(); string(a.salt) == string(b.salt) || len(a.salt) != saltLen {
		t.Error("two salts are the same")
	}
}

func bytesOf(b byte) []byte { return []byte(strings.Repeat(string(rune(b)), hashLen)) }

func FuzzHashes(f *testing.F) {
	f.Add([]byte{})
	f.Add(newHashes().with(bytesOf(1)).encode())
	f.Fuzz(func(t *testing.T, text []byte) {
		h, err := parseHashes(text)
		if err == nil && string(h.encode()) != string(text) {
			t.Errorf("%x is written as %x", text, h.encode())
		}
		if err == nil && len(h.all) == 0 {
			t.Error("no password at all")
		}
	})
}
