package eval

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// matchByTable is the definition of a glob, by dynamic programming over characters.
func matchByTable(glob, text string) bool {
	p, s := []rune(glob), []rune(text)
	fits := make([][]bool, len(p)+1)
	for i := range fits {
		fits[i] = make([]bool, len(s)+1)
	}
	fits[0][0] = true
	for i := range p {
		for j := range len(s) + 1 {
			switch {
			case p[i] == '*':
				fits[i+1][j] = fits[i][j] || j > 0 && fits[i+1][j-1]
			case j > 0:
				fits[i+1][j] = fits[i][j-1] && (p[i] == '?' || p[i] == s[j-1])
			}
		}
	}
	return fits[len(p)][len(s)]
}

func FuzzGlob(f *testing.F) {
	for _, s := range [][2]string{
		{"*", ""}, {"", ""}, {"a*b?c", "axxbyc"}, {"**a", "ba"}, {"*a*b", "aabab"}, {"?", "é"}, {"*é?", "xéy"}, {"a*", "b"}, {"*ab", "aab"},
	} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, glob, text string) {
		if len(glob) > 64 || len(text) > 64 || !utf8.ValidString(glob) || !utf8.ValidString(text) {
			t.Skip()
		}
		p := pattern{}.appendGlob(glob, exact)
		if got, want := p.match(text, exact), matchByTable(glob, text); got != want {
			t.Fatalf("%q against %q: %v, want %v", glob, text, got, want)
		}
		if !(pattern{}.appendLiteral(glob, exact)).match(glob, exact) {
			t.Fatalf("%q does not match itself", glob)
		}
	})
}

// TestBadBytes: two bytes that are no UTF-8 are two characters, unlike each other and unlike U+FFFD.
func TestBadBytes(t *testing.T) {
	for _, pair := range [][2]string{{"\xff", "\xfe"}, {"\xff", "\ufffd"}, {"\ufffd", "\xff"}} {
		if (pattern{}.appendLiteral(pair[0], anyCase)).match(pair[1], anyCase) {
			t.Errorf("%q matches %q", pair[0], pair[1])
		}
	}
	if !(pattern{}.appendLiteral("\xff", exact)).match("\xff", exact) {
		t.Error("a byte does not match itself")
	}
}

// TestGlobCost: a stored pattern can make one comparison cost only so much.
func TestGlobCost(t *testing.T) {
	text := strings.Repeat("a", 2048)
	for _, glob := range []string{
		strings.Repeat("*", 6144),
		strings.Repeat("*a", 3072),
		strings.Repeat("a*", 1000) + "b",
		strings.Repeat("*a?", 600) + "b",
		"*" + strings.Repeat("a", 1000) + "b*",
		"*" + strings.Repeat("?", 1000) + "b*",
		strings.Repeat("?*", 2000) + "b",
	} {
		p := pattern{}.appendGlob(glob, exact)
		start := time.Now()
		p.match(text, exact)
		// Exponential would be years; the bound has room for a busy machine.
		if took := time.Since(start); took > time.Second {
			t.Errorf("%.20s… took %v", glob, took)
		}
	}
}
