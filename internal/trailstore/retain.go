package trailstore

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Retention says how much of the log is kept. The zero value keeps all of it.
type Retention struct {
	// Age is how long a segment is kept after it was last written; 0 for ever.
	Age time.Duration
	// Bytes is how much the log may take, with its chain and its index; 0 without bound.
	Bytes int64
}

// alwaysKept is how many segments stay whatever their age and size: the newest is written, and the one before tells which
// deliveries come again.
const alwaysKept = 2

// Expired tells up to which record the log may be removed: whole segments, the oldest first, of which all that is in them was
// delivered. It is 0 where nothing may.
func (s *Store) Expired(r Retention, now time.Time, delivered uint64) (last uint64, err error) {
	all, err := s.kept()
	if err != nil {
		return 0, err
	}
	bytes := int64(0)
	for _, k := range all {
		bytes += k.bytes
	}
	for _, k := range all[:max(len(all)-alwaysKept, 0)] {
		old := r.Age > 0 && now.Sub(k.written) > r.Age
		large := r.Bytes > 0 && bytes > r.Bytes
		if !old && !large || k.last > delivered {
			break
		}
		last = k.last
		bytes -= k.bytes
	}
	return last, nil
}

// keptSegment is a segment with what lies beside it.
type keptSegment struct {
	first, last uint64 // last is 0 for the newest
	bytes       int64
	written     time.Time // or later: the time of the newest write to it or one before it
}

func (s *Store) kept() ([]keptSegment, error) {
	firsts, err := segments(s.dir)
	if err != nil {
		return nil, fmt.Errorf("trailstore: %w", err)
	}
	var all []keptSegment
	var written time.Time
	for i, first := range firsts {
		info, err := os.Stat(filepath.Join(s.dir, segmentName(first)))
		if err != nil {
			return nil, fmt.Errorf("trailstore: %w", err)
		}
		if info.ModTime().After(written) { // one that seems older than those before it was written while the clock was behind
			written = info.ModTime()
		}
		k := keptSegment{first: first, bytes: info.Size(), written: written}
		for _, name := range beside(first) {
			if info, err := os.Stat(filepath.Join(s.dir, name)); err == nil {
				k.bytes += info.Size()
			}
		}
		if i+1 < len(firsts) {
			k.last = firsts[i+1] - 1
		}
		all = append(all, k)
	}
	return all, nil
}

// beside are the files that belong to a segment.
func beside(first uint64) []string { return []string{chainName(first), indexName(first)} }

// Remove takes away the segments that end with record last or before it, the oldest first, and what lies beside them. It must
// be one that Expired gave; that they are removed must be noted before, since a log without its beginning is else a damaged
// one. After a crash it goes on where it is called again.
func (s *Store) Remove(last uint64) (removed int, err error) {
	all, err := s.kept()
	if err != nil {
		return 0, err
	}
	for _, k := range all[:max(len(all)-alwaysKept, 0)] {
		if k.last > last {
			break
		}
		if err := removeIfThere(filepath.Join(s.dir, segmentName(k.first))); err != nil {
			return removed, fmt.Errorf("trailstore: %w", err)
		}
		removed++
	}
	return removed, s.sweep(last)
}

// sweep removes what lay beside segments that are gone, and syncs the folder.
func (s *Store) sweep(last uint64) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("trailstore: %w", err)
	}
	there := map[uint64]bool{}
	var rest []fs.DirEntry
	for _, e := range entries {
		if first, ok := parseSegmentName(e.Name()); ok {
			there[first] = true
		} else {
			rest = append(rest, e)
		}
	}
	for _, e := range rest {
		first, ok := besideWhich(e.Name())
		if !ok || there[first] || first > last {
			continue
		}
		if err := removeIfThere(filepath.Join(s.dir, e.Name())); err != nil {
			return fmt.Errorf("trailstore: %w", err)
		}
	}
	if err := (osDisk{}).SyncDir(s.dir); err != nil {
		return fmt.Errorf("trailstore: %w", err)
	}
	return nil
}

// besideWhich is the segment that a chain or an index belongs to.
func besideWhich(name string) (first uint64, ok bool) {
	for _, suffix := range []string{chainSuffix, indexSuffix} {
		if stem, ok := strings.CutSuffix(name, suffix); ok {
			return parseSegmentName(stem + segmentSuffix)
		}
	}
	return 0, false
}
