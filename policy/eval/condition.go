package eval

import "github.com/warder-iam/warder/policy"

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
	operands []operand
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
		op, found = operator{operand: newBool}, c.set == "" && !c.ifExists
	}
	c.known = found && (c.set == "" || c.set == policy.ForAllValues || c.set == policy.ForAnyValue)
	if !c.known {
		return c
	}
	c.negated = op.negated
	for _, v := range source.Values {
		c.operands = append(c.operands, op.operand(v.Text, s))
	}
	return c
}

// holds decides the condition.
func (c *condition) holds(ctx *Context) fit {
	if !c.known {
		return unknown
	}
	value, present := ctx.lookup(c.key)
	switch {
	case c.null:
		return c.absence(ctx, !present)
	case !present:
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
		return c.anyOperand(ctx, "true")
	}
	return c.anyOperand(ctx, "false")
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
		return c.anyOperand(ctx, value).not()
	}
	return c.anyOperand(ctx, value)
}

func (c *condition) anyOperand(ctx *Context, value string) fit {
	some := no
	for _, o := range c.operands {
		some = max(some, o.match(ctx, value))
	}
	return some
}
