package main

import (
	"strings"
	"testing"
)

func TestMatchPath(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"a/*.json", "a/b.json", true},
		{"a/*.json", "a/b/c.json", false},
		{"a/?.json", "a/b.json", true},
		{"**/*.json", "a.json", true},
		{"**/*.json", "x/y/a.json", true},
		{"a/**/b.json", "a/b.json", true},
		{"a/**/b.json", "a/x/y/b.json", true},
		{"a/**/b.json", "x/a/b.json", false},
		{"a/**", "a/b/c", true},
		{"a/**/b/**/c", "a/b/x/b/c", true},
		{"a/**/b/**/c", "a/x/c", false},
		{"a/[bc].json", "a/c.json", true},
		{strings.Repeat("**/", 50) + "z", strings.Repeat("a/", 200) + "b", false},
	} {
		if got := matchPath(strings.Split(c.pattern, "/"), strings.Split(c.path, "/")); got != c.want {
			t.Errorf("%q matches %q: %v", c.pattern, c.path, got)
		}
	}
}

func TestReadLimited(t *testing.T) {
	if text, err := readLimited(strings.NewReader("abc"), 3); text != "abc" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := readLimited(strings.NewReader("abcd"), 3); err == nil {
		t.Error("more than the limit is read")
	}
}
