package eval

import (
	"strings"
	"unicode/utf8"

	"github.com/warder-iam/warder/arn"
)

// template is a glob that may hold policy variables, to be filled in from the request.
type template struct {
	glob           // where nothing is to be filled in
	parts   []part // else
	folding folding
	broken  bool // a text or variable that nobody can read: never known to match
}

// part is either fixed or a variable.
type part struct {
	fixed      string // as in a glob
	variable   string // folded key; "" for a fixed part
	arity      arity
	fallback   string
	hasDefault bool
}

// syntax says what is special in a template's text.
type syntax struct {
	glob      bool // * and ? are wildcards
	variables bool // ${…} is replaced
	folding   folding
	keys      KeyTypes
}

// newTemplate reads a text by the syntax. What stands in fixed is put before it, with its wildcards but without variables.
func newTemplate(fixed, text string, s syntax) template {
	t := template{folding: s.folding}
	if !utf8.ValidString(fixed) || !utf8.ValidString(text) {
		t.broken = true
		return t
	}
	end := appendText(nil, fixed, s.folding, s.glob) // the fixed text behind the last variable
	for s.variables {
		before, after, found := strings.Cut(text, "${")
		if !found {
			break
		}
		inside, rest, ok := cutVariable(after)
		if !ok {
			t.broken = true
			return t
		}
		end = appendText(end, before, s.folding, s.glob)
		if inside == "*" || inside == "?" || inside == "$" {
			end = appendText(end, inside, s.folding, false)
		} else {
			t.parts = append(t.parts, part{fixed: string(end)}, newVariable(inside, s))
			end = end[:0]
		}
		text = rest
	}
	end = appendText(end, text, s.folding, s.glob)
	if t.parts == nil {
		t.glob = newGlob(string(end))
		return t
	}
	t.prefix = literalPrefix(t.parts[0].fixed)
	t.parts = append(t.parts, part{fixed: string(end)})
	return t
}

// newVariable takes what stands between ${ and }.
func newVariable(inside string, s syntax) part {
	key, fallback, hasDefault := strings.Cut(inside, ",")
	key = FoldKey(strings.TrimSpace(key))
	if hasDefault {
		fallback = strings.TrimSpace(fallback)
		fallback = fallback[1 : len(fallback)-1] // cutVariable saw to the quotes
	}
	return part{variable: key, arity: arityOf(key, s.keys), fallback: fallback, hasDefault: hasDefault}
}

// cutVariable takes what stands behind ${ and gives what stands before the closing brace: *, ?, $, a key, or a key, a
// comma and a text in single quotes. It is false for anything else.
func cutVariable(after string) (inside, rest string, ok bool) {
	end := strings.IndexAny(after, ",}")
	if end < 0 {
		return "", "", false
	}
	if key := strings.TrimSpace(after[:end]); key == "" || strings.ContainsAny(key, "${'") && key != "$" {
		return "", "", false
	}
	if after[end] == '}' {
		return after[:end], after[end+1:], true
	}
	text := strings.TrimLeft(after[end+1:], " ")
	if !strings.HasPrefix(text, "'") {
		return "", "", false
	}
	closing := strings.IndexByte(text[1:], '\'')
	if closing < 0 {
		return "", "", false
	}
	tail := strings.TrimLeft(text[closing+2:], " ")
	if !strings.HasPrefix(tail, "}") {
		return "", "", false
	}
	return after[:len(after)-len(tail)], tail[1:], true
}

// literalStart is the text that everything that fits begins with, as far as it is known without a request.
func (t *template) literalStart() string {
	if t.parts != nil {
		return t.parts[0].fixed[:t.prefix]
	}
	return t.text[:t.prefix]
}

// filled is room for most patterns that are filled in, on the stack.
type filled [256]byte

// fill appends the text with the variables filled in. It is no where a variable has neither a value nor a default. Where
// one cannot be read it is unknown, and has a star there: what does not even fit that fits no value. It is nil where
// the values have more than room bytes: many variables with a long value could fill the memory.
func (t *template) fill(out []byte, ctx *Context, room int) ([]byte, fit) {
	result := yes
	for i := range t.parts {
		p := &t.parts[i]
		if p.variable == "" {
			out = append(out, p.fixed...)
			continue
		}
		text, f := p.value(ctx)
		switch {
		case f == no:
			return nil, no
		case f == yes && len(text) > room:
			return nil, unknown
		case f == unknown || !utf8.ValidString(text):
			result = unknown
			out = append(out, anyRun)
			continue
		}
		room -= len(text)
		if t.folding == exact {
			out = append(out, text...)
		} else {
			out = appendText(out, text, t.folding, false)
		}
	}
	return out, result
}

// value of a variable; no where it has none. Multivalued keys have none. A key that has one value and was given several
// is unknown.
func (p *part) value(ctx *Context) (string, fit) {
	v := ctx.lookup(p.variable)
	switch {
	case v != nil && p.arity == single && v.Len() > 1:
		return "", unknown
	case v != nil && p.arity != multi && (!v.List() || p.arity == single):
		return v.At(0), yes
	}
	return p.fallback, fitOf(p.hasDefault)
}

// match reports whether the text fits once the variables are filled in.
func (t *template) match(ctx *Context, text string) fit {
	switch {
	case t.broken:
		return unknown
	case t.folding == anyCase:
		return t.equal(ctx, text)
	case t.parts == nil:
		return fitOf(t.glob.match(text))
	}
	var space filled
	p, f := t.fill(space[:0], ctx, len(text))
	if f == no || p == nil || !arn.GlobMarked(p, text, wildcards) {
		return no
	}
	return f
}

// equal is match without wildcards and without case.
func (t *template) equal(ctx *Context, text string) fit {
	if t.parts == nil {
		return fitOf(equalFolded(t.text, text))
	}
	var space filled
	p, f := t.fill(space[:0], ctx, utf8.UTFMax*len(text)) // spellings of a character differ in length
	switch {
	case p == nil:
		return no
	case f != yes:
		return f
	}
	return fitOf(equalFolded(p, text))
}
