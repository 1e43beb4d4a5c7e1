package main

import (
	"os"
	"testing"
)

// TestLeastPrivilegePage runs docs/least-privilege.md.
func TestLeastPrivilegePage(t *testing.T) {
	text, err := os.ReadFile("../../docs/least-privilege.md")
	if err != nil {
		t.Fatal(err)
	}
	p := newPage(t)
	p.all(text, 5)
}
