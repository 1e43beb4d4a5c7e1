package session

import (
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"strconv"
)

// Prefixes of ids, which say what they name.
const (
	PrefixAccessKey         = "AKIA" // long-term access key
	PrefixTemporaryKey      = "ASIA" // access key of temporary credentials
	PrefixUser              = "AIDA"
	PrefixRole              = "AROA"
	PrefixGroup             = "AGPA"
	PrefixInstanceProfile   = "AIPA"
	PrefixPolicy            = "ANPA"
	PrefixPolicyVersion     = "ANVA"
	PrefixSSHPublicKey      = "APKA"
	PrefixCertificate       = "ASCA"  // server certificate
	PrefixServiceCredential = "ACCA"  // service-specific credential
	PrefixOIDCProvider      = "OIDC"  // Warder's own: AWS shows no id
	PrefixSAMLProvider      = "SAMLP" // AWS documents that they have 22 characters or more, and no prefix
	PrefixSAMLKey           = "SAMLK" // private key that decrypts assertions
	PrefixTrail             = "TRAIL" // Warder's own: AWS shows no id
)

const (
	prefixLen = 4
	keyIDLen  = 20
	// keyIDMark is the highest bit of a key id's first 48. AWS sets it in every id that holds an account; in older ids
	// those bits mean nothing.
	keyIDMark  = 1 << 47
	keyIDShift = 7
	keyIDMask  = 0x7fffffffff80
	maxAccount = 999_999_999_999
)

// NewEntityID makes a random id of 21 characters, for everything but keys. Its 85 random bits make it unique.
func NewEntityID(prefix string) string {
	var b [11]byte
	_, _ = rand.Read(b[:]) // never fails
	return prefix + base32.StdEncoding.EncodeToString(b[:])[:17]
}

// NewKeyID makes an access key id of 20 characters that holds the 12-digit account, as AWS's do. Its other 39 bits are
// random: for long-term keys the caller makes sure that the id is new.
func NewKeyID(prefix, account string) (string, error) {
	n, err := parseAccount(account)
	if err != nil {
		return "", err
	}
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails
	low := uint64(b[5]) & (1<<keyIDShift - 1)
	x := keyIDMark | n<<keyIDShift | low
	for i := range 6 {
		b[i] = byte(x >> (8 * (5 - i)))
	}
	return prefix + base32.StdEncoding.EncodeToString(b[:]), nil
}

// AccountOf gives the 12-digit account that an access key id holds; false if it is no key id, or one from before AWS
// put the account in.
func AccountOf(keyID string) (account string, ok bool) {
	if len(keyID) != keyIDLen {
		return "", false
	}
	switch keyID[:prefixLen] {
	case PrefixAccessKey, PrefixTemporaryKey:
	default:
		return "", false
	}
	var b [10]byte
	if n, err := base32.StdEncoding.Decode(b[:], []byte(keyID[prefixLen:])); err != nil || n != len(b) {
		return "", false
	}
	var x uint64
	for _, c := range b[:6] {
		x = x<<8 | uint64(c)
	}
	n := x & keyIDMask >> keyIDShift
	if x&keyIDMark == 0 || n > maxAccount {
		return "", false
	}
	return fmt.Sprintf("%012d", n), true
}

func parseAccount(account string) (uint64, error) {
	n, err := strconv.ParseUint(account, 10, 64)
	if err != nil || len(account) != 12 || account[0] == '+' {
		return 0, fmt.Errorf("session: %q is not an account id of 12 digits", account)
	}
	return n, nil
}
