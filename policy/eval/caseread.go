package eval

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"reflect"
	"slices"
	"sort"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/warder-iam/warder/policy"
)

// FileError says where a policy test file does not have the form.
type FileError struct {
	Pos     policy.Pos
	Message string
}

func (e *FileError) Error() string {
	return fmt.Sprintf("policy test file: line %d, column %d: %s", e.Pos.Line, e.Pos.Column, e.Message)
}

// CaseError says which policy of a case is none.
type CaseError struct {
	Policy string // such as `identity policy "own-prefix"`
	File   string // the policy's, or the case's; "" where neither is known
	Err    error  // a *policy.SyntaxError has the place in that file
}

func (e *CaseError) Error() string { return e.Policy + ": " + e.Err.Error() }

// Unwrap gives Err.
func (e *CaseError) Unwrap() error { return e.Err }

// ReadCases reads a policy test file in JSON: one case, or a list of them. Unknown and duplicate members, and a case
// without name or expectation, are errors. The error is a *FileError.
func ReadCases(data []byte) ([]Case, error) {
	cases, err := ReadQuestions(data)
	if err != nil {
		return nil, err
	}
	for i := range cases {
		switch c := &cases[i]; {
		case c.Name == "":
			return nil, &FileError{c.Pos, fmt.Sprintf("case %d has no name", i)}
		case c.Expect == "":
			return nil, &FileError{c.Pos, fmt.Sprintf("case %q has no expect", c.Name)}
		}
	}
	return cases, nil
}

// ReadQuestions is ReadCases for cases that are to be explained and not judged: name and expectation may be absent.
func ReadQuestions(data []byte) ([]Case, error) {
	var cases []Case
	var err error
	if jsontext.Value(data).Kind() == '[' {
		err = json.Unmarshal(data, &cases, json.RejectUnknownMembers(true))
	} else {
		cases = make([]Case, 1)
		err = json.Unmarshal(data, &cases[0], json.RejectUnknownMembers(true))
	}
	lines := newLineIndex(data)
	if err != nil {
		return nil, lines.explain(err)
	}
	for i := range cases {
		c := &cases[i]
		c.Pos = lines.after(c.offset)
		c.Policies.resource.at = lines.after(c.Policies.resource.offset)
		for p := range c.Policies.all() {
			p.place.at = lines.after(p.place.offset)
		}
	}
	return cases, nil
}

// UnmarshalJSONFrom reads a case and notes where it stands.
func (c *Case) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	type plain Case
	offset := int(dec.InputOffset())
	if dec.PeekKind() != '{' {
		_, err := dec.ReadToken()
		return errors.Join(err, errors.New("a case is a JSON object"))
	}
	err := json.UnmarshalDecode(dec, (*plain)(c))
	c.offset = offset
	return err
}

// UnmarshalJSONFrom reads the policies and notes where the resource's stands.
func (p *CasePolicies) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	type plain CasePolicies
	read := struct {
		*plain
		Resource placedText `json:"resource"`
	}{plain: (*plain)(p)}
	if err := json.UnmarshalDecode(dec, &read); err != nil {
		return err
	}
	p.Resource, p.resource = read.Resource.text, read.Resource
	return nil
}

// UnmarshalJSONFrom reads a policy and notes where its document stands.
func (p *CasePolicy) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	var read struct {
		Name     string     `json:"name"`
		Document placedText `json:"document"`
		File     string     `json:"file"`
	}
	offset := int(dec.InputOffset())
	if err := json.UnmarshalDecode(dec, &read); err != nil {
		return err
	}
	if (read.Document.text == nil) == (read.File == "") {
		return &placedError{offset, "a policy has a document or a file with it"}
	}
	*p = CasePolicy{Name: read.Name, Document: read.Document.text, File: read.File, place: read.Document}
	return nil
}

// placedError is about a value that was read already, and whose end is no place to look for the mistake.
type placedError struct {
	offset  int // where the text before the value ends
	message string
}

func (e *placedError) Error() string { return e.message }

// placedText is a part of a test file. Place and text are kept together, so that a text which was changed or put in its
// stead does not get its place.
type placedText struct {
	text   jsontext.Value
	offset int // where the text before it ends
	at     policy.Pos
}

// UnmarshalJSONFrom reads any value.
func (t *placedText) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	offset := int(dec.InputOffset())
	v, err := dec.ReadValue()
	t.text, t.offset = v.Clone(), offset
	return err
}

// parse parses a document, which stands at t's place if it is t's text.
func (t *placedText) parse(document jsontext.Value) (*policy.Document, error) {
	if t.at.Line > 0 && string(t.text) == string(document) {
		return policy.ParseAt(string(document), t.at)
	}
	return policy.Parse(string(document))
}

// title is what explanations call the policy: its name, or that of its file.
func (p *CasePolicy) title() string {
	return cmp.Or(p.Name, strings.TrimSuffix(path.Base(p.File), ".json"))
}

func (p *CasePolicy) parse() (*policy.Document, error) {
	if p.Document == nil && p.File != "" {
		return nil, fmt.Errorf("the file %s was not loaded", p.File)
	}
	return p.place.parse(p.Document)
}

// resourcePolicy is the resource's policy in the form of the others.
func (c *Case) resourcePolicy() CasePolicy {
	p := CasePolicy{Name: "resource", Document: c.Policies.Resource, source: c.Policies.resourceFile, place: c.Policies.resource}
	if file := c.resourceFile(); file != "" {
		p.File, p.Document = file, nil
	}
	return p
}

// resourceFile is the file of the resource's policy, which stands as {"file": …}: no document has such an element alone.
func (c *Case) resourceFile() string {
	var reference struct {
		File string `json:"file"`
	}
	if err := json.Unmarshal(c.Policies.Resource, &reference, json.RejectUnknownMembers(true)); err != nil {
		return ""
	}
	return reference.File
}

// all gives every policy but the resource's.
func (p *CasePolicies) all() func(yield func(*CasePolicy) bool) {
	return func(yield func(*CasePolicy) bool) {
		lists := append([][]CasePolicy{p.Identity, p.Session}, slices.Concat(p.SCP, p.RCP)...)
		if p.Boundary != nil && !yield(p.Boundary) {
			return
		}
		for _, list := range lists {
			for i := range list {
				if !yield(&list[i]) {
					return
				}
			}
		}
	}
}

// Load fills in the documents that stand in files of their own. read is given a name as the case has it, and gives the
// text and what explanations are to call the file.
func (c *Case) Load(read func(file string) (text, name string, err error)) error {
	for p := range c.Policies.all() {
		if p.File == "" || p.Document != nil {
			continue
		}
		text, name, err := read(p.File)
		if err != nil {
			return &CaseError{Policy: fmt.Sprintf("policy %q", p.title()), File: name, Err: err}
		}
		p.Document, p.source = jsontext.Value(text), name
	}
	file := c.resourceFile()
	if file == "" {
		return nil
	}
	text, name, err := read(file)
	if err != nil {
		return &CaseError{Policy: "resource policy", File: name, Err: err}
	}
	c.Policies.Resource, c.Policies.resource = jsontext.Value(text), placedText{}
	c.Policies.resourceFile = name
	return nil
}

// lineIndex finds the places of offsets in a text.
type lineIndex struct {
	text   []byte
	starts []int // of the lines
}

func newLineIndex(text []byte) lineIndex {
	x := lineIndex{text: text, starts: []int{0}}
	for i, c := range text {
		if c == '\n' {
			x.starts = append(x.starts, i+1)
		}
	}
	return x
}

func (x *lineIndex) at(offset int) policy.Pos {
	offset = min(offset, len(x.text))
	line := sort.SearchInts(x.starts, offset+1)
	return policy.Pos{Offset: offset, Line: line, Column: offset - x.starts[line-1] + 1}
}

// after is the place of the value behind an offset.
func (x *lineIndex) after(offset int) policy.Pos {
	for offset < len(x.text) && strings.IndexByte(" \t\r\n,:", x.text[offset]) >= 0 {
		offset++
	}
	return x.at(offset)
}

// explain says for people what the library says with Go types.
func (x *lineIndex) explain(err error) error {
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return &FileError{x.at(int(e.ByteOffset)), strings.TrimPrefix(fmt.Sprint(e.Err), "jsontext: ")}
	}
	e, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		return &FileError{x.at(0), err.Error()}
	}
	where := ""
	if e.JSONPointer != "" {
		where = fmt.Sprintf(" (at %s)", e.JSONPointer)
	}
	offset := int(e.ByteOffset)
	if own, ok := errors.AsType[*placedError](err); ok {
		offset = own.offset
	}
	return &FileError{x.after(offset), formMessage(e) + where}
}

func formMessage(e *json.SemanticError) string {
	switch {
	case errors.Is(e.Err, json.ErrUnknownName):
		return fmt.Sprintf("there is no member %q here", e.JSONPointer.LastToken())
	case e.Err != nil:
		return e.Err.Error()
	case e.GoType == nil:
		return "this cannot stand here"
	}
	switch e.GoType.Kind() {
	case reflect.String:
		return "this must be a string"
	case reflect.Slice:
		return "this must be a list"
	default:
		return "this must be an object"
	}
}
