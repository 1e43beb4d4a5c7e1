package main

import (
	"slices"
	"testing"
)

// TestSplit: the race detector looks wherever a second goroutine can run, and nowhere else.
func TestSplit(t *testing.T) {
	const doc, test = "package a\n", "package a_test\n"
	g, _ := example(t, map[string]string{
		"plain/a.go":         doc + "func A() {}\n",
		"plain/a_test.go":    test + "func use() {}\n",
		"starts/a.go":        doc + "func A() { go func() {}() }\n",
		"group/a.go":         doc + "import \"sync\"\nfunc A() { var g sync.WaitGroup; g.Go(func() {}) }\n",
		"tests/a.go":         doc + "func A() {}\n",
		"tests/a_test.go":    test + "import \"testing\"\nfunc TestA(t *testing.T) { t.Parallel() }\n",
		"overtests/a.go":     doc + "import _ \"example/tests\"\n",
		"over/a.go":          doc + "import _ \"example/starts\"\n",
		"overover/a.go":      doc + "import _ \"example/over\"\n",
		"intests/a.go":       doc,
		"intests/a_test.go":  doc + "import _ \"example/overover\"\n",
		"outtests/a.go":      doc,
		"outtests/a_test.go": test + "import _ \"example/group\"\n",
		"serves/a.go":        doc + "import \"net/http/httptest\"\nvar _ = httptest.NewServer\n",
	})
	var all []string
	for _, name := range []string{"plain", "starts", "group", "tests", "overtests", "over", "overover", "intests", "outtests", "serves"} {
		all = append(all, "example/"+name)
	}
	concurrent, sequential, err := g.split(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"example/plain", "example/overtests"}; !slices.Equal(sequential, want) || len(concurrent)+len(want) != len(all) {
		t.Errorf("not watched: %q, want %q; watched: %q", sequential, want, concurrent)
	}
	if _, _, err := g.split(t.Context(), []string{"example/nosuch"}); err == nil {
		t.Error("a package that is not there is split")
	}
}
