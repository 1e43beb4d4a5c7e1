package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"strings"
	"sync"

	"github.com/warder-iam/warder/internal/seal"
)

// signingKey is a key derived for one day, region and service, with HMACs that have taken it in already.
type signingKey struct {
	key  [32]byte
	macs sync.Pool // of *mac
}

type mac struct {
	h   hash.Hash
	sum [32]byte
}

func (k *signingKey) borrow() *mac {
	if m, ok := k.macs.Get().(*mac); ok {
		return m
	}
	return &mac{h: hmac.New(sha256.New, k.key[:])}
}

// sign gives the HMAC of the text; it is good until the next call.
func (m *mac) sign(text []byte) []byte {
	m.h.Reset()
	m.h.Write(text)
	return m.h.Sum(m.sum[:0])
}

// derive makes the signing key of a claim's scope from a secret.
func derive(secret []byte, c *Claim) *signingKey {
	k := new(signingKey)
	step := func(key []byte, text string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(text))
		return h.Sum(nil)
	}
	start := append([]byte("AWS4"), secret...)
	copy(k.key[:], step(step(step(step(start, c.Date), c.Region), c.Service), c.terminator))
	clear(start)
	return k
}

// KeyCache remembers derived signing keys, since deriving one costs more than the rest of a verification. It holds only
// keys under which a signature was right, at most as many as its limit. Which secret a key came from is part of what it
// is found by, so that a key whose secret changed, or that was deleted and made again, never meets an old one. All
// methods work on a nil KeyCache, which remembers nothing.
type KeyCache struct {
	half   int
	mu     sync.RWMutex
	recent map[cacheKey]*signingKey // what was used since the last turn
	older  map[cacheKey]*signingKey // what was used in the turn before; the next turn drops it

	scratches sync.Pool // of *scratch
}

// cacheKey holds the secret's hash instead of the secret, so that no clear secret outlives its request here.
type cacheKey struct {
	secret                [32]byte
	date, region, service string
}

// scratch holds the buffers of one verification.
type scratch struct{ canonical, text []byte }

// NewKeyCache makes a cache for at most limit keys, at least 2.
func NewKeyCache(limit int) *KeyCache {
	return &KeyCache{half: max(1, limit/2), recent: map[cacheKey]*signingKey{}}
}

// Len is how many keys the cache holds.
func (k *KeyCache) Len() int {
	if k == nil {
		return 0
	}
	k.mu.RLock()
	defer k.mu.RUnlock()
	return len(k.recent) + len(k.older)
}

// key finds the claim's signing key, or derives it; cached says which.
func (k *KeyCache) key(secret seal.Secret, c *Claim) (_ *signingKey, cached bool) {
	if k == nil {
		return derive(secret.Reveal(), c), false
	}
	id := cacheKey{sha256.Sum256(secret.Reveal()), c.Date, c.Region, c.Service}
	k.mu.RLock()
	key, ok := k.recent[id]
	if ok {
		k.mu.RUnlock()
		return key, true
	}
	key, ok = k.older[id]
	k.mu.RUnlock()
	if ok {
		return key, false // put moves it to the recent ones, if the signature is right
	}
	return derive(secret.Reveal(), c), false
}

// put remembers a key, dropping what was not used for the longest time.
func (k *KeyCache) put(secret seal.Secret, c *Claim, key *signingKey) {
	if k == nil {
		return
	}
	// Cloned, since the claim's strings are parts of the request's header and would keep all of it.
	id := cacheKey{sha256.Sum256(secret.Reveal()), strings.Clone(c.Date), strings.Clone(c.Region), strings.Clone(c.Service)}
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.recent[id]; ok {
		return
	}
	if len(k.recent) >= k.half {
		k.older, k.recent = k.recent, make(map[cacheKey]*signingKey, k.half)
	}
	delete(k.older, id)
	k.recent[id] = key
}

func (k *KeyCache) borrow() *scratch {
	if k != nil {
		if s, ok := k.scratches.Get().(*scratch); ok {
			return s
		}
	}
	return new(scratch)
}

func (k *KeyCache) giveBack(s *scratch) {
	const keep = 64 << 10 // one large request must not stay in memory
	if k != nil && cap(s.canonical) <= keep {
		k.scratches.Put(s)
	}
}
