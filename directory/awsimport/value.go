package awsimport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// value is one answer: a JSON object of a file, taken apart to its members.
type value struct {
	file *File
	at   string // JSON pointer to it
	// members by lower-case name.
	members map[string]*member
	names   []string // as written, in order
	// What is known from around it: of the call, as an envelope tells it.
	operation       string // "iam:GetLoginProfile"
	account, region string
	request         map[string]string // parameters by lower-case name
	failure         string            // code of the error that AWS answered, such as NoSuchEntity
	message         string            // of that error
	// broken is why the end of the value is missing; nil for a whole one.
	broken error
}

// member is a member of a value. Lists are taken apart, so that a broken item spoils no other, nor does a cut-off end.
type member struct {
	name  string
	raw   jsontext.Value   // unless it is a list
	items []jsontext.Value // of a list, not nil
}

// list gives the items of a list; nil where there is no such member, or it is no list.
func (v *value) list(name string) []jsontext.Value {
	if m := v.members[name]; m != nil {
		return m.items
	}
	return nil
}

// has tells whether there is such a member.
func (v *value) has(name string) bool { return v.members[name] != nil }

// kindOf gives the JSON kind of a member: '{', '[', '"', …; 0 where there is none.
func (v *value) kindOf(name string) jsontext.Kind {
	switch m := v.members[name]; {
	case m == nil:
		return 0
	case m.items != nil:
		return '['
	default:
		return m.raw.Kind()
	}
}

// text gives a string member; "" where it is none.
func (v *value) text(name string) string {
	if v.kindOf(name) != '"' {
		return ""
	}
	var text string
	if decode(v.members[name].raw, &text) != nil {
		return ""
	}
	return text
}

// truth gives a boolean member; false where it is none.
func (v *value) truth(name string) bool { return v.kindOf(name) == 't' }

// param is a parameter of the call that was answered: from the envelope, or from a member added to the answer.
func (v *value) param(name string) string {
	name = strings.ToLower(name)
	if p := v.request[name]; p != "" {
		return p
	}
	return v.text(name)
}

// pointer names a place in the value.
func (v *value) pointer(parts ...any) string {
	var b strings.Builder
	b.WriteString(v.at)
	for _, p := range parts {
		fmt.Fprintf(&b, "/%v", p)
	}
	return b.String()
}

// nameOf is a member's name as it is written.
func (v *value) nameOf(name string) string {
	if m := v.members[name]; m != nil {
		return m.name
	}
	return name
}

// cliError is what the CLI prints in place of an answer.
var cliError = regexp.MustCompile(`An error occurred \(([A-Za-z0-9.]+)\) when calling the ([A-Za-z0-9]+) operation[^:]*: ?(.*)`)

// splitter cuts a file into its values: JSON values one after the other, and error messages of the CLI.
type splitter struct {
	file  *File
	rest  []byte
	n     int // values so far
	found []*value
}

// maxValues bounds the values of one file.
const maxValues = 1 << 20

// split takes a file apart. The error says why the rest of the file could not be read; what came before it is given.
func split(file *File, text []byte) ([]*value, error) {
	s := splitter{file: file, rest: text}
	err := s.all()
	if s.n > 1 {
		return s.found, err
	}
	for _, v := range s.found { // the number of the only value says nothing
		v.at = strings.TrimPrefix(v.at, "#1")
	}
	return s.found, err
}

func (s *splitter) all() error {
	for {
		s.rest = bytes.TrimLeft(s.rest, " \t\r\n")
		if len(s.rest) == 0 {
			return nil
		}
		if s.n++; s.n > maxValues {
			return fmt.Errorf("more than %d values", maxValues)
		}
		at := "#" + strconv.Itoa(s.n)
		if c := s.rest[0]; c != '{' && c != '[' {
			line, rest, _ := bytes.Cut(s.rest, []byte("\n"))
			s.rest = rest
			v := errorLine(s.file, at, line)
			if v == nil {
				return fmt.Errorf("neither JSON nor an answer of AWS: %q", cut(string(line)))
			}
			s.found = append(s.found, v)
			continue
		}
		d := jsontext.NewDecoder(bytes.NewBuffer(s.rest))
		if err := s.json(d, at); err != nil {
			return err
		}
		s.rest = s.rest[d.InputOffset():]
	}
}

// json reads one value: an object, or a list of them.
func (s *splitter) json(d *jsontext.Decoder, at string) error {
	if d.PeekKind() == '{' {
		v, err := s.object(d, at)
		s.found = append(s.found, v)
		return err
	}
	if _, err := d.ReadToken(); err != nil {
		return plainError(err)
	}
	for i := 0; d.PeekKind() != ']'; i++ {
		if d.PeekKind() != '{' {
			raw, err := d.ReadValue()
			if err != nil {
				return plainError(err)
			}
			return fmt.Errorf("a list of %s, not of objects", raw.Kind())
		}
		if i == maxValues {
			return fmt.Errorf("more than %d values", maxValues)
		}
		v, err := s.object(d, at+"/"+strconv.Itoa(i))
		s.found = append(s.found, v)
		if err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return plainError(err)
}

func (s *splitter) object(d *jsontext.Decoder, at string) (*value, error) {
	v := &value{file: s.file, at: at, members: map[string]*member{}}
	err := v.read(d)
	v.broken = plainError(err)
	if errors.Is(err, errTwice) || errors.Is(err, jsontext.ErrDuplicateName) {
		v.members, v.names = nil, nil // nobody can tell which of the two is meant
	}
	return v, v.broken
}

var errTwice = errors.New("a member is there twice")

// read reads the members of an object.
func (v *value) read(d *jsontext.Decoder) error {
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() == '"' {
		t, err := d.ReadToken()
		if err != nil {
			return err
		}
		m := &member{name: t.String()}
		folded := strings.ToLower(m.name)
		if v.members[folded] != nil {
			return fmt.Errorf("%w: %q", errTwice, cut(m.name))
		}
		v.members[folded] = m
		v.names = append(v.names, m.name)
		if err := m.read(d); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

func (m *member) read(d *jsontext.Decoder) error {
	if d.PeekKind() != '[' {
		raw, err := d.ReadValue()
		m.raw = raw.Clone()
		return tooDeep(raw, err)
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	m.items = []jsontext.Value{}
	for d.PeekKind() != ']' {
		raw, err := d.ReadValue()
		if err := tooDeep(raw, err); err != nil {
			return err
		}
		m.items = append(m.items, raw.Clone())
	}
	_, err := d.ReadToken()
	return err
}

func tooDeep(raw jsontext.Value, err error) error {
	if err == nil && deeper(raw) {
		return fmt.Errorf("nested more than %d levels deep", maxDepth)
	}
	return err
}

// plainError takes the library's name and the pointer off a syntax error: whoever reports it knows the place.
func plainError(err error) error {
	var syntax *jsontext.SyntacticError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return errors.New("the file ends in the middle of a value")
	case errors.As(err, &syntax):
		return fmt.Errorf("no JSON at byte %d of the value: %w", syntax.ByteOffset, syntax.Err)
	}
	return err
}

// errorLine reads what the CLI prints in place of an answer; nil for any other text.
func errorLine(file *File, at string, line []byte) *value {
	found := cliError.FindSubmatch(line)
	if found == nil {
		return nil
	}
	return &value{
		file: file, at: at, members: map[string]*member{},
		operation: string(found[2]), failure: string(found[1]), message: string(found[3]),
	}
}
