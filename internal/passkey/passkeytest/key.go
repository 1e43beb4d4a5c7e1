package passkeytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// Flags of authenticator data. Source: Web Authentication, level 3, section 6.1.
const (
	UserPresent    = 1 << 0
	UserVerified   = 1 << 2
	BackupEligible = 1 << 3
	BackedUp       = 1 << 4
	attested       = 1 << 6
)

// Key is a passkey in an authenticator. Its counter goes up with each answer.
type Key struct {
	ID     []byte
	Handle []byte // whom it is of, as the site said when it was registered
	Party  string
	Flags  byte
	Count  uint32

	private *ecdsa.PrivateKey
}

// New makes a key that nobody has registered. It verifies its user.
func New(t testing.TB) *Key {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &Key{ID: []byte(rand.Text()), Flags: UserPresent | UserVerified, private: private}
}

// Answer is what the key and its browser are about to answer, for tests that spoil it.
type Answer struct {
	Type, Challenge, Origin string
	CrossOrigin             bool
	Party                   string
	ID, Handle              []byte
	Flags                   byte
	Count                   uint32
	// Signature changes what was signed with; nil for nothing.
	Signature func([]byte) []byte
}

// Create answers PublicKeyCredentialCreationOptions at a page of that origin.
func (k *Key) Create(t testing.TB, options json.RawMessage, origin string, spoil ...func(*Answer)) []byte {
	t.Helper()
	var o struct {
		Challenge string
		RP        struct{ ID string }
		User      struct{ ID string }
	}
	parse(t, options, &o)
	handle, err := base64.RawURLEncoding.DecodeString(o.User.ID)
	if err != nil {
		t.Fatal(err)
	}
	k.Party, k.Handle = o.RP.ID, handle
	a := k.answer("webauthn.create", o.Challenge, origin, spoil)
	public, err := k.private.PublicKey.Bytes() // 4, x, y
	if err != nil {
		t.Fatal(err)
	}
	data := a.data(attested)
	data = append(data, make([]byte, 16)...) // its model
	data = binary.BigEndian.AppendUint16(data, uint16(len(a.ID)))
	data = append(append(data, a.ID...), encode(t, map[int]any{1: 2, 3: -7, -1: 1, -2: public[1:33], -3: public[33:]})...)
	object := encode(t, map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	return a.answer(t, map[string]any{
		"clientDataJSON": text(a.client(t)), "attestationObject": text(object), "transports": []string{"usb", "internal"},
	}, map[string]any{"credProps": map[string]any{"rk": true}})
}

// Get answers PublicKeyCredentialRequestOptions at a page of that origin.
func (k *Key) Get(t testing.TB, options json.RawMessage, origin string, spoil ...func(*Answer)) []byte {
	t.Helper()
	var o struct{ Challenge string }
	parse(t, options, &o)
	a := k.answer("webauthn.get", o.Challenge, origin, spoil)
	client, data := a.client(t), a.data(0)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(data, hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.private, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	if a.Signature != nil {
		signature = a.Signature(signature)
	}
	return a.answer(t, map[string]any{
		"clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(signature), "userHandle": text(a.Handle),
	}, map[string]any{})
}

// Copy makes a second key of the same secret, as who stole it has.
func (k *Key) Copy() *Key { return new(*k) }

func (k *Key) answer(kind, challenge, origin string, spoil []func(*Answer)) *Answer {
	k.Count++
	a := &Answer{Type: kind, Challenge: challenge, Origin: origin, Party: k.Party, ID: k.ID, Handle: k.Handle, Flags: k.Flags, Count: k.Count}
	for _, f := range spoil {
		f(a)
	}
	return a
}

func (a *Answer) client(t testing.TB) []byte {
	b, err := json.Marshal(map[string]any{"type": a.Type, "challenge": a.Challenge, "origin": a.Origin, "crossOrigin": a.CrossOrigin})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (a *Answer) data(flags byte) []byte {
	party := sha256.Sum256([]byte(a.Party))
	return binary.BigEndian.AppendUint32(append(party[:], a.Flags|flags), a.Count)
}

func (a *Answer) answer(t testing.TB, response, extensions map[string]any) []byte {
	b, err := json.Marshal(map[string]any{
		"id": text(a.ID), "rawId": text(a.ID), "type": "public-key", "authenticatorAttachment": "cross-platform",
		"response": response, "clientExtensionResults": extensions,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func text(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func encode(t testing.TB, v any) []byte {
	b, err := webauthncbor.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func parse(t testing.TB, options json.RawMessage, to any) {
	t.Helper()
	if err := json.Unmarshal(options, to); err != nil {
		t.Fatal(err)
	}
}
