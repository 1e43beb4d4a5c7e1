package sigv4

import (
	"crypto/subtle"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/internal/seal"
)

// Windows around the time of signing.
const (
	// SkewIAM is the window of iam and sts.
	SkewIAM = 15 * time.Minute
	// Skew is the window of every other service.
	Skew = 5 * time.Minute
)

// Rules say which signatures an operation takes. The zero Rules take none.
type Rules struct {
	// Skew is how far the time of signing may be from now, both ways.
	Skew time.Duration
	// Services that the scope may name: the signing name of the operation's service.
	Services []string
	// Regions that the scope may name; nil takes any that is well-formed, as iam and sts do.
	Regions []string
	// UnsignedPayload takes UNSIGNED-PAYLOAD and the STREAMING- forms in place of the body's hash: the body is then not
	// proven to be the signer's, and a chunk's signature not verified.
	UnsignedPayload bool
}

// Verify proves that the holder of the secret made this request for one of these services, and that it is neither too
// old nor from the future. The secret must be that of AccessKeyID; now is the verifier's time. cache may be nil. The
// error is always an *Error. A Claim serves one goroutine at a time.
func (c *Claim) Verify(secret seal.Secret, now time.Time, rules Rules, cache *KeyCache) error {
	if err := c.checkScope(rules); err != nil {
		return err
	}
	if err := c.checkTime(now, rules.Skew); err != nil {
		return err
	}
	s := cache.borrow()
	defer cache.giveBack(s)
	if err := c.prepare(s, rules); err != nil {
		return err
	}
	key, cached := cache.key(secret, c)
	ok := key.verify(s.text, &c.signature)
	if !ok {
		return ErrMismatch
	}
	if !cached {
		// Only now, so that nobody without the secret can push out another's key.
		cache.put(secret, c, key)
	}
	return nil
}

// VerifyUnknown does the work of Verify for a key that does not exist, so that the time of the answer tells nothing
// more, and gives ErrUnknownKey.
func (c *Claim) VerifyUnknown(cache *KeyCache) error {
	s := cache.borrow()
	defer cache.giveBack(s)
	if err := c.prepare(s, Rules{UnsignedPayload: true}); err != nil {
		return ErrUnknownKey
	}
	derive([]byte("no such key: forty characters, as others"), c).verify(s.text, &c.signature)
	return ErrUnknownKey
}

// prepare writes the string to sign into the scratch.
func (c *Claim) prepare(s *scratch, rules Rules) *Error {
	canonical, err := c.appendCanonical(s.canonical[:0], rules)
	if err != nil {
		return err
	}
	s.canonical = canonical
	s.text = c.appendStringToSign(s.text[:0], canonical)
	return nil
}

// checkScope compares the scope with the time of signing and the rules. Every fault is named, as AWS does it.
func (c *Claim) checkScope(rules Rules) *Error {
	var faults []string
	if !regionOK(c.Region) || rules.Regions != nil && !slices.Contains(rules.Regions, c.Region) {
		faults = append(faults, fmt.Sprintf("Credential should be scoped to a valid region, not '%s'. ", shown(c.Region)))
	}
	if !slices.Contains(rules.Services, c.Service) {
		faults = append(faults, fmt.Sprintf("Credential should be scoped to correct service: '%s'. ", strings.Join(rules.Services, "', '")))
	}
	if c.terminator != terminator {
		faults = append(faults, fmt.Sprintf("Credential should be scoped with a valid terminator: '%s', not '%s'. ",
			terminator, shown(c.terminator)))
	}
	if date := c.stamp[:8]; c.Date != date {
		faults = append(faults, fmt.Sprintf("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "+
			"'%s' != '%s', from '%s'. ", shown(c.Date), date, c.stamp))
	}
	if faults == nil {
		return nil
	}
	return mismatch("%s", strings.Join(faults, ""))
}

// regionOK reports whether a region is 1 to 64 lower-case letters, digits and inner hyphens, beginning with a letter.
func regionOK(region string) bool {
	if len(region) > 64 {
		return false
	}
	for i := 0; i < len(region); i++ {
		switch c := region[i]; {
		case 'a' <= c && c <= 'z':
		case i > 0 && '0' <= c && c <= '9':
		case i > 0 && i < len(region)-1 && c == '-':
		default:
			return false
		}
	}
	return region != ""
}

func (c *Claim) checkTime(now time.Time, skew time.Duration) *Error {
	now = now.UTC()
	if latest := now.Add(skew); c.Time.After(latest) {
		return mismatch("Signature not yet current: %s is still later than %s (%s + %d min.)",
			c.stamp, latest.Format(stampForm), now.Format(stampForm), int(skew.Minutes()))
	}
	if c.Expires > 0 {
		if now.After(c.Time.Add(c.Expires)) {
			return &Error{CodeExpired, "Request has expired."}
		}
		return nil
	}
	if earliest := now.Add(-skew); c.Time.Before(earliest) {
		return mismatch("Signature expired: %s is now earlier than %s (%s - %d min.)",
			c.stamp, earliest.Format(stampForm), now.Format(stampForm), int(skew.Minutes()))
	}
	return nil
}

// verify compares 32 raw bytes in constant time.
func (k *signingKey) verify(text []byte, signature *[32]byte) bool {
	m := k.borrow()
	defer k.macs.Put(m)
	return subtle.ConstantTimeCompare(m.sign(text), signature[:]) == 1
}
