package trail

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Hash is a value of a hash chain over records. Before the first record it is the zero Hash.
type Hash [sha256.Size]byte

// Next is the chain's value after one more record: SHA-256 of h and of the record's SHA-256. line is the record's JSON as
// it is stored, without its newline.
func (h Hash) Next(line []byte) Hash { return h.next(sha256.Sum256(line)) }

func (h Hash) next(record [sha256.Size]byte) Hash {
	var both [2 * sha256.Size]byte
	copy(both[:], h[:])
	copy(both[sha256.Size:], record[:])
	return sha256.Sum256(both[:])
}

// IsZero: no record has gone into the chain.
func (h Hash) IsZero() bool { return h == Hash{} }

// String is 64 hexadecimal digits in lower case.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText is String.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText takes what String gives and nothing else.
func (h *Hash) UnmarshalText(text []byte) error {
	if !isHex(string(text), len(h)) {
		return fmt.Errorf("trail: %.80q is not a hash: 64 hexadecimal digits in lower case are", text)
	}
	_, err := hex.Decode(h[:], text)
	return err
}

// isHex reports whether s is that many bytes in lower-case hexadecimal digits.
func isHex(s string, bytes int) bool {
	if len(s) != 2*bytes {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Head is the newest record of a log: how many records there are with it, and the chain's value after it. The zero Head
// is that of an empty log.
type Head struct {
	Sequence uint64 `json:"sequence"`
	Hash     Hash   `json:"hash"`
	// Time of the newest record's event; zero where it is not known.
	Time time.Time `json:"time,omitzero"`
}
