package awsapi

import (
	"strings"
	"testing"
)

func TestPattern(t *testing.T) {
	for _, tt := range []struct {
		pattern  string
		yes, no  []string
		compiles bool
	}{
		{`[\w+=,.@-]+`, []string{"a", "A_9+=,.@-"}, []string{"", "a b", "a\n", "ä", "a/"}, true},
		{`[\w+=,.@-]*`, []string{"", "a"}, []string{" "}, true},
		{`[\u0020-\u00FF]+`, []string{" ", "ÿ", "a b"}, []string{"", "\t", "Ā", "\xff"}, true},
		{`[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+`, []string{"arn:aws:iam::1:role/ü", "\u1000", "日本"}, []string{"", "\x00", "𝄞"}, true},
		{`[\p{L}\p{Z}\p{N}_.:/=+\-@]+`, []string{"ключ 1", "a-b@c"}, []string{"", "a!", "a\tb"}, true},
		{`(\u002F)|(\u002F[\u0021-\u007E]+\u002F)`, []string{"/", "/a/", "/a/b/"}, []string{"", "a", "/a", "//", "/a /", "/\n"}, true},
		{`((/[A-Za-z0-9\.,\+@=_-]+)*)/`, []string{"/", "/a/", "/a/b/"}, []string{"", "//", "/a"}, true},
		{`v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`, []string{"v1", "v10.a"}, []string{"v0", "1", "v1 ", "xv1"}, true},
		{`^o-[0-9a-z]{10,32}\/r-[0-9a-z]{4,32}[0-9a-z-\/]*`, []string{"o-0123456789/r-abcd/ou-1"}, []string{"o-1/r-1"}, true},
		{`[ -~]+`, []string{" ~"}, []string{"\x7f", ""}, true},
		{`a.c`, []string{"abc", "aäc"}, []string{"a\nc", "a\u2028c", "ac"}, true},
		{`(?s)a.`, []string{"ab", "a\n", "a𝄞"}, []string{"a", "ab\n"}, true},
		{`[\u0020-\uD7FF\uD800\uDC00-\uDBFF\uDFFF\t]*`, []string{"", "a\t𝄞\U0010FFFF"}, []string{"\n", "\uFFFD"}, true},
		{`\uD834\uDD1E+`, []string{"𝄞𝄞"}, []string{"a"}, true},
		{`a|b`, []string{"a", "b"}, []string{"ab", "ba"}, true},
		{`\s[\s]`, []string{" \v"}, []string{"aa"}, true},
		{`a]`, []string{"a]"}, []string{"a"}, true},
		{`^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`,
			[]string{"abc", "a-b", "a-b-c", "1-1", strings.Repeat("a", 63)},
			[]string{"", "ab", "a--b", "-ab", "ab-", "A12", "a_b", "ab\n", strings.Repeat("a", 64)}, true},
		{`a(?!b)`, nil, []string{"a"}, false},
		{`a(?s).`, nil, []string{"a\n"}, false},
		{`(?i)a`, nil, []string{"a"}, false},
		{`a++`, nil, []string{"a"}, false},
		{`(a)\1`, nil, []string{"aa"}, false},
		{`[a[b]]`, nil, []string{"a"}, false},
		{`[a-z&&[^b]]`, nil, []string{"a"}, false},
		{`[]a]`, nil, []string{"a"}, false},
		{`\u12`, nil, []string{"a"}, false},
		{`\p{javaLowerCase}`, nil, []string{"a"}, false},
		{`\Qa\E`, nil, []string{"a"}, false},
		{`(`, nil, []string{"("}, false},
		{`\`, nil, []string{`\`}, false},
	} {
		p := NewPattern(tt.pattern)
		if err := p.Err(); (err == nil) != tt.compiles {
			t.Errorf("%s: error %v, want compiled %v", tt.pattern, err, tt.compiles)
		}
		for _, s := range tt.yes {
			if !p.Match(s) {
				t.Errorf("%s does not match %q", tt.pattern, s)
			}
		}
		for _, s := range tt.no {
			if p.Match(s) {
				t.Errorf("%s matches %q", tt.pattern, s)
			}
		}
		if p.String() != tt.pattern {
			t.Errorf("String() = %s", p)
		}
	}
}

// FuzzPattern holds that translating never fails badly, and that the quick matcher agrees with the general one.
func FuzzPattern(f *testing.F) {
	for _, p := range []string{`[\w+=,.@-]+`, `[\u0020-\u00FF]*`, `(\u002F)|(\u002F[\u0021-\u007E]+\u002F)`, `[\p{L}\p{Z}]+`, `[^a]*`, `a.c`} {
		f.Add(p, "a/b")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 200 || len(text) > 200 {
			return
		}
		p := NewPattern(pattern)
		got := p.Match(text)
		if p.Err() != nil {
			if got {
				t.Fatal("a pattern that cannot be compiled matched")
			}
			return
		}
		if _, ok := byHand[pattern]; ok {
			return
		}
		re2, err := translatePattern(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if want := matchGeneral(t, re2, text); got != want {
			t.Fatalf("%s on %q: %v, by the general machine %v", pattern, text, got, want)
		}
	})
}
