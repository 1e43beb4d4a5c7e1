package keyscan

import (
	"archive/zip"
	"bytes"
	"cmp"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

// Bounds of what is unpacked of one archive, so that none of a few kilobytes takes a day.
const (
	maxUnpacked  = 1 << 30
	maxMembers   = 100_000
	maxZipObject = 64 << 20 // a zip file in git history is held in memory
)

var errTooMany = fmt.Errorf("more than %d keys stand in it; the others are not told", maxHits)

var errTooLong = fmt.Errorf("only the first %d MiB of what it holds were looked at", maxUnpacked>>20)

// source is what is searched: a file or an object of git. It is read from its beginning.
type source struct {
	io.Reader
	at   io.ReaderAt // nil where it cannot be read anywhere
	size int64
}

// searchSource finds the keys of a source and of what it holds, if it is a zip, gzip or bzip2 file: that is unpacked once,
// not what is packed in it again. note is what could not be looked at.
func (s *searcher) searchSource(in source, place Place) (hits []placed, size int64, note, err error) {
	var head [4]byte
	n, err := fill(in, head[:], 0)
	whole := io.MultiReader(bytes.NewReader(head[:n]), in.Reader)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, nil, err
	}
	switch head := head[:n]; {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		z, raw, err := openZip(in, whole)
		if err == nil {
			hits, note = s.searchZip(z, place)
			return hits, in.size, note, nil
		}
		whole, note = raw, err
	case bytes.HasPrefix(head, []byte("\x1f\x8b\x08")):
		z, err := gzip.NewReader(whole)
		if err == nil {
			hits, _, err = s.searchUnpacked(z, place, maxUnpacked)
		}
		return hits, in.size, damaged(err), nil
	case bytes.HasPrefix(head, []byte("BZh")):
		hits, _, err := s.searchUnpacked(bzip2.NewReader(whole), place, maxUnpacked)
		return hits, in.size, damaged(err), nil
	}
	found, size, err := s.search(whole)
	return put(found, place), size, cmp.Or(note, tooMany(found)), err
}

// searchUnpacked searches at most limit bytes of what comes out of an archive.
func (s *searcher) searchUnpacked(r io.Reader, place Place, limit int64) (hits []placed, size int64, err error) {
	found, size, err := s.search(io.LimitReader(r, limit))
	if err == nil && size == limit {
		err = errTooLong
	}
	return put(found, place), size, cmp.Or(err, tooMany(found))
}

func damaged(err error) error {
	if err == nil || errors.Is(err, errTooLong) || errors.Is(err, errTooMany) {
		return err
	}
	return fmt.Errorf("it cannot be unpacked to its end: %w", err)
}

func tooMany(found []hit) error {
	if len(found) >= maxHits {
		return errTooMany
	}
	return nil
}

// openZip opens a zip file, or says why not and gives it back as bytes.
func openZip(in source, whole io.Reader) (*zip.Reader, io.Reader, error) {
	at := in.at
	if at == nil {
		if in.size > maxZipObject {
			return nil, whole, fmt.Errorf("a zip file of more than %d MiB in git history is not unpacked", maxZipObject>>20)
		}
		all, err := io.ReadAll(whole)
		if err != nil {
			return nil, bytes.NewReader(all), err
		}
		at, whole = bytes.NewReader(all), bytes.NewReader(all)
	}
	z, err := zip.NewReader(at, in.size)
	if err != nil {
		err = fmt.Errorf("as a zip file it is damaged: %w", err)
	}
	return z, whole, err
}

// searchZip searches the files of a zip file. The note is of the first that could not be.
func (s *searcher) searchZip(z *zip.Reader, place Place) (hits []placed, note error) {
	left := int64(maxUnpacked)
	for i, f := range z.File {
		if i == s.members || left <= 0 {
			return hits, cmp.Or(note, errTooLong)
		}
		place.Member = f.Name
		found, size, err := s.searchMember(f, place, left)
		hits, left = append(hits, found...), left-size
		if err != nil && note == nil {
			note = fmt.Errorf("%s: %w", f.Name, damaged(err))
		}
	}
	return hits, note
}

func (s *searcher) searchMember(f *zip.File, place Place, limit int64) (hits []placed, size int64, err error) {
	if f.Flags&1 != 0 {
		return nil, 0, errors.New("it is encrypted")
	}
	r, err := f.Open()
	if err != nil {
		return nil, 0, err
	}
	hits, size, err = s.searchUnpacked(r, place, limit)
	return hits, size, errors.Join(err, r.Close())
}

// put gives hits their place.
func put(found []hit, place Place) []placed {
	hits := make([]placed, len(found))
	for i, h := range found {
		p := place
		p.Line, p.Offset, p.Secret = h.line, h.offset, h.hint != ""
		hits[i] = placed{h, p}
	}
	return hits
}
