package wholefile

import (
	"errors"
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
