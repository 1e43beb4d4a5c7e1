package main

import (
	"strings"
	"testing"
)

func TestINISet(t *testing.T) {
	tests := []struct{ name, before, after string }{
		{"empty file", "", "[s]\nk = v\n"},
		{"no such section", "[a]\nx = 1\n", "[a]\nx = 1\n\n[s]\nk = v\n"},
		{"no newline at the end", "[a]\nx = 1", "[a]\nx = 1\n\n[s]\nk = v\n"},
		{"blank line at the end", "[a]\nx = 1\n\n", "[a]\nx = 1\n\n[s]\nk = v\n"},
		{"empty section", "[s]\n[b]\n", "[s]\nk = v\n[b]\n"},
		{"empty section at the end, no newline", "[s]", "[s]\nk = v\n"},
		{"behind the last setting", "[s]\na = 1\n\n# about b\n[b]\nk = x\n", "[s]\na = 1\nk = v\n\n# about b\n[b]\nk = x\n"},
		{"behind nested settings", "[s]\na =\n  b = 1\n\n[b]\n", "[s]\na =\n  b = 1\nk = v\n\n[b]\n"},
		{"nested over a blank line", "[s]\na =\n  b = 1\n\n  c = 2\n[b]\n", "[s]\na =\n  b = 1\n\n  c = 2\nk = v\n[b]\n"},
		{"in its place", "[s]\na = 1\nk=old\nb = 2\n", "[s]\na = 1\nk = v\nb = 2\n"},
		{"in its place, with nested settings", "[s]\nk =\n  x = 1\n  y = 2\nb = 2\n", "[s]\nk = v\nb = 2\n"},
		{"a nested setting of the same name", "[s]\na =\n  k = 1\n", "[s]\na =\n  k = 1\nk = v\n"},
		{"last line, no newline", "[s]\nk = old", "[s]\nk = v\n"},
		{"another case", "[s]\nK = old\n", "[s]\nk = v\n"},
		{"colon", "[s]\nk: old\n", "[s]\nk = v\n"},
		{"spaces in the header", "[ s ] # mine\nk = old\n", "[ s ] # mine\nk = v\n"},
		{"quotes in the header", "[\"s\"]\nk = old\n", "[\"s\"]\nk = v\n"},
		{"a comment that looks like it", "[s]\n# k = 1\n; [x]\n", "[s]\nk = v\n# k = 1\n; [x]\n"},
		{"DOS", "[a]\r\nx = 1\r\n", "[a]\r\nx = 1\r\n\r\n[s]\r\nk = v\r\n"},
		{"bytes that are no text", "[a]\nx = \xff\xfe\x00\n", "[a]\nx = \xff\xfe\x00\n\n[s]\nk = v\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, err := parseINI(test.before)
			if err != nil {
				t.Fatal(err)
			}
			f.set("s", "k", "v")
			if got := f.String(); got != test.after {
				t.Errorf("got\n%q, want\n%q", got, test.after)
			}
			f.set("s", "k", "v")
			if got := f.String(); got != test.after {
				t.Errorf("the second time it made\n%q", got)
			}
		})
	}
}

func TestININested(t *testing.T) {
	f, err := parseINI("[services s]\niam =\n  endpoint_url = old\nx = 1\n")
	if err != nil {
		t.Fatal(err)
	}
	f.set("services s", "iam", "", "endpoint_url = new", "b = 2")
	if want := "[services s]\niam =\n  endpoint_url = new\n  b = 2\nx = 1\n"; f.String() != want {
		t.Errorf("got\n%s", f)
	}
	value, nested, ok := f.get("services s", "iam")
	if !ok || value != "" || nested["endpoint_url"] != "new" || nested["b"] != "2" {
		t.Errorf("%q %v %v", value, nested, ok)
	}
	f.remove("services s", "iam")
	f.remove("services s", "no such key")
	f.remove("no such section", "iam")
	if want := "[services s]\nx = 1\n"; f.String() != want {
		t.Errorf("got\n%s", f)
	}
}

func TestINIErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{"k = v\n", "line 1: a setting stands before the first section"},
		{"[s]\nnonsense\n", "line 2: neither a section nor a setting"},
		{"[s]\n= v\n", "line 2: neither"},
		{"[s\nk = v\n", "line 1: the section's name does not end"},
		{"[s]\n  k = v\n", "line 2: an indented line"},
		{"  k = v\n", "line 1: an indented line"},
		{"[s]\n[t]\n[ s ]\n", "line 3: the section [s] stands here for the second time"},
	}
	for _, test := range tests {
		if _, err := parseINI(test.text); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v, want %q", test.text, err, test.want)
		}
	}
}

// Whatever parses prints back to the same bytes, and a setting changes nothing but its own lines.
func FuzzINI(f *testing.F) {
	f.Add("[s]\nk = v\n\n# c\n[t]\na =\n  b = c\n", "s", "k")
	f.Add("[profile x]\r\nregion=eu\r\n", "profile x", "region")
	f.Add("[a]", "a", "b")
	f.Fuzz(func(t *testing.T, text, section, key string) {
		file, err := parseINI(text)
		if err != nil {
			return
		}
		if file.String() != text {
			t.Fatalf("%q prints as %q", text, file)
		}
		if name, err := headerName("[" + section + "]"); err != nil || name != section || section == "" || strings.ContainsAny(section, "\r\n") {
			return
		}
		if key == "" || keyOf(key+" = x") != key || kindOf(key+" = x") != entryLine || strings.ContainsAny(key, "\r\n") {
			return
		}
		_, _, was := file.get(section, key)
		file.set(section, key, "value")
		got, nested, ok := file.get(section, key)
		if !ok || got != "value" || len(nested) != 0 {
			t.Fatalf("%q with [%s] %s = value gives %q %v %v", text, section, key, got, nested, ok)
		}
		again, err := parseINI(file.String())
		if err != nil {
			t.Fatalf("%q does not parse: %v", file, err)
		}
		file.remove(section, key)
		if kept := file.String(); !was && !strings.HasPrefix(kept, strings.TrimRight(text, "\r\n")) && !strings.Contains(text, "["+section) {
			t.Fatalf("%q became %q", text, kept)
		}
		if v, _, _ := again.get(section, key); v != "value" {
			t.Fatalf("read again it is %q", v)
		}
	})
}
