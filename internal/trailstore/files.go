package trailstore

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/warder-iam/warder/trail"
)

// Files gives the trail in dir as files of records, and their names, the oldest first, for those who read many at the same
// time. Another process may write meanwhile: of the newest file only what are whole lines now is seen.
func Files(dir string) (fsys fs.FS, names []string, err error) {
	firsts, err := segments(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("trailstore: no trail to read: %w", err)
	}
	for _, first := range firsts {
		names = append(names, segmentName(first))
	}
	log := &wholeLines{FS: os.DirFS(dir)}
	if len(names) > 0 {
		log.newest = names[len(names)-1]
		if log.size, err = linesEnd(filepath.Join(dir, log.newest)); err != nil {
			return nil, nil, fmt.Errorf("trailstore: %w", err)
		}
	}
	return log, names, nil
}

// linesEnd is where the last whole line of a file ends.
func linesEnd(name string) (end int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	from := max(info.Size()-trail.MaxParse-1, 0)
	text, err := io.ReadAll(io.NewSectionReader(f, from, info.Size()-from))
	if err != nil {
		return 0, err
	}
	if i := bytes.LastIndexByte(text, '\n'); i >= 0 {
		return from + int64(i) + 1, nil
	}
	return from, nil
}

// wholeLines cuts the newest file.
type wholeLines struct {
	fs.FS
	newest string
	size   int64
}

func (w *wholeLines) Open(name string) (fs.File, error) {
	f, err := w.FS.Open(name)
	if err != nil || name != w.newest {
		return f, err
	}
	return &cutFile{f, io.LimitReader(f, w.size)}, nil
}

type cutFile struct {
	fs.File
	cut io.Reader
}

func (f *cutFile) Read(p []byte) (int, error) { return f.cut.Read(p) }
