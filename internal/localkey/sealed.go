package localkey

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/wholefile"
)

// Sealed keeps each key in a file of its own, under a passphrase.
type Sealed struct {
	Dir string
	// Passphrase asks for it, at most once for each Sealed; fresh is true where it is to be chosen.
	Passphrase func(fresh bool) ([]byte, error)

	known []byte
}

func (s *Sealed) path(id string) string { return filepath.Join(s.Dir, id+".sealed") }

func (s *Sealed) passphrase(fresh bool) ([]byte, error) {
	if s.known != nil {
		return s.known, nil
	}
	p, err := s.Passphrase(fresh)
	if err == nil {
		s.known = p
	}
	return p, err
}

// Load implements Place.
func (s *Sealed) Load(id string) (Key, error) {
	if err := checkID(id); err != nil {
		return Key{}, err
	}
	box, err := os.ReadFile(s.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return Key{}, fmt.Errorf("%w: %s", ErrNoKey, s.path(id))
	} else if err != nil {
		return Key{}, err
	}
	passphrase, err := s.passphrase(false)
	if err != nil {
		return Key{}, err
	}
	secret, err := seal.OpenPassphrase(passphrase, box, []byte(id))
	if err != nil {
		s.known = nil
		return Key{}, fmt.Errorf("%s: %w", s.path(id), err)
	}
	return Key{ID: id, Secret: string(secret)}, nil
}

// Save implements Place.
func (s *Sealed) Save(k Key) error {
	if err := checkID(k.ID); err != nil {
		return err
	}
	passphrase, err := s.passphrase(true)
	if err != nil {
		return err
	}
	box, err := seal.SealPassphrase(passphrase, []byte(k.Secret), []byte(k.ID))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	return wholefile.Replace(s.path(k.ID), 0o600, box)
}

// Remove implements Place.
func (s *Sealed) Remove(id string) error {
	if err := checkID(id); err != nil {
		return err
	}
	return removeIfThere(s.path(id))
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
