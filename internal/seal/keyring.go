package seal

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

var (
	// ErrWrongMaster: the wrapped data keys are whole, but another master key sealed them. Give the one whose id the
	// message names; nothing was changed.
	ErrWrongMaster = errors.New("seal: wrong master key")
	// ErrDamaged: what should be opened is not what was sealed: changed, cut off, moved to another place (the
	// additional data differ), or sealed under a data key that this keyring does not have. It is never "absent": refuse,
	// and raise an alarm unless the bytes came from a client.
	ErrDamaged = errors.New("seal: damaged, or not sealed here")
)

const (
	boxVersion  = 1
	boxHeader   = 1 + 4 // version, data key number
	boxOverhead = boxHeader + nonceSize + tagSize

	wrappedVersion = 1
	wrappedHeader  = 1 + masterIDSize
	wrappedEntry   = 4 + keySize // data key number, data key
)

// Keyring seals under the newest data key and opens under every data key it has. All methods may be called at the same
// time. It prints as [redacted].
type Keyring struct {
	redacted
	master Master
	rotate sync.Mutex // held while the next set of data keys is made and saved
	keys   atomic.Pointer[keySet]
}

// keySet is never changed once it is published.
type keySet struct {
	current uint32
	byID    map[uint32]*dataKey
	order   []uint32 // ascending
}

type dataKey struct {
	cipher *xaes
	raw    [keySize]byte
}

// NewKeyring makes a keyring with one new data key. Store the wrapped bytes durably before anything that the keyring
// seals: without them no box opens.
func NewKeyring(master Master) (k *Keyring, wrapped []byte, err error) {
	if master.key == nil {
		return nil, nil, errNoMaster
	}
	keys, err := (&keySet{}).grown()
	if err != nil {
		return nil, nil, err
	}
	wrapped, err = keys.wrap(master)
	if err != nil {
		return nil, nil, err
	}
	k = &Keyring{master: master}
	k.keys.Store(keys)
	return k, wrapped, nil
}

// OpenKeyring opens the data keys that were wrapped under master. Errors: ErrWrongMaster, ErrDamaged.
func OpenKeyring(master Master, wrapped []byte) (*Keyring, error) {
	if master.key == nil {
		return nil, errNoMaster
	}
	keys, err := unwrap(master, wrapped)
	if err != nil {
		return nil, err
	}
	k := &Keyring{master: master}
	k.keys.Store(keys)
	return k, nil
}

// Rotate adds a new data key. It hands save the wrapped bytes that replace the old ones, and seals under the new key only
// once save has returned nil: a box whose key was lost in a crash could never be opened. Whatever is sealed already
// still opens. When save fails, its error is returned and the keyring is as before.
func (k *Keyring) Rotate(save func(wrapped []byte) error) error {
	k.rotate.Lock()
	defer k.rotate.Unlock()
	keys, err := k.keys.Load().grown()
	if err != nil {
		return err
	}
	wrapped, err := keys.wrap(k.master)
	if err != nil {
		return err
	}
	if err := save(wrapped); err != nil {
		return err
	}
	k.keys.Store(keys)
	return nil
}

// Seal closes plain into a box that opens only with the same aad. The aad says what the box is and where it belongs (a
// record's key and schema version, "session token"); two kinds of boxes never have the same aad.
//
// A box is a version byte, the number of the data key (4 bytes, big endian), the nonce (24 bytes), the ciphertext and the
// tag (16 bytes).
func (k *Keyring) Seal(plain, aad []byte) ([]byte, error) {
	keys := k.keys.Load()
	box := make([]byte, boxHeader, boxOverhead+len(plain))
	box[0] = boxVersion
	binary.BigEndian.PutUint32(box[1:], keys.current)
	return keys.byID[keys.current].cipher.seal(box, plain, bound(box, aad))
}

// Open returns what Seal closed, or ErrDamaged.
func (k *Keyring) Open(box, aad []byte) ([]byte, error) {
	if len(box) < boxOverhead {
		return nil, fmt.Errorf("%w: %d bytes are too short for a box", ErrDamaged, len(box))
	}
	if box[0] != boxVersion {
		return nil, fmt.Errorf("%w: box of version %d, this Warder knows %d", ErrDamaged, box[0], boxVersion)
	}
	number := binary.BigEndian.Uint32(box[1:])
	key, ok := k.keys.Load().byID[number]
	if !ok {
		return nil, fmt.Errorf("%w: data key %d is not in the keyring", ErrDamaged, number)
	}
	plain, ok := key.cipher.open(box[boxHeader:], bound(box[:boxHeader], aad))
	if !ok {
		return nil, ErrDamaged
	}
	return plain, nil
}

// Newest is the number of the data key under which Seal seals now.
func (k *Keyring) Newest() uint32 { return k.keys.Load().current }

// Derive gives a key for another use than sealing, which purpose names: HKDF-SHA256 of the data key of that number. The
// same number and purpose always give the same key, for as long as the keyring has that data key; ErrDamaged where it has
// not.
func (k *Keyring) Derive(number uint32, purpose string) ([]byte, error) {
	key, ok := k.keys.Load().byID[number]
	if !ok {
		return nil, fmt.Errorf("%w: data key %d is not in the keyring", ErrDamaged, number)
	}
	return hkdf.Key(sha256.New, key.raw[:], nil, "warder derived key: "+purpose, keySize)
}

// bound puts a header in front of the additional data, so that the header is authenticated too. Its length is fixed, so
// no two pairs give the same bytes.
func bound(header, aad []byte) []byte {
	out := make([]byte, 0, len(header)+len(aad))
	return append(append(out, header...), aad...)
}

func (s *keySet) with(number uint32, raw [keySize]byte) (*keySet, error) {
	cipher, err := newXAES(&raw)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	next := &keySet{current: number, byID: make(map[uint32]*dataKey, len(s.byID)+1), order: append(s.order[:len(s.order):len(s.order)], number)}
	for n, key := range s.byID {
		next.byID[n] = key
	}
	next.byID[number] = &dataKey{cipher: cipher, raw: raw}
	return next, nil
}

// grown returns the set with a new random key at its end. Numbers begin at 1: a zeroed header names no key.
func (s *keySet) grown() (*keySet, error) {
	if s.current == 1<<32-1 {
		return nil, errors.New("seal: no data key number is left")
	}
	var raw [keySize]byte
	_, _ = rand.Read(raw[:]) // never fails: it ends the process instead
	return s.with(s.current+1, raw)
}

// wrap seals the set under master: a version byte, the master key's id, the sealed keys with their numbers, and a
// SHA-256 of all before it. The sum is there to tell damage from a wrong key; it protects nothing.
func (s *keySet) wrap(master Master) ([]byte, error) {
	plain := make([]byte, 0, len(s.order)*wrappedEntry)
	for _, n := range s.order {
		plain = binary.BigEndian.AppendUint32(plain, n)
		plain = append(plain, s.byID[n].raw[:]...)
	}
	cipher, err := master.wrapping()
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	id := master.id()
	header := append([]byte{wrappedVersion}, id[:]...)
	out, err := cipher.seal(header[:wrappedHeader:wrappedHeader], plain, header)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	sum := sha256.Sum256(out)
	return append(out, sum[:]...), nil
}

func unwrap(master Master, wrapped []byte) (*keySet, error) {
	body, err := checkWrapped(wrapped)
	if err != nil {
		return nil, err
	}
	header, id := body[:wrappedHeader], master.id()
	if string(header[1:]) != string(id[:]) {
		return nil, fmt.Errorf("%w: the data keys are sealed by master key %s, this is %s", ErrWrongMaster, hex.EncodeToString(header[1:]), master.ID())
	}
	cipher, err := master.wrapping()
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	plain, ok := cipher.open(body[wrappedHeader:], header)
	if !ok {
		return nil, fmt.Errorf("%w: the wrapped data keys", ErrDamaged)
	}
	return parseKeys(plain)
}

// checkWrapped returns the wrapped bytes without their sum.
func checkWrapped(wrapped []byte) ([]byte, error) {
	at := len(wrapped) - sha256.Size
	if at < wrappedHeader+nonceSize+tagSize {
		return nil, fmt.Errorf("%w: the wrapped data keys are cut off", ErrDamaged)
	}
	if sum := sha256.Sum256(wrapped[:at]); string(sum[:]) != string(wrapped[at:]) {
		return nil, fmt.Errorf("%w: the wrapped data keys do not match their sum", ErrDamaged)
	}
	if wrapped[0] != wrappedVersion {
		return nil, fmt.Errorf("%w: wrapped data keys of version %d, this Warder knows %d", ErrDamaged, wrapped[0], wrappedVersion)
	}
	return wrapped[:at], nil
}

func parseKeys(plain []byte) (*keySet, error) {
	if len(plain) == 0 || len(plain)%wrappedEntry != 0 {
		return nil, fmt.Errorf("%w: the data keys have a wrong length", ErrDamaged)
	}
	keys := &keySet{}
	for ; len(plain) > 0; plain = plain[wrappedEntry:] {
		number := binary.BigEndian.Uint32(plain)
		if number <= keys.current {
			return nil, fmt.Errorf("%w: the data keys are not in order", ErrDamaged)
		}
		var err error
		if keys, err = keys.with(number, [keySize]byte(plain[4:wrappedEntry])); err != nil {
			return nil, err
		}
	}
	return keys, nil
}
