package session

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"sync"

	"github.com/warder-iam/warder/internal/seal"
)

// Keys makes and opens credentials under a keyring. It serves any number of goroutines.
type Keys struct {
	ring *seal.Keyring
	zips sync.Pool // of *zipper
}

// NewKeys makes credentials that only holders of the same data keys open.
func NewKeys(ring *seal.Keyring) *Keys { return &Keys{ring: ring} }

// AccessKey is a new long-term key. Secret is for its owner, once; Sealed is what to store.
type AccessKey struct {
	ID     string // AKIA…
	Secret seal.Secret
	Sealed []byte
}

// MintAccessKey makes a long-term key for a 12-digit account. The caller makes sure that no other key has the id.
func (k *Keys) MintAccessKey(account string) (*AccessKey, error) {
	id, err := NewKeyID(PrefixAccessKey, account)
	if err != nil {
		return nil, err
	}
	secret := newSecret()
	sealed, err := k.ring.Seal(secret, accessKeyData(id))
	if err != nil {
		return nil, fmt.Errorf("session: seal access key %s: %w", id, err)
	}
	return &AccessKey{ID: id, Secret: seal.NewSecret(secret), Sealed: sealed}, nil
}

// OpenAccessKey gives the secret of a stored key. It fails for the sealed secret of any other id, and for one that was
// changed: a damaged record, to be reported, never an unknown key.
func (k *Keys) OpenAccessKey(id string, sealed []byte) (seal.Secret, error) {
	secret, err := k.ring.Open(sealed, accessKeyData(id))
	if err != nil {
		return seal.Secret{}, fmt.Errorf("session: open access key %s: %w", id, err)
	}
	if len(secret) != secretLen {
		return seal.Secret{}, fmt.Errorf("session: open access key %s: %w", id, errSecretLen)
	}
	s := seal.NewSecret(secret)
	clear(secret)
	return s, nil
}

var errSecretLen = errors.New("the secret has not 40 characters")

func accessKeyData(id string) []byte { return []byte("access key secret " + id) }

// secretLen is the length of a secret in characters, of which each has 6 random bits.
const secretLen = 40

func newSecret() []byte {
	var b [secretLen / 4 * 3]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.StdEncoding.AppendEncode(nil, b[:])
}
