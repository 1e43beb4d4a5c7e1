package trailstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sync"
)

// errIndex: an index file is not what this package wrote for its segment. It is made anew, not believed.
var errIndex = errors.New("trailstore: damaged index file")

const (
	pageSize = 4096
	pageBody = pageSize - crc32.Size
	// pagesKept bounds what one reader holds of a file, 256 KiB.
	pagesKept = 64
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// pageSum is the checksum that ends a page. The segment and the page's number are in it, so that a page is good in its own
// place only.
func pageSum(segment uint64, page int64, body []byte) uint32 {
	var where [16]byte
	binary.LittleEndian.PutUint64(where[:], segment)
	binary.LittleEndian.PutUint64(where[8:], uint64(page))
	return crc32.Update(crc32.Checksum(where[:], castagnoli), castagnoli, body)
}

// appendPages cuts text into pages. The last one is filled with zeros.
func appendPages(dst []byte, segment uint64, text []byte) []byte {
	for page := int64(0); len(text) > 0; page++ {
		start := len(dst)
		n := min(len(text), pageBody)
		dst = append(dst, text[:n]...)
		dst = append(dst, make([]byte, pageBody-n)...)
		dst = binary.LittleEndian.AppendUint32(dst, pageSum(segment, page, dst[start:]))
		text = text[n:]
	}
	return dst
}

// pagePool has pages that are read no more: a look-up for what is rare reads some of every segment's.
var pagePool = sync.Pool{New: func() any { return new([pageSize]byte) }}

// pageReader reads the text of a file of pages. Every page is checked before anything of it is used, and only those that are
// needed are read.
type pageReader struct {
	r       io.ReaderAt
	segment uint64
	kept    map[int64]*[pageSize]byte
}

func newPageReader(r io.ReaderAt, segment uint64) *pageReader {
	return &pageReader{r: r, segment: segment, kept: map[int64]*[pageSize]byte{}}
}

// read fills p with the text from off on.
func (r *pageReader) read(p []byte, off int64) error {
	for len(p) > 0 {
		body, err := r.page(off / pageBody)
		if err != nil {
			return err
		}
		n := copy(p, body[off%pageBody:])
		p, off = p[n:], off+int64(n)
	}
	return nil
}

func (r *pageReader) page(n int64) ([]byte, error) {
	if page, ok := r.kept[n]; ok {
		return page[:pageBody], nil
	}
	page := pagePool.Get().(*[pageSize]byte)
	if err := r.load(page, n); err != nil {
		pagePool.Put(page)
		return nil, err
	}
	if len(r.kept) >= pagesKept {
		r.free()
	}
	r.kept[n] = page
	return page[:pageBody], nil
}

// load reads a page and checks it.
func (r *pageReader) load(page *[pageSize]byte, n int64) error {
	if _, err := r.r.ReadAt(page[:], n*pageSize); errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: it ends before page %d", errIndex, n)
	} else if err != nil {
		return fmt.Errorf("trailstore: %w", err)
	}
	if binary.LittleEndian.Uint32(page[pageBody:]) != pageSum(r.segment, n, page[:pageBody]) {
		return fmt.Errorf("%w: page %d has another checksum", errIndex, n)
	}
	return nil
}

// free gives the pages back.
func (r *pageReader) free() {
	for _, page := range r.kept {
		pagePool.Put(page)
	}
	clear(r.kept)
}
