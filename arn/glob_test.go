package arn

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestGlob(t *testing.T) {
	cases := []struct {
		pattern, s string
		want       bool
	}{
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"*", "a/b:c\nd", true}, // a star takes slashes, colons and newlines
		{"?", "", false},
		{"?", "ß", true}, // one character, not one byte
		{"??", "ß", false},
		{"*??", "中", false}, // nor can a star take half of one
		{"a?c", "a\nc", true},
		{"a*c", "ac", true},
		{"a*c", "abcbc", true},
		{"a*c", "abcb", false},
		{"a**c", "abc", true},
		{"*a*b*c*", "xxaxxbxxcxx", true},
		{"*a*b*c*", "xxcxxbxxaxx", false},
		{"*aab", "aaaab", true},
		{"aa*aa", "aaa", false}, // the two ends may not overlap
		{"aa*aa", "aaaa", true},
		{"b/*", "b", false},
		{"b/*", "b/", true},
		{"S3:*", "s3:Get", false},
		{"*?a", "xya", true},
		{"?*?", "a", false},
		{"?*?", "ab", true},
		{"a?*b", "axyzb", true},
		{"\xff?", "\xffx", true},
		{"?a?b?c?d?e", "1a2b3c4d5e", true}, // longer than one step of eight
		{"?a?b?c?d?e", "1a2b3c4x5e", false},
		{"*\xbfaaaaaaaa*", "?aaaaaaaa", false},
		{"?????????", "\x00\x01\x7f@>?/'\"", true},
		{"*\xa9", "é", false}, // a byte inside a character is not a character
	}
	for _, c := range cases {
		if got := Glob(c.pattern, c.s); got != c.want {
			t.Errorf("Glob(%q, %q) = %v, want %v", c.pattern, c.s, got, c.want)
		}
	}
}

// pieces is s as Glob counts: a byte outside valid UTF-8 is one character.
func pieces(s string) []string {
	var out []string
	for len(s) > 0 {
		_, n := utf8.DecodeRuneInString(s)
		out, s = append(out, s[:n]), s[n:]
	}
	return out
}

// oracle is the definition of Glob, by table.
func oracle(pattern, s string) bool {
	p, c := pieces(pattern), pieces(s)
	match := make([][]bool, len(p)+1)
	for i := range match {
		match[i] = make([]bool, len(c)+1)
	}
	match[len(p)][len(c)] = true
	for i := len(p) - 1; i >= 0; i-- {
		for j := len(c); j >= 0; j-- {
			switch {
			case p[i] == "*":
				match[i][j] = match[i+1][j] || j < len(c) && match[i][j+1]
			case j < len(c) && (p[i] == "?" || p[i] == c[j]):
				match[i][j] = match[i+1][j+1]
			}
		}
	}
	return match[0][0]
}

func FuzzGlob(f *testing.F) {
	for _, seed := range [][2]string{
		{"*a?b*", "xxaybzz"}, {"a*b*c", "aXbYc"}, {"*é?", "aéß"}, {"\xc3*", "é"}, {"**", ""}, {"aa*aa", "aaa"}, {"?*?*?", "ab"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 200 || len(s) > 200 {
			return // the oracle is slow, not Glob
		}
		if got, want := Glob(pattern, s), oracle(pattern, s); got != want {
			t.Fatalf("Glob(%q, %q) = %v, want %v", pattern, s, got, want)
		}
	})
}

func BenchmarkGlob(b *testing.B) {
	name := strings.Repeat("a", 2048)
	for _, c := range []struct{ name, pattern, s string }{
		{"typical", "arn:aws:s3:::ledger/*/private/*", "arn:aws:s3:::ledger/2026/q1/private/report.csv"},
		{"stars", strings.Repeat("*", 6000) + "b", name},
		{"star-letter", strings.Repeat("*a", 1000) + "*b", name},
		{"star-letter-mark", strings.Repeat("*a?", 600) + "*b", name},
		{"star-marks", strings.Repeat("*?", 3000), name},
		{"long-run", "*" + strings.Repeat("a", 1024) + "b*", name},
		{"long-run-mark", "*" + strings.Repeat("a?", 512) + "b*", name},
		{"long-run-mark-multibyte", "*" + strings.Repeat("é?", 256) + "b*", strings.Repeat("é", 1024)},
		{"multibyte", strings.Repeat("*é?", 600) + "*b", strings.Repeat("é", 1024)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Glob(c.pattern, c.s)
			}
		})
	}
}
