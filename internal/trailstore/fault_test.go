package trailstore

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// faultDisk is a file system on which the next write or sync may fail.
type faultDisk struct {
	osDisk
	mu      sync.Mutex
	room    int   // bytes that can still be written; -1 without bound
	failure error // what a write beyond room gives
	syncErr error
	syncs   int
	block   chan struct{} // when set, a sync waits for it
}

func healthy() *faultDisk { return &faultDisk{room: -1} }

func (d *faultDisk) set(change func(d *faultDisk)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(d)
}

func (d *faultDisk) wrap(f file, err error) (file, error) {
	if err != nil {
		return nil, err
	}
	return &faultFile{file: f, disk: d}, nil
}

func (d *faultDisk) Create(name string) (file, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.room == 0 {
		return nil, &os.PathError{Op: "open", Path: name, Err: d.failure}
	}
	return d.wrap(d.osDisk.Create(name))
}

func (d *faultDisk) Replace(name string) (file, error) { return d.wrap(d.osDisk.Replace(name)) }
func (d *faultDisk) Open(name string) (file, error)    { return d.wrap(d.osDisk.Open(name)) }

type faultFile struct {
	file
	disk *faultDisk
}

func (f *faultFile) WriteAt(p []byte, off int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	room := f.disk.room
	if room < 0 || room >= len(p) {
		if room > 0 {
			f.disk.room -= len(p)
		}
		return f.file.WriteAt(p, off)
	}
	n, err := f.file.WriteAt(p[:room], off)
	f.disk.room = 0
	return n, errors.Join(err, &os.PathError{Op: "write", Err: f.disk.failure})
}

func (f *faultFile) Sync() error {
	f.disk.mu.Lock()
	f.disk.syncs++
	block, err := f.disk.block, f.disk.syncErr
	f.disk.mu.Unlock()
	if block != nil {
		<-block
	}
	if err != nil {
		return err
	}
	return f.file.Sync()
}

func readFile(t testing.TB, dir string, first uint64) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, segmentName(first)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// However much of a batch still fits, a full disk refuses it whole, keeps nothing of it, and the trail goes on when
// there is room. Whole lines of the refused batch that a follower saw meanwhile do not confuse it.
func TestDiskFull(t *testing.T) {
	one, batch := len(lines(t, 10, 10)), len(lines(t, 10, 12))
	for _, already := range []int{0, 2} { // records in the segment
		for _, room := range []int{0, 1, 100, one - 1, one, one + 1, 2*one - 1, 2 * one, 2*one + 1, batch - 1} {
			synctest.Test(t, func(t *testing.T) { testDiskFull(t, already, room) })
		}
	}
}

func testDiskFull(t *testing.T, already, room int) {
	ctx, dir, disk := t.Context(), t.TempDir(), healthy()
	s := open(t, dir, Options{disk: disk})
	for i := range already {
		appendEvents(t, s, i)
	}
	stop, got := follow(t, dir)
	disk.set(func(d *faultDisk) { d.room, d.failure = room, syscall.ENOSPC })
	if err := s.Append(ctx, event(10), event(11), event(12)); !errors.Is(err, ErrFull) || !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("room %d: %v", room, err)
	}
	if !errors.Is(s.Err(), ErrFull) {
		t.Errorf("Err: %v", s.Err())
	}
	if err := s.Append(ctx, event(13)); !errors.Is(err, ErrFull) {
		t.Fatalf("room %d: still full: %v", room, err)
	}
	wantIDs(t, ids(t, dir, All()), numbered(0, already-1))
	disk.set(func(d *faultDisk) { d.room = -1 })
	if err := s.Append(ctx, event(already)); err != nil {
		t.Fatalf("room %d: with room again: %v", room, err)
	}
	if s.Err() != nil {
		t.Errorf("Err: %v", s.Err())
	}
	closeStore(t, s)
	wantIDs(t, ids(t, dir, All()), numbered(0, already))
	closeStore(t, open(t, dir, Options{}))
	kept := func() []string { // without refused ones, which the follower may have seen
		return slices.DeleteFunc(got.list(), func(id string) bool {
			return slices.Contains(numbered(10, 12), id)
		})
	}
	for i := 0; i < 50 && len(kept()) <= already; i++ {
		time.Sleep(pollInterval)
	}
	stop()
	wantIDs(t, kept(), numbered(0, already))
}

func TestSyncFailureIsFinal(t *testing.T) {
	dir, disk := t.TempDir(), healthy()
	s := open(t, dir, Options{disk: disk})
	appendEvents(t, s, 1)
	disk.set(func(d *faultDisk) { d.syncErr = syscall.EIO })
	if err := s.Append(context.Background(), event(2)); !errors.Is(err, ErrFailed) || !errors.Is(err, syscall.EIO) {
		t.Fatalf("got %v", err)
	}
	disk.set(func(d *faultDisk) { d.syncErr = nil })
	syncs := disk.syncs
	for range 3 {
		if err := s.Append(context.Background(), event(3)); !errors.Is(err, ErrFailed) {
			t.Errorf("after the failure: %v", err)
		}
	}
	if disk.syncs != syncs {
		t.Error("the file was synced again")
	}
	if !errors.Is(s.Err(), ErrFailed) {
		t.Errorf("Err: %v", s.Err())
	}
	closeStore(t, s)
}

func TestWriteErrorIsFinal(t *testing.T) {
	dir, disk := t.TempDir(), healthy()
	s := open(t, dir, Options{disk: disk})
	disk.set(func(d *faultDisk) { d.room, d.failure = 10, syscall.EIO })
	if err := s.Append(context.Background(), event(1)); !errors.Is(err, ErrFailed) {
		t.Errorf("got %v", err)
	}
	disk.set(func(d *faultDisk) { d.room = -1 })
	if err := s.Append(context.Background(), event(1)); !errors.Is(err, ErrFailed) {
		t.Errorf("then %v", err)
	}
	closeStore(t, s)
	s = open(t, dir, Options{})
	appendEvents(t, s, 1)
	closeStore(t, s)
	wantIDs(t, ids(t, dir, All()), numbered(1, 1))
}

func TestNoSpaceForASegment(t *testing.T) {
	dir, disk := t.TempDir(), healthy()
	s := open(t, dir, Options{SegmentBytes: 1, disk: disk})
	appendEvents(t, s, 1)
	disk.set(func(d *faultDisk) { d.room, d.failure = 0, syscall.EDQUOT })
	if err := s.Append(context.Background(), event(2)); !errors.Is(err, ErrFull) {
		t.Errorf("got %v", err)
	}
	disk.set(func(d *faultDisk) { d.room = -1 })
	appendEvents(t, s, 2)
	closeStore(t, s)
	wantIDs(t, ids(t, dir, All()), numbered(1, 2))
}

// Callers that wait for one sync share the next; a caller whose context ends is told the truth.
func TestGroupCommitAndContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, disk := t.TempDir(), healthy()
		s := open(t, dir, Options{disk: disk})
		release := make(chan struct{})
		disk.set(func(d *faultDisk) { d.block, d.syncs = release, 0 })
		first := make(chan error, 1)
		slow, cancelSlow := context.WithCancel(t.Context())
		go func() { first <- s.Append(slow, event(0)) }()
		synctest.Wait() // in its sync

		results := make(chan error, 100)
		for i := range 100 {
			go func() { results <- s.Append(t.Context(), event(1+i)) }()
		}
		withdrawn := make(chan error, 1)
		waiting, cancelWaiting := context.WithCancel(t.Context())
		go func() { withdrawn <- s.Append(waiting, event(1000)) }()
		synctest.Wait()
		cancelSlow()
		cancelWaiting()
		if err := <-first; !errors.Is(err, ErrUnknown) || !errors.Is(err, context.Canceled) {
			t.Errorf("in its sync: %v", err)
		}
		if err := <-withdrawn; errors.Is(err, ErrUnknown) || !errors.Is(err, context.Canceled) {
			t.Errorf("still waiting: %v", err)
		}
		close(release)
		for range 100 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		if disk.syncs != 2 {
			t.Errorf("%d syncs for 101 calls", disk.syncs)
		}
		closeStore(t, s)
		if got := ids(t, dir, All()); len(got) != 101 {
			t.Errorf("%d records", len(got))
		}
	})
}

// A disk that has room for records and not for their values: the records are acknowledged, the values come later, and
// until then nothing more is taken.
func TestDiskFullForTheChain(t *testing.T) {
	batch := len(lines(t, 10, 12))
	for _, room := range []int{batch, batch + 1, batch + valueSize, batch + 3*valueSize - 1} {
		dir, disk := t.TempDir(), healthy()
		s := open(t, dir, Options{disk: disk})
		disk.set(func(d *faultDisk) { d.room, d.failure = room, syscall.ENOSPC })
		if err := s.Append(t.Context(), event(10), event(11), event(12)); err != nil {
			t.Fatalf("room %d: %v", room, err)
		}
		if err := s.Append(t.Context(), event(13)); !errors.Is(err, ErrFull) {
			t.Fatalf("room %d: without room for the values: %v", room, err)
		}
		if _, err := s.SyncChain(t.Context()); !errors.Is(err, ErrFull) {
			t.Errorf("room %d: SyncChain: %v", room, err)
		}
		disk.set(func(d *faultDisk) { d.room = -1 })
		appendEvents(t, s, 13)
		closeStore(t, s)
		if v := verifyLog(t, dir, Known{Head: s.Head(), Closed: true}); len(v.Problems) > 0 || v.Records != 4 {
			t.Errorf("room %d: %+v", room, v)
		}
	}
}

// An error of the chain's disk does not take back what was recorded, and ends writing for good.
func TestChainErrorIsFinal(t *testing.T) {
	dir, disk := t.TempDir(), healthy()
	s := open(t, dir, Options{disk: disk})
	disk.set(func(d *faultDisk) { d.room, d.failure = len(lines(t, 1, 1)), syscall.EIO })
	appendEvents(t, s, 1)
	if !errors.Is(s.Err(), ErrFailed) {
		t.Errorf("Err: %v", s.Err())
	}
	disk.set(func(d *faultDisk) { d.room = -1 })
	if err := s.Append(t.Context(), event(2)); !errors.Is(err, ErrFailed) {
		t.Errorf("then: %v", err)
	}
	if _, err := s.SyncChain(t.Context()); !errors.Is(err, ErrFailed) {
		t.Errorf("SyncChain: %v", err)
	}
	closeStore(t, s)
	s = open(t, dir, Options{})
	if s.Recovered().Chained != 1 {
		t.Errorf("recovered %+v", s.Recovered())
	}
	appendEvents(t, s, 2)
	closeStore(t, s)
	wantIDs(t, ids(t, dir, All()), numbered(1, 2))
}
