package lint

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/warder-iam/warder/catalog"
)

// TestOrdinary: a check that speaks of what everybody writes, and means no harm, is soon switched off.
func TestOrdinary(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/ordinary.txtar")
	if err != nil || len(archive.Files) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	c := catalog.Load()
	for _, f := range archive.Files {
		kind, _, _ := strings.Cut(f.Name, " ")
		o := Options{Catalog: c}
		if kind != "Identity" {
			o = optionsOf(t, "kind: "+kind)
			o.Catalog = c
		}
		if got := describe(string(f.Data), Check(string(f.Data), o)); got != "" {
			t.Errorf("%s: found\n%s", f.Name, got)
		}
	}
}
