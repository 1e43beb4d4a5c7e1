package trailstore

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/warder-iam/warder/trail"
)

func TestReadLast(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{SegmentBytes: 1500})
	for i := range 8 {
		if err := s.Append(context.Background(), event(5*i+1), event(5*i+2), event(5*i+3), event(5*i+4), event(5*i+5)); err != nil {
			t.Fatal(err)
		}
	}
	closeStore(t, s)
	every := func([]byte) bool { return true }
	third := func(e *trail.Event) bool { return e.EventTime.Unix()%3 == 0 }
	all := ids(t, dir, All())
	var thirds []string
	for r, err := range Read(context.Background(), dir, All()) {
		if err != nil {
			t.Fatal(err)
		}
		if third(r.Event) {
			thirds = append(thirds, r.Event.EventID)
		}
	}
	for n := range 45 {
		for _, test := range []struct {
			match func(*trail.Event) bool
			of    []string
		}{{func(*trail.Event) bool { return true }, all}, {third, thirds}} {
			found, end, err := ReadLast(context.Background(), dir, n, every, test.match)
			if err != nil || end != 40 {
				t.Fatalf("end %d, %v", end, err)
			}
			var got []string
			for _, r := range found {
				got = append(got, r.Event.EventID)
			}
			if want := test.of[max(len(test.of)-n, 0):]; !slices.Equal(got, want) {
				t.Errorf("%d: %v, want %v", n, got, want)
			}
		}
	}
	if found, _, err := ReadLast(context.Background(), dir, 9, func([]byte) bool { return false }, third); err != nil || len(found) != 0 {
		t.Errorf("what may not match: %v, %v", found, err)
	}
	if err := os.WriteFile(filepath.Join(dir, segmentName(1)), []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ReadLast(context.Background(), dir, 5, every, third); err != nil {
		t.Errorf("it read further back than it must: %v", err)
	}
	if _, _, err := ReadLast(context.Background(), dir, 40, every, third); err == nil {
		t.Error("no error for a damaged segment")
	}
}

// Files are the segments, of the newest what are whole lines.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := Files(filepath.Join(dir, "none")); err == nil {
		t.Error("no error for a missing folder")
	}
	write(t, dir, 1, lines(t, 1, 2))
	whole := lines(t, 3, 4)
	write(t, dir, 3, whole+`{"torn":`)
	if err := os.WriteFile(filepath.Join(dir, indexName(1)), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	fsys, names, err := Files(dir)
	if err != nil || !slices.Equal(names, []string{segmentName(1), segmentName(3)}) {
		t.Fatalf("%q, %v", names, err)
	}
	for name, want := range map[string]string{names[0]: lines(t, 1, 2), names[1]: whole} {
		if got, err := fs.ReadFile(fsys, name); err != nil || !bytes.Equal(got, []byte(want)) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	write(t, dir, 3, `{"torn":`)
	if fsys, names, err = Files(dir); err != nil {
		t.Fatal(err)
	}
	if got, err := fs.ReadFile(fsys, names[1]); err != nil || len(got) != 0 {
		t.Errorf("a torn line alone: %q, %v", got, err)
	}
}
