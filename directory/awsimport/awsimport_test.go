package awsimport_test

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/go-json-experiment/json"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

var update = flag.Bool("update", false, "write what comes out into the files of testdata, to be read before it is committed")

// library is shared by all tests: its catalog is large.
var library = directory.NewLibrary(catalog.Load())

// TestBundles reads each testdata/*.txtar as a bundle: its files are the bundle's, those whose names end in .gz are
// compressed first; the file "options/account" is Options.Account, and "want" is all that is to come out.
func TestBundles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no bundles: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			fsys, opts, want := bundleOf(t, archive)
			b, err := awsimport.Read(fsys, opts)
			if err != nil {
				t.Fatal(err)
			}
			got := settled.Replace(describe(t, b))
			if *update {
				rewrite(t, file, archive, got)
				return
			}
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func bundleOf(t *testing.T, archive *txtar.Archive) (fsys fstest.MapFS, opts awsimport.Options, want string) {
	t.Helper()
	fsys, opts = fstest.MapFS{}, awsimport.Options{Library: library}
	for _, f := range archive.Files {
		switch {
		case f.Name == "want":
			want = string(f.Data)
		case f.Name == "options/account":
			opts.Account = strings.TrimSpace(string(f.Data))
		case strings.HasSuffix(f.Name, ".gz"):
			fsys[f.Name] = &fstest.MapFile{Data: compress(t, f.Data)}
		default:
			fsys[f.Name] = &fstest.MapFile{Data: f.Data}
		}
	}
	return fsys, opts, want
}

func compress(t *testing.T, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func rewrite(t *testing.T, file string, archive *txtar.Archive, got string) {
	t.Helper()
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
	archive.Files = append(archive.Files, txtar.File{Name: "want", Data: []byte(got)})
	if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// describe writes down all of a bundle.
func describe(t *testing.T, b *awsimport.Bundle) string {
	var out strings.Builder
	for _, f := range b.Files {
		fmt.Fprintf(&out, "file %s: %v %v", f.Path, f.Kinds, f.Accounts)
		if f.Skipped != "" {
			fmt.Fprintf(&out, " skipped: %s", f.Skipped)
		}
		out.WriteByte('\n')
	}
	for _, p := range b.Problems {
		fmt.Fprintf(&out, "problem %s\n", line(t, p))
	}
	for _, name := range slices.Sorted(maps.Keys(b.Incomplete)) {
		fmt.Fprintf(&out, "incomplete %s: %s\n", name, b.Incomplete[name])
	}
	for _, id := range slices.Sorted(maps.Keys(b.Accounts)) {
		fmt.Fprintf(&out, "account %s\n", id)
		describeFields(t, &out, reflect.ValueOf(*b.Accounts[id]))
	}
	for a := range b.Snapshot.Accounts() {
		for e := range a.Entities() {
			fmt.Fprintf(&out, "entity %s %s\n", e.Key(), line(t, e))
		}
		for _, name := range awsPoliciesOf(a) {
			fmt.Fprintf(&out, "managed %s %s\n", name, line(t, a.Managed(name)))
		}
	}
	if b.Organization != nil {
		describeOrganization(t, &out, b.Organization)
	}
	if b.Events != nil {
		for e, p := range b.Events {
			if p != nil {
				fmt.Fprintf(&out, "no event %s\n", line(t, p))
				continue
			}
			fmt.Fprintf(&out, "event %s\n", e.Line())
		}
	}
	return out.String()
}

// awsPoliciesOf are the AWS-managed policies in use that are not the catalog's.
func awsPoliciesOf(a *directory.Account) []string {
	names := map[string]bool{}
	for e := range a.Entities() {
		var attached []string
		switch e := e.(type) {
		case *directory.User:
			attached = e.Attached
		case *directory.Group:
			attached = e.Attached
		case *directory.Role:
			attached = e.Attached
		}
		for _, name := range attached {
			known, ok := library.Catalog().ManagedPolicy(name)
			if m := a.Managed(name); m != nil && m.Customer == nil && (!ok || known.DefaultVersion != m.Version) {
				names[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func describeFields(t *testing.T, out *strings.Builder, v reflect.Value) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if v.Field(i).IsZero() || field.Name == "Account" {
			continue
		}
		value := v.Field(i)
		if value.Kind() != reflect.Slice || value.Type().Elem().Kind() != reflect.Struct {
			fmt.Fprintf(out, "  %s %s\n", field.Name, line(t, value.Interface()))
			continue
		}
		for j := range value.Len() {
			fmt.Fprintf(out, "  %s %s\n", field.Name, line(t, value.Index(j).Interface()))
		}
	}
}

// settled undoes what the JSON library varies in its errors from one process to the next, so that nobody depends on it.
var settled = strings.NewReplacer("\u00a0", " ", "json: unable to ", "json: cannot ")

func describeOrganization(t *testing.T, out *strings.Builder, o *awsimport.Organization) {
	out.WriteString("organization\n")
	describeFields(t, out, reflect.ValueOf(*o))
	for _, id := range slices.Sorted(maps.Keys(o.Accounts)) {
		for _, kind := range []string{awsimport.ServiceControlPolicy, awsimport.ResourceControlPolicy} {
			g := o.Guardrails(id, kind)
			var levels []string
			for _, level := range g.Levels {
				var names []string
				for _, source := range level {
					names = append(names, source.Name)
				}
				levels = append(levels, strings.Join(names, " "))
			}
			fmt.Fprintf(out, "  %s %s management=%v %s %q missing %q\n", id, kind, g.Management, g.Extent, levels, g.Missing)
		}
	}
}

func line(t *testing.T, v any) string {
	text, err := json.Marshal(v, json.OmitZeroStructFields(true), json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestNothingToRead: only a bundle without any file is an error.
func TestNothingToRead(t *testing.T) {
	if b, err := awsimport.Read(fstest.MapFS{}, awsimport.Options{Library: library}); err == nil {
		t.Errorf("an empty folder gives %+v", b)
	}
	if b, err := awsimport.Read(os.DirFS("testdata/none"), awsimport.Options{Library: library}); err == nil {
		t.Errorf("no folder gives %+v", b)
	}
	b, err := awsimport.Read(fstest.MapFS{"a.txt": {Data: []byte("hello")}}, awsimport.Options{})
	if err != nil || b.Snapshot == nil || len(b.Files) != 1 || b.Files[0].Skipped == "" {
		t.Errorf("%+v, %v", b, err)
	}
}

// TestProgress: each file counts once.
func TestProgress(t *testing.T) {
	var seen []string
	_, err := awsimport.Read(fstest.MapFS{"a": {}, "b": {}}, awsimport.Options{Library: library, Progress: func(done, total int) {
		seen = append(seen, fmt.Sprintf("%d/%d", done, total))
	}})
	if err != nil || !slices.Equal(seen, []string{"1/2", "2/2"}) {
		t.Errorf("%v, %v", seen, err)
	}
}
