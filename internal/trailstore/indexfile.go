package trailstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
)

// An index file, segment-<first>.index, tells of one closed segment. Its text, which lies in pages (pageReader), is a header,
// the fan-out, the keys, the posting lists and the entries, all of fixed size and little-endian:
//
//	header   magic, first sequence, size of the segment, numbers of entries, keys and postings, oldest and newest time
//	fan-out  how many keys are below 0/1024, 1/1024, … 1024/1024 of all
//	keys     the key, where its list begins and how long it is; of a list of one the entry itself stands there; sorted
//	postings numbers of entries
//	entries  time, sequence in the segment, length, offset; sorted by place
//
// So a key is found or not with two reads, whatever the size of the file.
const (
	indexMagic  = "wrdrix1\n"
	indexSuffix = ".index"
	headerSize  = 8 + 8 + 8 + 3*4 + 2*8
	fanBits     = 10
	fanSize     = (1<<fanBits + 1) * 4
	keySize     = 8 + 4 + 4
	postingSize = 4
	entrySize   = 8 + 4 + 4 + 8
)

func indexName(first uint64) string {
	return fmt.Sprintf("%s%016d%s", segmentPrefix, first, indexSuffix)
}

// indexHeader is the beginning of an index file.
type indexHeader struct {
	first                   uint64
	size                    int64 // of the segment
	entries, keys, postings uint32
	oldest, newest          int64
}

func (h *indexHeader) fanAt() int64      { return headerSize }
func (h *indexHeader) keysAt() int64     { return h.fanAt() + fanSize }
func (h *indexHeader) postingsAt() int64 { return h.keysAt() + int64(h.keys)*keySize }
func (h *indexHeader) entriesAt() int64  { return h.postingsAt() + int64(h.postings)*postingSize }
func (h *indexHeader) end() int64        { return h.entriesAt() + int64(h.entries)*entrySize }

func (h *indexHeader) append(b []byte) []byte {
	le := binary.LittleEndian
	b = append(b, indexMagic...)
	b = le.AppendUint64(b, h.first)
	b = le.AppendUint64(b, uint64(h.size))
	for _, n := range []uint32{h.entries, h.keys, h.postings} {
		b = le.AppendUint32(b, n)
	}
	return le.AppendUint64(le.AppendUint64(b, uint64(h.oldest)), uint64(h.newest))
}

func parseIndexHeader(b []byte) (h indexHeader, err error) {
	if string(b[:8]) != indexMagic {
		return h, fmt.Errorf("%w: it begins with %q", errIndex, b[:8])
	}
	le := binary.LittleEndian
	h.first, h.size = le.Uint64(b[8:]), int64(le.Uint64(b[16:]))
	h.entries, h.keys, h.postings = le.Uint32(b[24:]), le.Uint32(b[28:]), le.Uint32(b[32:])
	h.oldest, h.newest = int64(le.Uint64(b[36:])), int64(le.Uint64(b[44:]))
	return h, nil
}

// encode is the index file of the segment.
func (m *memoryIndex) encode(first uint64, size int64) []byte {
	keys := make([]indexKey, 0, len(m.lists))
	h := indexHeader{first: first, size: size, entries: uint32(len(m.entries)), keys: uint32(len(m.lists))}
	s := m.span()
	h.oldest, h.newest = s.oldest, s.newest
	for k, list := range m.lists {
		keys = append(keys, k)
		if len(list) > 1 {
			h.postings += uint32(len(list))
		}
	}
	slices.Sort(keys)
	text := h.append(make([]byte, 0, h.end()))
	text = appendFan(text, keys)
	text = m.appendLists(text, keys)
	le := binary.LittleEndian
	for _, n := range m.order {
		e := m.entries[n]
		text = le.AppendUint64(text, uint64(e.time))
		text = le.AppendUint32(text, uint32(e.sequence-first))
		text = le.AppendUint32(text, e.length)
		text = le.AppendUint64(text, uint64(e.offset))
	}
	return appendPages(make([]byte, 0, len(text)+len(text)/1000+2*pageSize), first, text)
}

func appendFan(text []byte, keys []indexKey) []byte {
	n := 0
	for bucket := range indexKey(1 << fanBits) {
		text = binary.LittleEndian.AppendUint32(text, uint32(n))
		for n < len(keys) && keys[n]>>(64-fanBits) == bucket {
			n++
		}
	}
	return binary.LittleEndian.AppendUint32(text, uint32(n))
}

// appendLists writes the keys and the posting lists. A list's numbers become those of the entries in the order of places.
func (m *memoryIndex) appendLists(text []byte, keys []indexKey) []byte {
	le := binary.LittleEndian
	rank := make([]uint32, len(m.order))
	for i, n := range m.order {
		rank[n] = uint32(i)
	}
	start := uint32(0)
	for _, k := range keys {
		list := m.lists[k]
		text = le.AppendUint64(text, uint64(k))
		if len(list) == 1 {
			text = le.AppendUint32(text, rank[list[0]])
		} else {
			text = le.AppendUint32(text, start)
			start += uint32(len(list))
		}
		text = le.AppendUint32(text, uint32(len(list)))
	}
	for _, k := range keys {
		if list := m.lists[k]; len(list) > 1 {
			for _, n := range list {
				text = le.AppendUint32(text, rank[n])
			}
		}
	}
	return text
}

// writeIndex puts an index file beside its segment. It is not synced: what a crash leaves of it shows by its checksums.
func writeIndex(dir string, first uint64, text []byte) error {
	name := filepath.Join(dir, indexName(first))
	fresh := name + ".new"
	if err := os.WriteFile(fresh, text, 0o600); err != nil {
		return fmt.Errorf("trailstore: %w", errors.Join(err, removeIfThere(fresh)))
	}
	if err := os.Rename(fresh, name); err != nil {
		return fmt.Errorf("trailstore: %w", errors.Join(err, removeIfThere(fresh)))
	}
	return nil
}

func removeIfThere(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// indexFile reads an index file.
type indexFile struct {
	indexHeader
	pages *pageReader
	file  io.Closer
}

// openIndex opens the index file of a segment of that size. Where there is no good one, the error is errIndex.
func openIndex(dir string, first uint64, size int64) (*indexFile, error) {
	f, err := os.Open(filepath.Join(dir, indexName(first)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: it is missing", errIndex)
	} else if err != nil {
		return nil, fmt.Errorf("trailstore: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("trailstore: %w", errors.Join(err, f.Close()))
	}
	x, err := newIndexFile(f, info.Size(), first, size)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	x.file = f
	return x, nil
}

// newIndexFile reads the header of an index file of length bytes.
func newIndexFile(r io.ReaderAt, length int64, first uint64, size int64) (*indexFile, error) {
	x := &indexFile{pages: newPageReader(r, first)}
	head := make([]byte, headerSize)
	if err := x.pages.read(head, 0); err != nil {
		return nil, err
	}
	var err error
	if x.indexHeader, err = parseIndexHeader(head); err != nil {
		return nil, err
	}
	if pages := (x.end() + pageBody - 1) / pageBody; x.first != first || x.size != size || length != pages*pageSize {
		return nil, fmt.Errorf("%w: it is that of another segment, or has another length", errIndex)
	}
	return x, nil
}

func (x *indexFile) close() {
	x.pages.free()
	if x.file != nil {
		_ = x.file.Close() // it was only read
	}
}

func (x *indexFile) find(k indexKey) (postings, error) {
	var fan [8]byte
	if err := x.pages.read(fan[:], x.fanAt()+int64(k>>(64-fanBits))*4); err != nil {
		return nil, err
	}
	from, to := binary.LittleEndian.Uint32(fan[:]), binary.LittleEndian.Uint32(fan[4:])
	if from > to || to > x.keys {
		return nil, fmt.Errorf("%w: its fan-out is in disorder", errIndex)
	}
	bucket := make([]byte, int64(to-from)*keySize)
	if err := x.pages.read(bucket, x.keysAt()+int64(from)*keySize); err != nil {
		return nil, err
	}
	for ; len(bucket) > 0; bucket = bucket[keySize:] {
		if binary.LittleEndian.Uint64(bucket) != uint64(k) {
			continue
		}
		p := filePostings{x, binary.LittleEndian.Uint32(bucket[8:]), binary.LittleEndian.Uint32(bucket[12:])}
		if p.count > 1 && uint64(p.start)+uint64(p.count) > uint64(x.postings) {
			return nil, fmt.Errorf("%w: a list goes beyond its end", errIndex)
		}
		return p, nil
	}
	return memoryPostings(nil), nil
}

func (x *indexFile) entry(n uint32) (entry, error) {
	if n >= x.entries {
		return entry{}, fmt.Errorf("%w: it has no entry %d", errIndex, n)
	}
	var b [entrySize]byte
	if err := x.pages.read(b[:], x.entriesAt()+int64(n)*entrySize); err != nil {
		return entry{}, err
	}
	le := binary.LittleEndian
	e := entry{
		position: position{int64(le.Uint64(b[:])), x.first + uint64(le.Uint32(b[8:]))},
		length:   le.Uint32(b[12:]), offset: int64(le.Uint64(b[16:])),
	}
	if e.offset < 0 || e.offset > math.MaxInt64-int64(e.length) || e.offset+int64(e.length) >= x.size {
		return entry{}, fmt.Errorf("%w: entry %d lies beyond the segment", errIndex, n)
	}
	return e, nil
}

// filePostings is a list in a file.
type filePostings struct {
	x            *indexFile
	start, count uint32
}

func (p filePostings) len() int { return int(p.count) }

func (p filePostings) at(i int) (uint32, error) {
	if p.count == 1 {
		return p.start, nil
	}
	var b [postingSize]byte
	if err := p.x.pages.read(b[:], p.x.postingsAt()+(int64(p.start)+int64(i))*postingSize); err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint32(b[:]), nil
}
