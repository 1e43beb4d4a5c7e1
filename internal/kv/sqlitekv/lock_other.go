//go:build !unix

package sqlitekv

import (
	"errors"
	"os"
)

// lock refuses: without a lock that the kernel drops with its process, two servers could write one directory.
func lock(string) (*os.File, error) {
	return nil, errors.New("the embedded store needs a Unix system (file locks that end with their process)")
}
