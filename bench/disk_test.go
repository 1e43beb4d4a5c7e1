package bench

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// disk appends to a file and syncs it, one after the other: what an acknowledged write costs at least when nobody shares
// its sync.
type disk struct {
	file  *os.File
	block []byte
}

// syncBytes is about what a change writes: a record and its event.
const syncBytes = 1 << 10

// openDisk makes the file in dir, which lies on the same file system as the data of the servers.
func openDisk(tb testing.TB, dir string) *disk {
	tb.Helper()
	f, err := os.OpenFile(filepath.Join(dir, "raw-sync"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	check(tb, err)
	tb.Cleanup(func() { check(tb, f.Close()) })
	return &disk{file: f, block: make([]byte, syncBytes)}
}

// syncFor appends and syncs until d is over, but at least once, and tells how often and how long.
func (k *disk) syncFor(tb testing.TB, d time.Duration) (n int, took time.Duration) {
	start := time.Now()
	for n == 0 || took < d {
		if _, err := k.file.Write(k.block); err != nil {
			tb.Fatal(err)
		}
		if err := k.file.Sync(); err != nil {
			tb.Fatal(err)
		}
		n++
		took = time.Since(start)
	}
	return n, took
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
