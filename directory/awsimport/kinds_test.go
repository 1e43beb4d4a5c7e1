package awsimport

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestKindsAreTold: the documentation tells of every kind, in a row of its table, and of no other.
func TestKindsAreTold(t *testing.T) {
	text, err := os.ReadFile("../../docs/audit-inputs.md")
	if err != nil {
		t.Fatal(err)
	}
	var told, known []string
	for line := range strings.Lines(string(text)) {
		if cells := strings.Split(line, "|"); len(cells) == 5 && !strings.HasPrefix(cells[1], "-") && cells[1] != " kind " {
			told = append(told, strings.TrimSpace(cells[1]))
		}
	}
	for _, k := range recognisers() {
		known = append(known, string(k.kind))
	}
	slices.Sort(told)
	slices.Sort(known)
	if !slices.Equal(told, known) {
		t.Errorf("docs/audit-inputs.md tells of\n%q\nand Read knows\n%q", told, known)
	}
}

// TestKindsAreDistinct: no two kinds claim one value of the bundles in testdata, and each kind has a value there.
func TestKindsAreDistinct(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[Kind]bool{}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range archive.Files {
			f := &File{Path: part.Name}
			values, _ := split(f, part.Data) // broken ones stop it, on purpose
			for _, v := range values {
				v, err := unwrap(v)
				if err != nil || v.failure != "" {
					continue
				}
				var claims []Kind
				for _, k := range recognisers() {
					if k.is(v) {
						claims = append(claims, k.kind)
						seen[k.kind] = true
					}
				}
				if len(claims) > 1 {
					t.Errorf("%s: %s%s is claimed by %q", file, part.Name, v.at, claims)
				}
			}
		}
	}
	for _, k := range recognisers() {
		if !seen[k.kind] {
			t.Errorf("no bundle holds a value of kind %q", k.kind)
		}
	}
}
