package main

import (
	"bytes"
	"os"
	"testing"
)

// TestTrailSearchPage runs what docs/trail.md says about searches.
func TestTrailSearchPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/trail.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := bytes.Cut(text, []byte("\n## Search\n"))
	section, _, ended := bytes.Cut(section, []byte("\n## Retention\n"))
	if !ok || !ended {
		t.Fatal("the page has no section of that name")
	}
	newPage(t).all(section, 3)
}
