package eval

import (
	"hash/maphash"
	"slices"

	"github.com/warder-iam/warder/policy"
)

// condition is one operator and one key of a statement.
type condition struct {
	source   *policy.Condition
	key      string // folded
	arity    arity
	known    bool // false: an operator that nobody knows
	null     bool
	negated  bool
	ifExists bool
	set      string
	operands operands
}

func newCondition(source *policy.Condition, s syntax) condition {
	c := condition{
		source:   source,
		key:      foldKey(source.Key.Text),
		null:     source.Operator.Test == "Null",
		ifExists: source.Operator.IfExists,
		set:      source.Operator.Set,
	}
	c.arity = arityOf(c.key, s.keys)
	op, found := operators[source.Operator.Test]
	if c.null {
		op, found = null, c.set == "" && !c.ifExists
	}
	c.known = found && (c.set == "" || c.set == policy.ForAllValues || c.set == policy.ForAnyValue)
	if c.known {
		c.negated = op.negated
		c.operands = newOperands(op, source.Values, s)
	}
	return c
}

// holds decides the condition.
func (c *condition) holds(ctx *Context) fit {
	if !c.known {
		return unknown
	}
	value := ctx.lookup(c.key)
	switch {
	case c.null:
		return c.absence(ctx, value == nil)
	case value == nil:
		return c.absent()
	case c.arity == single && value.Len() > 1:
		return unknown // which of them counts, nobody knows
	case c.set == policy.ForAllValues:
		all := yes
		for i := range value.Len() {
			all = min(all, c.satisfied(ctx, value.At(i)))
		}
		return all
	case c.set == policy.ForAnyValue:
		some := no
		for i := range value.Len() {
			some = max(some, c.satisfied(ctx, value.At(i)))
		}
		return some
	case c.arity == multi, c.arity == unknownArity && value.List():
		return no // a multivalued key needs a set qualifier; the negated operators do not hold either
	default:
		return c.satisfied(ctx, value.At(0))
	}
}

// absence decides a Null condition.
func (c *condition) absence(ctx *Context, absent bool) fit {
	if absent {
		return c.operands.match(ctx, "true")
	}
	return c.operands.match(ctx, "false")
}

// absent decides for a request without the key.
func (c *condition) absent() fit {
	switch c.set {
	case policy.ForAllValues:
		return yes
	case policy.ForAnyValue:
		return no
	default:
		return fitOf(c.ifExists || c.negated)
	}
}

// satisfied decides for one value of the request.
func (c *condition) satisfied(ctx *Context, value string) fit {
	if c.negated {
		return c.operands.match(ctx, value).not()
	}
	return c.operands.match(ctx, value)
}

// same reports whether the condition decides every request as another one does. It may be false for two that do.
func (c *condition) same(o *condition) bool {
	return c.key == o.key && c.arity == o.arity && c.source.Operator == o.source.Operator &&
		slices.EqualFunc(c.source.Values, o.source.Values, func(a, b policy.Value) bool { return a.Text == b.Text }) &&
		slices.EqualFunc(c.operands.texts, o.operands.texts, template.same)
}

// same: the same text is another template under another version of the language, or with other types of keys.
func (t template) same(o template) bool {
	return t.text == o.text && t.broken == o.broken && slices.Equal(t.parts, o.parts)
}

// hash is the same for conditions that are the same.
func (c *condition) hash(seed maphash.Seed) uint64 {
	h := maphash.String(seed, c.key) ^ maphash.String(seed, c.source.Operator.Test)
	for i := range c.source.Values {
		h = h*31 + maphash.String(seed, c.source.Values[i].Text)
	}
	return h
}
