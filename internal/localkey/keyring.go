package localkey

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/zalando/go-keyring"
)

// keyringService is the name under which people find the entries in their keyring.
const keyringService = "warder"

// keyringPatience bounds how long the system may take, a person who unlocks the keyring included.
const keyringPatience = 2 * time.Minute

// Keyring is the system's: Secret Service, macOS's keychain or Windows' credential manager.
type Keyring struct{}

// HasKeyring tells whether this session has a keyring that takes and gives back an entry.
func HasKeyring() bool {
	if !reachable() {
		return false
	}
	const probe = "probe"
	err := patient(func() error { return keyring.Set(keyringService, probe, probe) })
	if err != nil {
		return false
	}
	return patient(func() error { return keyring.Delete(keyringService, probe) }) == nil
}

// reachable: where no session bus is announced, asking for one would start one, which nobody else sees.
func reachable() bool {
	switch runtime.GOOS {
	case "darwin", "windows":
		return true
	}
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(dir, "bus"))
	return err == nil
}

var errNoKeyring = errors.New("this session has no keyring (no session bus is announced): sign in to the desktop, or keep the key " +
	"under a passphrase with warder configure --store sealed")

// Load implements Place.
func (Keyring) Load(id string) (Key, error) {
	secret := ""
	err := ask(id, func() (err error) {
		secret, err = keyring.Get(keyringService, id)
		return err
	})
	if errors.Is(err, keyring.ErrNotFound) {
		return Key{}, fmt.Errorf("the keyring: %w: %s", ErrNoKey, id)
	} else if err != nil {
		return Key{}, err
	}
	return Key{ID: id, Secret: secret}, nil
}

// Save implements Place.
func (Keyring) Save(k Key) error {
	return ask(k.ID, func() error { return keyring.Set(keyringService, k.ID, k.Secret) })
}

// Remove implements Place.
func (Keyring) Remove(id string) error {
	err := ask(id, func() error { return keyring.Delete(keyringService, id) })
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return err
}

func ask(id string, do func() error) error {
	if err := checkID(id); err != nil {
		return err
	}
	if !reachable() {
		return errNoKeyring
	}
	if err := patient(do); err != nil {
		return fmt.Errorf("the keyring: %w", err)
	}
	return nil
}

// patient gives up on a keyring that waits for somebody who is not there. What it does then goes on unseen, until the
// process ends.
func patient(do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-time.After(keyringPatience):
		return fmt.Errorf("nobody unlocked it within %v", keyringPatience)
	}
}
