package keyscan

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
)

// window is how much of a stream is looked at at a time: it fits into a processor's cache.
const window = 256 << 10

// margins around what is looked at, in bytes: UTF-16 takes two for a character.
const behind, ahead = 2 * lookBehind, 2 * lookAhead

// searcher searches streams one after the other. It serves one goroutine.
type searcher struct {
	buf     []byte
	wide    []byte
	batch   []candidate
	members int // how many files of a zip file are searched
}

func newSearcher(size int) *searcher {
	return &searcher{buf: make([]byte, max(size, 2*(behind+ahead))), members: maxMembers}
}

// search finds the keys of a stream, and says how many bytes it has. What was found before an error counts.
func (s *searcher) search(r io.Reader) (hits []hit, size int64, err error) {
	var pairs pairing
	var base int64 // of buf in the stream
	n, done, line := 0, 0, 1
	for {
		n, err = fill(r, s.buf, n)
		last := err != nil
		to := n
		if !last {
			to = n - ahead
		}
		s.find(s.buf[:n], done, to)
		at := done
		for _, c := range s.batch {
			line += bytes.Count(s.buf[at:c.offset], []byte{'\n'})
			at = int(c.offset)
			c.line, c.offset = line, c.offset+base
			pairs.add(c)
		}
		line += bytes.Count(s.buf[at:to], []byte{'\n'})
		if last {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return pairs.end(), base + int64(n), err
		}
		keep := max(0, to-behind) &^ 1
		copy(s.buf, s.buf[keep:n])
		base, n, done = base+int64(keep), n-keep, to-keep
	}
}

// fill reads until buf, which holds n bytes, is full, or there is an error, io.EOF at the end.
func fill(r io.Reader, buf []byte, n int) (int, error) {
	for n < len(buf) {
		m, err := r.Read(buf[n:])
		if n += m; err != nil {
			return n, err
		}
	}
	return n, nil
}

// find puts the candidates that begin in [from,to) of text into the batch, in their order. Their offsets are in text.
func (s *searcher) find(text []byte, from, to int) {
	s.batch = s.batch[:0]
	findTokens(text, from, to, func(at int, c candidate) {
		c.offset = int64(at)
		s.batch = append(s.batch, c)
	})
	for start := 0; start < 2 && mayBeWide(text); start++ {
		s.wide = narrow(s.wide[:0], text, start)
		findTokens(s.wide, (from-start+1)/2, (to-start+1)/2, func(at int, c candidate) {
			c.offset = int64(2*at + start)
			s.batch = append(s.batch, c)
		})
	}
	slices.SortFunc(s.batch, func(a, b candidate) int { return cmp.Compare(a.offset, b.offset) })
}
