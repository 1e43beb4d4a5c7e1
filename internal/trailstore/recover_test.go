package trailstore

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/warder-iam/warder/trail"
)

// A crash may leave any part of the last line; whatever it is, the records before it stay and writing goes on.
func TestTornTail(t *testing.T) {
	whole, last := lines(t, 1, 2), lines(t, 3, 3)
	tails := map[string]string{
		"zeros":           strings.Repeat("\x00", 5000),
		"many zeros":      strings.Repeat("\x00", 3<<20),
		"part and zeros":  last[:20] + strings.Repeat("\x00", 300),
		"not JSON":        "garbage\n",
		"not a record":    "{}\n",
		"empty line":      "\n",
		"overlong line":   strings.Repeat("x", 2<<20) + "\n",
		"record cut, end": last[:20] + "\n",
	}
	for i := 1; i < len(last); i++ {
		tails[last[:i]] = last[:i]
	}
	for name, tail := range tails {
		dir := t.TempDir()
		write(t, dir, 1, whole+tail)
		s := open(t, dir, Options{})
		r := s.Recovered()
		if r.Segment != segmentName(1) || r.Offset != int64(len(whole)) || r.Reason == "" ||
			!strings.HasPrefix(tail, string(r.Cut)) || len(r.Cut) < min(len(tail), trail.MaxParse) {
			t.Fatalf("%.50q: recovered %.200v", name, r)
		}
		appendEvents(t, s, 3)
		closeStore(t, s)
		wantIDs(t, ids(t, dir, All()), numbered(1, 3))
		s = open(t, dir, Options{})
		if r := s.Recovered(); r.Segment != "" {
			t.Errorf("%.50q: recovered again: %.200v", name, r)
		}
		closeStore(t, s)
	}
}

// When the torn line is the only one its segment is replaced, and the trail goes on without a gap.
func TestTornFirstLine(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 1, lines(t, 1, 2))
	write(t, dir, 3, `{"eventV`)
	s := open(t, dir, Options{})
	appendEvents(t, s, 3)
	closeStore(t, s)
	wantIDs(t, ids(t, dir, All()), numbered(1, 3))
}

func TestDamageIsRefused(t *testing.T) {
	tests := []struct {
		name     string
		segments map[uint64]string
		read     bool // Read too must find it
	}{
		{"bad line before the last", map[uint64]string{1: lines(t, 1, 1) + "x\n" + lines(t, 2, 2)}, true},
		{"bad line before a torn one", map[uint64]string{1: lines(t, 1, 1) + "x\nx"}, true},
		{"overlong line before the last", map[uint64]string{1: strings.Repeat("x", 2<<20) + "\n" + lines(t, 2, 2)}, true},
		{"zeros before the last", map[uint64]string{1: "\x00\x00\n" + lines(t, 2, 2)}, true},
		{"missing record", map[uint64]string{1: lines(t, 1, 2), 4: lines(t, 4, 4)}, true},
		{"record too many", map[uint64]string{1: lines(t, 1, 2), 2: lines(t, 2, 2)}, true},
		{"torn segment before the newest", map[uint64]string{1: lines(t, 1, 2) + "{", 3: lines(t, 3, 3)}, true},
		{"bad line in the segment before the newest", map[uint64]string{1: "x\n" + lines(t, 2, 2), 3: lines(t, 3, 3)}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for first, text := range test.segments {
				write(t, dir, first, text)
			}
			if s, err := Open(dir, keyed(Options{})); !errors.Is(err, ErrDamaged) {
				t.Errorf("Open: %v, %v", s, err)
			}
			var last error
			for _, err := range Read(context.Background(), dir, All()) {
				last = err
			}
			if !errors.Is(last, ErrDamaged) {
				t.Errorf("Read: %v", last)
			}
			for first, text := range test.segments {
				if got := readFile(t, dir, first); got != text {
					t.Errorf("segment %d was changed", first)
				}
			}
		})
	}
}

// FuzzScan: the good lines of any segment, alone, make a good segment with the same events.
func FuzzScan(f *testing.F) {
	f.Add([]byte(lines(f, 1, 3)))
	f.Add([]byte(lines(f, 1, 1) + "{\"eventID\":\"x\"}\n\x00\x00"))
	f.Add([]byte("\n\n"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := scan(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if s.problem == "" && s.size != int64(len(text)) || s.size > int64(len(text)) {
			t.Fatalf("%d of %d bytes are good, %q", s.size, len(text), s.problem)
		}
		if s.problem != "" && s.last != (bytes.IndexByte(text[s.size:], '\n')+1 == 0 ||
			int(s.size)+bytes.IndexByte(text[s.size:], '\n')+1 == len(text)) {
			t.Fatalf("bad line taken for the last: %v", s.last)
		}
		again, err := scan(bytes.NewReader(text[:s.size]))
		if err != nil || again.problem != "" || again.size != s.size || len(again.ids) != len(s.ids) {
			t.Fatalf("good lines: %+v, %v", again, err)
		}
	})
}
