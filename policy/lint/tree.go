package lint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/warder-iam/warder/policy"
)

// node is a JSON value with its place. policy.Parse stops at the first fault; findings need the values around it.
type node struct {
	kind   jsontext.Kind // '{', '[', '"', '0', 't', 'f' or 'n'
	text   string        // the decoded string, or the value as written
	parent *node
	// children are the members' values of an object, the entries of a list.
	children []*node
	key      string // the member's name, for a member of an object
	index    int32  // the place among the parent's children
	// start and end are the value's bytes, keyStart and keyEnd those of its name with the quotes.
	start, end, keyStart, keyEnd int32
}

func (n *node) is(kind jsontext.Kind) bool { return n != nil && n.kind == kind }

// isString is whether n is there and a string.
func (n *node) isString() bool { return n.is('"') }

// member gives the last member with that name, or nil.
func (n *node) member(name string) *node {
	for i := len(n.children) - 1; i >= 0; i-- {
		if n.children[i].key == name {
			return n.children[i]
		}
	}
	return nil
}

// path leads from the document to n.
func (n *node) path() []PathElement {
	var depth int
	for p := n; p.parent != nil; p = p.parent {
		depth++
	}
	path := make([]PathElement, depth)
	for p := n; p.parent != nil; p = p.parent {
		depth--
		if p.parent.kind == '{' {
			path[depth].Value = new(p.key)
		} else {
			path[depth].Index = new(int(p.index))
		}
	}
	return path
}

// maxDepth is how deep a document may nest before it is refused unread; the grammar has seven levels.
const maxDepth = 64

// treeReader reads a document by recursive descent.
type treeReader struct {
	src string
	dec *jsontext.Decoder
	// repeated are members whose object has an earlier one of the same name.
	repeated []*node
}

// syntaxFault is where a text stops being JSON.
type syntaxFault struct {
	offset int
	reason string
}

func (f *syntaxFault) Error() string { return f.reason }

// readTree reads JSON. Repeated names are kept and listed: they are no reason to say nothing else.
func readTree(src string) (root *node, repeated []*node, fault *syntaxFault) {
	if len(src) > policy.MaxSize {
		return nil, nil, &syntaxFault{policy.MaxSize, fmt.Sprintf("the document is longer than %d bytes", policy.MaxSize)}
	}
	r := &treeReader{src: src, dec: jsontext.NewDecoder(bytes.NewBufferString(src), jsontext.AllowDuplicateNames(true))}
	root, err := r.value(nil, 0)
	if err == nil {
		if rest := strings.TrimLeft(src[root.end:], " \t\r\n"); rest != "" {
			err = &syntaxFault{len(src) - len(rest), "there is text after the document's end"}
		}
	}
	if errors.As(err, &fault) {
		return nil, nil, fault
	}
	return root, r.repeated, nil
}

func (r *treeReader) next() (tok jsontext.Token, start, end int32, err error) {
	start = int32(r.skip(int(r.dec.InputOffset())))
	tok, err = r.dec.ReadToken()
	if err != nil {
		return tok, 0, 0, r.fault(err)
	}
	return tok, start, int32(r.dec.InputOffset()), nil
}

// skip moves past white space and the separators that the decoder checks but does not report.
func (r *treeReader) skip(offset int) int {
	return len(r.src) - len(strings.TrimLeft(r.src[offset:], " \t\r\n,:"))
}

func (r *treeReader) fault(err error) error {
	f := &syntaxFault{offset: int(r.dec.InputOffset()), reason: err.Error()}
	var syntactic *jsontext.SyntacticError
	switch {
	case err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF):
		f.offset, f.reason = len(r.src), "the text ends before the document does"
	case errors.As(err, &syntactic):
		f.offset = int(syntactic.ByteOffset)
		if syntactic.Err != nil {
			f.reason = syntactic.Err.Error()
		}
	}
	f.offset = min(max(f.offset, 0), len(r.src))
	f.reason = strings.TrimPrefix(f.reason, "jsontext: ")
	return f
}

// value reads the next value; the closing bracket of a list comes back as a node of that kind.
func (r *treeReader) value(parent *node, depth int) (*node, error) {
	tok, start, end, err := r.next()
	if err != nil {
		return nil, err
	}
	n := &node{kind: tok.Kind(), parent: parent, start: start, end: end}
	switch n.kind {
	case '{', '[':
		if depth == maxDepth {
			return nil, &syntaxFault{int(start), fmt.Sprintf("the document nests deeper than %d levels", maxDepth)}
		}
		read := r.members
		if n.kind == '[' {
			read = r.entries
		}
		return n, read(n, depth+1)
	case '"':
		n.text = r.text(tok, start, end)
	default:
		n.text = r.src[start:end]
	}
	return n, nil
}

func (r *treeReader) text(tok jsontext.Token, start, end int32) string {
	raw := r.src[start:end]
	if strings.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1] // shares the memory of the source
	}
	return tok.String()
}

func (r *treeReader) members(n *node, depth int) error {
	seen := map[string]bool{}
	for {
		tok, start, end, err := r.next()
		if err != nil {
			return err
		}
		if tok.Kind() == '}' {
			n.end = end
			return nil
		}
		key := r.text(tok, start, end)
		v, err := r.value(n, depth)
		if err != nil {
			return err
		}
		v.key, v.keyStart, v.keyEnd, v.index = key, start, end, int32(len(n.children))
		if seen[key] {
			r.repeated = append(r.repeated, v)
		}
		seen[key] = true
		n.children = append(n.children, v)
	}
}

func (r *treeReader) entries(n *node, depth int) error {
	for {
		v, err := r.value(n, depth)
		if err != nil {
			return err
		}
		if v.kind == ']' {
			n.end = v.end
			return nil
		}
		v.index = int32(len(n.children))
		n.children = append(n.children, v)
	}
}

// lines finds places by offset.
type lines struct {
	starts []int
}

func newLines(src string) lines {
	starts := []int{0}
	for i := range len(src) {
		if src[i] == '\n' {
			starts = append(starts, i+1)
		}
	}
	return lines{starts}
}

func (l lines) at(offset int) policy.Pos {
	line := sort.SearchInts(l.starts, offset+1)
	return policy.Pos{Offset: offset, Line: line, Column: offset - l.starts[line-1] + 1}
}

func (l lines) span(start, end int32) policy.Span {
	return policy.Span{Start: l.at(int(start)), End: l.at(int(end))}
}
