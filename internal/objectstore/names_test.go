package objectstore_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/objectstore"
)

// A part of the most bytes fits into a file system with all that the folder engine writes around it; one more is refused.
func TestFolderLongestPart(t *testing.T) {
	_, s := newFolder(t)
	o := objectstore.Object{Data: []byte("x"), Metadata: map[string]string{"signature": "1"}}
	name := "a/" + strings.Repeat("n", 227)
	if err := s.Put(t.Context(), "trail-bucket", name, o); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(t.Context(), "trail-bucket", name); err != nil || string(got.Data) != "x" || got.Metadata["signature"] != "1" {
		t.Errorf("%+v, %v", got, err)
	}
	if err := s.Put(t.Context(), "trail-bucket", name+"n", o); !errors.Is(err, objectstore.ErrName) {
		t.Errorf("228 bytes: %v", err)
	}
}
