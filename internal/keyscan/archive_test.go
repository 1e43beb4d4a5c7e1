package keyscan

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"slices"
	"strings"
	"testing"
)

// member is a file in an archive.
type member struct{ name, text string }

func zipped(t *testing.T, flags uint16, members ...member) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		w, err := z.CreateHeader(&zip.FileHeader{Name: m.name, Method: zip.Deflate, Flags: flags})
		if err == nil {
			_, err = io.WriteString(w, m.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// exampleBzip2 is a line with AKIAIOSFODNN7EXAMPLE: the standard library has no writer.
const exampleBzip2 = "QlpoOTFBWSZTWarZ+xsAAAvfgAAQQAAAgCcvyEACCAAgIAAxTJiZBkYUDQ0aempokMqEdUhpGmw7Hjx6Pi7kinChIVWz9jY="

func TestArchives(t *testing.T) {
	m := makeKeys(t)
	bz, err := base64.StdEncoding.DecodeString(exampleBzip2)
	if err != nil {
		t.Fatal(err)
	}
	pad := strings.Repeat("0123456789 and more of it, ", 20_000)
	whole := gzipped(t, m.fill("{A} {a}\n")+pad)
	tests := []struct {
		name, text string
		want       string // MEMBER:KEYS
		note       string
	}{
		{"zip", zipped(t, 0, member{"x/a", m.fill("{A} {a}")}, member{"b", m.fill("\n{B}")}), "x/a:A+a:1 b:B:2", ""},
		{"zip in a zip", zipped(t, 0, member{"inner.zip", zipped(t, 0, member{"a", m.fill("{A}")})}), "", ""},
		{"encrypted", zipped(t, 1, member{"a", m.fill("{A}")}), "", "a: it cannot be unpacked to its end: it is encrypted"},
		{"damaged zip", "PK\x03\x04" + m.fill(" {A}"), ":A:1", "as a zip file it is damaged"},
		{"gzip", gzipped(t, pad+m.fill("\n{A} {a}")), ":A+a:2", ""},
		{"two gzips", gzipped(t, m.fill("{A}\n")) + gzipped(t, m.fill("{B}")), ":A:1 :B:2", ""},
		{"gzip that was cut off", whole[:len(whole)-9], ":A+a:1", "it cannot be unpacked to its end: unexpected EOF"},
		{"no gzip", "\x1f\x8b\x08\xff\xff\xff", "", "it cannot be unpacked to its end"},
		{"bzip2", string(bz), ":AKIAIOSFODNN7EXAMPLE:1 example", ""},
		{"short", "PK", "", ""},
		{"empty", "", "", ""},
		{"no archive", m.fill("PK {A}"), ":A:1", ""},
	}
	for _, c := range tests {
		for _, at := range []io.ReaderAt{nil, strings.NewReader(c.text)} {
			hits, size, note, err := newSearcher(0).searchSource(source{Reader: strings.NewReader(c.text), at: at, size: int64(len(c.text))}, Place{})
			var got []string
			for _, h := range hits {
				got = append(got, h.place.Member+":"+m.show([]hit{h.hit}))
			}
			if strings.Join(got, " ") != c.want || err != nil || size != int64(len(c.text)) {
				t.Errorf("%s: %q, want %q; %d bytes, %v", c.name, got, c.want, size, err)
			}
			if (note == nil) != (c.note == "") || note != nil && !strings.Contains(note.Error(), c.note) {
				t.Errorf("%s: note %v, want %q", c.name, note, c.note)
			}
		}
	}
}

func TestArchiveBounds(t *testing.T) {
	m := makeKeys(t)
	bomb := gzipped(t, strings.Repeat("0", 1<<20)+m.fill(" {A}"))
	z, err := gzip.NewReader(strings.NewReader(bomb))
	if err != nil {
		t.Fatal(err)
	}
	hits, size, err := newSearcher(0).searchUnpacked(z, Place{}, 1<<20)
	if len(hits) > 0 || size != 1<<20 || err != errTooLong {
		t.Errorf("%v, %d bytes, %v", hits, size, err)
	}
	search := newSearcher(0)
	if search.members != maxMembers {
		t.Errorf("%d files of a zip file are searched", search.members)
	}
	search.members = 2
	text := zipped(t, 0, member{"a", m["A"]}, member{"between", "x"}, member{"b", m["B"]})
	found, _, note, err := search.searchSource(source{strings.NewReader(text), strings.NewReader(text), int64(len(text))}, Place{})
	if len(found) != 1 || note != errTooLong || err != nil {
		t.Errorf("%v, %v, %v", found, note, err)
	}
	large := source{Reader: strings.NewReader("PK\x03\x04 " + m["A"]), size: maxZipObject + 1}
	found, _, note, err = newSearcher(0).searchSource(large, Place{})
	if len(found) != 1 || note == nil || err != nil {
		t.Errorf("%v, %v, %v", found, note, err)
	}
	if !slices.ContainsFunc(found, func(p placed) bool { return p.id == m["A"] }) {
		t.Errorf("%v", found)
	}
}
