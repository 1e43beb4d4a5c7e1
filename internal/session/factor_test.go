package session

import (
	"bytes"
	"testing"

	"github.com/warder-iam/warder/internal/seal"
)

// What was sealed for one user or device, or as one kind of thing, opens as nothing else.
func TestFactorsAreBound(t *testing.T) {
	ring, _, err := seal.NewKeyring(seal.NewMaster())
	if err != nil {
		t.Fatal(err)
	}
	k := NewKeys(ring)
	plain := []byte("needle of forty characters, as secrets a")
	passwords, err := k.SealPasswords("AIDA1", plain)
	if err != nil {
		t.Fatal(err)
	}
	seed, err := k.SealSeed("AIDA1", seal.NewSecret(plain))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := k.OpenPasswords("AIDA1", passwords); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("%q %v", got, err)
	}
	if got, err := k.OpenSeed("AIDA1", seed); err != nil || !bytes.Equal(got.Reveal(), plain) {
		t.Errorf("%v", err)
	}
	for _, box := range [][]byte{passwords, seed} {
		if bytes.Contains(box, []byte("needle")) {
			t.Errorf("%q", box)
		}
	}
	if _, err := k.OpenPasswords("AIDA2", passwords); err == nil {
		t.Error("another user's passwords")
	}
	if _, err := k.OpenPasswords("AIDA1", seed); err == nil {
		t.Error("a seed as passwords")
	}
	if _, err := k.OpenSeed("AIDA2", seed); err == nil {
		t.Error("another device's seed")
	}
	if _, err := k.OpenSeed("AIDA1", passwords); err == nil {
		t.Error("passwords as a seed")
	}
	if _, err := k.OpenAccessKey("AIDA1", seed); err == nil {
		t.Error("a seed as an access key")
	}
}
