package trail

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
)

// recordsBegin and recordsEnd are around the records of a log file as Warder writes it; a comma is between two.
const (
	recordsBegin = `{"Records":[`
	recordsEnd   = `]}`
)

// splitter takes the text of a log file as Warder writes it and gives the SHA-256 of each record, without holding the text.
// What is not of that form ends it; the records before it were given.
type splitter struct {
	each    func(record [sha256.Size]byte)
	sum     hash.Hash
	begun   int  // bytes of recordsBegin that were seen
	depth   int  // of objects and arrays in the record
	text    bool // in a string
	escaped bool // after a backslash in it
	comma   bool // a comma was the last
	any     bool // a record was seen
	rest    []byte
	err     error
}

func newSplitter(each func(record [sha256.Size]byte)) *splitter {
	return &splitter{each: each, sum: sha256.New()}
}

var errForm = errors.New("it is not of the form in which Warder writes log files")

// Write never fails, so that the text is hashed to its end.
func (s *splitter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 && s.err == nil {
		switch {
		case s.begun < len(recordsBegin):
			if p[0] != recordsBegin[s.begun] {
				s.err = errForm
			}
			s.begun++
			p = p[1:]
		case s.depth > 0:
			p = s.inside(p)
		default:
			s.between(p[0])
			p = p[1:]
		}
	}
	return n, nil
}

// between takes a byte that stands outside of records.
func (s *splitter) between(b byte) {
	switch {
	case len(s.rest) > 0 || b == ']':
		s.rest = append(s.rest, b)
		if !bytes.HasPrefix([]byte(recordsEnd), s.rest) || s.comma {
			s.err = errForm
		}
	case b == '{' && s.any == s.comma:
		s.any, s.comma, s.depth = true, false, 1
		s.sum.Reset()
		s.sum.Write([]byte{b})
	case b == ',' && s.any && !s.comma:
		s.comma = true
	default:
		s.err = errForm
	}
}

// inside takes what belongs to the record and gives the rest.
func (s *splitter) inside(p []byte) (rest []byte) {
	for i, b := range p {
		switch {
		case s.escaped:
			s.escaped = false
		case s.text:
			s.escaped, s.text = b == '\\', b != '"'
		case b == '"':
			s.text = true
		case b == '{' || b == '[':
			s.depth++
		case b == '}' || b == ']':
			s.depth--
		}
		if s.depth == 0 {
			s.sum.Write(p[:i+1])
			s.each([sha256.Size]byte(s.sum.Sum(nil)))
			return p[i+1:]
		}
	}
	s.sum.Write(p)
	return nil
}
