package policy

import (
	"errors"
	"testing"
)

func seed(f *testing.F) {
	f.Helper()
	f.Add("")
	f.Add(everything)
	f.Add(trustText)
	for _, file := range []string{"testdata/malformed.json", "testdata/wellformed.json"} {
		for _, c := range writeCases(f, file) {
			f.Add(c.text(f))
		}
	}
}

// FuzzParse: a document or a *SyntaxError with a place inside the text; every place of a document is exact.
func FuzzParse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, src string) {
		doc, err := Parse(src)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Message == "" || doc != nil {
				t.Fatalf("Parse(%q) = %v, %#v", src, doc, err)
			}
			if p := syntax.Pos; p != posAt(src, p.Offset, textStart()) {
				t.Fatalf("Parse(%q) fails at %+v, which is nowhere", src, p)
			}
			return
		}
		for _, v := range everyValue(doc) {
			checkPlace(t, doc, v)
		}
		if got := doc.ReplacePrincipals(func(s string) string { return s }); got != src {
			t.Fatalf("%q without a replacement is %q", src, got)
		}
		again, err := ParseLimit(doc.ReplacePrincipals(func(s string) string { return s + "\"\\" }), 4*MaxSize)
		if err != nil {
			t.Fatalf("%q after a replacement: %v", src, err)
		}
		before, after := doc.AWSPrincipals(), again.AWSPrincipals()
		for i, v := range before {
			if after[i].Text != v.Text+"\"\\" {
				t.Fatalf("%q: principal %q became %q", src, v.Text, after[i].Text)
			}
		}
	})
}

// FuzzParseFor: what may be written can be parsed; what may not is refused with a message.
func FuzzParseFor(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, src string) {
		_, parseErr := Parse(src)
		for kind := Identity; kind <= RCP; kind++ {
			doc, err := ParseFor(kind, src)
			if err == nil && (parseErr != nil || doc == nil) {
				t.Fatalf("kind %d may be written and not parsed: %q: %v", kind, src, parseErr)
			}
			if err == nil {
				continue
			}
			var m *MalformedError
			if !errors.As(err, &m) || m.Message == "" || doc != nil {
				t.Fatalf("ParseFor(%d, %q) = %v, %#v", kind, src, doc, err)
			}
		}
	})
}

func FuzzPrintStable(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, src string) {
		if doc, err := Parse(src); err == nil {
			checkStable(t, doc)
		}
	})
}
