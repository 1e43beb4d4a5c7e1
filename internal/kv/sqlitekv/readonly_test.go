package sqlitekv

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/warder-iam/warder/internal/kv"
)

// Another process's view: what is committed is seen, while the store is open and after; nothing is changed.
func TestRead(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	if err := Read(ctx, dir, func(kv.Reader) error { return nil }); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("where nothing is: %v", err)
	}
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	put := func(value string) {
		t.Helper()
		if _, err := s.Update(ctx, "a", func(txn kv.Txn) error { return txn.Put("key", []byte(value)) }); err != nil {
			t.Fatal(err)
		}
	}
	want := func(value string) {
		t.Helper()
		err := Read(ctx, dir, func(r kv.Reader) error {
			got, err := r.Get("key")
			if string(got) != value {
				t.Errorf("got %q, want %q", got, value)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	put("one")
	want("one")
	put("two")
	want("two")
	if err := Read(ctx, dir, func(r kv.Reader) error { // a view is one state, whatever is written meanwhile
		put("three")
		got, err := r.Get("key")
		if string(got) != "two" {
			t.Errorf("got %q in a view that began with two", got)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	want("three")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before := stateFiles(t, dir)
	want("three")
	if after := stateFiles(t, dir); !maps.Equal(before, after) {
		t.Error("reading changed the store")
	}
	failed := errors.New("failed")
	if err := Read(ctx, dir, func(kv.Reader) error { return failed }); !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if err := Read(ended, dir, func(kv.Reader) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, stateName), []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Read(ctx, dir, func(kv.Reader) error { return nil }); err == nil {
		t.Error("another file was read")
	}
}

// stateFiles are what the files that hold state have in them.
func stateFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range []string{stateName, stateName + "-wal"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		all[name] = string(text)
	}
	return all
}
