package seal

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Master is the key that seals the data keys. It prints as [redacted]; the zero Master is no key.
type Master struct {
	redacted
	key func() *[keySize]byte
}

const (
	masterPrefix = "wmk1_"
	masterIDSize = 16
	checkSize    = 4 // bytes of the id that follow the key in its text, to tell a typing error
)

// errNoMaster: the zero Master was used.
var errNoMaster = errors.New("seal: no master key given")

func newMaster(key [keySize]byte) Master {
	return Master{key: func() *[keySize]byte { return &key }}
}

// NewMaster makes a random master key.
func NewMaster() Master {
	var key [keySize]byte
	_, _ = rand.Read(key[:]) // never fails: it ends the process instead
	return newMaster(key)
}

// ID names the key without telling it: 32 hexadecimal digits, the same wherever this key is.
func (m Master) ID() string {
	if m.key == nil {
		return ""
	}
	id := m.id()
	return hex.EncodeToString(id[:])
}

func (m Master) id() (id [masterIDSize]byte) {
	copy(id[:], m.expand("warder master key id", masterIDSize))
	return id
}

// wrapping returns the cipher that seals data keys. The master key itself encrypts nothing, so that its id and later
// uses stand apart from each other.
func (m Master) wrapping() (*xaes, error) {
	return newXAES((*[keySize]byte)(m.expand("warder data key wrapping", keySize)))
}

func (m Master) expand(purpose string, size int) []byte {
	// A master key is uniformly random already, so HKDF's expansion is all that is needed.
	out, err := hkdf.Expand(sha256.New, m.key()[:], purpose, size)
	if err != nil {
		panic("seal: " + err.Error()) // only sizes above 255 hashes fail, and they are constants here
	}
	return out
}

// text is the key in the form that MasterFromEnv reads.
func (m Master) text() string {
	id := m.id()
	return masterPrefix + base64.RawURLEncoding.EncodeToString(append(m.key()[:keySize:keySize], id[:checkSize]...))
}

// MasterFromEnv reads a master key from the value of an environment variable (or of a credential that a service manager
// hands over): the second line of a master key file, "wmk1_" and 48 characters. The error never shows the text.
func MasterFromEnv(text string) (Master, error) {
	encoded, ok := strings.CutPrefix(text, masterPrefix)
	if !ok {
		return Master{}, fmt.Errorf("seal: not a master key: it must begin with %q (it is the second line of a master key file)", masterPrefix)
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	// The decoder skips line ends, hence the second condition.
	if err != nil || len(raw) != keySize+checkSize || strings.ContainsAny(encoded, "\r\n") {
		return Master{}, fmt.Errorf("%w: the master key is not %d characters of base64 after %q; take it from its file again, whole",
			ErrDamaged, base64.RawURLEncoding.EncodedLen(keySize+checkSize), masterPrefix)
	}
	m := newMaster([keySize]byte(raw))
	if id := m.id(); string(id[:checkSize]) != string(raw[keySize:]) {
		return Master{}, fmt.Errorf("%w: the master key's check characters do not match; take it from its file again, whole", ErrDamaged)
	}
	return m, nil
}
