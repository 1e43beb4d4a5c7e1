package trailstore

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/warder-iam/warder/trail"
)

// FuzzIndexFile: whatever stands in pages whose checksums are right, reading it ends, and gives entries that lie in the
// segment, or errIndex.
func FuzzIndexFile(f *testing.F) {
	m := newMemoryIndex()
	for i := range 5 {
		e := event(i)
		e.RecipientAccountID = "1"
		m.add(entry{position{int64(100 - i), uint64(i + 1)}, int64(i * 100), 99}, keysOf(e))
	}
	key := keyFor("1", trail.ByEventName, "ListUsers")
	pages := m.encode(1, 500)
	var text []byte
	for page := range slices.Chunk(pages, pageSize) {
		text = append(text, page[:pageBody]...)
	}
	f.Add(text, uint64(key))
	f.Add(text[:headerSize], uint64(key))
	f.Fuzz(func(t *testing.T, text []byte, key uint64) {
		file := appendPages(nil, 1, text)
		x, err := newIndexFile(bytes.NewReader(file), int64(len(file)), 1, 500)
		if err != nil {
			if !errors.Is(err, errIndex) {
				t.Fatal(err)
			}
			return
		}
		r := &run{segmentIndex: x, segment: &oldSegment{}}
		b := bounds{key: indexKey(key), oldest: -1 << 63, before: position{1<<63 - 1, 1<<64 - 1}}
		err = r.begin(b)
		for steps := 0; err == nil && !r.ended && steps < 1000; steps++ {
			if e := r.head; e.offset < 0 || e.offset+int64(e.length) >= 500 {
				t.Fatalf("entry %+v lies beyond the segment", e)
			}
			err = r.step(b.oldest)
		}
		if _, damaged := errors.AsType[*damagedIndex](err); err != nil && !damaged {
			t.Fatal(err)
		}
	})
}

// FuzzCursor: a cursor is refused, or names a place that the query asks for.
func FuzzCursor(f *testing.F) {
	q := Query{Account: "1", Attribute: trail.ByEventName, Value: "ListUsers"}
	b, err := q.bounds()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b.cursor(position{1_700_000_000, 7}))
	f.Add("")
	f.Add("AAAA")
	f.Add(b.cursor(position{1_700_000_000, 7})[:20] + "\r\n" + b.cursor(position{1_700_000_000, 7})[20:])
	f.Fuzz(func(t *testing.T, cursor string) {
		q.Cursor = cursor
		resumed, err := q.bounds()
		if err != nil {
			if !errors.Is(err, ErrCursor) {
				t.Fatal(err)
			}
			return
		}
		if cursor != "" && resumed.cursor(resumed.before) != cursor {
			t.Errorf("%q is another form of %q", cursor, resumed.cursor(resumed.before))
		}
	})
}
