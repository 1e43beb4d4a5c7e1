package lint

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
)

// FuzzCheck: Check never panics; every finding has a known code, and places whose path leads to the value that stands there.
func FuzzCheck(f *testing.F) {
	files, err := filepath.Glob("testdata/checks/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range archive.Files {
			if part.Name == "found" {
				f.Add(string(part.Data), uint8(policy.Identity), "")
			}
		}
	}
	f.Add(`{"Statement":[{"Action":"s3:*","Resource":"arn:aws:s3:::${}"}]}`, uint8(policy.Resource), "AWS::S3::Bucket")
	c := catalog.Load()
	f.Fuzz(func(t *testing.T, src string, kind uint8, resourceType string) {
		o := Options{Kind: policy.Kind(kind % 6), ResourceType: resourceType, Catalog: c}
		root, _, fault := readTree(src)
		last := 0
		for _, finding := range Check(src, o) {
			if finding.Type == 0 || finding.Details == "" || len(finding.Locations) == 0 {
				t.Fatalf("an empty finding: %+v", finding)
			}
			if start := finding.Locations[0].Span.Start.Offset; start < last {
				t.Fatalf("%s stands at %d, behind one at %d", finding.Code, start, last)
			} else {
				last = start
			}
			for _, where := range finding.Locations {
				checkPlace(t, src, where)
				if fault == nil {
					checkPath(t, root, where)
				}
			}
		}
		if fault == nil && policy.Size(src) > 0 && root == nil {
			t.Fatal("a document without a root")
		}
		if _, err := policy.Parse(src); err == nil && fault != nil {
			t.Fatalf("policy.Parse reads what lint calls no JSON: %v", fault)
		}
	})
}

func checkPlace(t *testing.T, src string, where Location) {
	t.Helper()
	start, end := where.Span.Start, where.Span.End
	if start.Offset < 0 || start.Offset > end.Offset || end.Offset > len(src) {
		t.Fatalf("%+v is outside of %d bytes", where.Span, len(src))
	}
	l := newLines(src)
	if l.at(start.Offset) != start || l.at(end.Offset) != end {
		t.Fatalf("%+v does not agree with itself", where.Span)
	}
}

// checkPath follows a path through the document.
func checkPath(t *testing.T, root *node, where Location) {
	t.Helper()
	n := root
	for i, e := range where.Path {
		last := i == len(where.Path)-1
		switch {
		case e.Index != nil:
			n = n.children[*e.Index]
		case e.Value != nil:
			n = holding(n, *e.Value, where)
		case e.Key != nil && last:
			n = holding(n, *e.Key, where)
			if where.Span.Start.Offset != int(n.keyStart) || where.Span.End.Offset != int(n.keyEnd) {
				t.Fatalf("the name %q does not stand at %+v", *e.Key, where.Span)
			}
			return
		case e.Substring != nil && last:
			text := []rune(n.text)
			if e.Substring.Length < 1 || e.Substring.Start+e.Substring.Length > len(text) {
				t.Fatalf("%+v is no part of %q", e.Substring, n.text)
			}
			return
		default:
			t.Fatalf("the path %s is none", pathText(where.Path))
		}
	}
	if where.Span.Start.Offset != int(n.start) || where.Span.End.Offset != int(n.end) {
		t.Fatalf("%s does not stand at %+v", pathText(where.Path), where.Span)
	}
}

// holding gives the member with that name in whose text the location lies; a name may be repeated.
func holding(n *node, name string, where Location) *node {
	for _, m := range n.children {
		if m.key == name && int(m.keyStart) <= where.Span.Start.Offset && where.Span.End.Offset <= int(m.end) {
			return m
		}
	}
	return &node{start: -1}
}
