package trailstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/warder-iam/warder/trail"
)

// event number i; its id tells it.
func event(i int) *trail.Event {
	return &trail.Event{
		EventVersion: trail.EventVersion, EventID: fmt.Sprintf("event-%d", i), EventName: "ListUsers",
		EventSource: "iam.amazonaws.com", EventTime: time.Unix(1_700_000_000+int64(i), 0),
	}
}

func open(t testing.TB, dir string, o Options) *Store {
	t.Helper()
	s, err := Open(dir, keyed(o))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closeStore(t testing.TB, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func appendEvents(t testing.TB, s *Store, numbers ...int) {
	t.Helper()
	for _, n := range numbers {
		if err := s.Append(context.Background(), event(n)); err != nil {
			t.Fatal(err)
		}
	}
}

// ids reads the trail, checking that sequences follow one another.
func ids(t testing.TB, dir string, from From) []string {
	t.Helper()
	var got []string
	var last uint64
	for r, err := range Read(context.Background(), dir, from) {
		if err != nil {
			t.Fatal(err)
		}
		if last != 0 && r.Sequence != last+1 {
			t.Errorf("record %d follows %d", r.Sequence, last)
		}
		last = r.Sequence
		got = append(got, r.Event.EventID)
	}
	return got
}

// numbered are the ids of events from to to.
func numbered(from, to int) []string {
	var want []string
	for i := from; i <= to; i++ {
		want = append(want, event(i).EventID)
	}
	return want
}

func wantIDs(t testing.TB, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAppendIsReadBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "trail")
	s := open(t, dir, Options{})
	if err := s.Append(context.Background(), event(1), event(2)); err != nil {
		t.Fatal(err)
	}
	wantIDs(t, ids(t, dir, All()), numbered(1, 2)) // while it is open
	closeStore(t, s)

	s = open(t, dir, Options{})
	if r := s.Recovered(); r.Segment != "" {
		t.Errorf("recovered %+v after a clean end", r)
	}
	appendEvents(t, s, 3)
	closeStore(t, s)
	wantIDs(t, ids(t, dir, All()), numbered(1, 3))

	for r := range Read(context.Background(), dir, All()) {
		if want, _ := r.Event.MarshalJSON(); string(want) != string(r.Line) {
			t.Errorf("line %s is not the record %s", r.Line, want)
		}
	}
	wantMode(t, dir, 0o700)
	wantMode(t, filepath.Join(dir, segmentName(1)), 0o600)
}

func wantMode(t *testing.T, name string, want os.FileMode) {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != want {
		t.Errorf("%s: %v, %v, want mode %v", name, info, err, want)
	}
}

func TestRotation(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{SegmentBytes: 600}) // two or three records
	for i := 1; i <= 20; i++ {
		appendEvents(t, s, i)
	}
	closeStore(t, s)
	firsts, err := segments(dir)
	if err != nil || len(firsts) < 5 || firsts[0] != 1 {
		t.Fatalf("segments %v, %v", firsts, err)
	}
	wantIDs(t, ids(t, dir, All()), numbered(1, 20))
	s = open(t, dir, Options{SegmentBytes: 600})
	appendEvents(t, s, 21)
	closeStore(t, s)
	for n := range 22 {
		wantIDs(t, ids(t, dir, Last(n)), numbered(22-n, 21))
		wantIDs(t, ids(t, dir, After(uint64(n))), numbered(n+1, 21))
		wantIDs(t, ids(t, dir, Since(time.Unix(1_700_000_000+int64(n), 5e8))), numbered(max(n, 1), 21))
	}
	wantIDs(t, ids(t, dir, Last(1000)), numbered(1, 21))
	wantIDs(t, ids(t, dir, After(1000)), nil)
}

func TestAppendOnce(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	o := Options{SegmentBytes: 600}
	s := open(t, dir, o)
	if err := s.AppendOnce(ctx, event(1), event(1), event(2)); err != nil {
		t.Fatal(err)
	}
	if err := s.AppendOnce(ctx, event(2), event(3)); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	s = open(t, dir, o) // the crash between append and acknowledgement
	if err := s.AppendOnce(ctx, event(3)); err != nil {
		t.Fatal(err)
	}
	appendEvents(t, s, 4, 5)
	if firsts, _ := segments(dir); len(firsts) < 2 {
		t.Fatal("the test wants a second segment")
	}
	if err := s.AppendOnce(ctx, event(3)); err != nil { // in the segment before
		t.Fatal(err)
	}
	closeStore(t, s)
	s = open(t, dir, o)
	if err := s.AppendOnce(ctx, event(3)); err != nil { // likewise, after a restart
		t.Fatal(err)
	}
	closeStore(t, s)
	wantIDs(t, ids(t, dir, All()), numbered(1, 5))
}

func TestAppendRefuses(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	bad := event(2)
	bad.RequestParameters = []byte("{")
	for name, e := range map[string]*trail.Event{"no event": nil, "no id": {EventName: "X"}, "no JSON": bad} {
		if err := s.Append(context.Background(), event(1), e); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := s.Append(context.Background()); err != nil {
		t.Errorf("nothing: %v", err)
	}
	closeStore(t, s)
	if err := s.Append(context.Background(), event(1)); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if err := s.Close(); !errors.Is(err, ErrClosed) {
		t.Errorf("second Close: %v", err)
	}
	wantIDs(t, ids(t, dir, All()), nil)
}

func TestOneWriter(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	if _, err := Open(dir, keyed(Options{})); !errors.Is(err, ErrLocked) {
		t.Errorf("second Open: %v", err)
	}
	closeStore(t, s)
	closeStore(t, open(t, dir, Options{}))
}

func TestConcurrentAppends(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{SegmentBytes: 4000})
	var group sync.WaitGroup
	const callers, each = 16, 20
	for c := range callers {
		group.Go(func() {
			for i := range each {
				if err := s.Append(context.Background(), event(c*1000+2*i), event(c*1000+2*i+1)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	closeStore(t, s)
	got := ids(t, dir, All())
	if len(got) != callers*each*2 {
		t.Fatalf("%d records", len(got))
	}
	place := map[string]int{}
	for i, id := range got {
		place[id] = i
	}
	for c := range callers {
		for i := 1; i < 2*each; i++ {
			before, after := place[event(c*1000+i-1).EventID], place[event(c*1000+i).EventID]
			if before >= after || i%2 == 1 && after != before+1 {
				t.Fatalf("caller %d: event %d stands at %d, the one before at %d", c, i, after, before)
			}
		}
	}
}

func TestSegmentNames(t *testing.T) {
	tests := []struct {
		name  string
		first uint64
	}{
		{"segment-0000000000000001.jsonl", 1},
		{"segment-9999999999999999.jsonl", 9999999999999999},
		{"segment-12345678901234567.jsonl", 12345678901234567},
		{"segment-0000000000000000.jsonl", 0},
		{"segment-1.jsonl", 0},
		{"segment-00000000000000001.jsonl", 0},
		{"segment-+000000000000001.jsonl", 0},
		{"segment-0000000000000001.jsonl.new", 0},
		{"segment-0000000000000001", 0},
		{"lock", 0},
	}
	for _, test := range tests {
		first, ok := parseSegmentName(test.name)
		if ok != (test.first > 0) || ok && first != test.first {
			t.Errorf("%s: %d, %v", test.name, first, ok)
		}
	}
}

func TestReadErrors(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none")
	for _, err := range Read(context.Background(), missing, All()) {
		if !errors.Is(err, os.ErrNotExist) {
			t.Errorf("missing folder: %v", err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, err := range Read(ctx, t.TempDir(), All()) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("ended context: %v", err)
		}
	}
	for _, err := range Tail(ctx, t.TempDir(), All()) {
		t.Errorf("ended context while following: %v", err)
	}
}

func write(t testing.TB, dir string, first uint64, text string) string {
	t.Helper()
	name := filepath.Join(dir, segmentName(first))
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// lines are the stored form of events from to to.
func lines(t testing.TB, from, to int) string {
	t.Helper()
	var b strings.Builder
	for i := from; i <= to; i++ {
		text, err := event(i).MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(text, '\n'))
	}
	return b.String()
}
