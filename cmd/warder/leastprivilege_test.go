package main

import (
	"bytes"
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
	ran := 0
	for _, at := range fence.FindAllSubmatchIndex(text, -1) {
		line := bytes.Count(text[:at[0]], []byte("\n")) + 1
		kind, arg, body := string(text[at[2]:at[3]]), string(text[at[4]:at[5]]), string(text[at[6]:at[7]])
		switch {
		case kind == "sh":
			ran++
			p.run(line, arg, body)
		case kind == "text":
			p.compare(line, body)
		case arg != "":
			p.write(arg, body)
		}
	}
	if ran < 5 {
		t.Errorf("only %d blocks ran", ran)
	}
}
