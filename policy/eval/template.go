package eval

import "strings"

// template is a pattern that may hold policy variables, to be filled in from the request.
type template struct {
	folding folding
	parts   []part
	broken  bool // a variable that nobody can read: never known to match
}

// part is either fixed or a variable.
type part struct {
	fixed      pattern
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

// add appends text, read by the syntax.
func (t *template) add(text string, s syntax) {
	for s.variables {
		before, after, found := strings.Cut(text, "${")
		if !found {
			break
		}
		inside, rest, ok := cutVariable(after)
		if !ok {
			t.broken = true
			return
		}
		t.addFixed(before, s)
		t.addVariable(inside, s)
		text = rest
	}
	t.addFixed(text, s)
}

func (t *template) fixedEnd() *pattern {
	if n := len(t.parts); n > 0 && t.parts[n-1].variable == "" {
		return &t.parts[n-1].fixed
	}
	t.parts = append(t.parts, part{})
	return &t.parts[len(t.parts)-1].fixed
}

func (t *template) addFixed(text string, s syntax) {
	end := t.fixedEnd()
	if s.glob {
		*end = end.appendGlob(text, s.folding)
	} else {
		*end = end.appendLiteral(text, s.folding)
	}
}

// addVariable takes what stands between ${ and }.
func (t *template) addVariable(inside string, s syntax) {
	if inside == "*" || inside == "?" || inside == "$" {
		end := t.fixedEnd()
		*end = end.appendLiteral(inside, s.folding)
		return
	}
	key, fallback, hasDefault := strings.Cut(inside, ",")
	key = foldKey(strings.TrimSpace(key))
	if hasDefault {
		fallback = strings.TrimSpace(fallback)
		fallback = fallback[1 : len(fallback)-1] // cutVariable saw to the quotes
	}
	t.parts = append(t.parts, part{
		variable: key, arity: arityOf(key, s.keys), fallback: fallback, hasDefault: hasDefault,
	})
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

// fill gives the pattern for this request. It is no where a variable has neither a value nor a default, and unknown for a
// broken template or a variable that is unknown.
func (t *template) fill(ctx *Context) (pattern, fit) {
	if t.broken {
		return nil, unknown
	}
	if len(t.parts) == 1 && t.parts[0].variable == "" {
		return t.parts[0].fixed, yes
	}
	var out pattern
	for i := range t.parts {
		p := &t.parts[i]
		if p.variable == "" {
			out = append(out, p.fixed...)
			continue
		}
		text, f := p.value(ctx)
		if f != yes {
			return nil, f
		}
		out = out.appendLiteral(text, t.folding)
	}
	return out, yes
}

// value of a variable; no where it has none. Multivalued keys have none. A key that has one value and was given several
// is unknown.
func (p *part) value(ctx *Context) (string, fit) {
	v, ok := ctx.lookup(p.variable)
	switch {
	case ok && p.arity == single && v.Len() > 1:
		return "", unknown
	case ok && p.arity != multi && (!v.List() || p.arity == single):
		return v.At(0), yes
	}
	return p.fallback, fitOf(p.hasDefault)
}

// match reports whether the text fits once the variables are filled in.
func (t *template) match(ctx *Context, text string) fit {
	p, f := t.fill(ctx)
	if f != yes {
		return f
	}
	return fitOf(p.match(text, t.folding))
}
