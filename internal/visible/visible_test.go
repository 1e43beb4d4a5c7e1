package visible

import "testing"

func TestVisible(t *testing.T) {
	for _, test := range []struct{ text, spelled, blank string }{
		{"", "", ""},
		{"alice 東京 é", "alice 東京 é", "alice 東京 é"},
		{"a\x1b[31mb", "a\\u001b[31mb", "a [31mb"},
		{"a\nb\tc\r", "a\\u000ab\\u0009c\\u000d", "a b c "},
		{"\u202egnp.exe", "\\u202egnp.exe", " gnp.exe"},
		{"a\u200bb\u2028c\u2029d\ufeff", "a\\u200bb\\u2028c\\u2029d\\ufeff", "a b c d "},
		{"\u0085\U000e0041", "\\u0085\\ue0041", "  "},
	} {
		if got := Spell(test.text); got != test.spelled {
			t.Errorf("%q is spelt %q, want %q", test.text, got, test.spelled)
		}
		if got := Blank(test.text); got != test.blank {
			t.Errorf("%q is %q, want %q", test.text, got, test.blank)
		}
	}
}
