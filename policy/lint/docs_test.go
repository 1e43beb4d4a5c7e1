package lint

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

const checksPage = "../../docs/policy-checks.md"

// TestChecksPage keeps the table of docs/policy-checks.md equal to Codes.
func TestChecksPage(t *testing.T) {
	content, err := os.ReadFile(checksPage)
	if err != nil {
		t.Fatal(err)
	}
	const heading = "| code | type | what it means |\n|---|---|---|\n"
	page, _, found := strings.Cut(string(content), heading)
	if !found {
		t.Fatalf("%s has no table of checks", checksPage)
	}
	var table strings.Builder
	table.WriteString(page + heading)
	for _, c := range Codes() {
		fmt.Fprintf(&table, "| [`%s`](%s) | %s | %s |\n", c.Code, c.Link(), c.Type, c.Title)
	}
	if *update {
		if err := os.WriteFile(checksPage, []byte(table.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if table.String() != string(content) {
		t.Errorf("the table of %s is out of date; go test ./policy/lint -run ChecksPage -update writes it", checksPage)
	}
}
