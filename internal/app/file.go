package app

import (
	"errors"
	"io/fs"
	"os"

	"github.com/warder-iam/warder/internal/wholefile"
)

// writeNew makes a file that does not exist yet, whole and durable or not at all; fs.ErrExist where the name is taken.
func writeNew(path string, mode fs.FileMode, content []byte) error {
	return wholefile.New(path, mode, content)
}

// ReplaceFile puts content in the place of the file, whole and durable or not at all. A symbolic link stays and its
// target is replaced.
func ReplaceFile(path string, mode fs.FileMode, content []byte) error {
	return wholefile.Replace(path, mode, content)
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func syncDir(dir string) error { return wholefile.SyncDir(dir) }
