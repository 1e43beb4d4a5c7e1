package linesort

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
)

// Key orders lines: by time, and within it by where they come from.
type Key struct {
	Time         int64
	File, Number int // 0 to 2^31
}

func (k Key) compare(o Key) int {
	return cmp.Or(cmp.Compare(k.Time, o.Time), cmp.Compare(k.File, o.File), cmp.Compare(k.Number, o.Number))
}

const (
	// DefaultMemory is the bytes of lines that a Sorter holds.
	DefaultMemory = 64 << 20
	// overhead is what a line costs in memory beside its bytes.
	overhead = 64
	// runBuffer is how much of each part of the file is read at once.
	runBuffer = 64 << 10
	// maxLine is more than any line that is added.
	maxLine = 64 << 20
)

// Sorter takes lines. It is not for use by several goroutines at the same time.
type Sorter struct {
	last   int // lines to keep; 0 for all
	memory int // bytes that may be held
	held   int
	lines  []line
	total  int // lines that are kept, those in the file among them
	file   *os.File
	runs   []run // in file
	size   int64 // of file
}

type line struct {
	key  Key
	text []byte
}

// run is a part of the file whose lines are in order.
type run struct{ from, to int64 }

// New makes a Sorter that keeps the last lines in order, or all of them where last is 0. Close it.
func New(last, memory int) *Sorter { return &Sorter{last: last, memory: memory} }

// Add takes a line. The text is copied.
func (s *Sorter) Add(key Key, text []byte) error {
	if len(text) > maxLine {
		return fmt.Errorf("linesort: a line of %d bytes", len(text))
	}
	s.lines = append(s.lines, line{key, slices.Clone(text)})
	s.held += len(text) + overhead
	s.total++
	if s.last > 0 && len(s.lines) >= 2*s.last+1000 {
		s.drop()
	}
	if s.held > s.memory {
		return s.spill()
	}
	return nil
}

// drop lets go of what cannot be among the last.
func (s *Sorter) drop() {
	s.order()
	if n := len(s.lines) - s.last; n > 0 {
		for _, l := range s.lines[:n] {
			s.held -= len(l.text) + overhead
		}
		s.lines = slices.Delete(s.lines, 0, n)
		s.total -= n
	}
}

func (s *Sorter) order() {
	slices.SortFunc(s.lines, func(a, b line) int { return a.key.compare(b.key) })
}

// spill writes what is held to the file.
func (s *Sorter) spill() error {
	if s.file == nil {
		f, err := os.CreateTemp("", "warder-sort-")
		if err != nil {
			return fmt.Errorf("linesort: %w", err)
		}
		s.file = f
		_ = os.Remove(f.Name()) // where the system does not remove an open file, Close does
	}
	s.order()
	w := bufio.NewWriterSize(io.NewOffsetWriter(s.file, s.size), runBuffer)
	n := int64(0)
	for _, l := range s.lines {
		head := binary.LittleEndian.AppendUint64(make([]byte, 0, headSize), uint64(l.key.Time))
		head = binary.LittleEndian.AppendUint32(head, uint32(l.key.File))
		head = binary.LittleEndian.AppendUint32(head, uint32(l.key.Number))
		head = binary.LittleEndian.AppendUint32(head, uint32(len(l.text)))
		_, err := w.Write(head)
		if err == nil {
			_, err = w.Write(l.text)
		}
		if err != nil {
			return fmt.Errorf("linesort: %w", err)
		}
		n += headSize + int64(len(l.text))
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("linesort: %w", err)
	}
	s.runs = append(s.runs, run{s.size, s.size + n})
	s.size += n
	clear(s.lines)
	s.lines, s.held = s.lines[:0], 0
	return nil
}

const headSize = 8 + 4 + 4 + 4

// Lines gives what was added, in order, each valid until the next. Nothing may be added afterwards.
func (s *Sorter) Lines() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		s.order()
		sources, err := s.sources()
		skip := 0
		if s.last > 0 {
			skip = max(s.total-s.last, 0)
		}
		for err == nil && len(sources) > 0 {
			first := slices.MinFunc(sources, func(a, b *source) int { return a.head.key.compare(b.head.key) })
			if skip > 0 {
				skip--
			} else if !yield(first.head.text, nil) {
				return
			}
			if err = first.next(); errors.Is(err, io.EOF) {
				err = nil
				sources = slices.DeleteFunc(sources, func(o *source) bool { return o == first })
			}
		}
		if err != nil {
			yield(nil, fmt.Errorf("linesort: %w", err))
		}
	}
}

// source is lines in order.
type source struct {
	head line
	next func() error // io.EOF at the end
}

// sources are what is in memory and the parts of the file, each at its first line.
func (s *Sorter) sources() ([]*source, error) {
	var list []*source
	held := &source{}
	held.next = func() error {
		if len(s.lines) == 0 {
			return io.EOF
		}
		held.head, s.lines = s.lines[0], s.lines[1:]
		return nil
	}
	list = append(list, held)
	for _, r := range s.runs {
		in := bufio.NewReaderSize(io.NewSectionReader(s.file, r.from, r.to-r.from), runBuffer)
		o := &source{}
		o.next = func() error { return o.head.read(in) }
		list = append(list, o)
	}
	var begun []*source
	for _, o := range list {
		if err := o.next(); err == nil {
			begun = append(begun, o)
		} else if !errors.Is(err, io.EOF) {
			return nil, err
		}
	}
	return begun, nil
}

func (l *line) read(in io.Reader) error {
	var head [headSize]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return err
	}
	le := binary.LittleEndian
	l.key = Key{int64(le.Uint64(head[:])), int(le.Uint32(head[8:])), int(le.Uint32(head[12:]))}
	n := int(le.Uint32(head[16:]))
	if n > maxLine {
		return errors.New("the temporary file was altered")
	}
	l.text = slices.Grow(l.text[:0], n)[:n]
	if _, err := io.ReadFull(in, l.text); err != nil {
		return errors.Join(errors.New("the temporary file was cut"), err)
	}
	return nil
}

// Close gives back the temporary file.
func (s *Sorter) Close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	_ = os.Remove(s.file.Name()) // it has no name any more, but where the system keeps those of open files
	return err
}
