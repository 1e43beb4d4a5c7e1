package trailstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
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

// pageReader reads the text of a file of pages. Every page is checked before anything of it is used, and only those that are
// needed are read.
type pageReader struct {
	r       io.ReaderAt
	segment uint64
	kept    map[int64][]byte
}

func newPageReader(r io.ReaderAt, segment uint64) *pageReader {
	return &pageReader{r: r, segment: segment, kept: map[int64][]byte{}}
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
	if body, ok := r.kept[n]; ok {
		return body, nil
	}
	page := make([]byte, pageSize)
	if _, err := r.r.ReadAt(page, n*pageSize); errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: it ends before page %d", errIndex, n)
	} else if err != nil {
		return nil, fmt.Errorf("trailstore: %w", err)
	}
	body := page[:pageBody]
	if binary.LittleEndian.Uint32(page[pageBody:]) != pageSum(r.segment, n, body) {
		return nil, fmt.Errorf("%w: page %d has another checksum", errIndex, n)
	}
	if len(r.kept) >= pagesKept {
		clear(r.kept)
	}
	r.kept[n] = body
	return body, nil
}
