package wholefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a[b]*")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "f?")
	if err := New(name, 0o600, []byte("one")); err != nil {
		t.Fatal(err)
	}
	if err := New(name, 0o600, []byte("two")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("New in the place of a file: %v", err)
	}
	if err := Replace(name, 0o640, []byte("three")); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(name)
	info, _ := os.Stat(name)
	if err != nil || string(text) != "three" || info.Mode().Perm() != 0o640 {
		t.Errorf("%q %v %v", text, info.Mode(), err)
	}
	for _, other := range []string{".f?.ABCDEFGH.tmp", ".fx.ABCDEFGH.tmp", ".f?.tmp"} {
		if err := os.WriteFile(filepath.Join(dir, other), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Sweep(name); err != nil {
		t.Error(err)
	}
	names, err := os.ReadDir(dir)
	if err != nil || len(names) != 3 {
		t.Errorf("left: %v %v", names, err)
	}
}

// TestReplaceWith: what could not be written wholly leaves the file as it was, and nothing beside it.
func TestReplaceWith(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report")
	if err := Replace(path, 0o600, []byte("old")); err != nil {
		t.Fatal(err)
	}
	failed := errors.New("failed")
	err := ReplaceWith(path, 0o600, func(w io.Writer) error {
		_, err := io.WriteString(w, "half")
		return errors.Join(err, failed)
	})
	if !errors.Is(err, failed) {
		t.Errorf("the error is %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "old" {
		t.Errorf("the file holds %q, %v", text, err)
	}
	if err := ReplaceWith(path, 0o600, func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "new" {
		t.Errorf("the file holds %q, %v", text, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("there are %d files, %v", len(left), err)
	}
}
