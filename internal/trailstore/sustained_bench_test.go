package trailstore

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// turnEvents is how many events one client writes before the others have their turn.
const turnEvents = 64

// sustained measures three ways to write the same lines, in turns.
type sustained struct {
	tb      testing.TB
	store   *Store
	raw     *os.File
	line    []byte
	clients int
	next    atomic.Int64
}

// durable has every client put events on the trail, each on disk, chained and indexed, before its next.
func (s *sustained) durable() (n int) {
	var group sync.WaitGroup
	for range s.clients {
		group.Go(func() {
			for range turnEvents {
				e := event(int(s.next.Add(1)))
				e.RecipientAccountID, e.UserAgent, e.SourceIPAddress = benchmarkAccount, "aws-cli/2.30.0 md/awscrt#0.26.1 ua/2.1 os/linux", "192.0.2.1"
				if err := s.store.Append(context.Background(), e); err != nil {
					s.tb.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	return s.clients * turnEvents
}

// syncs appends and syncs one line after the other, with nothing around it: what the disk does.
func (s *sustained) syncs() (n int) {
	for range turnEvents {
		s.write()
		if err := s.raw.Sync(); err != nil {
			s.tb.Fatal(err)
		}
	}
	return turnEvents
}

// appends leaves all lines to the system: nothing is durable.
func (s *sustained) appends() (n int) {
	for range s.clients * turnEvents {
		s.write()
	}
	return s.clients * turnEvents
}

func (s *sustained) write() {
	if _, err := s.raw.Write(s.line); err != nil {
		s.tb.Fatal(err)
	}
}

// rates runs turns of all three and gives the events a second of each.
func (s *sustained) rates(turns int) (rates [3]float64) {
	ways := [3]func() int{s.durable, s.syncs, s.appends}
	var took [3]time.Duration
	var done [3]int
	for range turns {
		for i, way := range ways {
			start := time.Now()
			done[i] += way()
			took[i] += time.Since(start)
		}
	}
	for i := range rates {
		rates[i] = float64(done[i]) / took[i].Seconds()
	}
	return rates
}

func newSustained(tb testing.TB, clients int) *sustained {
	tb.Helper()
	dir := tb.TempDir()
	raw, err := os.Create(filepath.Join(dir, "raw"))
	if err != nil {
		tb.Fatal(err)
	}
	s := &sustained{tb: tb, store: open(tb, filepath.Join(dir, "trail"), Options{}), raw: raw, line: []byte(lines(tb, 1, 1)), clients: clients}
	x := newIndex(tb, s.store)
	tb.Cleanup(func() {
		closeIndex(tb, x)
		closeStore(tb, s.store)
		if err := raw.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// BenchmarkSustained is how many events a second are durable, chained and indexed, beside what bounds them, in turns in one
// run. of-sync is that rate in parts of the disk's syncs: above 1 where callers share a sync. of-append is it in parts of plain
// appends that nothing makes durable. alloc-KB is the memory that one event takes for a moment, heap-MiB what is in use.
func BenchmarkSustained(b *testing.B) {
	for _, clients := range []int{1, 16, 256} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			s := newSustained(b, clients)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			b.ResetTimer()
			rates := s.rates(b.N)
			b.StopTimer()
			runtime.ReadMemStats(&after)
			b.ReportMetric(rates[0], "events/s")
			b.ReportMetric(rates[0]/rates[1], "of-sync")
			b.ReportMetric(rates[0]/rates[2], "of-append")
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/1024/float64(b.N*clients*turnEvents), "alloc-KB")
			b.ReportMetric(heap(), "heap-MiB")
		})
	}
}

// A turn of the benchmark writes what it counts.
func TestBenchmarkSustained(t *testing.T) {
	s := newSustained(t, 3)
	for _, rate := range s.rates(1) {
		if !(rate > 0) {
			t.Errorf("rate %v", rate)
		}
	}
	if n := s.store.Head().Sequence; n != 3*turnEvents {
		t.Errorf("%d events are recorded", n)
	}
}
