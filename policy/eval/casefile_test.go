package eval

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCorpus runs every policy test file under testdata/corpus. Each file is one rule; its cases begin with the rule.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("testdata/corpus/*.json")
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	names := make(map[string]bool)
	for _, file := range files {
		cases := readCorpus(t, file)
		total += len(cases)
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			for i := range cases {
				runCase(t, &cases[i], names)
			}
		})
	}
	// A gate fails when it ran nothing.
	if len(files) < 60 || total < 300 {
		t.Errorf("the corpus has %d files and %d cases: some are lost", len(files), total)
	}
	t.Logf("%d files, %d cases", len(files), total)
}

func readCorpus(t *testing.T, file string) []Case {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	cases, err := ReadCases(data)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return cases
}

func runCase(t *testing.T, c *Case, names map[string]bool) {
	t.Helper()
	if names[c.Name] {
		t.Errorf("two cases are called %q", c.Name)
	}
	names[c.Name] = true
	got, err := c.Run()
	if err != nil {
		t.Error(err)
		return
	}
	if !got.Passed {
		t.Errorf("%s\nexpected %s, got %s", c.Name, c.Expect, got.Explanation)
	}
}
