package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// makeDataDir makes the data directory, for its owner alone. One that is there and open to others is closed to them if
// it is empty or holds Warder's data; a directory of other things is not ours to change.
func makeDataDir(dir string) error {
	there, err := exists(dir)
	if err != nil {
		return err
	}
	if !there {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		return syncDir(filepath.Dir(dir))
	}
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is not a directory", dir)
	case info.Mode().Perm()&0o077 == 0:
		return nil
	}
	names, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	ours, err := exists(filepath.Join(dir, keyringName))
	if err != nil {
		return err
	}
	if len(names) > 0 && !ours {
		return fmt.Errorf("%s is open to others than its owner and holds other things than Warder's; name a new directory", dir)
	}
	return os.Chmod(dir, 0o700)
}

// makePrivateDir makes a directory inside the data directory.
func makePrivateDir(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(dir))
}
