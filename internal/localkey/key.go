package localkey

import (
	"errors"
	"fmt"
	"io"
	"regexp"
)

// Key is a long-term access key. It does not print.
type Key struct{ ID, Secret string }

// Format prints [redacted] for every verb.
func (Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[redacted]") }

// ErrNoKey: the place holds no key of that id.
var ErrNoKey = errors.New("no such key is kept here")

// A Place keeps secrets of keys by their id.
type Place interface {
	// Load gives the key; ErrNoKey where there is none.
	Load(id string) (Key, error)
	// Save puts the key in, durably, in the place of one with its id.
	Save(Key) error
	// Remove takes the key out; no error where there is none.
	Remove(id string) error
}

var idForm = regexp.MustCompile(`^AKIA[A-Z2-7]{16}$`)

// checkID keeps what is no key's id out of names of files and keyring entries.
func checkID(id string) error {
	if !idForm.MatchString(id) {
		return errors.New("the access key id is not AKIA and 16 letters or digits")
	}
	return nil
}
