package session

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/warder-iam/warder/internal/seal"
)

// SealCertificateKey closes the private key of the server certificate with that id for its record.
func (k *Keys) SealCertificateKey(id string, key []byte) ([]byte, error) {
	sealed, err := k.ring.Seal(key, certificateKeyData(id))
	if err != nil {
		return nil, fmt.Errorf("session: seal private key of certificate %s: %w", id, err)
	}
	return sealed, nil
}

// OpenCertificateKey gives the private key of a stored server certificate. It fails for that of any other id, and for one
// that was changed.
func (k *Keys) OpenCertificateKey(id string, sealed []byte) (seal.Secret, error) {
	key, err := k.ring.Open(sealed, certificateKeyData(id))
	if err != nil {
		return seal.Secret{}, fmt.Errorf("session: open private key of certificate %s: %w", id, err)
	}
	s := seal.NewSecret(key)
	clear(key)
	return s, nil
}

func certificateKeyData(id string) []byte { return []byte("server certificate private key " + id) }

// ServicePassword is the secret of a new service-specific credential, for its owner, once. Hash is what to store: the
// secret is random and long enough that a plain SHA-256 tells nothing.
type ServicePassword struct {
	Secret seal.Secret
	Hash   []byte
}

// servicePasswordLen is the number of random bytes of a password, of which base64 makes 60 characters.
const servicePasswordLen = 44

// NewServicePassword makes a password.
func NewServicePassword() *ServicePassword {
	var b [servicePasswordLen]byte
	_, _ = rand.Read(b[:]) // never fails
	return newServicePassword(base64.StdEncoding.AppendEncode(nil, b[:]))
}

// apiKeyMark begins every API key, which scanners for leaked keys know.
const apiKeyMark = "ABSK"

// NewServiceAPIKey makes an API key. It holds its public name, so that it is all that a client sends.
func NewServiceAPIKey(name string) *ServicePassword {
	var b [servicePasswordLen]byte
	_, _ = rand.Read(b[:]) // never fails
	plain := append([]byte(name+":"), base64.StdEncoding.AppendEncode(nil, b[:])...)
	return newServicePassword(base64.StdEncoding.AppendEncode([]byte(apiKeyMark), plain))
}

func newServicePassword(secret []byte) *ServicePassword {
	sum := sha256.Sum256(secret)
	return &ServicePassword{Secret: seal.NewSecret(secret), Hash: sum[:]}
}
