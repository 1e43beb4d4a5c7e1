//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package localkey

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	lockPause = 50 * time.Millisecond
	lockWait  = 3 * time.Minute // longer than a person takes for a code
)

// Lock waits for the lock of a name in dir: a file that only its maker removes. After a crash it has to be removed by
// hand, which the error says.
func Lock(dir, name string) (unlock func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, name+".lock")
	for end := time.Now().Add(lockWait); ; time.Sleep(lockPause) {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		switch {
		case err == nil:
			return func() error { return errors.Join(f.Close(), os.Remove(path)) }, nil
		case !errors.Is(err, fs.ErrExist):
			return nil, err
		case time.Now().After(end):
			return nil, fmt.Errorf("%s is held by another warder; if none runs, remove the file", path)
		}
	}
}
