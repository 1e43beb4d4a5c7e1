package seal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxMasterFile bounds what is read of a file that claims to hold a master key.
const maxMasterFile = 1 << 10

// fileText is the text of a master key file: a line for people, then the key.
func (m Master) fileText() string {
	return "# Warder master key " + m.ID() + ": opens every secret in the data. Keep a copy apart from the data.\n" + m.text() + "\n"
}

func parseMasterFile(text string) (Master, error) {
	_, second, _ := strings.Cut(text, "\n")
	line, _, _ := strings.Cut(second, "\n")
	m, err := MasterFromEnv(line)
	if err != nil {
		return Master{}, err
	}
	// One text for one key: whatever else stands in the file was not written by Warder.
	if m.fileText() != text {
		return Master{}, fmt.Errorf("%w: the file holds a master key, but not as Warder writes it (a first line with its id, the key, nothing else)", ErrDamaged)
	}
	return m, nil
}

// LoadMasterFile reads a master key file. It refuses a file that others than its owner can read or write.
// Errors: fs.ErrNotExist; ErrDamaged; a message with the command that helps.
func LoadMasterFile(path string) (Master, error) {
	f, err := os.Open(path)
	if err != nil {
		return Master{}, fmt.Errorf("seal: master key: %w", err)
	}
	defer func() { _ = f.Close() }()
	// Of the open file, not of the path: the path may name another file by now.
	info, err := f.Stat()
	if err != nil {
		return Master{}, fmt.Errorf("seal: master key: %w", err)
	}
	if !info.Mode().IsRegular() {
		return Master{}, fmt.Errorf("seal: master key: %s is not a regular file", path)
	}
	if err := checkMode(path, info.Mode()); err != nil {
		return Master{}, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxMasterFile+1))
	if err != nil {
		return Master{}, fmt.Errorf("seal: master key: %w", err)
	}
	if len(text) > maxMasterFile {
		return Master{}, fmt.Errorf("%w: %s is too long for a master key file", ErrDamaged, path)
	}
	m, err := parseMasterFile(string(text))
	if err != nil {
		return Master{}, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func checkMode(path string, mode fs.FileMode) error {
	if mode.Perm()&0o077 == 0 {
		return nil
	}
	return fmt.Errorf("seal: master key: %s can be read or changed by others than its owner (mode %04o); run: chmod 0400 '%s'",
		path, mode.Perm(), strings.ReplaceAll(path, "'", `'\''`))
}

// CreateMasterFile makes a random master key and writes it to a new file of mode 0400. When it returns, the file and its
// name are on disk. A process that is killed meanwhile leaves no file of that name or the whole one.
// It never replaces a file: fs.ErrExist when the name is taken.
func CreateMasterFile(path string) (Master, error) {
	m := NewMaster()
	if err := writeNew(path, m.fileText()); err != nil {
		return Master{}, fmt.Errorf("seal: create master key: %w", err)
	}
	return m, nil
}

// EnsureMasterFile loads the master key at path, or creates it where there is none. Processes that do so at the same time
// all end up with the same key. Do not call it where data sealed by a master key exist already: a lost key must be found
// again, not replaced.
func EnsureMasterFile(path string) (m Master, created bool, err error) {
	m, err = LoadMasterFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return m, false, err
	}
	m, err = CreateMasterFile(path)
	if !errors.Is(err, fs.ErrExist) {
		return m, err == nil, err
	}
	// Another process was first. Its name for the file may not be on disk yet, and the caller is about to rely on it.
	if err := syncDir(filepath.Dir(path)); err != nil {
		return Master{}, false, fmt.Errorf("seal: master key: %w", err)
	}
	m, err = LoadMasterFile(path)
	return m, false, err
}

// writeNew writes the whole file under another name first and then links it to its own: link, unlike rename, fails
// where the name exists.
func writeNew(path, text string) (err error) {
	dir := filepath.Dir(path)
	temp, err := createTemp(dir)
	if err != nil {
		return err
	}
	defer func() {
		if e := os.Remove(temp.Name()); err == nil {
			err = e
		}
		if e := syncDir(dir); err == nil {
			err = e
		}
	}()
	_, err = temp.WriteString(text)
	if err == nil {
		err = temp.Sync()
	}
	if e := temp.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Link(temp.Name(), path)
}

// createTemp is os.CreateTemp, but never with a mode wider than the key's.
func createTemp(dir string) (*os.File, error) {
	name := filepath.Join(dir, ".warder-master-"+NewMaster().ID()[:16]+".tmp")
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o400)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if e := d.Close(); err == nil {
		err = e
	}
	return err
}
