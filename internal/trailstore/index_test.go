package trailstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/warder-iam/warder/trail"
)

// newIndex makes an index that is closed at the end of the test, before the store.
func newIndex(t testing.TB, s *Store) *Index {
	t.Helper()
	x := NewIndex(s)
	t.Cleanup(func() {
		if err := x.Close(); err != nil && !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
	})
	return x
}

// chance makes events whose attributes have few values, in few accounts, with times that go back now and then.
type chance struct {
	*rand.Rand
	made int
}

func (c *chance) event() *trail.Event {
	c.made++
	e := event(c.made)
	e.EventTime = time.Unix(1_700_000_000+int64(c.made/7)-int64(c.IntN(3)/2*c.IntN(40)), 0)
	e.RecipientAccountID = fmt.Sprintf("%012d", c.IntN(2))
	e.EventCategory = []string{"Management", "Management", "Data", ""}[c.IntN(4)]
	e.EventName = []string{"CreateUser", "ListUsers", "DeleteUser"}[c.IntN(3)]
	e.ReadOnly = e.EventName == "ListUsers"
	e.UserIdentity = trail.UserIdentity{Type: "IAMUser", UserName: fmt.Sprint("u", c.IntN(9)), AccessKeyID: fmt.Sprint("AKIA", c.IntN(30))}
	if c.IntN(5) == 0 {
		e.UserIdentity = trail.UserIdentity{Type: "Root"}
	}
	if c.IntN(3) > 0 {
		e.RequestParameters = fmt.Appendf(nil, `{"userName":"n%d"}`, c.IntN(5))
	}
	if c.IntN(6) == 0 {
		return insight(e)
	}
	return e
}

// insight is one about calls like that of an event.
func insight(e *trail.Event) *trail.Event {
	about := &trail.Insight{State: trail.InsightStart, EventSource: "iam.amazonaws.com", EventName: e.EventName, Type: trail.CallRate}
	i, err := trail.InsightEvent(e.EventID, "shared", e.RecipientAccountID, e.AWSRegion, e.EventTime, about)
	if err != nil {
		panic(err) // texts always encode
	}
	return i
}

// append puts ten events on the trail.
func (c *chance) append(t testing.TB, s *Store) []*trail.Event {
	t.Helper()
	var events []*trail.Event
	for range 10 {
		events = append(events, c.event())
	}
	if err := s.Append(context.Background(), events...); err != nil {
		t.Fatal(err)
	}
	return events
}

func (c *chance) query(events []*trail.Event) Query {
	q := Query{Account: fmt.Sprintf("%012d", c.IntN(3)), Limit: 1 + c.IntN(7), Insights: c.IntN(4) == 0}
	if c.IntN(6) > 0 {
		q.Attribute = trail.Attributes()[c.IntN(8)]
		q.Value = "none"
		if v := events[c.IntN(len(events))].Values(q.Attribute); len(v) > 0 {
			q.Value = v[c.IntN(len(v))]
		}
	}
	if c.IntN(2) == 0 {
		q.Start = time.Unix(1_700_000_000+int64(c.IntN(len(events)/7+1)), int64(c.IntN(2)))
	}
	if c.IntN(2) == 0 {
		q.End = time.Unix(1_700_000_000+int64(c.IntN(len(events)/7+1)), int64(c.IntN(2)))
	}
	if !q.Start.IsZero() && !q.End.IsZero() && q.End.Before(q.Start) {
		q.Start, q.End = q.End, q.Start
	}
	return q
}

// records are all there are.
func records(t testing.TB, dir string) []Record {
	t.Helper()
	var list []Record
	for r, err := range Read(context.Background(), dir, All()) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	return list
}

// plainly is what a query finds, by looking at every record.
func plainly(records []Record, q Query) []uint64 {
	var list []position
	for _, r := range records {
		at := r.Event.EventTime
		if (r.Event.EventCategory == "Insight") == q.Insights && q.matches(r.Event) && (q.Start.IsZero() || !at.Before(q.Start)) && (q.End.IsZero() || !at.After(q.End)) {
			list = append(list, position{at.Unix(), r.Sequence})
		}
	}
	slices.SortFunc(list, func(a, b position) int {
		return cmp.Or(cmp.Compare(b.time, a.time), cmp.Compare(b.sequence, a.sequence))
	})
	var sequences []uint64
	for _, p := range list {
		sequences = append(sequences, p.sequence)
	}
	return sequences
}

// allPages follows the cursors to the end. Between pages it calls meanwhile.
func allPages(t testing.TB, x *Index, q Query, meanwhile func()) []uint64 {
	t.Helper()
	var got []uint64
	for {
		page, err := x.Lookup(context.Background(), q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		for _, r := range page.Records {
			got = append(got, r.Sequence)
		}
		if len(page.Records) != q.Limit && page.Next != "" {
			t.Fatalf("%+v: a page of %d records goes on", q, len(page.Records))
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return got
		}
		meanwhile()
	}
}

// Every query gives what looking at every record gives, while the trail grows, over many segments and restarts.
func TestLookupIsExact(t *testing.T) {
	dir := t.TempDir()
	c := &chance{Rand: rand.New(rand.NewPCG(1, 2))}
	var events []*trail.Event
	for range 3 {
		s := open(t, dir, Options{SegmentBytes: 20_000})
		x := newIndex(t, s)
		for range 4 {
			for range 15 {
				events = append(events, c.append(t, s)...)
			}
			all := records(t, dir)
			for range 25 {
				q := c.query(events)
				if got, want := allPages(t, x, q, func() {}), plainly(all, q); !slices.Equal(got, want) {
					t.Fatalf("%+v:\n got %v\nwant %v", q, got, want)
				}
			}
		}
		closeIndex(t, x)
		closeStore(t, s)
	}
	if firsts, _ := segments(dir); len(firsts) < 20 {
		t.Errorf("only %d segments", len(firsts))
	}
}

func closeIndex(t testing.TB, x *Index) {
	t.Helper()
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
}

// What comes between two pages neither repeats a record nor hides one.
func TestCursorIsStable(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{SegmentBytes: 5_000})
	x := newIndex(t, s)
	c := &chance{Rand: rand.New(rand.NewPCG(3, 4))}
	more := func() {
		var events []*trail.Event
		for range 20 {
			e := c.event()
			e.EventTime = time.Unix(1_700_000_000+int64(c.made), 0)
			events = append(events, e)
		}
		if err := s.Append(context.Background(), events...); err != nil {
			t.Fatal(err)
		}
	}
	for range 10 {
		more()
	}
	q := Query{Account: "000000000001", Attribute: trail.ByReadOnly, Value: "false", Limit: 3}
	want := plainly(records(t, dir), q)
	if got := allPages(t, x, q, more); !slices.Equal(got, want) || len(want) < 20 {
		t.Errorf("got %v\nwant %v", got, want)
	}
	closeIndex(t, x)
	closeStore(t, s)
}

func TestQueryErrors(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	x := newIndex(t, s)
	now := time.Unix(1_700_000_000, 0)
	good := Query{Account: "1", Attribute: trail.ByEventName, Value: "X"}
	tests := []struct {
		name   string
		change func(q *Query)
		want   error
	}{
		{"good", func(*Query) {}, nil},
		{"all of an account", func(q *Query) { q.Attribute, q.Value = "", "" }, nil},
		{"no account", func(q *Query) { q.Account = "" }, ErrQuery},
		{"unknown attribute", func(q *Query) { q.Attribute = "eventname" }, ErrQuery},
		{"no value", func(q *Query) { q.Value = "" }, ErrQuery},
		{"no attribute", func(q *Query) { q.Attribute = "" }, ErrQuery},
		{"page too long", func(q *Query) { q.Limit = 51 }, ErrQuery},
		{"page below zero", func(q *Query) { q.Limit = -1 }, ErrQuery},
		{"end before start", func(q *Query) { q.Start, q.End = now, now.Add(-time.Second) }, ErrQuery},
		{"one second", func(q *Query) { q.Start, q.End = now, now }, nil},
		{"no cursor", func(q *Query) { q.Cursor = "x" }, ErrCursor},
	}
	for _, test := range tests {
		q := good
		test.change(&q)
		if _, err := x.Lookup(context.Background(), q); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	b, err := good.bounds()
	if err != nil {
		t.Fatal(err)
	}
	other := good
	other.Value, other.Cursor = "Y", b.cursor(position{1, 1})
	if _, err := x.Lookup(context.Background(), other); !errors.Is(err, ErrCursor) {
		t.Errorf("a cursor of another query: %v", err)
	}
	closeIndex(t, x)
	if _, err := x.Lookup(context.Background(), good); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	closeStore(t, s)
}

// indexed makes a trail of several segments with their index files, and closes it.
func indexed(t testing.TB) (dir string, c *chance) {
	t.Helper()
	dir = t.TempDir()
	s := open(t, dir, Options{SegmentBytes: 8_000})
	x := newIndex(t, s)
	c = &chance{Rand: rand.New(rand.NewPCG(5, 6))}
	for range 10 {
		c.append(t, s)
	}
	if _, err := x.Lookup(context.Background(), Query{Account: "1"}); err != nil { // it catches up
		t.Fatal(err)
	}
	closeIndex(t, x)
	closeStore(t, s)
	return dir, c
}

// Whatever happens to index files, answers stay right, and the files are good again afterwards.
func TestDamagedIndexIsMadeAnew(t *testing.T) {
	dir, c := indexed(t)
	firsts, err := segments(dir)
	if err != nil || len(firsts) < 4 {
		t.Fatalf("%d segments, %v", len(firsts), err)
	}
	name := func(i int) string { return filepath.Join(dir, indexName(firsts[i])) }
	good, err := os.ReadFile(name(1))
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(name(0))
	if err != nil {
		t.Fatal(err)
	}
	damages := map[string][]byte{"empty": {}, "another segment's": other, "cut": good[:len(good)/2], "longer": append(slices.Clone(good), 0)}
	for i := 0; i < len(good); i += 61 {
		flipped := slices.Clone(good)
		flipped[i] ^= 1 << (i % 8)
		damages[fmt.Sprintf("flipped at %d", i)] = flipped
	}
	all := records(t, dir)
	for what, text := range damages {
		if err := os.WriteFile(name(1), text, 0o600); err != nil {
			t.Fatal(err)
		}
		s := open(t, dir, Options{})
		x := newIndex(t, s)
		for _, a := range trail.Attributes() {
			q := Query{Account: "000000000001", Attribute: a, Limit: 50}
			e := c.event()
			if v := e.Values(a); len(v) > 0 {
				q.Value = v[0]
			} else {
				q.Value = "none"
			}
			if got, want := allPages(t, x, q, func() {}), plainly(all, q); !slices.Equal(got, want) {
				t.Fatalf("%s: %+v: got %v, want %v", what, q, got, want)
			}
		}
		closeIndex(t, x)
		closeStore(t, s)
	}
	if err := os.Remove(name(1)); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir, Options{})
	x := newIndex(t, s)
	if _, err := x.Lookup(context.Background(), Query{Account: "000000000001"}); err != nil {
		t.Fatal(err)
	}
	closeIndex(t, x)
	closeStore(t, s)
	if now, err := os.ReadFile(name(1)); err != nil || !slices.Equal(now, good) {
		t.Errorf("the file that was made anew differs from the first one; %v", err)
	}
}

// An index that fits its segment in all but the records is found out by these, and an altered segment is an error.
func TestIndexIsNotBelieved(t *testing.T) {
	dir, _ := indexed(t)
	firsts, err := segments(dir)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, segmentName(firsts[0]))
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	wrong := newMemoryIndex()
	e := event(1)
	e.RecipientAccountID = "000000000001"
	for i := range uint64(5) {
		wrong.add(entry{position{1_700_000_000, firsts[0] + i}, int64(i * 10), 20}, keysOf(e))
	}
	if err := writeIndex(dir, firsts[0], wrong.encode(firsts[0], info.Size())); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir, Options{})
	x := newIndex(t, s)
	q := Query{Account: "000000000001", Limit: 50}
	if got, want := allPages(t, x, q, func() {}), plainly(records(t, dir), q); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for i := range text {
		if text[i] == '{' {
			text[i] = '['
		}
	}
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		var page Page
		if page, err = x.Lookup(context.Background(), q); page.Next == "" {
			break
		}
		q.Cursor = page.Next
	}
	if !errors.Is(err, ErrDamaged) {
		t.Errorf("an altered segment: %v", err)
	}
	closeIndex(t, x)
	closeStore(t, s)
}

// A trail that had no index gets one, without a query.
func TestIndexIsMadeInTheBackground(t *testing.T) {
	dir, _ := indexed(t)
	firsts, err := segments(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, first := range firsts[:len(firsts)-1] {
		if err := os.Remove(filepath.Join(dir, indexName(first))); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, dir, Options{})
	x := &Index{store: s, done: make(chan struct{})}
	x.buildMissing(context.Background())
	for _, first := range firsts[:len(firsts)-1] {
		if _, err := os.Stat(filepath.Join(dir, indexName(first))); err != nil {
			t.Error(err)
		}
	}
	closeStore(t, s)
}

func TestLookupEndsWithItsContext(t *testing.T) {
	dir, _ := indexed(t)
	s := open(t, dir, Options{})
	x := newIndex(t, s)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := x.Lookup(ctx, Query{Account: "000000000001"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	closeIndex(t, x)
	closeStore(t, s)
}
