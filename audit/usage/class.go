package usage

import (
	"encoding/binary"
	"slices"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/trail"
)

// maxClasses bounds the bytes of the classes that are remembered. What is beyond is worked out each time.
const maxClasses = 32 << 20

// classes remembers what was found for classes of calls, which differ in nothing but when they were made and in their ids: a
// trail consists of them for the most part.
type classes[T any] struct {
	known map[string]T
	size  int // of the keys in known, in bytes
	key   []byte
}

func (c *classes[T]) find(e *trail.Event, actor string) (found T, known bool) {
	c.key = appendClass(c.key[:0], e, actor)
	found, known = c.known[string(c.key)]
	return found, known
}

// add remembers what was found for the call that was looked for last.
func (c *classes[T]) add(found T) {
	if c.size+len(c.key) > maxClasses {
		return
	}
	if c.known == nil {
		c.known = map[string]T{}
	}
	c.known[string(c.key)] = found
	c.size += len(c.key)
}

// appendClass appends all of a record that Needs, circumstancesOf and OutcomeOf read, but for the time.
func appendClass(key []byte, e *trail.Event, actor string) []byte {
	text := func(s string) {
		key = binary.AppendUvarint(key, uint64(len(s)))
		key = append(key, s...)
	}
	flag := func(b bool) {
		n := byte(0)
		if b {
			n = 1
		}
		key = append(key, n)
	}
	u := &e.UserIdentity
	for _, s := range []string{
		actor, u.ARN, u.Type, u.AccountID, u.UserName, u.InvokedBy, e.EventSource, e.EventName, e.AWSRegion, e.SourceIPAddress,
		e.UserAgent, e.RecipientAccountID,
	} {
		text(s)
	}
	key = append(key, byte(OutcomeOf(e)))
	flag(e.ReadOnly)
	flag(e.TLSDetails != nil)
	flag(e.SessionCredentialFromConsole == "true")
	flag(u.SessionContext != nil)
	if s := u.SessionContext; s != nil {
		text(s.Attributes.CreationDate)
		text(s.Attributes.MFAAuthenticated)
		text(s.SourceIdentity)
	}
	flag(e.RequestParameters != nil)
	key = binary.AppendUvarint(key, uint64(len(e.RequestParameters)))
	key = append(key, e.RequestParameters...)
	for i := range e.Resources {
		text(e.Resources[i].ARN)
	}
	return key
}

// timed reports whether a condition key tells when a call was made.
func timed(key string) bool {
	return authz.KeyOrigin(key) == authz.FromClock || slices.Contains([]string{"aws:tokenissuetime", "aws:multifactorauthage"}, key)
}
