package repair

import (
	"strings"
	"testing"
)

func TestIncludes(t *testing.T) {
	for _, c := range []struct {
		whole, part string
		want        bool
	}{
		{"*", "*", true},
		{"*", "arn:aws:s3:::b/*", true},
		{"arn:aws:s3:::b/*", "*", false},
		{"arn:aws:s3:::b/*", "arn:aws:s3:::b/x", true},
		{"arn:aws:s3:::b/*", "arn:aws:s3:::b/x*", true},
		{"arn:aws:s3:::b/x*", "arn:aws:s3:::b/*", false},
		{"a?c", "abc", true},
		{"a?c", "a?c", true},
		{"abc", "a?c", false},
		{"a?c", "a*c", false},
		{"a*c", "a?c", true},
		{"a*b*c", "a*b*c", true},
		{"a*b*c", "axbxbxc", true},
		{"a*b", "ab*", false},
		{"", "", true},
		{"**", "", true},
		{"", "a", false},
	} {
		if got := includes(c.whole, c.part); got != c.want {
			t.Errorf("includes(%q, %q) = %t", c.whole, c.part, got)
		}
	}
}

// FuzzIncludes holds that what an included pattern matches the other one matches, for texts that fit the pattern: its
// wildcards filled in, in several ways.
func FuzzIncludes(f *testing.F) {
	f.Add("a*b?c*", "a**b?c", "xy")
	f.Add("*", "?", "")
	f.Fuzz(func(t *testing.T, whole, part, fill string) {
		if len(whole)+len(part)+len(fill) > 1000 || strings.ContainsAny(fill, "*?") || !includes(whole, part) {
			return
		}
		for _, run := range []string{"", fill, fill + fill} {
			// One byte stands for a ?; it is none of the pattern's own signs.
			text := strings.NewReplacer("*", run, "?", "z").Replace(part)
			if !includes(whole, text) {
				t.Errorf("%q includes %q, and does not match %q", whole, part, text)
			}
		}
	})
}
