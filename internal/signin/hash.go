package signin

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"runtime"
	"sync/atomic"

	"golang.org/x/crypto/argon2"

	"github.com/warder-iam/warder/internal/seal"
)

// The cost of one hash: argon2id over 19 MiB, twice, on one processor; about 23 ms. Source: OWASP, Password Storage Cheat
// Sheet. The first byte of every record of hashes says which cost it was made with; there is one so far.
const (
	hashMemory  = 19 << 10 // KiB
	hashTime    = 2
	hashThreads = 1

	hashVersion = 1
	saltLen     = 16
	hashLen     = 32
	// maxRemembered is how many passwords of a user are remembered, the present one included: as many as a password policy
	// can ask for, so that a stricter policy holds at once.
	maxRemembered = 24
)

// maxWaiting is how many hashes may wait for their turn. More are refused at once: each holds a request.
const maxWaiting = 64

// ErrBusy: more passwords wait to be hashed than can be in good time.
var ErrBusy = errors.New("signin: too many passwords are being checked")

// errHashes: a record of hashes is not what was stored.
var errHashes = errors.New("signin: the password hashes are damaged")

// pool hashes a few passwords at a time, so that the processors and the memory are left to decisions.
type pool struct {
	slots   chan struct{}
	waiting atomic.Int64
}

// newPool hashes on half of the processors at most.
func newPool() *pool { return &pool{slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))} }

// hash waits for its turn until ctx ends.
func (p *pool) hash(ctx context.Context, password seal.Secret, salt []byte) ([]byte, error) {
	if p.waiting.Add(1) > maxWaiting {
		p.waiting.Add(-1)
		return nil, ErrBusy
	}
	defer p.waiting.Add(-1)
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-p.slots }()
	return argon2.IDKey(password.Reveal(), salt, hashTime, hashMemory, hashThreads, hashLen), nil
}

// hashes are those of a user's passwords, the present one first. All are made with one salt, so that one hash of a
// password tells whether it is any of them: what a check costs does not grow with what is remembered. Nothing is lost by
// that: the salt is the user's alone, and two equal hashes would be a password that was set twice.
type hashes struct {
	salt []byte // saltLen bytes
	all  [][]byte
}

func newHashes() hashes {
	salt := make([]byte, saltLen)
	_, _ = rand.Read(salt) // never fails
	return hashes{salt: salt}
}

func (h hashes) encode() []byte {
	text := append([]byte{hashVersion}, h.salt...)
	return append(text, bytes.Join(h.all, nil)...)
}

func parseHashes(text []byte) (hashes, error) {
	if len(text) < 1+saltLen+hashLen || text[0] != hashVersion || (len(text)-1-saltLen)%hashLen != 0 {
		return hashes{}, errHashes
	}
	h := hashes{salt: text[1 : 1+saltLen]}
	for rest := text[1+saltLen:]; len(rest) > 0; rest = rest[hashLen:] {
		h.all = append(h.all, rest[:hashLen])
	}
	return h, nil
}

// matches reports whether hash is that of one of the first n passwords.
func (h hashes) matches(hash []byte, n int) bool {
	found := 0
	for _, known := range h.all[:min(n, len(h.all))] {
		found |= subtle.ConstantTimeCompare(known, hash)
	}
	return found == 1
}

// with puts a new password's hash before the others.
func (h hashes) with(hash []byte) hashes {
	all := append([][]byte{hash}, h.all...)
	return hashes{salt: h.salt, all: all[:min(len(all), maxRemembered)]}
}
