package trailfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/klauspost/compress/gzip"

	"github.com/warder-iam/warder/trail"
)

// MaxFile is the most bytes of one file that are read, after decompression: a hundred times what CloudTrail writes into one.
// A file that grows beyond it when it is decompressed is no trail but an attack.
const MaxFile = 4 << 30

// Record is one record.
type Record struct {
	// Raw is its text as it stands in the file, of at most trail.MaxParse bytes, valid until the next record. It may be anything
	// that looks like an object of JSON: trail.Parse says whether it is a record.
	Raw []byte
	// Number tells it from the others of its file, from 0.
	Number int
	// At is how to find it in the file.
	At Place
}

// Place is where a record stands in a file: in which of the values that follow one another there, and for a list where in it.
type Place struct {
	Value int    // from 1
	List  string // "Records", "Events", or "" where the value is the record
	Index int    // in the list, from 0
}

// String is a JSON pointer for a list, and the value's number otherwise.
func (p Place) String() string {
	switch p.List {
	case "":
		return fmt.Sprintf("#%d", p.Value)
	case "Events":
		return fmt.Sprintf("/Events/%d/CloudTrailEvent", p.Index)
	}
	return fmt.Sprintf("/%s/%d", p.List, p.Index)
}

// Problem is something that could not be read.
type Problem struct {
	File string
	At   string // "" for the file
	Err  error
}

func (p *Problem) Error() string {
	if p.At == "" {
		return fmt.Sprintf("%s: %v", p.File, p.Err)
	}
	return fmt.Sprintf("%s: %s: %v", p.File, p.At, p.Err)
}

func (p *Problem) Unwrap() error { return p.Err }

// ErrNotTrail: the file holds no CloudTrail records, by its form.
var ErrNotTrail = errors.New("no CloudTrail records")

// Read gives the records of one file: of an object with the list Records, as CloudTrail delivers it; of an object with the
// list Events, as LookupEvents answers; or of records one after the other, as in Warder's own log. It is decompressed where it
// is gzip, whatever its name, and of any length up to MaxFile. What cannot be read is given in its place, and the rest of the
// file where it can be found.
func Read(fsys fs.FS, name string) iter.Seq2[Record, *Problem] {
	return func(yield func(Record, *Problem) bool) {
		f, err := fsys.Open(name)
		if err != nil {
			yield(Record{}, &Problem{name, "", plain(err)})
			return
		}
		r := &reader{name: name, yield: yield}
		more := r.read(f)
		if err := f.Close(); err != nil && more {
			r.problem("", err)
		}
	}
}

// reader reads one file. Its methods are false when nobody wants any more.
type reader struct {
	name   string
	yield  func(Record, *Problem) bool
	s      *splitter
	number int // of records
	at     Place
}

func (r *reader) problem(at string, err error) bool {
	return r.yield(Record{}, &Problem{r.name, at, plain(err)})
}

// plain is an error without the file's name, which stands before it already.
func plain(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

func (r *reader) record(raw []byte) bool {
	n := r.number
	r.number++
	return r.yield(Record{Raw: raw, Number: n, At: r.at}, nil)
}

func (r *reader) read(f io.Reader) bool {
	content, err := decompress(f)
	if err != nil {
		return r.problem("", err)
	}
	limited := &io.LimitedReader{R: content, N: MaxFile + 1}
	r.s = newSplitter(limited, trail.MaxParse)
	r.skipMark()
	for r.s.peek() == '{' {
		r.at = Place{Value: r.at.Value + 1}
		more, err := r.object()
		if !more {
			return false
		}
		if err != nil {
			return r.cut(err, limited)
		}
	}
	if r.s.pos < len(r.s.buf) {
		return r.cut(r.s.unexpected(r.s.peek()), limited)
	}
	if !errors.Is(r.s.err, io.EOF) || limited.N == 0 {
		return r.cut(r.s.err, limited)
	}
	return true
}

// cut tells why the rest of the file is not read.
func (r *reader) cut(err error, limited *io.LimitedReader) bool {
	switch {
	case limited.N == 0:
		err = fmt.Errorf("more than %d bytes", int64(MaxFile))
	case r.number == 0 && r.at.Value <= 1:
		err = fmt.Errorf("%w: %w", ErrNotTrail, err)
	}
	return r.problem("", fmt.Errorf("%w; what follows is not read", err))
}

// decompress tells gzip by its first bytes.
func decompress(f io.Reader) (io.Reader, error) {
	head := make([]byte, 2)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	whole := io.MultiReader(bytes.NewReader(head[:n]), f)
	if !bytes.Equal(head[:n], []byte{0x1f, 0x8b}) {
		return whole, nil
	}
	return gzip.NewReader(whole)
}

// skipMark passes a byte order mark.
func (r *reader) skipMark() {
	mark := []byte("\xef\xbb\xbf")
	for len(r.s.buf) < len(mark) && r.s.fill() {
	}
	if bytes.HasPrefix(r.s.buf, mark) {
		r.s.pos += len(mark)
	}
}

// object reads a record, or an object with a list of them.
func (r *reader) object() (more bool, err error) {
	s := r.s
	s.mark = s.pos
	s.pos++
	listed := false
	for s.peek() != '}' {
		list, err := r.member()
		if err != nil {
			return true, err
		}
		if list != "" {
			listed = true
			if more, err := r.list(list); !more || err != nil {
				return more, err
			}
		} else if err := s.skip(); err != nil {
			return true, err
		}
		if s.peek() == '}' {
			break
		}
		if err := s.expect(','); err != nil {
			return true, err
		}
	}
	s.pos++
	switch raw, err := s.marked(); {
	case listed:
		return true, nil
	case err != nil:
		return r.tooLong(), nil
	default:
		return r.record(raw), nil
	}
}

func (r *reader) tooLong() bool {
	at := r.at.String()
	r.number++
	return r.problem(at, fmt.Errorf("a record of more than %d bytes", trail.MaxParse))
}

// member passes a member's name. If its value is a list of records, this is its name.
func (r *reader) member() (list string, err error) {
	name, err := r.s.name()
	if err != nil {
		return "", err
	}
	switch string(name) {
	case "Records":
		list = "Records"
	case "Events":
		list = "Events"
	}
	if err := r.s.expect(':'); err != nil {
		return "", err
	}
	if r.s.peek() != '[' {
		list = ""
	}
	return list, nil
}

// list reads a list of records.
func (r *reader) list(name string) (more bool, err error) {
	s := r.s
	s.pos++
	for i := 0; s.peek() != ']'; i++ {
		r.at = Place{r.at.Value, name, i}
		if more, err := r.item(name); !more || err != nil {
			return more, err
		}
		if s.peek() == ']' {
			break
		}
		if err := s.expect(','); err != nil {
			return true, err
		}
	}
	s.pos++
	return true, nil
}

func (r *reader) item(list string) (more bool, err error) {
	v, err := r.s.value()
	switch {
	case errors.Is(err, errTooLong):
		return r.tooLong(), nil
	case err != nil:
		return true, err
	case list != "Events":
		return r.record(v), nil
	}
	if v, err = found(v); err != nil {
		r.number++
		return r.problem(r.at.String(), err), nil
	}
	return r.record(v), nil
}

// found takes the record out of an event that LookupEvents found, where it stands as text.
func found(event []byte) ([]byte, error) {
	d := jsontext.NewDecoder(bytes.NewReader(event))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return nil, errors.Join(errors.New("no event of LookupEvents"), err)
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		wanted := name.String() == "CloudTrailEvent"
		v, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		if wanted {
			return jsontext.AppendUnquote(nil, v)
		}
	}
	return nil, errors.New("an event without CloudTrailEvent")
}
