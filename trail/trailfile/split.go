package trailfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// errTooLong: a value is longer than a record may be. It was passed over.
var errTooLong = errors.New("too long")

// splitter cuts a stream of JSON into values, without looking into them more than needed to find their ends: strings and the
// depth of brackets. Whether a value is JSON is for those to see who parse it.
type splitter struct {
	r   io.Reader
	buf []byte // what was read and is not passed yet
	pos int    // in buf
	// mark is where the bytes begin that must stay in buf, or -1.
	mark  int
	limit int // of the bytes from mark on
	err   error
}

// chunk is how much is read at once.
const chunk = 128 << 10

func newSplitter(r io.Reader, limit int) *splitter {
	return &splitter{r: r, buf: make([]byte, 0, 2*chunk), mark: -1, limit: limit}
}

// fill reads on. It is false at the end of the stream, for which err tells the reason. When what must stay grows beyond the
// limit, it is let go: mark becomes -1.
func (s *splitter) fill() bool {
	if s.mark >= 0 && len(s.buf)-s.mark > s.limit {
		s.mark = -1
	}
	keep := s.pos
	if s.mark >= 0 {
		keep = s.mark
	}
	if keep > 0 {
		n := copy(s.buf, s.buf[keep:])
		s.buf, s.pos = s.buf[:n], s.pos-keep
		if s.mark >= 0 {
			s.mark = 0
		}
	}
	if cap(s.buf)-len(s.buf) < chunk {
		grown := make([]byte, len(s.buf), 2*cap(s.buf))
		copy(grown, s.buf)
		s.buf = grown
	}
	for s.err == nil {
		n, err := s.r.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf, s.err = s.buf[:len(s.buf)+n], err
		if n > 0 {
			return true
		}
	}
	return false
}

// peek gives the next byte that is no white space, without passing it; 0 at the end.
func (s *splitter) peek() byte {
	for {
		for ; s.pos < len(s.buf); s.pos++ {
			switch c := s.buf[s.pos]; c {
			case ' ', '\t', '\n', '\r':
			default:
				return c
			}
		}
		if !s.fill() {
			return 0
		}
	}
}

// expect passes a byte that must come next.
func (s *splitter) expect(c byte) error {
	if got := s.peek(); got != c {
		return s.unexpected(got)
	}
	s.pos++
	return nil
}

func (s *splitter) unexpected(got byte) error {
	if s.pos >= len(s.buf) {
		return s.ended()
	}
	return fmt.Errorf("%q where JSON cannot have it", got)
}

// ended is why the stream ended in the middle of something.
func (s *splitter) ended() error {
	if s.err == nil || errors.Is(s.err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return s.err
}

// value passes a value and gives it, valid until the next call. The error errTooLong tells of one that was passed without
// being kept; after any other nothing more can be read.
func (s *splitter) value() ([]byte, error) {
	s.peek()
	s.mark = s.pos
	if err := s.skip(); err != nil {
		s.mark = -1
		return nil, err
	}
	return s.marked()
}

// marked gives what was passed since mark was set, and sets it no more.
func (s *splitter) marked() ([]byte, error) {
	from := s.mark
	s.mark = -1
	if from < 0 || s.pos-from > s.limit {
		return nil, errTooLong
	}
	return s.buf[from:s.pos], nil
}

// skip passes the value that begins at pos.
func (s *splitter) skip() error {
	depth := 0
	for {
		for s.pos < len(s.buf) {
			switch s.buf[s.pos] {
			case '"':
				s.pos++
				if err := s.skipString(); err != nil {
					return err
				}
				if depth == 0 {
					return nil
				}
				continue
			case '{', '[':
				depth++
			case '}', ']':
				if depth == 0 { // of what the value stands in
					return nil
				}
				if depth--; depth == 0 {
					s.pos++
					return nil
				}
			case ',', ' ', '\t', '\n', '\r':
				if depth == 0 {
					return nil
				}
			}
			s.pos++
		}
		if !s.fill() {
			return s.ended()
		}
	}
}

// skipString passes a string whose opening quote was passed.
func (s *splitter) skipString() error {
	for {
		n, ended := stringEnd(s.buf[s.pos:])
		s.pos += n
		if ended {
			return nil
		}
		if !s.fill() {
			return s.ended()
		}
	}
}

// stringEnd tells how many bytes the rest of a string has, its closing quote among them. Where that is not in text, it is how
// many bytes may be passed: all but an escape that is cut off.
func stringEnd(text []byte) (n int, ended bool) {
	for n < len(text) {
		i := bytes.IndexByte(text[n:], '"')
		ended = i >= 0
		if !ended {
			i = len(text) - n
		}
		escape := bytes.IndexByte(text[n:n+i], '\\')
		if escape < 0 {
			if ended {
				i++
			}
			return n + i, ended
		}
		if n += escape; n+1 == len(text) {
			return n, false
		}
		n += 2
	}
	return n, false
}

// maxName is the longest name of a member that is looked at.
const maxName = 64 << 10

// name passes a string, and gives what stands between its quotes, valid until more is read.
func (s *splitter) name() ([]byte, error) {
	if c := s.peek(); c != '"' {
		return nil, s.unexpected(c)
	}
	for {
		if n, ended := stringEnd(s.buf[s.pos+1:]); ended {
			name := s.buf[s.pos+1 : s.pos+n]
			s.pos += n + 1
			return name, nil
		}
		if len(s.buf)-s.pos > maxName {
			return nil, errors.New("a name that never ends")
		}
		if !s.fill() {
			return nil, s.ended()
		}
	}
}
