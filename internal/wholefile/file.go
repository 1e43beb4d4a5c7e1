package wholefile

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// New makes a file that does not exist yet, whole and durable or not at all; fs.ErrExist where the name is taken.
func New(path string, mode fs.FileMode, content []byte) error {
	return writeVia(path, mode, writes(content), func(temp string) error {
		err := os.Link(temp, path)
		return errors.Join(err, os.Remove(temp))
	})
}

// Replace puts content in the place of the file, whole and durable or not at all. A symbolic link stays and its
// target is replaced.
func Replace(path string, mode fs.FileMode, content []byte) error {
	return ReplaceWith(path, mode, writes(content))
}

// ReplaceWith is Replace for what write writes, which may be much. An error of write leaves the file as it was.
func ReplaceWith(path string, mode fs.FileMode, write func(io.Writer) error) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	return writeVia(path, mode, write, func(temp string) error {
		err := os.Rename(temp, path)
		if err != nil {
			_ = os.Remove(temp)
		}
		return err
	})
}

func writes(content []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	}
}

// writeVia writes a file beside path and gives its name to place, which leaves none of that name.
func writeVia(path string, mode fs.FileMode, write func(io.Writer) error, place func(temp string) error) error {
	dir := filepath.Dir(path)
	temp := filepath.Join(dir, "."+filepath.Base(path)+"."+rand.Text()[:8]+".tmp")
	if err := writeSynced(temp, mode, write); err != nil {
		return errors.Join(err, removeIfThere(temp))
	}
	if err := place(temp); err != nil {
		return err
	}
	return SyncDir(dir)
}

func writeSynced(path string, mode fs.FileMode, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// SyncDir makes the names in a directory durable.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Sweep removes what writes of a file left beside it when they were interrupted. Nobody may be writing it.
func Sweep(path string) error {
	left, err := filepath.Glob(filepath.Join(escape(filepath.Dir(path)), escape("."+filepath.Base(path))+".????????.tmp"))
	for _, name := range left {
		err = errors.Join(err, removeIfThere(name))
	}
	return err
}

// escape makes a pattern of Glob that means the text.
func escape(text string) string {
	if filepath.Separator == '\\' {
		return text // there Glob knows no escapes
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(text)
}
