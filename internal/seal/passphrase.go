package seal

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/argon2"
)

// ErrPassphrase: the passphrase is wrong, or the box is not what was sealed. The two cannot be told apart.
var ErrPassphrase = errors.New("seal: wrong passphrase, or a changed file")

// errNoBox: the bytes are no box under a passphrase.
var errNoBox = errors.New("seal: not sealed under a passphrase")

// cost is how hard Argon2id makes each guess. Source: RFC 9106, section 4, the second recommended option.
type cost struct {
	Time, MemoryKiB uint32
	Threads         uint8
}

const (
	passphraseMagic  = "wpp1"
	passphraseSalt   = 16
	passphraseHeader = len(passphraseMagic) + passphraseSalt + 4 + 4 + 1

	// A box that somebody else wrote may ask for no more than this: opening it must not take the machine's memory.
	maxTime, maxMemoryKiB, maxThreads = 16, 1 << 20, 16
)

// SealPassphrase closes plain into a box that the passphrase opens. aad is what the box belongs to; opening needs the same.
// Each box has its own salt, and names the cost of its key, so that later versions may raise it.
func SealPassphrase(passphrase, plain, aad []byte) ([]byte, error) {
	return sealPassphrase(passphrase, plain, aad, cost{Time: 3, MemoryKiB: 64 << 10, Threads: 4})
}

func sealPassphrase(passphrase, plain, aad []byte, c cost) ([]byte, error) {
	box := append(make([]byte, 0, passphraseHeader), passphraseMagic...)
	salt := make([]byte, passphraseSalt)
	_, _ = rand.Read(salt) // never fails: it ends the process instead
	box = append(box, salt...)
	box = binary.BigEndian.AppendUint32(box, c.Time)
	box = binary.BigEndian.AppendUint32(box, c.MemoryKiB)
	box = append(box, c.Threads)
	x, err := passphraseKey(passphrase, salt, c)
	if err != nil {
		return nil, err
	}
	return x.seal(box, plain, boundTo(box, aad))
}

// OpenPassphrase opens what SealPassphrase closed. A wrong passphrase is ErrPassphrase.
func OpenPassphrase(passphrase, box, aad []byte) ([]byte, error) {
	salt, c, err := readPassphraseHeader(box)
	if err != nil {
		return nil, err
	}
	x, err := passphraseKey(passphrase, salt, c)
	if err != nil {
		return nil, err
	}
	plain, ok := x.open(box[passphraseHeader:], boundTo(box[:passphraseHeader], aad))
	if !ok {
		return nil, ErrPassphrase
	}
	return plain, nil
}

func readPassphraseHeader(box []byte) (salt []byte, c cost, err error) {
	rest, ok := bytes.CutPrefix(box, []byte(passphraseMagic))
	if !ok || len(box) < passphraseHeader+nonceSize+tagSize {
		return nil, cost{}, errNoBox
	}
	salt, rest = rest[:passphraseSalt], rest[passphraseSalt:]
	c = cost{Time: binary.BigEndian.Uint32(rest), MemoryKiB: binary.BigEndian.Uint32(rest[4:]), Threads: rest[8]}
	if c.Time < 1 || c.Time > maxTime || c.MemoryKiB < 8 || c.MemoryKiB > maxMemoryKiB || c.Threads < 1 || c.Threads > maxThreads {
		return nil, cost{}, fmt.Errorf("%w: its cost is out of bounds", errNoBox)
	}
	return salt, c, nil
}

func passphraseKey(passphrase, salt []byte, c cost) (*xaes, error) {
	return newXAES((*[keySize]byte)(argon2.IDKey(passphrase, salt, c.Time, c.MemoryKiB, c.Threads, keySize)))
}

// boundTo is the additional data: the header and what the box belongs to.
func boundTo(header, aad []byte) []byte { return append(append([]byte(nil), header...), aad...) }
