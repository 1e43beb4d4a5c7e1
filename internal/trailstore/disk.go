package trailstore

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// disk is what the writer needs of a file system; tests put one that fails in its place.
type disk interface {
	Create(name string) (file, error)  // a new, empty file, mode 0600
	Replace(name string) (file, error) // a new, empty file in the place of one that exists
	Open(name string) (file, error)    // for reading and writing
	SyncDir(name string) error
}

type file interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Sync() error
}

type osDisk struct{}

func (osDisk) Create(name string) (file, error) {
	return os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
}

func (osDisk) Replace(name string) (file, error) {
	fresh := name + ".new" // no segment's name: a crash before the renaming leaves only an empty file behind
	f, err := os.OpenFile(fresh, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	if err := os.Rename(fresh, name); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (osDisk) Open(name string) (file, error) { return os.OpenFile(name, os.O_RDWR, 0) }

func (osDisk) SyncDir(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// makeDir makes dir, readable by its owner alone, and sees to it that its name is on disk.
func makeDir(dir string) error {
	switch err := os.Mkdir(dir, 0o700); {
	case err == nil:
		return osDisk{}.SyncDir(filepath.Dir(dir))
	case errors.Is(err, fs.ErrNotExist):
		if err := makeDir(filepath.Dir(dir)); err != nil {
			return err
		}
		return makeDir(dir)
	case errors.Is(err, fs.ErrExist):
		return nil
	default:
		return err
	}
}

const (
	segmentPrefix = "segment-"
	segmentSuffix = ".jsonl"
	lockName      = "lock"
)

// segmentName is the file name of the segment whose first record has this sequence.
func segmentName(first uint64) string {
	return fmt.Sprintf("%s%016d%s", segmentPrefix, first, segmentSuffix)
}

// parseSegmentName is strict: what segmentName would not write is no segment.
func parseSegmentName(name string) (first uint64, ok bool) {
	digits, ok := strings.CutPrefix(name, segmentPrefix)
	if !ok {
		return 0, false
	}
	if digits, ok = strings.CutSuffix(digits, segmentSuffix); !ok {
		return 0, false
	}
	first, err := strconv.ParseUint(digits, 10, 64)
	return first, err == nil && first > 0 && segmentName(first) == name
}

// segments lists the first sequences of the segments in dir, oldest first.
func segments(dir string) ([]uint64, error) {
	entries, err := os.ReadDir(dir) // by name, which is by number up to 16 digits
	if err != nil {
		return nil, err
	}
	var firsts []uint64
	for _, e := range entries {
		if first, ok := parseSegmentName(e.Name()); ok {
			firsts = append(firsts, first)
		}
	}
	return firsts, nil
}
