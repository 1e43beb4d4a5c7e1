package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/store"
)

var update = flag.Bool("update", false, "write the tables of docs/configuration.md anew")

const configurationPage = "../../docs/configuration.md"

// TestConfigurationPage keeps the tables of docs/configuration.md equal to what the program knows.
func TestConfigurationPage(t *testing.T) {
	content, err := os.ReadFile(configurationPage)
	if err != nil {
		t.Fatal(err)
	}
	page := string(content)
	for heading, table := range map[string]string{"| setting |": settingsTable(), "| quota |": quotasTable()} {
		start := strings.Index(page, heading)
		if start < 0 {
			t.Fatalf("%s has no table that begins with %q", configurationPage, heading)
		}
		end := start
		for line := range strings.Lines(page[start:]) {
			if !strings.HasPrefix(line, "|") {
				break
			}
			end += len(line)
		}
		if page[start:end] != table && !*update {
			t.Errorf("the table is out of date; go test ./cmd/warder -run ConfigurationPage -update writes it:\n%s", table)
		}
		page = page[:start] + table + page[end:]
	}
	if *update {
		if err := os.WriteFile(configurationPage, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestGuardrailsPage loads the configuration that docs/guardrails.md shows, and holds that the page names every setting of
// guardrails.
func TestGuardrailsPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/guardrails.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(text), "```yaml\n")
	block, _, found := strings.Cut(block, "```")
	if !found {
		t.Fatal("the page shows no configuration")
	}
	c, err := loaded(t, nil, nil, block)
	if err != nil {
		t.Fatal(err)
	}
	config, err := c.server()
	if err != nil || !config.Guardrails.On() {
		t.Errorf("%+v, %v", config.Guardrails, err)
	}
	for _, s := range settings() {
		if strings.HasPrefix(s.name, "guardrail-") && !strings.Contains(string(text), "`"+s.name+"`") {
			t.Errorf("the page does not name %s", s.name)
		}
	}
}

func settingsTable() string {
	var b strings.Builder
	b.WriteString("| setting | variable | value | what | default |\n|---|---|---|---|---|\n")
	for _, s := range settings() {
		name, value := "`"+s.name+"`", s.arg
		if s.secret {
			name, value = "(variable only)", "TEXT"
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %s |\n", name, s.env(), value, s.help, s.shown)
	}
	return b.String()
}

// quotasTable lists the names that the store's source declares, with the limits in force.
func quotasTable() string {
	source, err := os.ReadFile("../../internal/store/quota.go")
	if err != nil {
		panic(err)
	}
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^\t(\w+) +QuotaName = "(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		names = append(names, m[2])
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString("| quota | default |\n|---|---|\n")
	for _, name := range names {
		fmt.Fprintf(&b, "| `%s` | %d |\n", name, new(store.Quotas).Limit(store.QuotaName(name)))
	}
	return b.String()
}
