package awsapi

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestURI(t *testing.T) {
	for _, tt := range []struct {
		template, path string
		want           map[string]string // nil: no match
	}{
		{"/a", "/a", map[string]string{}},
		{"/a", "/a/", nil},
		{"/a", "/A", nil},
		{"/a", "/%61", nil},
		{"/a", "a", nil},
		{"/a", "//a", nil},
		{"/a", "", nil},
		{"/", "/", map[string]string{}},
		{"/", "/a", nil},
		{"/.well-known/x", "/.well-known/x", map[string]string{}},
		{"/a/{x}", "/a/b", map[string]string{"x": "b"}},
		{"/a/{x}", "/a/", nil},
		{"/a/{x}", "/a/b/c", nil},
		{"/a/{x}", "/a/b%2Fc+d%20", map[string]string{"x": "b/c+d "}},
		{"/a/{x}", "/a/%", nil},
		{"/a/{x}", "/a/%zz", nil},
		{"/{x}/b/{y}", "/1/b/2", map[string]string{"x": "1", "y": "2"}},
		{"/{x}/b/{y}", "/1/c/2", nil},
		{"/a/{x+}", "/a/b", map[string]string{"x": "b"}},
		{"/a/{x+}", "/a/b/c%2Fd", map[string]string{"x": "b/c/d"}},
		{"/a/{x+}", "/a", nil},
		{"/a/{x+}", "/a/", nil},
		{"/a/{x+}/z/{y}", "/a/b/c/z/1", map[string]string{"x": "b/c", "y": "1"}},
		{"/a/{x+}/z", "/a/z", nil},
		{"/a/{x+}/z", "/a/z/z/z", map[string]string{"x": "z/z"}},
	} {
		u := NewURI(tt.template)
		got, ok := u.labels(tt.path)
		if ok != (tt.want != nil) || ok && !maps.Equal(got, tt.want) || u.Match(tt.path) != ok {
			t.Errorf("%s at %s: %v, %v; want %v", tt.path, tt.template, got, ok, tt.want)
		}
	}
	for _, bad := range []string{"", "a", "/{x", "/x}", "/{}", "/{+}", "/a{x}", "/{x}b", "/{x}/{x}", "/{x+}/{y+}", "/{x}/{x+}", "/a?b", "/a#b", "/a+b"} {
		if u, err := parseURI(bad); err == nil {
			t.Errorf("%q is taken: %+v", bad, u)
		}
	}
}

// The more specific of two templates for one path comes first.
func TestURICompare(t *testing.T) {
	want := []string{"/a/b", "/a/b/c", "/a/b/{y}", "/a/{x}", "/a/{x}/c", "/a/{x+}", "/{z}/b"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, func(a, b string) int { return NewURI(a).Compare(NewURI(b)) })
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func FuzzURI(f *testing.F) {
	f.Add("/a/{x}/b/{y+}", "/a/1%2F/b/2/3")
	f.Add("/{x+}/tail", "/a//tail")
	f.Add("/", "/")
	f.Fuzz(func(t *testing.T, template, path string) {
		u, err := parseURI(template)
		if err != nil {
			return
		}
		values, ok := u.labels(path)
		if u.Match(path) != ok {
			t.Fatalf("%s at %s: Match and labels disagree", path, template)
		}
		if !ok {
			return
		}
		// The path that the values make matches and gives the same values.
		var again strings.Builder
		for _, s := range u.segments {
			again.WriteByte('/')
			if value := values[s.name]; s.name != "" {
				again.WriteString(EncodeDocument(value))
			} else {
				again.WriteString(s.literal)
			}
		}
		if got, ok := u.labels(again.String()); !ok || !maps.Equal(got, values) {
			t.Fatalf("%s at %s: %v, and at %s %v", path, template, values, again.String(), got)
		}
	})
}
