package trailfile_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/warder-iam/warder/trail"
	"github.com/warder-iam/warder/trail/trailfile"
)

// all reads a file with that text: the records with their places, the problems, each on a line.
func all(text string) []string {
	fsys := fstest.MapFS{"f": {Data: []byte(text)}}
	var got []string
	for r, p := range trailfile.Read(fsys, "f") {
		if p != nil {
			got = append(got, "problem "+p.Error())
		} else {
			got = append(got, fmt.Sprintf("%d %s %s", r.Number, r.At, r.Raw))
		}
	}
	return got
}

func zipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestRead(t *testing.T) {
	long := `{"a":"` + strings.Repeat("x", trail.MaxParse) + `"}`
	tests := []struct {
		name, text string
		want       []string
	}{
		{"delivered", `{"Records":[{"a":1},{"b":"]}"}]}`, []string{`0 /Records/0 {"a":1}`, `1 /Records/1 {"b":"]}"}`}},
		{"no records", `{"Records":[]}`, nil},
		{"laid out", " {\n \"Records\" : [ {\"a\": {\"b\":[1,{}]} } , {} ] , \"x\": 1 }\n", []string{`0 /Records/0 {"a": {"b":[1,{}]} }`, `1 /Records/1 {}`}},
		{"other members before", `{"version":1,"Records":[{"a":1}]}`, []string{`0 /Records/0 {"a":1}`}},
		{"escapes", `{"Records":[{"a":"\\","b":"\"]}","c":"\\\""}]}`, []string{`0 /Records/0 {"a":"\\","b":"\"]}","c":"\\\""}`}},
		{"lines", "{\"a\":1}\n{\"b\":2}\n", []string{`0 #1 {"a":1}`, `1 #2 {"b":2}`}},
		{"side by side", `{"a":1}{"b":2}`, []string{`0 #1 {"a":1}`, `1 #2 {"b":2}`}},
		{"several lists", "{\"Records\":[{\"a\":1}]}\n{\"Records\":[{\"b\":2}]}", []string{`0 /Records/0 {"a":1}`, `1 /Records/0 {"b":2}`}},
		{"found by LookupEvents", `{"Events":[{"EventId":"x","CloudTrailEvent":"{\"a\":\"\\u00e4\"}"},{"EventId":"y"}]}`,
			[]string{`0 /Events/0/CloudTrailEvent {"a":"\u00e4"}`, `problem f: /Events/1/CloudTrailEvent: an event without CloudTrailEvent`}},
		{"byte order mark", "\xef\xbb\xbf{\"a\":1}", []string{`0 #1 {"a":1}`}},
		{"Records is a member like others", `{"Records":1,"a":2}`, []string{`0 #1 {"Records":1,"a":2}`}},
		{"empty", "", nil},
		{"white space", " \n", nil},
		{"too long in a list", `{"Records":[{"a":1},` + long + `,{"b":2}]}`,
			[]string{`0 /Records/0 {"a":1}`, `problem f: /Records/1: a record of more than 1048576 bytes`, `2 /Records/2 {"b":2}`}},
		{"too long alone", long + `{"b":2}`, []string{`problem f: #1: a record of more than 1048576 bytes`, `1 #2 {"b":2}`}},
		{"cut off", `{"Records":[{"a":1},{"b":`, []string{`0 /Records/0 {"a":1}`, `problem f: unexpected EOF; what follows is not read`}},
		{"cut off in a string", `{"a":1}{"b":"\`, []string{`0 #1 {"a":1}`, `problem f: unexpected EOF; what follows is not read`}},
		{"no trail", "hello\n", []string{`problem f: no CloudTrail records: 'h' where JSON cannot have it; what follows is not read`}},
		{"a list", `[{"a":1}]`, []string{`problem f: no CloudTrail records: '[' where JSON cannot have it; what follows is not read`}},
		{"wrong bracket", `{"Records":[{"a":1}},{"b":2}]}`, []string{`0 /Records/0 {"a":1}`, `problem f: '}' where JSON cannot have it; what follows is not read`}},
		{"more after the end", `{"a":1} x`, []string{`0 #1 {"a":1}`, `problem f: 'x' where JSON cannot have it; what follows is not read`}},
		{"no name", `{"a":1}{1:2}`, []string{`0 #1 {"a":1}`, `problem f: '1' where JSON cannot have it; what follows is not read`}},
		{"gzip cut off", zipped(t, `{"Records":[]}`)[:20], []string{`problem f: no CloudTrail records: unexpected EOF; what follows is not read`}},
		{"gzip's beginning only", "\x1f\x8bx", []string{`problem f: unexpected EOF`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := all(test.text); !slices.Equal(got, test.want) {
				t.Errorf("got  %.300q\nwant %.300q", got, test.want)
			}
			if strings.HasPrefix(test.name, "gzip") {
				return
			}
			if got := all(zipped(t, test.text)); !slices.Equal(got, test.want) {
				t.Errorf("compressed: got  %.300q\nwant %.300q", got, test.want)
			}
		})
	}
}

// A stream of many members is one file, as gzip has it; the whole is read.
func TestGzipMembers(t *testing.T) {
	got := all(zipped(t, `{"Records":[{"a":1},`) + zipped(t, `{"b":2}]}`))
	if want := []string{`0 /Records/0 {"a":1}`, `1 /Records/1 {"b":2}`}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// A reader who wants no more is left alone.
func TestReadStops(t *testing.T) {
	fsys := fstest.MapFS{"f": {Data: []byte(`{"Records":[{"a":1},{"b":2}`)}}
	n := 0
	for _, p := range trailfile.Read(fsys, "f") {
		if p != nil {
			t.Error(p)
		}
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d records", n)
	}
}

func TestProblems(t *testing.T) {
	for _, p := range trailfile.Read(fstest.MapFS{}, "none") {
		if !errors.Is(p, fs.ErrNotExist) || p.Error() != "none: file does not exist" {
			t.Errorf("got %v", p)
		}
	}
	for _, p := range trailfile.Read(fstest.MapFS{"f": {Data: []byte("x")}}, "f") {
		if !errors.Is(p, trailfile.ErrNotTrail) {
			t.Errorf("got %v", p)
		}
	}
}

func TestList(t *testing.T) {
	names, problems, err := trailfile.List(fstest.MapFS{
		"b/2.json": {}, "b/1.json.gz": {}, "a.json": {}, "link": {Mode: fs.ModeSymlink},
		"b/CloudTrail-Digest/d.json.gz": {},
	})
	if err != nil || !slices.Equal(names, []string{"a.json", "b/1.json.gz", "b/2.json"}) || len(problems) != 1 || problems[0].Error() != "link: no regular file" {
		t.Errorf("%q, %v, %v", names, problems, err)
	}
	if _, _, err := trailfile.List(fstest.MapFS{}); err == nil {
		t.Error("no error without files")
	}
}

// FuzzRead: reading ends, gives records of a bounded length, and of valid JSON exactly what a parser of JSON finds in it.
func FuzzRead(f *testing.F) {
	for _, text := range []string{`{"Records":[{"a":"\\\"]"},{"b":{"c":[]}}],"x":1}`, "{\"a\":1}\n{}", `{"Records":[`, `{"Events":[{"CloudTrailEvent":"{}"}]}`, "\x1f\x8b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var got []string
		clean := true
		for r, p := range trailfile.Read(fstest.MapFS{"f": {Data: []byte(text)}}, "f") {
			clean = clean && p == nil
			if p == nil {
				got = append(got, string(r.Raw))
			}
			if len(r.Raw) > trail.MaxParse {
				t.Fatalf("a record of %d bytes", len(r.Raw))
			}
		}
		var delivered struct{ Records []json.RawMessage }
		var members map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &members) != nil || len(members) != 1 || json.Unmarshal([]byte(text), &delivered) != nil ||
			!bytes.HasPrefix(members["Records"], []byte("[")) || strings.Count(text, "Records") > 1 {
			return
		}
		var want []string
		for _, r := range delivered.Records {
			want = append(want, string(r))
		}
		if !clean || !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
