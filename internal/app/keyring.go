package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/warder-iam/warder/internal/seal"
)

// Names in the data directory.
const (
	keyringName  = "keyring"       // the data keys, wrapped under the master key
	stateName    = "state.db"      // the storage engine's
	trailName    = "trail"         // directory of the trail's segments
	tlsName      = "tls"           // directory of the local CA
	catalogName  = "catalog"       // directory of one's own services
	endpointName = "endpoint.json" // where the running server is reached
)

// openKeyring opens the data keys, or makes them together with the master key where there are no data yet. On a first
// start the master key is made durable before the wrapped data keys, and these before any data, so that what exists
// says what must exist: data or wrapped keys whose master key is missing are never taken for a new beginning.
func openKeyring(c *Config) (ring *seal.Keyring, wrapped []byte, err error) {
	state := filepath.Join(c.Data, stateName)
	hasState, err := exists(state) // before the keyring is looked for: another process may be making both
	if err != nil {
		return nil, nil, err
	}
	path := filepath.Join(c.Data, keyringName)
	wrapped, err = os.ReadFile(path)
	switch {
	case err == nil:
		return unwrapKeyring(c, path, wrapped)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, nil, fmt.Errorf("read the data keys: %w", err)
	case hasState:
		return nil, nil, fmt.Errorf("%s is there, but not %s, which opens it; put it back from a backup, nothing was changed", state, path)
	}
	return newKeyring(c, path)
}

func unwrapKeyring(c *Config, path string, wrapped []byte) (*seal.Keyring, []byte, error) {
	master, err := c.master(seal.LoadMasterFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("the master key of the data in %s is missing: there is no %s. Put it back, or say where it is "+
			"(--master-key FILE, or WARDER_MASTER_KEY); without it nothing can read the data, and nothing was changed", c.Data, c.MasterKeyFile)
	} else if err != nil {
		return nil, nil, err
	}
	ring, err := seal.OpenKeyring(master, wrapped)
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", path, err)
	}
	return ring, wrapped, nil
}

func newKeyring(c *Config, path string) (*seal.Keyring, []byte, error) {
	master, err := c.master(ensureMasterFile)
	if err != nil {
		return nil, nil, err
	}
	ring, wrapped, err := seal.NewKeyring(master)
	if err != nil {
		return nil, nil, err
	}
	err = writeNew(path, 0o600, wrapped)
	if errors.Is(err, fs.ErrExist) { // another process was first; its keys are the data's
		if wrapped, err = os.ReadFile(path); err == nil {
			return unwrapKeyring(c, path, wrapped)
		}
	}
	if err != nil {
		return nil, nil, fmt.Errorf("write the data keys: %w", err)
	}
	return ring, wrapped, nil
}

// master is the given master key, or the one that load finds in the master key file.
func (c *Config) master(load func(string) (seal.Master, error)) (seal.Master, error) {
	if c.Master != nil {
		return *c.Master, nil
	}
	return load(c.MasterKeyFile)
}

func ensureMasterFile(path string) (seal.Master, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return seal.Master{}, fmt.Errorf("make a place for the master key: %w", err)
	}
	m, _, err := seal.EnsureMasterFile(path)
	return m, err
}

func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
