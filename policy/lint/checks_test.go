package lint

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
)

var update = flag.Bool("update", false, "write what the checks find into the files that say what they should find")

// TestChecks runs testdata/checks/*.txtar, one for each code: documents "found", in which the file "want" behind it lists
// all that is found, and documents "clean", of which nothing is to be said. The head may have "kind: Trust" and
// "type: AWS::S3::Bucket".
func TestChecks(t *testing.T) {
	files, err := filepath.Glob("testdata/checks/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	c := catalog.Load()
	for _, file := range files {
		code := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(code, func(t *testing.T) { runCheck(t, c, file, code) })
	}
}

func runCheck(t *testing.T, c *catalog.Catalog, file, code string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	o := optionsOf(t, string(archive.Comment))
	o.Catalog = c
	found, clean, got := 0, 0, ""
	for i, f := range archive.Files {
		text := strings.TrimSuffix(string(f.Data), "\n")
		switch f.Name {
		case "found":
			got = describe(text, Check(text, o))
			if !strings.Contains(got, " "+code+" ") {
				t.Errorf("%s is not found in\n%s", code, text)
			}
			found++
		case "want":
			if *update {
				archive.Files[i].Data = []byte(got)
			} else if got != string(f.Data) {
				t.Errorf("found\n%swant\n%s", got, f.Data)
			}
		case "clean":
			if all := describe(text, Check(text, o)); all != "" {
				t.Errorf("found in a clean document:\n%s%s", all, text)
			}
			clean++
		default:
			t.Errorf("file %q is neither found, want nor clean", f.Name)
		}
	}
	if found == 0 || clean == 0 {
		t.Errorf("%d documents are found and %d clean; a check needs both", found, clean)
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func optionsOf(t *testing.T, head string) Options {
	t.Helper()
	var o Options
	for line := range strings.Lines(head) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "kind":
			o.Kind = map[string]policy.Kind{"Trust": policy.Trust, "Resource": policy.Resource, "SCP": policy.SCP, "RCP": policy.RCP}[value]
			if o.Kind == 0 {
				t.Fatalf("there is no kind %q", value)
			}
		case "type":
			o.ResourceType = value
		default:
			t.Fatalf("head line %q", line)
		}
	}
	return o
}

// describe prints findings, one line for each location: type, code, path, place and text.
func describe(src string, findings []Finding) string {
	var out strings.Builder
	for _, f := range findings {
		for i, where := range f.Locations {
			head := f.Type.String() + " " + f.Code
			if i > 0 {
				head = "  and"
			}
			text := src[where.Span.Start.Offset:where.Span.End.Offset]
			if cut := strings.IndexByte(text, '\n'); cut >= 0 {
				text = text[:cut] + "…"
			}
			fmt.Fprintf(&out, "%s %s %d:%d-%d:%d %s\n", head, pathText(where.Path),
				where.Span.Start.Line, where.Span.Start.Column, where.Span.End.Line, where.Span.End.Column, text)
		}
	}
	return out.String()
}

// pathText prints a path: values by their names, list entries by their numbers, "key " before a name that is meant itself,
// [start+length] for a part of a string.
func pathText(path []PathElement) string {
	if len(path) == 0 {
		return "."
	}
	var out strings.Builder
	for _, e := range path {
		switch {
		case e.Index != nil:
			fmt.Fprintf(&out, "/%d", *e.Index)
		case e.Key != nil:
			fmt.Fprintf(&out, "/key %s", *e.Key)
		case e.Value != nil:
			fmt.Fprintf(&out, "/%s", *e.Value)
		case e.Substring != nil:
			fmt.Fprintf(&out, "[%d+%d]", e.Substring.Start, e.Substring.Length)
		}
	}
	return out.String()
}

// TestEveryCodeIsTested: a code without a test may never be found, and a test without a code proves nothing.
func TestEveryCodeIsTested(t *testing.T) {
	tested := map[string]bool{}
	for code := range sizeCases() {
		tested[code] = true
	}
	for _, c := range Codes() {
		if _, err := os.Stat("testdata/checks/" + c.Code + ".txtar"); err != nil && !tested[c.Code] {
			t.Errorf("%s has no test", c.Code)
		}
		if c.Type.String() == "" || c.Title == "" || !strings.HasPrefix(c.Link(), "https://docs.aws.amazon.com/") {
			t.Errorf("%s lacks its type, title or link: %+v", c.Code, c)
		}
	}
}
