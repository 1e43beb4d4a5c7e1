package checks

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

// now is the time of every audit in the tests.
var now = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

// TestChecks runs testdata/<id>.txtar for every check. Each has cases, the folders of the archive: the files of a bundle, and
// "want", which has a line for each finding, "severity resource: title", and for each gap, "not assessed: what is missing".
// Evidence with a place, other evidence ("  - ") and the lines of the remedy's command ("  $ ") follow their finding, each
// where the case's want has any such line. A file "input" holds what else the audit is given, as JSON.
// Every check has a case in which it finds something, one in which it finds nothing, and one that it cannot assess.
func TestChecks(t *testing.T) {
	for _, c := range All() {
		t.Run(c.ID, func(t *testing.T) {
			archive, err := txtar.ParseFile(filepath.Join("testdata", c.ID+".txtar"))
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]bool{}
			for name, files := range cases(t, archive) {
				t.Run(name, func(t *testing.T) {
					got := report(c, files)
					want := string(files["want"].Data)
					got = slices.DeleteFunc(got, func(line string) bool {
						kind := detail(line)
						return kind != "" && !slices.ContainsFunc(strings.Split(want, "\n"), func(w string) bool { return detail(w) == kind })
					})
					if text := strings.Join(append(got, ""), "\n"); text != want {
						t.Errorf("got\n%swant\n%s", text, want)
					}
					seen["clean"] = seen["clean"] || len(got) == 0
					for _, line := range got {
						seen["not assessed"] = seen["not assessed"] || strings.HasPrefix(line, "not assessed")
						seen["found"] = seen["found"] || !strings.HasPrefix(line, "not assessed")
					}
				})
			}
			for _, outcome := range []string{"found", "clean", "not assessed"} {
				if !seen[outcome] {
					t.Errorf("no case is %s", outcome)
				}
			}
		})
	}
}

// detail is the kind of an indented line; "" for others.
func detail(line string) string {
	switch {
	case strings.HasPrefix(line, "  - "), strings.HasPrefix(line, "  $ "):
		return line[:4]
	case strings.HasPrefix(line, "  "):
		return "  "
	}
	return ""
}

// cases are the folders of an archive, each with its files.
func cases(t *testing.T, archive *txtar.Archive) map[string]fstest.MapFS {
	t.Helper()
	all := map[string]fstest.MapFS{}
	for _, f := range archive.Files {
		name, file, ok := strings.Cut(f.Name, "/")
		if !ok {
			t.Fatalf("%s lies in no case", f.Name)
		}
		if all[name] == nil {
			all[name] = fstest.MapFS{}
		}
		all[name][file] = &fstest.MapFile{Data: f.Data}
	}
	for name, files := range all {
		if files["want"] == nil {
			t.Fatalf("case %s wants nothing: give it an empty file want", name)
		}
	}
	return all
}

// report runs one check over a case's bundle.
func report(c *audit.Check, files fstest.MapFS) []string {
	bundle := fstest.MapFS{}
	for name, f := range files {
		if name != "want" && name != "input" {
			bundle[name] = f
		}
	}
	b, err := awsimport.Read(fs.FS(bundle), awsimport.Options{Account: "111122223333"})
	if err != nil {
		return []string{"cannot be read: " + err.Error()}
	}
	in := audit.Input{Settings: audit.DefaultSettings()}
	if f := files["input"]; f != nil {
		if err := json.Unmarshal(f.Data, &in); err != nil {
			return []string{"input: " + err.Error()}
		}
	}
	in.Bundle, in.Now, in.Checks = b, now, []*audit.Check{c}
	r := audit.Run(&in)
	if len(r.Accounts) == 0 {
		return []string{"there is no account"}
	}
	var lines []string
	for _, f := range r.Findings {
		lines = append(lines, fmt.Sprintf("%v %s: %s", f.Severity, f.Resource, f.Title))
		for _, ref := range f.References {
			if !slices.Contains(c.References, ref) {
				lines = append(lines, fmt.Sprintf("reference %s %s is none of the check's", ref.Framework, ref.ID))
			}
		}
		for _, e := range f.Evidence {
			if e.Policy != "" {
				lines = append(lines, fmt.Sprintf("  %s %s %d:%d %s", e.Policy, e.Statement, e.Line, e.Column, e.Text))
			} else {
				lines = append(lines, "  - "+e.Text)
			}
		}
		if f.Remedy.Command != "" {
			lines = append(lines, "  $ "+strings.ReplaceAll(f.Remedy.Command, "\n", "\n  $ "))
		}
	}
	for _, a := range r.NotAssessed {
		for _, g := range a.Missing {
			lines = append(lines, "not assessed: "+g.Missing)
		}
	}
	return lines
}

// TestFilesAreChecks holds that every check has a file of its name, and that a file without a check is one of the package's.
func TestFilesAreChecks(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	own := []string{"doc.go", "checks.go"}
	var ids []string
	for _, c := range All() {
		ids = append(ids, c.ID)
		if c.Title == "" || c.Why == "" || c.Area == "" || c.Run == nil {
			t.Errorf("%s says too little", c.ID)
		}
	}
	var named []string
	for _, f := range files {
		name, isGo := strings.CutSuffix(f.Name(), ".go")
		if isGo && !strings.HasSuffix(name, "_test") && !slices.Contains(own, f.Name()) && !strings.Contains(name, "_") {
			named = append(named, name)
		}
	}
	slices.Sort(ids)
	if !slices.Equal(ids, named) {
		t.Errorf("checks %q\nfiles %q", ids, named)
	}
}
