package eval

import (
	"hash/maphash"
	"slices"

	"github.com/warder-iam/warder/policy"
)

// condition is one operator and one key of a statement.
type condition struct {
	key      string // folded
	test     test
	arity    arity
	negated  bool
	ifExists bool
	operands operands
	source   *policy.Condition
}

// test says how the values of a request are held against the operands.
type test uint8

const (
	unknownTest  test = iota // an operator that nobody knows
	plainTest                // the one value
	allTest                  // every value: ForAllValues
	anyTest                  // some value: ForAnyValue
	presenceTest             // no value, but whether there is one: Null
)

func newCondition(source *policy.Condition, s syntax) condition {
	c := condition{source: source, key: FoldKey(source.Key.Text), ifExists: source.Operator.IfExists}
	c.arity = arityOf(c.key, s.keys)
	op, found := operators[source.Operator.Test]
	switch set := source.Operator.Set; {
	case source.Operator.Test == "Null" && set == "" && !c.ifExists:
		op, c.test = null, presenceTest
	case !found:
	case set == "":
		c.test = plainTest
	case set == policy.ForAllValues:
		c.test = allTest
	case set == policy.ForAnyValue:
		c.test = anyTest
	}
	if c.test != unknownTest {
		c.negated = op.negated
		c.operands = newOperands(op, source.Values, s)
	}
	return c
}

// holds decides the condition.
func (c *condition) holds(ctx *Context) fit {
	value := ctx.lookup(c.key)
	switch {
	case c.test == unknownTest:
		return unknown
	case c.test == presenceTest:
		return c.absence(ctx, value == nil)
	case value == nil:
		return c.absent()
	case c.arity == single && value.Len() > 1:
		return unknown // which of them counts, nobody knows
	case c.test == allTest:
		all := yes
		for i := range value.Len() {
			all = min(all, c.satisfied(ctx, value.At(i)))
		}
		return all
	case c.test == anyTest:
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
	switch c.test {
	case allTest:
		return yes
	case anyTest:
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
