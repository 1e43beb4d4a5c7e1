package signin

import (
	"bytes"
	"encoding/hex"
	"image/png"
	"net/url"
	"strings"
	"testing"
	"testing/quick"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/warder-iam/warder/internal/seal"
)

// TestCodesOfTheRFC: the values of RFC 6238, appendix B, for SHA-1, of which a code of six digits has the last six.
func TestCodesOfTheRFC(t *testing.T) {
	seed := seal.NewSecret([]byte("12345678901234567890"))
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := code(seed, step(time.Unix(at, 0))); got != want[2:] {
			t.Errorf("at %d: %s, want %s", at, got, want[2:])
		}
	}
}

// TestCodesAgainstAnother compares with an implementation that is not ours.
func TestCodesAgainstAnother(t *testing.T) {
	same := func(raw []byte, at uint32) bool {
		seed := seal.NewSecret(append(raw, 'x'))
		when := time.Unix(int64(at), 0)
		want, err := totp.GenerateCode(SeedText(seed), when)
		return err == nil && code(seed, step(when)) == want
	}
	if err := quick.Check(same, nil); err != nil {
		t.Error(err)
	}
}

// TestSeedURI: what applications read out of the QR code.
func TestSeedURI(t *testing.T) {
	seed := NewSeed()
	for _, c := range []struct{ name, account string }{{"phone", "111122223333"}, {"ann+work,=.@_-", "my-alias"}} {
		text := seedURI(c.name, c.account, seed)
		key, err := otp.NewKeyFromURL(text)
		if err != nil {
			t.Fatal(err)
		}
		if key.Type() != "totp" || key.Secret() != SeedText(seed) || key.AccountName() != c.name+"@"+c.account || key.Issuer() != "Warder" ||
			key.Period() != codeStep || int(key.Digits()) != codeDigits || key.Algorithm() != otp.AlgorithmSHA1 {
			t.Errorf("%s is read as %s %s %s", text, key.Type(), key.AccountName(), key.Issuer())
		}
		label, err := url.PathUnescape(strings.TrimPrefix(strings.SplitN(text, "?", 2)[0], "otpauth://totp/"))
		if err != nil || label != c.name+"@"+c.account {
			t.Errorf("label %q (%v)", label, err)
		}
		if !strings.Contains(text, "?secret="+SeedText(seed)) {
			t.Errorf("no secret in %s", text)
		}
	}
	image, err := SeedCode("phone", "111122223333", seed)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := png.Decode(bytes.NewReader(image))
	if err != nil || decoded.Bounds().Dx() < 200 || decoded.Bounds().Dx() != decoded.Bounds().Dy() {
		t.Errorf("the picture is none that a camera reads: %v", err)
	}
	if longest, err := SeedCode(strings.Repeat("x", 226), strings.Repeat("a", 63), seed); err != nil || len(longest) == 0 {
		t.Errorf("the longest names: %v", err)
	}
}

func TestSeeds(t *testing.T) {
	a, b := SeedText(NewSeed()), SeedText(NewSeed())
	if len(a) != 64 || a == b || strings.ContainsRune(a, '=') {
		t.Errorf("seeds %d characters long, same %v", len(a), a == b)
	}
}

func TestFindStep(t *testing.T) {
	seed := seal.NewSecret([]byte("12345678901234567890"))
	const at = 50_000_000
	for away, want := range map[int64]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		found, ok := findStep(seed, code(seed, at+away), at)
		if ok != want || ok && found != at+away {
			t.Errorf("%d steps away: %d %v", away, found-at, ok)
		}
	}
	for away, want := range map[int64]bool{-searched: true, -searched - 1: false, 0: true, 1: true, searched: true, searched + 1: false} {
		found, ok := findPair(seed, code(seed, at+away-1), code(seed, at+away), at)
		if ok != want || ok && found != at+away {
			t.Errorf("a pair %d steps away: %d %v", away, found-at, ok)
		}
	}
	if _, ok := findPair(seed, code(seed, at), code(seed, at), at); ok {
		t.Error("one code twice is a pair")
	}
	if _, ok := findPair(seed, code(seed, at), code(seed, at-1), at); ok {
		t.Error("a pair the wrong way round")
	}
}

// FuzzCode: no text but the six digits themselves is a code.
func FuzzCode(f *testing.F) {
	seed := seal.NewSecret([]byte("12345678901234567890"))
	f.Add("")
	f.Add(code(seed, 7))
	f.Add(" " + code(seed, 7))
	f.Add(hex.EncodeToString([]byte("1")))
	f.Fuzz(func(t *testing.T, given string) {
		found, ok := findStep(seed, given, 7)
		if ok && code(seed, found) != given {
			t.Errorf("%q is taken for %s", given, code(seed, found))
		}
	})
}
