package lint

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/catalog"
)

const golden = "testdata/managed.golden"

// TestManaged pins how often each code is found in the AWS-managed policies, and in how many. They are written with care, and
// AWS's own answers about them are few: a check that suddenly speaks is wrong.
func TestManaged(t *testing.T) {
	found, policies := map[string]int{}, map[string]map[string]bool{}
	n := 0
	c := catalog.Load()
	for p := range c.ManagedPolicies() {
		src, ok := p.Document("")
		if !ok {
			t.Fatalf("%s has no document", p.ARN)
		}
		n++
		l := newLinter(src, Options{Catalog: c})
		l.check()
		if l.steps > maxSteps/4 {
			t.Errorf("%s: %d steps come near the bound", p.Name, l.steps)
		}
		for _, f := range l.findings {
			if policies[f.Code] == nil {
				policies[f.Code] = map[string]bool{}
			}
			found[f.Code]++
			policies[f.Code][p.ARN] = true
		}
	}
	var lines []string
	for code, count := range found {
		lines = append(lines, fmt.Sprintf("%s: %d in %d policies\n", code, count, len(policies[code])))
	}
	slices.Sort(lines)
	got := strings.Join(lines, "") + fmt.Sprintf("of %d policies\n", n)
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("found\n%s\nwant, as in %s (go test ./policy/lint -update writes it)\n%s", got, golden, want)
	}
}

// BenchmarkManaged checks every AWS-managed policy, each read from the catalogue.
func BenchmarkManaged(b *testing.B) {
	c := catalog.Load()
	for b.Loop() {
		n := 0
		for p := range c.ManagedPolicies() {
			src, _ := p.Document("")
			Check(src, Options{Catalog: c})
			n++
		}
		b.ReportMetric(float64(n), "policies")
	}
}
