package awsapi

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestParseForm(t *testing.T) {
	for _, tt := range []struct {
		name, query, body string
		want              []Param // nil: refused
	}{
		{"empty", "", "", []Param{}},
		{"sorted", "", "b=2&a=1", []Param{{"a", "1"}, {"b", "2"}}},
		{"both places", "b=2", "a=1", []Param{{"a", "1"}, {"b", "2"}}},
		{"plus is a space in a body only", "q=a+b", "p=a+b", []Param{{"p", "a b"}, {"q", "a+b"}}},
		{"escapes in names and values", "", "a%2eb=%C3%bc%2B%26%3D", []Param{{"a.b", "ü+&="}}},
		{"no equals sign", "", "a&b=", []Param{{"a", ""}, {"b", ""}}},
		{"value holds equals signs", "", "a==b=", []Param{{"a", "=b="}}},
		{"empty pairs", "&&", "&a=1&", []Param{{"a", "1"}}},
		{"semicolon is no separator", "", "a=1;b=2", []Param{{"a", "1;b=2"}}},
		{"twice in a body", "", "a=1&a=1", nil},
		{"twice in a query", "a=1&b=2&a=3", "", nil},
		{"in both", "a=1", "a=1", nil},
		{"twice by escape", "", "a=1&%61=2", nil},
		{"escape cut off", "", "a=%4", nil},
		{"escape not hexadecimal", "", "a=%zz", nil},
		{"percent at the end", "a=%", "", nil},
		{"too many", "", strings.Repeat("&", maxParams), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseForm(tt.query, tt.body)
			if tt.want == nil {
				if !errors.Is(err, MalformedQueryString.New("")) {
					t.Fatalf("got %v, %v; want MalformedQueryString", got, err)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(got.params, tt.want) {
				t.Fatalf("got %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

func TestFormGet(t *testing.T) {
	f, err := ParseForm("", "Version=1&Action=Do&Empty=")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"Action": "Do", "Version": "1", "Empty": ""} {
		if got, ok := f.Get(name); !ok || got != want {
			t.Errorf("Get(%q) = %q, %v; want %q", name, got, ok, want)
		}
	}
	for _, name := range []string{"", "action", "Acti", "Actionx"} {
		if got, ok := f.Get(name); ok {
			t.Errorf("Get(%q) = %q; want none", name, got)
		}
	}
}

func TestDocument(t *testing.T) {
	const document = `{"Action":"iam:Get*", "Résumé":"a+b~c%"}` + "\n"
	const want = "%7B%22Action%22%3A%22iam%3AGet%2A%22%2C%20%22R%C3%A9sum%C3%A9%22%3A%22a%2Bb~c%25%22%7D%0A"
	if got := EncodeDocument(document); got != want {
		t.Errorf("EncodeDocument = %s\nwant %s", got, want)
	}
	if got, ok := DecodeDocument(want); !ok || got != document {
		t.Errorf("DecodeDocument = %q, %v", got, ok)
	}
	if _, ok := DecodeDocument("%x"); ok {
		t.Error("DecodeDocument took a bad escape")
	}
}

func FuzzParseForm(f *testing.F) {
	f.Add("a=1&b=%20", "c=+&d")
	f.Add("Action=X", "Tags.member.1.Key=%C3%BC")
	f.Fuzz(func(t *testing.T, query, body string) {
		form, err := ParseForm(query, body)
		if err != nil {
			return
		}
		// What was read, written again in canonical form, reads as the same.
		var b strings.Builder
		for i, p := range form.params {
			if got, ok := form.Get(p.Name); !ok || got != p.Value {
				t.Fatalf("Get(%q) = %q, %v", p.Name, got, ok)
			}
			if i > 0 {
				b.WriteByte('&')
			}
			b.WriteString(EncodeDocument(p.Name) + "=" + EncodeDocument(p.Value))
		}
		for _, again := range [][2]string{{b.String(), ""}, {"", b.String()}} {
			if got, err := ParseForm(again[0], again[1]); err != nil || got.Len() != form.Len() || form.Len() > 0 && !reflect.DeepEqual(got, form) {
				t.Fatalf("%q read again: %q, %v", form, got, err)
			}
		}
	})
}

func TestFormHas(t *testing.T) {
	f, err := ParseForm("", "A=1&List.member.1=x&Lists=y")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"A": true, "List": true, "List.member": true, "Lists": true, "Li": false, "": false, "B": false} {
		if got := f.Has(name); got != want {
			t.Errorf("Has(%q) = %v", name, got)
		}
	}
}
