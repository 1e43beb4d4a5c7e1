package trailfile_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/warder-iam/warder/trail/trailfile"
)

// collector keeps what it is told.
type collector struct {
	mu       sync.Mutex
	records  map[int][]string
	problems []string
	done     int
	fail     error // of the first record
}

func (c *collector) Record(file int, r trailfile.Record) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.records[file] = append(c.records[file], string(r.Raw))
	return c.fail
}

func (c *collector) Problem(p *trailfile.Problem) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.problems = append(c.problems, p.Error())
	return nil
}

func (c *collector) Done(int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done++
}

func TestEach(t *testing.T) {
	fsys := fstest.MapFS{}
	var names []string
	for i := range 50 {
		name := fmt.Sprintf("%02d", i)
		names = append(names, name)
		fsys[name] = &fstest.MapFile{Data: fmt.Appendf(nil, `{"Records":[{"a":%d},{"b":%d}]}`, i, i)}
	}
	fsys["07"].Data = []byte("x")
	c := &collector{records: map[int][]string{}}
	if err := trailfile.Each(context.Background(), fsys, names, 4, c); err != nil {
		t.Fatal(err)
	}
	if len(c.records) != 49 || c.done != 50 || len(c.problems) != 1 {
		t.Errorf("%d files with records, %d done, problems %q", len(c.records), c.done, c.problems)
	}
	for i, got := range c.records {
		if want := []string{fmt.Sprintf(`{"a":%d}`, i), fmt.Sprintf(`{"b":%d}`, i)}; !slices.Equal(got, want) {
			t.Errorf("file %d: %q", i, got)
		}
	}
}

func TestEachEnds(t *testing.T) {
	fsys := fstest.MapFS{"a": {Data: []byte(`{"a":1}{"b":2}`)}, "b": {Data: []byte(`{"a":1}`)}}
	c := &collector{records: map[int][]string{}, fail: errors.New("enough")}
	if err := trailfile.Each(context.Background(), fsys, []string{"a", "b"}, 1, c); err != c.fail || len(c.records[0]) != 1 || len(c.records) != 1 {
		t.Errorf("%v, %v", err, c.records)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := trailfile.Each(ctx, fsys, []string{"a"}, 1, &collector{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
