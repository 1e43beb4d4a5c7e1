package trailstore

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/warder-iam/warder/trail"
)

// indexKey stands for an account, an attribute and a value. It is a part of a cryptographic hash, so that nobody who chooses
// values makes many that share one: whoever finds a record by it still looks whether the record has the value.
type indexKey uint64

// keyFor is the key of a value; with the attribute "" that of all events of the account.
func keyFor(account string, a trail.Attribute, value string) indexKey {
	b := make([]byte, 0, 256)
	for _, part := range []string{account, string(a), value} {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	sum := sha256.Sum256(b)
	return indexKey(binary.BigEndian.Uint64(sum[:]))
}

// keysOf are the keys that an event is found by: none if LookupEvents does not find it.
func keysOf(e *trail.Event) []indexKey {
	if !e.IsManagement() {
		return nil
	}
	keys := []indexKey{keyFor(e.RecipientAccountID, "", "")}
	for _, a := range trail.Attributes() {
		for _, v := range e.Values(a) {
			keys = append(keys, keyFor(e.RecipientAccountID, a, v))
		}
	}
	return keys
}
