package objectstore_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/warder-iam/warder/internal/objectstore"
	"github.com/warder-iam/warder/internal/objectstore/objectstoretest"
)

// newFolder makes a folder with one bucket.
func newFolder(t *testing.T) (root string, s objectstore.Store) {
	t.Helper()
	root = t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "trail-bucket"), 0o700); err != nil {
		t.Fatal(err)
	}
	return root, objectstore.Folder(root)
}

func TestFolder(t *testing.T) {
	_, s := newFolder(t)
	objectstoretest.Suite(t, s, "trail-bucket")
}

// Readers without this package find metadata as docs/trail.md says.
func TestFolderLayout(t *testing.T) {
	root, s := newFolder(t)
	o := objectstore.Object{Data: []byte("data"), Metadata: map[string]string{"signature": "ab", "b": "2"}}
	if err := s.Put(t.Context(), "trail-bucket", "AWSLogs/x.json.gz", o); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"x.json.gz": "data", "x.json.gz.metadata.json": `{"b":"2","signature":"ab"}` + "\n"} {
		text, err := os.ReadFile(filepath.Join(root, "trail-bucket", "AWSLogs", name))
		if err != nil || string(text) != want {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}

// What a crash left of an attempt is no object, and does not harm the next attempt.
func TestFolderAfterCrash(t *testing.T) {
	root, s := newFolder(t)
	bucket := filepath.Join(root, "trail-bucket")
	for _, name := range []string{"x.metadata.json", ".x.ABCDEFGH.tmp", ".x.metadata.json.ABCDEFGH.tmp"} {
		if err := os.WriteFile(filepath.Join(bucket, name), []byte(`{"old":"1"}`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if page, err := s.List(t.Context(), "trail-bucket", "", ""); err != nil || len(page) > 0 {
		t.Errorf("listed: %v, %v", page, err)
	}
	if err := s.Put(t.Context(), "trail-bucket", "x", objectstore.Object{Data: []byte("new")}); err != nil {
		t.Fatal(err)
	}
	if o, err := s.Get(t.Context(), "trail-bucket", "x"); err != nil || string(o.Data) != "new" || o.Metadata != nil {
		t.Errorf("%+v, %v", o, err)
	}
	if entries, err := os.ReadDir(bucket); err != nil || len(entries) != 1 {
		t.Errorf("left: %v, %v", entries, err)
	}
}

func TestFolderDamagedMetadata(t *testing.T) {
	root, s := newFolder(t)
	for name, text := range map[string]string{"a": "{", "b": `{"a":1}`, "c": `{"a":"1","a":"2"}`, "d": `{"A":"x"}`} {
		file := filepath.Join(root, "trail-bucket", name)
		if err := errors.Join(os.WriteFile(file, nil, 0o600), os.WriteFile(file+".metadata.json", []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(t.Context(), "trail-bucket", name); !errors.Is(err, objectstore.ErrDamaged) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// An object and a folder cannot have one name, which S3 would allow: the error says so and nothing is lost.
func TestFolderNameBelowAnObject(t *testing.T) {
	_, s := newFolder(t)
	ctx := t.Context()
	for _, name := range []string{"a", "b/c"} {
		if err := s.Put(ctx, "trail-bucket", name, objectstore.Object{Data: []byte(name)}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"a/b", "a/b/c", "b"} {
		if err := s.Put(ctx, "trail-bucket", name, objectstore.Object{}); !errors.Is(err, objectstore.ErrName) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if page, err := s.List(ctx, "trail-bucket", "", ""); err != nil || len(page) != 2 {
		t.Errorf("%v, %v", page, err)
	}
}
