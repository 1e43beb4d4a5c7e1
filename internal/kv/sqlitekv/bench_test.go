package sqlitekv

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/kv"
)

// BenchmarkUpdate: each transaction reads one key and puts a new one of 1 KiB, as a sealed record has. syncs/s is what
// the same disk gives for writing a page and syncing it, measured just before; tx/sync is the ratio.
func BenchmarkUpdate(b *testing.B) {
	for _, clients := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			dir := b.TempDir()
			syncs := syncsPerSecond(b, dir)
			s := openTest(b, dir, Options{})
			defer func() { _ = s.Close() }()
			var next atomic.Int64
			value := make([]byte, 1024)
			var wg sync.WaitGroup
			took := make([]time.Duration, b.N)
			b.ReportAllocs()
			b.ResetTimer()
			for range clients {
				wg.Go(func() {
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						// Scattered over the tree of keys, as ids are.
						key := fmt.Sprintf("a/123456789012/user/AIDA%016x", uint64(n)*0x9e3779b97f4a7c15)
						begin := time.Now()
						_, err := s.Update(context.Background(), "123456789012", func(tx kv.Txn) error {
							if _, err := tx.Get(key); err != kv.ErrNotFound {
								return fmt.Errorf("key is there: %v", err)
							}
							return tx.Put(key, value)
						})
						if err != nil {
							b.Error(err)
							return
						}
						took[n-1] = time.Since(begin)
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			rate := float64(b.N) / b.Elapsed().Seconds()
			b.ReportMetric(rate, "tx/s")
			b.ReportMetric(syncs, "syncs/s")
			b.ReportMetric(rate/syncs, "tx/sync")
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(float64(took[len(took)-1].Microseconds()), "max-µs")
		})
	}
}

func BenchmarkViewGet(b *testing.B) {
	s := openTest(b, b.TempDir(), Options{})
	defer func() { _ = s.Close() }()
	fill(b, s, 1000)
	i := uint64(0)
	for b.Loop() {
		i++
		key := string(binary.BigEndian.AppendUint64(nil, i%1000))
		err := s.View(context.Background(), func(r kv.Reader) error { _, err := r.Get(key); return err })
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRange reads 1,000 records of 1 KiB, as a start does.
func BenchmarkRange(b *testing.B) {
	s := openTest(b, b.TempDir(), Options{})
	defer func() { _ = s.Close() }()
	fill(b, s, 1000)
	for b.Loop() {
		n := 0
		err := s.View(context.Background(), func(r kv.Reader) error {
			for _, err := range r.Range("", "") {
				if err != nil {
					return err
				}
				n++
			}
			return nil
		})
		if err != nil || n != 1000 {
			b.Fatal(n, err)
		}
	}
}

// fill writes n records of 1 KiB.
func fill(t testing.TB, s *Store, n uint64) {
	t.Helper()
	value := make([]byte, 1024)
	for at := uint64(0); at < n; at += kv.MaxTxnKeys {
		_, err := s.Update(context.Background(), "a", func(tx kv.Txn) error {
			for i := at; i < min(at+kv.MaxTxnKeys, n); i++ {
				if err := tx.Put(string(binary.BigEndian.AppendUint64(nil, i)), value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// syncsPerSecond writes one page again and again and syncs each time.
func syncsPerSecond(b *testing.B, dir string) float64 {
	f, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	page := make([]byte, 4096)
	n, begin := 0, time.Now()
	for ; time.Since(begin) < 300*time.Millisecond; n++ {
		if _, err := f.WriteAt(page, 0); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	return float64(n) / time.Since(begin).Seconds()
}
