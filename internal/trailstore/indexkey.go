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
	if !e.IsManagement() && !e.IsInsight() {
		return nil
	}
	among := domain(e.RecipientAccountID, e.IsInsight())
	keys := []indexKey{keyFor(among, "", "")}
	for _, a := range trail.Attributes() {
		for _, v := range e.Values(a) {
			keys = append(keys, keyFor(among, a, v))
		}
	}
	return keys
}

// domain stands for the account in keys: Insights are found apart from management events.
func domain(account string, insights bool) string {
	if insights {
		return account + "/insights"
	}
	return account
}
