package warder_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestDependenciesAreExplained keeps docs/dependencies.md in step with go.mod: each direct dependency has its line
// there, and each line its dependency.
func TestDependenciesAreExplained(t *testing.T) {
	required := requirements(read(t, "go.mod"))
	for _, file := range []string{"tools/go.mod", "bench/go.mod"} {
		if _, err := os.Stat(file); err == nil {
			for module, r := range requirements(read(t, file)) {
				required[module] = max(required[module], r) // what is direct in one is direct
			}
		}
	}
	delete(required, module) // bench requires the main module
	rows := explained(read(t, "docs/dependencies.md"))
	if len(rows) == 0 {
		t.Fatal("docs/dependencies.md has no table of modules")
	}
	for _, module := range slices.Sorted(maps.Keys(required)) {
		if required[module] == direct && !slices.Contains(rows, module) {
			t.Errorf("%s is a direct dependency without a line in docs/dependencies.md: say what for, its licence, and why not another", module)
		}
	}
	for _, module := range rows {
		if required[module] == absent {
			t.Errorf("docs/dependencies.md explains %s, which no go.mod requires: take the line out", module)
		}
	}
}

// requirement says how a go.mod names a module.
type requirement uint8

const (
	absent requirement = iota
	indirect
	direct
)

// requirements reads the require lines of a go.mod. A tool's module counts as direct.
func requirements(text string) map[string]requirement {
	required := map[string]requirement{}
	var tools []string
	block := ""
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0 || strings.HasPrefix(fields[0], "//"):
			continue
		case fields[0] == ")":
			block = ""
			continue
		case len(fields) == 2 && fields[1] == "(":
			block = fields[0]
			continue
		case block != "":
			fields = slices.Insert(fields, 0, block) // as if it stood on a line of its own
		}
		switch {
		case len(fields) >= 3 && fields[0] == "require":
			required[fields[1]] = direct
			if strings.Contains(line, "// indirect") {
				required[fields[1]] = indirect
			}
		case len(fields) == 2 && fields[0] == "tool":
			tools = append(tools, fields[1])
		}
	}
	for module := range required {
		if slices.ContainsFunc(tools, func(tool string) bool { return within(tool, module) }) {
			required[module] = direct
		}
	}
	return required
}

// explained are the modules in the first column of the page's tables, in backquotes.
func explained(text string) []string {
	var rows []string
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "| `"); ok {
			module, _, _ := strings.Cut(rest, "`")
			rows = append(rows, module)
		}
	}
	return rows
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestRequirements(t *testing.T) {
	const text = `module m

go 1.26

tool example.com/tool/cmd/x

require example.com/single v1.0.0

require (
	// a comment

	example.com/a v1.2.3
	example.com/b v0.0.0 // indirect
	example.com/tool v1.0.0 // indirect
)
`
	want := map[string]requirement{
		"example.com/single": direct, "example.com/a": direct, "example.com/b": indirect, "example.com/tool": direct,
	}
	if got := requirements(text); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
