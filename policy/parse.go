package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxSize is the most bytes that Parse takes. AWS's own policies are the longest there are, near 150 KB.
const MaxSize = 1 << 20

// MaxWritten is the most bytes that ParseFor takes: the longest document that the IAM API accepts.
const MaxWritten = 131072

// Parse reads a document strictly: valid UTF-8, no duplicate keys, only the elements of the language, each of its type.
// It keeps the place of every value. The error is a *SyntaxError.
//
// Parse accepts what AWS may once have stored, so that an export can be read: any version, missing elements, operators
// that the language does not know. ParseFor refuses what may not be written today.
//
// Element names are case-sensitive: AWS's documentation shows no other spelling, and two spellings of one element in a
// statement would be a duplicate that no reader has to agree on.
func Parse(src string) (*Document, error) { return ParseLimit(src, MaxSize) }

// ParseLimit is Parse for a text of at most limit bytes.
func ParseLimit(src string, limit int) (*Document, error) { return parse(src, limit, textStart()) }

// ParseAt is Parse for a text that begins at a place of a larger one, such as a test file: lines and columns, of the
// document and of the error, are those of the larger text. Offsets count from the start of src all the same.
func ParseAt(src string, at Pos) (*Document, error) { return parse(src, MaxSize, at) }

func parse(src string, limit int, at Pos) (*Document, error) {
	doc, effect, err := read(src, limit, at)
	if err == nil && effect != nil {
		err = &SyntaxError{
			Pos:     effect.Span.Start,
			Message: fmt.Sprintf("Effect is %q: write %q or %q exactly", effect.Text, "Allow", "Deny"),
			kind:    faultEffect,
		}
	}
	if err != nil {
		return nil, err
	}
	return doc, nil
}

// read is Parse, but lets an Effect pass that differs from Allow and Deny in case alone, and returns the first: AWS
// reports those later than syntax errors, in other words.
func read(src string, limit int, at Pos) (*Document, *Value, error) {
	at.Offset = 0
	if len(src) > limit {
		return nil, nil, &SyntaxError{
			Pos:     at,
			Message: fmt.Sprintf("the document has %d bytes; at most %d are accepted", len(src), limit),
		}
	}
	p := &parser{
		src:   src,
		start: at,
		track: tracker{src: src, pos: at},
		dec:   jsontext.NewDecoder(bytes.NewBufferString(src)),
	}
	doc, err := p.document()
	if err != nil {
		return nil, nil, err
	}
	return doc, p.effect, nil
}

// parser reads by recursive descent. It cannot be made to recurse deeper than the six levels of the grammar: whatever
// opens an object or a list where the grammar has none is refused there.
type parser struct {
	src    string
	start  Pos // where src begins in what its author sees
	dec    *jsontext.Decoder
	track  tracker
	effect *Value
}

// token is one JSON token with its place.
type token struct {
	kind jsontext.Kind
	// text is the decoded string, the number as written, or "true", "false", "null".
	text string
	span Span
}

func (p *parser) fail(pos Pos, kind fault, format string, args ...any) *SyntaxError {
	return &SyntaxError{Pos: pos, Message: fmt.Sprintf(format, args...), kind: kind}
}

func (p *parser) next() (token, error) {
	start := p.skip(int(p.dec.InputOffset()))
	read, err := p.dec.ReadToken()
	if err != nil {
		return token{}, p.jsonError(err)
	}
	end := int(p.dec.InputOffset())
	t := token{kind: read.Kind(), span: Span{Start: p.track.at(start), End: p.track.at(end)}}
	raw := p.src[start:end]
	switch {
	case t.kind != '"':
		t.text = raw
	case strings.IndexByte(raw, '\\') < 0:
		t.text = raw[1 : len(raw)-1] // shares the memory of Document.Source
	default:
		t.text = read.String()
	}
	return t, nil
}

// skip moves past white space and the separators that the decoder checks but does not report.
func (p *parser) skip(offset int) int {
	for offset < len(p.src) {
		switch p.src[offset] {
		case ' ', '\t', '\r', '\n', ',', ':':
			offset++
		default:
			return offset
		}
	}
	return offset
}

func (p *parser) jsonError(err error) error {
	offset, reason := int(p.dec.InputOffset()), err.Error()
	var syntactic *jsontext.SyntacticError
	switch {
	case err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF):
		offset, reason = len(p.src), "the text ends before the document does"
	case errors.As(err, &syntactic):
		offset = int(syntactic.ByteOffset)
		if syntactic.Err != nil {
			reason = syntactic.Err.Error()
		}
	}
	return p.fail(posAt(p.src, offset, p.start), faultJSON, "%s", strings.TrimPrefix(reason, "jsontext: "))
}

// object reads the members of an object whose opening brace is read already.
func (p *parser) object(member func(name token) error) (end Pos, err error) {
	for {
		name, err := p.next()
		if err != nil {
			return Pos{}, err
		}
		if name.kind == '}' {
			return name.span.End, nil
		}
		if err := member(name); err != nil {
			return Pos{}, err
		}
	}
}

// openObject reads an opening brace.
func (p *parser) openObject(what string, kind fault) (Pos, error) {
	t, err := p.next()
	if err != nil {
		return Pos{}, err
	}
	if t.kind != '{' {
		return Pos{}, p.fail(t.span.Start, kind, "%s must be a JSON object", what)
	}
	return t.span.Start, nil
}

func (p *parser) document() (*Document, error) {
	doc := &Document{Source: p.src, Version: Version2008}
	if _, err := p.openObject("the document", faultStructure); err != nil {
		return nil, err
	}
	end, err := p.object(func(name token) error { return p.documentMember(doc, name) })
	if err != nil {
		return nil, err
	}
	if rest := p.skipSpace(end.Offset); rest < len(p.src) {
		return nil, p.fail(p.track.at(rest), faultJSON, "text after the document's end")
	}
	if len(doc.Statements) == 0 {
		return nil, p.fail(end, faultNoStatement, "the document has no Statement")
	}
	return doc, nil
}

func (p *parser) skipSpace(offset int) int {
	return len(p.src) - len(strings.TrimLeft(p.src[offset:], " \t\r\n"))
}

func (p *parser) documentMember(doc *Document, name token) error {
	switch name.text {
	case "Version":
		v, err := p.str(name, faultVersion)
		if err != nil {
			return err
		}
		if v.Text != Version2008 && v.Text != Version2012 {
			return p.fail(v.Span.Start, faultVersion, "Version is %q: write %q", v.Text, Version2012)
		}
		doc.Version, doc.HasVersion = v.Text, true
	case "Id":
		v, err := p.str(name, faultStructure)
		if err != nil {
			return err
		}
		doc.ID = v.Text
	case "Statement":
		return p.statements(doc)
	default:
		return p.fail(name.span.Start, faultStructure, "unknown element %q", name.text)
	}
	return nil
}

func (p *parser) statements(doc *Document) error {
	t, err := p.next()
	if err != nil {
		return err
	}
	switch t.kind {
	case '{':
		return p.statement(doc, t.span.Start)
	case '[':
	default:
		return p.fail(t.span.Start, faultStructure, "Statement must be an object or a list of objects")
	}
	for {
		t, err := p.next()
		if err != nil {
			return err
		}
		switch t.kind {
		case ']':
			return nil
		case '{':
			if err := p.statement(doc, t.span.Start); err != nil {
				return err
			}
		default:
			return p.fail(t.span.Start, faultStructure, "a statement must be an object")
		}
	}
}

// statement reads one statement whose opening brace, at start, is read already.
func (p *parser) statement(doc *Document, start Pos) error {
	s := Statement{Index: len(doc.Statements)}
	end, err := p.object(func(name token) error { return p.statementMember(&s, name) })
	if err != nil {
		return err
	}
	s.Span = Span{Start: start, End: end}
	switch {
	case s.Effect == 0:
		return p.fail(start, faultNoEffect, "the statement has no Effect")
	case s.Action != nil && s.NotAction != nil:
		return p.fail(start, faultStructure, "the statement has both Action and NotAction")
	case s.Resource != nil && s.NotResource != nil:
		return p.fail(start, faultStructure, "the statement has both Resource and NotResource")
	case s.Principal != nil && s.NotPrincipal != nil:
		return p.fail(start, faultStructure, "the statement has both Principal and NotPrincipal")
	}
	doc.Statements = append(doc.Statements, s)
	return nil
}

func (p *parser) statementMember(s *Statement, name token) (err error) {
	switch name.text {
	case "Sid":
		var v Value
		v, err = p.str(name, faultStructure)
		s.Sid = v.Text
	case "Effect":
		s.Effect, err = p.readEffect(name)
	case "Principal":
		s.Principal, err = p.principals(name)
	case "NotPrincipal":
		s.NotPrincipal, err = p.principals(name)
	case "Action":
		s.Action, err = p.stringList(name)
	case "NotAction":
		s.NotAction, err = p.stringList(name)
	case "Resource":
		s.Resource, err = p.stringList(name)
	case "NotResource":
		s.NotResource, err = p.stringList(name)
	case "Condition":
		s.Condition, err = p.conditions()
	default:
		err = p.fail(name.span.Start, faultStructure, "unknown element %q in a statement", name.text)
	}
	return err
}

func (p *parser) readEffect(name token) (Effect, error) {
	v, err := p.str(name, faultEffect)
	if err != nil {
		return 0, err
	}
	var effect Effect
	switch {
	case strings.EqualFold(v.Text, "Allow"):
		effect = Allow
	case strings.EqualFold(v.Text, "Deny"):
		effect = Deny
	default:
		err := p.fail(v.Span.Start, faultEffect, "Effect is %q: write %q or %q", v.Text, "Allow", "Deny")
		err.value = v.Text
		return 0, err
	}
	if p.effect == nil && v.Text != "Allow" && v.Text != "Deny" {
		p.effect = &v
	}
	return effect, nil
}

func (p *parser) principals(name token) (*Principals, error) {
	t, err := p.next()
	if err != nil {
		return nil, err
	}
	if t.kind == '"' && t.text == "*" {
		return &Principals{Any: true, Span: t.span}, nil
	}
	if t.kind != '{' {
		return nil, p.fail(t.span.Start, faultPrincipalForm, `%s must be "*" or an object`, name.text)
	}
	out := &Principals{}
	end, err := p.object(func(member token) error { return p.principalMember(out, member) })
	if err != nil {
		return nil, err
	}
	out.Span = Span{Start: t.span.Start, End: end}
	if len(out.AWS)+len(out.Service)+len(out.Federated)+len(out.CanonicalUser) == 0 {
		return nil, p.fail(t.span.Start, faultPrincipalEmpty, "%s names nobody", name.text)
	}
	return out, nil
}

func (p *parser) principalMember(out *Principals, member token) (err error) {
	switch member.text {
	case "AWS":
		out.AWS, err = p.stringList(member)
	case "Service":
		out.Service, err = p.stringList(member)
	case "Federated":
		out.Federated, err = p.stringList(member)
	case "CanonicalUser":
		out.CanonicalUser, err = p.stringList(member)
	default:
		fail := p.fail(member.span.Start, faultPrincipalType,
			"%q is no kind of principal: write AWS, Service, Federated or CanonicalUser", member.text)
		fail.value = member.text
		return fail
	}
	return err
}

func (p *parser) conditions() ([]Condition, error) {
	if _, err := p.openObject("Condition", faultStructure); err != nil {
		return nil, err
	}
	conditions := []Condition{}
	_, err := p.object(func(operator token) error {
		if _, err := p.openObject("the condition "+operator.text, faultStructure); err != nil {
			return err
		}
		op, known := ParseOperator(operator.text)
		if !known {
			op = Operator{Test: operator.text}
		}
		_, err := p.object(func(key token) error {
			values, err := p.list(key, conditionValue)
			if err != nil {
				return err
			}
			conditions = append(conditions, Condition{
				Operator:     op,
				OperatorText: Value{Text: operator.text, Span: operator.span},
				Key:          Value{Text: key.text, Span: key.span},
				Values:       values,
			})
			return nil
		})
		return err
	})
	return conditions, err
}

// str reads a string.
func (p *parser) str(name token, kind fault) (Value, error) {
	t, err := p.next()
	if err != nil {
		return Value{}, err
	}
	if t.kind != '"' {
		return Value{}, p.fail(t.span.Start, kind, "%s must be a string", name.text)
	}
	return Value{Text: t.text, Span: t.span}, nil
}

func onlyString(k jsontext.Kind) bool { return k == '"' }

// conditionValue accepts numbers and booleans beside strings: AWS lets their quotes be left out. They are kept as written.
func conditionValue(k jsontext.Kind) bool { return k == '"' || k == '0' || k == 't' || k == 'f' }

func (p *parser) stringList(name token) ([]Value, error) { return p.list(name, onlyString) }

// list reads one value or a list of them. It never returns nil without an error.
func (p *parser) list(name token, accept func(jsontext.Kind) bool) ([]Value, error) {
	t, err := p.next()
	if err != nil {
		return nil, err
	}
	if accept(t.kind) {
		return []Value{{Text: t.text, Span: t.span}}, nil
	}
	if t.kind != '[' {
		return nil, p.fail(t.span.Start, faultStructure, "%s must be a string or a list of strings", name.text)
	}
	values := []Value{}
	for {
		t, err := p.next()
		if err != nil {
			return nil, err
		}
		if t.kind == ']' {
			return values, nil
		}
		if !accept(t.kind) {
			return nil, p.fail(t.span.Start, faultStructure, "%s must be a string or a list of strings", name.text)
		}
		values = append(values, Value{Text: t.text, Span: t.span})
	}
}
