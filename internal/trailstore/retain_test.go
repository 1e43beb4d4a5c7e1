package trailstore

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/trail"
)

// aged makes a log of six segments with three records each, written an hour apart, the newest now, with their indexes.
func aged(t *testing.T, now time.Time) (s *Store, x *Index) {
	t.Helper()
	dir := t.TempDir()
	s = open(t, dir, Options{SegmentBytes: 1})
	x = newIndex(t, s)
	for i := range 6 {
		a, b, c := event(3*i+1), event(3*i+2), event(3*i+3)
		for _, e := range []*trail.Event{a, b, c} {
			e.RecipientAccountID = "1"
		}
		if err := s.Append(context.Background(), a, b, c); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := x.Lookup(context.Background(), Query{Account: "1"}); err != nil {
		t.Fatal(err)
	}
	firsts, err := segments(dir)
	if err != nil || !slices.Equal(firsts, []uint64{1, 4, 7, 10, 13, 16}) {
		t.Fatal(firsts, err)
	}
	for i, first := range firsts {
		at := now.Add(time.Duration(i-5) * time.Hour)
		if err := os.Chtimes(filepath.Join(dir, segmentName(first)), at, at); err != nil {
			t.Fatal(err)
		}
	}
	return s, x
}

func TestExpired(t *testing.T) {
	now := time.Now()
	s, x := aged(t, now)
	all, err := s.kept()
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, k := range all {
		total += k.bytes
	}
	const any = 1 << 60
	tests := []struct {
		name      string
		retention Retention
		delivered uint64
		want      uint64
	}{
		{"nothing asked for", Retention{}, any, 0},
		{"all young", Retention{Age: 6 * time.Hour}, any, 0},
		{"the oldest", Retention{Age: 5*time.Hour - time.Minute}, any, 3},
		{"several", Retention{Age: 3*time.Hour - time.Minute}, any, 9},
		{"never the newest two", Retention{Age: time.Second}, any, 12},
		{"never the newest two, by size", Retention{Bytes: 1}, any, 12},
		{"small enough", Retention{Bytes: total}, any, 0},
		{"a byte too large", Retention{Bytes: total - 1}, any, 3},
		{"by two segments", Retention{Bytes: total - all[0].bytes - 1}, any, 6},
		{"by either", Retention{Age: 3*time.Hour - time.Minute, Bytes: total - 1}, any, 9},
		{"nothing is delivered", Retention{Age: time.Second, Bytes: 1}, 0, 0},
		{"a segment is half delivered", Retention{Age: time.Second}, 5, 3},
		{"a segment is just delivered", Retention{Age: time.Second}, 6, 6},
	}
	for _, test := range tests {
		if got, err := s.Expired(test.retention, now, test.delivered); err != nil || got != test.want {
			t.Errorf("%s: %d, want %d; %v", test.name, got, test.want, err)
		}
	}
	closeIndex(t, x)
	closeStore(t, s)
}

// What was written while the clock was set back is not the older for it.
func TestExpiredWithAClockSetBack(t *testing.T) {
	now := time.Now()
	s, x := aged(t, now)
	long := now.Add(-1000 * time.Hour)
	if err := os.Chtimes(filepath.Join(s.dir, segmentName(7)), long, long); err != nil {
		t.Fatal(err)
	}
	for age, want := range map[time.Duration]uint64{5*time.Hour - time.Minute: 3, 4*time.Hour - time.Minute: 9} { // the third goes with the second
		if got, err := s.Expired(Retention{Age: age}, now, 1<<60); err != nil || got != want {
			t.Errorf("%v: %d, want %d; %v", age, got, want, err)
		}
	}
	if got, err := s.Expired(Retention{Age: 500 * time.Hour}, now, 1<<60); err != nil || got != 0 {
		t.Errorf("%d, %v", got, err)
	}
	closeIndex(t, x)
	closeStore(t, s)
}

// After a removal the log is verified, read, looked through and opened as before, without what is gone.
func TestRemove(t *testing.T) {
	s, x := aged(t, time.Now())
	removed, err := s.Remove(6)
	if err != nil || removed != 2 {
		t.Fatalf("%d removed, %v", removed, err)
	}
	for name := range readFiles(t, s.dir) {
		if strings.Contains(name, "0001.") || strings.Contains(name, "0004.") {
			t.Errorf("%s is left", name)
		}
	}
	wantIDs(t, ids(t, s.dir, All()), numbered(7, 18))
	if got := allPages(t, x, Query{Account: "1", Limit: 5}, func() {}); len(got) != 12 || got[11] != 7 {
		t.Errorf("looked up %v", got)
	}
	head := s.Head()
	closeIndex(t, x)
	closeStore(t, s)
	known := Known{Head: head, Closed: true, Removed: 6}
	if v := verifyLog(t, s.dir, known); len(v.Problems) > 0 || v.First != 7 || v.Records != 12 {
		t.Errorf("verified: %+v", v)
	}
	if v := verifyLog(t, s.dir, Known{Head: head, Closed: true, Removed: 3}); len(v.Problems) == 0 {
		t.Error("more was removed than is noted, and nobody sees it")
	}
	closeStore(t, open(t, s.dir, Options{Known: known}))
}

// Wherever a removal is interrupted, the log is in order, and the next removal finishes it.
func TestRemoveInterrupted(t *testing.T) {
	s, x := aged(t, time.Now())
	head := s.Head()
	closeIndex(t, x)
	closeStore(t, s)
	whole := readFiles(t, s.dir)
	var steps []string
	for _, first := range []uint64{1, 4} {
		steps = append(steps, segmentName(first))
	}
	for _, first := range []uint64{1, 4} {
		steps = append(steps, beside(first)...)
	}
	for n := range len(steps) + 1 {
		t.Run(fmt.Sprint(n, " files gone"), func(t *testing.T) {
			whole.put(t, s.dir)
			for _, name := range steps[:n] {
				if err := os.Remove(filepath.Join(s.dir, name)); err != nil {
					t.Fatal(err)
				}
			}
			known := Known{Head: head, Closed: true, Removed: 6}
			if v := verifyLog(t, s.dir, known); len(v.Problems) > 0 {
				t.Errorf("verified: %+v", v.Problems)
			}
			again := open(t, s.dir, Options{Known: known})
			if _, err := again.Remove(6); err != nil {
				t.Fatal(err)
			}
			for name := range readFiles(t, s.dir) {
				if slices.Contains(steps, name) {
					t.Errorf("%s is left", name)
				}
			}
			closeStore(t, again)
		})
	}
}
