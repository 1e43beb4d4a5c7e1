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
		g := newGlob(string(appendText(nil, glob, exact, true)))
		want := matchByTable(glob, text)
		if got := g.match(text); got != want {
			t.Fatalf("%q against %q: %v, want %v", glob, text, got, want)
		}
		if isASCII(text) {
			if got := g.matchBytes([]byte(text)); got != want {
				t.Fatalf("%q against the bytes of %q: %v, want %v", glob, text, got, want)
			}
		}
		if g := newGlob(string(appendText(nil, glob, exact, false))); !g.match(glob) {
			t.Fatalf("%q does not match itself", glob)
		}
		folded := string(appendText(nil, glob, anyCase, false))
		if got, want := equalFolded(folded, text), strings.EqualFold(glob, text); got != want {
			t.Fatalf("%q and %q without case: %v, want %v", glob, text, got, want)
		}
	})
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// TestBadBytes: bytes that are no UTF-8 are like nothing in a policy, U+FFFD included. A variable with such a value cannot be
// read, and a policy that has them cannot either.
func TestBadBytes(t *testing.T) {
	ctx := new(Context)
	ctx.Set("acme:bad", "\xff")
	s := syntax{glob: true, variables: true}
	for _, folding := range []folding{exact, anyCase} {
		s.folding = folding
		tests := []struct {
			pattern, text string
			want          fit
		}{
			{"\ufffd", "\xff", no}, {"\ufffd", "\ufffd", yes}, {"\xff", "\xff", unknown}, {"a\xfe", "a*", unknown},
			{"${acme:bad}", "\xff", unknown}, {"${acme:bad}", "\ufffd", unknown},
		}
		for _, test := range tests {
			pattern := newTemplate("", test.pattern, s)
			if got := pattern.match(ctx, test.text); got != test.want {
				t.Errorf("%q against %q: %v, want %v", test.pattern, test.text, got, test.want)
			}
		}
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
		g := newGlob(string(appendText(nil, glob, exact, true)))
		start := time.Now()
		g.match(text)
		g.match(text + "é")
		g.matchBytes([]byte(text))
		// Exponential would be years; the bound has room for a busy machine.
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%.20s… took %v", glob, took)
		}
	}
}
