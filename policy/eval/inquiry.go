package eval

import (
	"net/netip"
	"slices"
	"time"

	"github.com/warder-iam/warder/policy"
)

// Inquiry is a request whose context is still open: what the statements demand of it. It is for those who look for a
// context under which a request is allowed; each that they find is decided by Decide.
type Inquiry struct {
	// Open are the statements that apply under some context or under all, in the order of the layers.
	Open []OpenStatement

	question question
	layers   *Layers
	anywhere bool // the resource is open too
}

// OpenStatement is a statement whose action and caller fit. It applies where the context meets all of its demands.
type OpenStatement struct {
	Layer     Layer
	Level     int // of an SCP or RCP, 1 for the root; else 0
	Policy    string
	File      string
	Statement *policy.Statement
	Deny      bool
	// Principal says how a resource policy's statement named the caller.
	Principal Match
	Demands   []Demand

	resources *resourceSet
}

// Demand is one condition of a statement, or its Resource or NotResource element where that has variables.
type Demand struct {
	Condition *policy.Condition // nil for a resource element
	// Keys are the condition keys that decide it, folded: the condition's own first, then those of variables, each once.
	Keys []string
	// Multivalued tells whether the condition's key is one of several values; known is false where nobody knows.
	Multivalued, Known bool

	deny      bool
	condition *condition
	resources *resourceSet
	resource  string
}

// Inquire leaves the context of a request open, except that the second factor, where credentials without one may not make
// the call at all, is the request's.
func (s *Set) Inquire(r *Request) *Inquiry { return s.inquire(r, false) }

// About are the statements about the request's action that apply to some resource under some context. Their demands are
// those of conditions.
func (s *Set) About(r *Request) []OpenStatement { return s.inquire(r, true).Open }

func (s *Set) inquire(r *Request, anywhere bool) *Inquiry {
	x := &Inquiry{layers: &s.layers, anywhere: anywhere}
	q := &x.question
	readable := false
	q.action, readable = readAction(r.Action, new(actionSpace))
	q.complete(r, &s.layers, readable)
	if q.malformed {
		return x
	}
	for _, layer := range reportOrder {
		if !q.applied.has(layer) {
			continue
		}
		switch layer {
		case LayerRCP:
			x.levels(layer, s.layers.RCP)
		case LayerSCP:
			x.levels(layer, s.layers.SCP)
		case LayerResource:
			x.source(place{layer: layer}, s.layers.Resource)
		case LayerIdentity:
			x.sources(place{layer: layer}, s.layers.Identity)
		case LayerBoundary:
			x.source(place{layer: layer}, s.layers.Boundary)
		case LayerSession:
			x.sources(place{layer: layer}, s.layers.Session)
		}
	}
	return x
}

// Outcome decides as if of the open statements those applied that the function tells by their place in Open.
func (x *Inquiry) Outcome(applies func(i int) bool) Decision {
	t := tally{applied: x.question.applied}
	var levels uint64 // of SCPs that allow
	for i := range x.Open {
		switch st := &x.Open[i]; {
		case !applies(i):
		case st.Deny:
			t.denied.add(st.Layer)
		case st.Layer == LayerSCP:
			levels |= 1 << min(st.Level, lastLevel)
		case st.Layer != LayerRCP: // which only denies
			t.allowed.add(st.Layer)
			t.how |= st.Principal
		}
	}
	if x.allLevels(levels, applies) {
		t.allowed.add(LayerSCP)
	}
	d, _ := outcome(&x.question, &t)
	return d
}

// lastLevel is the highest level that has a bit of its own. AWS has seven at most.
const lastLevel = 63

// allLevels reports whether each level of SCPs allows.
func (x *Inquiry) allLevels(levels uint64, applies func(i int) bool) bool {
	for level := 1; level <= len(x.layers.SCP); level++ {
		if level < lastLevel {
			if levels&(1<<level) == 0 {
				return false
			}
			continue
		}
		found := false
		for i := range x.Open {
			st := &x.Open[i]
			found = found || st.Layer == LayerSCP && st.Level == level && !st.Deny && applies(i)
		}
		if !found {
			return false
		}
	}
	return true
}

func (x *Inquiry) levels(layer Layer, levels [][]Source) {
	for i, sources := range levels {
		x.sources(place{layer: layer, level: i + 1}, sources)
	}
}

func (x *Inquiry) sources(at place, sources []Source) {
	for i := range sources {
		x.source(at, &sources[i])
	}
}

func (x *Inquiry) source(at place, source *Source) {
	if source.Policy == nil {
		return
	}
	at.policy, at.file = source.Name, source.File
	for i := range source.Policy.statements {
		x.statement(at, &source.Policy.statements[i])
	}
}

// statement adds one that some context lets apply, as far as that can be told without one.
func (x *Inquiry) statement(at place, st *statement) {
	q := &x.question
	can := func(f fit) bool { return f == yes || f == unknown && st.deny }
	if !can(st.actions.fit(q.action)) {
		return
	}
	how, f := st.principalFit(q, at.layer)
	if !can(f) {
		return
	}
	open := OpenStatement{
		Layer: at.layer, Level: at.level, Policy: at.policy, File: at.file, Statement: st.source, Deny: st.deny, Principal: how,
		resources: &st.resources,
	}
	switch variables := st.resources.variables(q.Resource); {
	case x.anywhere:
	case variables && !(st.source.Resource == nil && st.source.NotResource == nil):
		open.Demands = append(open.Demands, Demand{deny: st.deny, resources: &st.resources, resource: q.Resource, Keys: st.resources.keys()})
	case !can(st.resourceFit(q, at.layer)):
		return
	}
	for i := range st.conditions {
		c := &st.conditions[i]
		if c.test == unknownTest && !st.deny {
			return // nothing makes it hold
		}
		open.Demands = append(open.Demands, Demand{
			Condition: c.source, deny: st.deny, condition: c, Keys: c.keys(), Multivalued: c.arity == multi, Known: c.arity != unknownArity,
		})
	}
	x.Open = append(x.Open, open)
}

// Resources are the patterns of the statement's Resource or NotResource element with the variables filled in that the context has; not
// tells which. Patterns with others are left out.
func (st *OpenStatement) Resources(ctx *Context) (patterns []string, not bool) {
	for i := range st.resources.entries {
		for _, p := range st.resources.entries[i].template.pattern(nil, false) {
			if text, ok := p.Fill(ctx); ok {
				patterns = append(patterns, text)
			}
		}
	}
	return patterns, st.resources.not
}

// Met reports whether the context meets the demand in the sense that counts for its statement: what cannot be evaluated
// does not let an Allow apply, and lets a Deny.
func (d *Demand) Met(ctx *Context) bool {
	var f fit
	if d.condition != nil {
		f = d.condition.holds(ctx)
	} else {
		f = d.resources.fit(ctx, d.resource)
	}
	return f == yes || f == unknown && d.deny
}

// Satisfied reports whether one value of the condition's key satisfies it, in the sense of Met: as the only one, where the
// operator has a set qualifier.
func (d *Demand) Satisfied(ctx *Context, value string) bool {
	f := d.condition.satisfied(ctx, value)
	return f == yes || f == unknown && d.deny
}

// Pattern is what the value of a key is compared with: an operand of a string or ARN operator, or an entry of a resource
// element. It is a text with variables in it.
type Pattern struct {
	Pieces []Piece
	// AnyCase: it is compared without case, and the texts of Pieces are folded as FoldKey does it.
	AnyCase bool
	// ARN: it is compared part by part, and no wildcard reaches over one of the first five colons.
	ARN bool
}

// Piece is a fixed text or a variable.
type Piece struct {
	// Text has the wildcards as AnyRun and AnyOne; all else stands for itself.
	Text string
	// Variable is a folded key; "" for a text.
	Variable string
	// Default of the variable, if HasDefault.
	Default    string
	HasDefault bool
}

// The bytes of wildcards in the Text of a Piece. Neither is ever part of UTF-8.
const (
	AnyRun byte = anyRun
	AnyOne byte = anyOne
)

// Patterns of a condition with a string or ARN operator, or of a resource element; none for other operators. Those that
// nobody can read are left out.
func (d *Demand) Patterns() []Pattern {
	var patterns []Pattern
	if d.condition == nil {
		for i := range d.resources.entries {
			patterns = d.resources.entries[i].template.pattern(patterns, false)
		}
		return patterns
	}
	o := &d.condition.operands
	for i := range o.texts {
		patterns = o.texts[i].pattern(patterns, o.family == arnFamily)
	}
	return patterns
}

func (t *template) pattern(to []Pattern, isARN bool) []Pattern {
	p := Pattern{AnyCase: t.folding == anyCase, ARN: isARN}
	switch {
	case t.broken:
		return to
	case t.parts == nil:
		p.Pieces = []Piece{{Text: t.text}}
	}
	for i := range t.parts {
		part := &t.parts[i]
		p.Pieces = append(p.Pieces, Piece{Text: part.fixed, Variable: part.variable, Default: part.fallback, HasDefault: part.hasDefault})
	}
	return append(to, p)
}

// Fill gives the pattern as one text, its variables filled in. ok is false where one has neither a value nor a default.
func (p *Pattern) Fill(ctx *Context) (text string, ok bool) {
	var out []byte
	for i := range p.Pieces {
		piece := &p.Pieces[i]
		if piece.Variable == "" {
			out = append(out, piece.Text...)
			continue
		}
		value, present := ctx.Lookup(piece.Variable)
		switch {
		case present && value.Len() == 1:
			out = append(out, value.At(0)...)
		case piece.HasDefault:
			out = append(out, piece.Default...)
		default:
			return "", false
		}
	}
	return string(out), true
}

// Networks of a condition with an IP address operator, in the canonical form of their family.
func (d *Demand) Networks() []netip.Prefix {
	if d.condition == nil {
		return nil
	}
	return d.condition.operands.networks
}

// Dates of a condition with a date operator.
func (d *Demand) Dates() []time.Time {
	if d.condition == nil {
		return nil
	}
	return d.condition.operands.dates
}

// Numbers of a condition with a numeric operator, in the form "-0.25e3".
func (d *Demand) Numbers() []string {
	if d.condition == nil {
		return nil
	}
	var texts []string
	for i := range d.condition.operands.numbers {
		texts = append(texts, d.condition.operands.numbers[i].text())
	}
	return texts
}

// variables reports whether the values of variables may decide if the element fits the resource.
func (r *resourceSet) variables(resource string) bool {
	if r.broken || resource == "*" {
		return false
	}
	some := false
	for i := range r.entries {
		e := &r.entries[i]
		if e.template.parts == nil && e.match(nil, resource) == yes {
			return false
		}
		some = some || e.template.parts != nil && !e.template.broken
	}
	return some
}

func (r *resourceSet) keys() []string {
	var keys []string
	for i := range r.entries {
		keys = r.entries[i].template.keys(keys)
	}
	return keys
}

func (c *condition) keys() []string {
	var variables []string
	for i := range c.operands.texts {
		variables = c.operands.texts[i].keys(variables)
	}
	return append([]string{c.key}, variables...)
}

// keys adds those of the variables that are not among them.
func (t *template) keys(to []string) []string {
	for i := range t.parts {
		if v := t.parts[i].variable; v != "" && !slices.Contains(to, v) {
			to = append(to, v)
		}
	}
	return to
}
