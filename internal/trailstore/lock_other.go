//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package trailstore

import (
	"fmt"
	"os"
	"path/filepath"
)

// lockDir only opens the lock file: this system has no lock that ends with its process. The state store's own lock
// keeps a second server out.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("trailstore: %w", err)
	}
	return f, nil
}

func unlock(f *os.File) error { return f.Close() }
