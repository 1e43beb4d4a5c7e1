package access

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/warder-iam/warder/policy/eval"
)

var marks = strings.NewReplacer("*", string([]byte{eval.AnyRun}), "?", string([]byte{eval.AnyOne}))

// drawTests draws globs over few characters.
func drawTests(t *rapid.T) []textTest {
	pattern := rapid.StringOfN(rapid.SampledFrom([]rune("aB:*?")), 0, 5, -1)
	var tests []textTest
	for range rapid.IntRange(1, 3).Draw(t, "tests") {
		var test textTest
		for _, text := range rapid.SliceOfN(pattern, 1, 2).Draw(t, "patterns") {
			test = append(test, newGlob(marks.Replace(text), rapid.Bool().Draw(t, "any case"), rapid.Bool().Draw(t, "ARN")))
		}
		tests = append(tests, test)
	}
	return tests
}

func combination(tests []textTest, text string) string {
	var passed strings.Builder
	for _, test := range tests {
		if test.passes(text) {
			passed.WriteByte('1')
		} else {
			passed.WriteByte('0')
		}
	}
	return passed.String()
}

// TestTextsAreExhaustive: every combination of tests that a short text passes has one among the texts that are found, and no
// two of these pass the same.
func TestTextsAreExhaustive(t *testing.T) {
	alphabet := []rune("abAB:x")
	rapid.Check(t, func(t *rapid.T) {
		tests := drawTests(t)
		found, all, _ := texts(tests)
		have := map[string]bool{}
		for _, text := range found {
			c := combination(tests, text)
			if have[c] {
				t.Fatalf("%q passes what another one passes", text)
			}
			have[c] = true
		}
		if !all {
			t.Fatal("given up")
		}
		for range 300 {
			text := rapid.StringOfN(rapid.SampledFrom(alphabet), 0, 8, -1).Draw(t, "text")
			if !have[combination(tests, text)] {
				t.Fatalf("%q passes %s, and none that was found does: %q", text, combination(tests, text), found)
			}
		}
	})
}

// TestGlobIsThatOfEval: a glob matches what package arn matches.
func TestGlobIsThatOfEval(t *testing.T) {
	for _, test := range []struct {
		pattern, text string
		anyCase, arn  bool
		want          bool
	}{
		{"a*b", "a:/\nb", false, false, true},
		{"?", "ß", false, false, true},
		{"?", "", false, false, false},
		{"**", "", false, false, true},
		{"TEAM", "team", true, false, true},
		{"TEAM", "team", false, false, false},
		{"arn:*:s3:::b*", "arn:aws:s3:::b/c:d", false, true, true},
		{"arn:*:s3:::b", "arn:aws:x:s3:::b", false, true, false},
		{"arn:*:s3:::b", "arn:aws:x:s3:::b", false, false, true},
		{"k", "K", true, false, true},
	} {
		g := newGlob(marks.Replace(test.pattern), test.anyCase, test.arn)
		if got := g.matches(test.text); got != test.want {
			t.Errorf("%q on %q: %v", test.pattern, test.text, got)
		}
	}
}
