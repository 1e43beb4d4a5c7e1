package trailfile

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// Wherever a read of the file ends, the same is found.
func TestSplitterReadsInPieces(t *testing.T) {
	text := `{"Records":[{"a":"\\","b":"\"]}","c":[{"d":"` + strings.Repeat("é", 300) + `"}]}, 1 ,"x\u0041",{"e":null}],"y":{"z":"}"}}` + "\n" + `{"f":1}`
	read := func(in io.Reader) (got []string) {
		r := &reader{name: "f", yield: func(r Record, p *Problem) bool {
			if p != nil {
				t.Error(p)
			}
			got = append(got, string(r.Raw))
			return true
		}}
		r.read(in)
		return got
	}
	want := read(strings.NewReader(text))
	if len(want) != 5 {
		t.Fatalf("%q", want)
	}
	for name, in := range map[string]io.Reader{
		"byte by byte": iotest.OneByteReader(strings.NewReader(text)), "halves": iotest.HalfReader(strings.NewReader(text)),
		"end with data": iotest.DataErrReader(bytes.NewReader([]byte(text))),
	} {
		if got := read(in); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// White space without end takes no memory.
func TestSplitterIsBounded(t *testing.T) {
	const bound = 8 << 20
	for name, text := range map[string]string{"in an object": `{"a":1,`, "in a list": `{"Records":[`, "in a value": `{"Records":[[`, "in a string": `{"a":"`} {
		spaces := io.LimitReader(repeated(' '), 2*bound)
		r := &reader{name: "f", yield: func(Record, *Problem) bool { return true }}
		r.read(io.MultiReader(strings.NewReader(text), spaces))
		if cap(r.s.buf) > bound {
			t.Errorf("%s: %d bytes are held", name, cap(r.s.buf))
		}
	}
}

// repeated is a stream of one byte.
type repeated byte

func (b repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b)
	}
	return len(p), nil
}
