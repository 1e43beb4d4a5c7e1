package signin

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"time"

	"rsc.io/qr"

	"github.com/warder-iam/warder/internal/seal"
)

// One-time codes as RFC 6238 has them and every application makes them: HMAC-SHA-1, steps of 30 seconds, six digits.
const (
	codeStep   = 30 // seconds
	codeDigits = 6
	codeRange  = 1_000_000

	// seedLen is the length of a seed in bytes: 64 characters of base32, as AWS's have.
	seedLen = 40
	// window is how many steps a code may lie before or after the device's present one.
	window = 1
	// searched is how many steps a device's clock may be off when it is enabled or brought back into step: about an hour. Two
	// codes in a row make that safe.
	searched = 120
)

// NewSeed makes a seed for a virtual MFA device.
func NewSeed() seal.Secret {
	var seed [seedLen]byte
	_, _ = rand.Read(seed[:]) // never fails
	return seal.NewSecret(seed[:])
}

// SeedText is the seed as people type it into an application: base32 without padding.
func SeedText(seed seal.Secret) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(seed.Reveal())
}

// SeedCode is a QR code, as PNG, of the URI that applications read: otpauth://totp/NAME@ACCOUNT?secret=SEED. account is the
// account's alias, or its id. Source: IAM API Reference, VirtualMFADevice.
func SeedCode(name, account string, seed seal.Secret) ([]byte, error) {
	code, err := seedCode(name, account, seed)
	if err != nil {
		return nil, err
	}
	return code.PNG(), nil
}

// SeedModules is SeedCode as rows of modules, true for a dark one, without the quiet zone around them: four modules wide.
func SeedModules(name, account string, seed seal.Secret) ([][]bool, error) {
	code, err := seedCode(name, account, seed)
	if err != nil {
		return nil, err
	}
	rows := make([][]bool, code.Size)
	for y := range rows {
		rows[y] = make([]bool, code.Size)
		for x := range rows[y] {
			rows[y][x] = code.Black(x, y)
		}
	}
	return rows, nil
}

func seedCode(name, account string, seed seal.Secret) (*qr.Code, error) {
	code, err := qr.Encode(seedURI(name, account, seed), qr.L)
	if err != nil {
		return nil, fmt.Errorf("signin: encode the QR code of device %s: %w", name, err)
	}
	return code, nil
}

func seedURI(name, account string, seed seal.Secret) string {
	return "otpauth://totp/" + url.PathEscape(name+"@"+account) + "?secret=" + SeedText(seed) + "&issuer=Warder"
}

// step is the number of the time step that now lies in.
func step(now time.Time) int64 { return now.Unix() / codeStep }

// code is the one of a step. Source: RFC 4226, section 5.3.
func code(seed seal.Secret, step int64) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	mac := hmac.New(sha1.New, seed.Reveal())
	mac.Write(counter[:]) // never fails
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	number := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	return fmt.Sprintf("%0*d", codeDigits, number%codeRange)
}

func sameCode(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// findStep finds the step that a code is good for among those around at. It looks at all of them, so that it takes as long
// whichever is right.
func findStep(seed seal.Secret, given string, at int64) (found int64, ok bool) {
	for s := at - window; s <= at+window; s++ {
		if sameCode(code(seed, s), given) {
			found, ok = s, true
		}
	}
	return found, ok
}

// findPair finds the step of the second of two codes in a row, as near to at as there is one.
func findPair(seed seal.Secret, first, second string, at int64) (found int64, ok bool) {
	for away := range int64(searched + 1) {
		for _, s := range []int64{at - away, at + away} {
			if sameCode(code(seed, s-1), first) && sameCode(code(seed, s), second) {
				return s, true
			}
		}
	}
	return 0, false
}
