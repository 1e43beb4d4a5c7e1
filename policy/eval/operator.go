package eval

import (
	"bytes"
	"encoding/base64"
	"net/netip"
	"strings"
)

// operand is one value of a condition in a policy, ready to be held against one value of a request.
type operand interface {
	match(ctx *Context, value string) fit
}

// operator is one row of the table of operators.
type operator struct {
	negated bool
	// operand reads a value of the policy; the syntax says whether variables count and which keys are multivalued.
	operand func(text string, s syntax) operand
}

// operators are all operators but Null. A negated one is true when the operand of its positive counterpart matches
// nothing.
var operators = map[string]operator{
	"StringEquals":              {operand: stringOperand(false, exact)},
	"StringNotEquals":           {operand: stringOperand(false, exact), negated: true},
	"StringEqualsIgnoreCase":    {operand: stringOperand(false, anyCase)},
	"StringNotEqualsIgnoreCase": {operand: stringOperand(false, anyCase), negated: true},
	"StringLike":                {operand: stringOperand(true, exact)},
	"StringNotLike":             {operand: stringOperand(true, exact), negated: true},

	"NumericEquals":            {operand: numericOperand(equal)},
	"NumericNotEquals":         {operand: numericOperand(equal), negated: true},
	"NumericLessThan":          {operand: numericOperand(less)},
	"NumericLessThanEquals":    {operand: numericOperand(less | equal)},
	"NumericGreaterThan":       {operand: numericOperand(greater)},
	"NumericGreaterThanEquals": {operand: numericOperand(greater | equal)},

	"DateEquals":            {operand: dateOperand(equal)},
	"DateNotEquals":         {operand: dateOperand(equal), negated: true},
	"DateLessThan":          {operand: dateOperand(less)},
	"DateLessThanEquals":    {operand: dateOperand(less | equal)},
	"DateGreaterThan":       {operand: dateOperand(greater)},
	"DateGreaterThanEquals": {operand: dateOperand(greater | equal)},

	"Bool":         {operand: newBool},
	"BinaryEquals": {operand: newBinary},

	"IpAddress":    {operand: newNetwork},
	"NotIpAddress": {operand: newNetwork, negated: true},

	"ArnEquals":    {operand: newARN},
	"ArnLike":      {operand: newARN},
	"ArnNotEquals": {operand: newARN, negated: true},
	"ArnNotLike":   {operand: newARN, negated: true},
}

// predicate is an operand without variables, whose own text could be read.
type predicate func(value string) fit

func (p predicate) match(_ *Context, value string) fit { return p(value) }

// never is an operand whose text nobody can read.
func never(string) fit { return unknown }

type stringTest struct{ template template }

func (t *stringTest) match(ctx *Context, value string) fit { return t.template.match(ctx, value) }

func stringOperand(glob bool, f folding) func(string, syntax) operand {
	return func(text string, s syntax) operand {
		s.glob, s.folding = glob, f
		t := &stringTest{template: template{folding: f}}
		t.template.add(text, s)
		return t
	}
}

// orders are the results of a comparison that satisfy an operator.
type orders uint8

const (
	less orders = 1 << iota
	equal
	greater
)

func (o orders) have(comparison int) fit {
	switch {
	case comparison < 0:
		return fitOf(o&less != 0)
	case comparison > 0:
		return fitOf(o&greater != 0)
	default:
		return fitOf(o&equal != 0)
	}
}

func numericOperand(want orders) func(string, syntax) operand {
	return func(text string, _ syntax) operand {
		limit, ok := parseNumber(text)
		if !ok {
			return predicate(never)
		}
		return predicate(func(value string) fit {
			n, ok := parseNumber(value)
			if !ok {
				return unknown
			}
			return want.have(n.compare(limit))
		})
	}
}

func dateOperand(want orders) func(string, syntax) operand {
	return func(text string, _ syntax) operand {
		limit, ok := parseDate(text)
		if !ok {
			return predicate(never)
		}
		return predicate(func(value string) fit {
			t, ok := parseDate(value)
			if !ok {
				return unknown
			}
			return want.have(t.Compare(limit))
		})
	}
}

func parseBool(s string) (value, ok bool) {
	switch {
	case strings.EqualFold(s, "true"):
		return true, true
	case strings.EqualFold(s, "false"):
		return false, true
	default:
		return false, false
	}
}

func newBool(text string, _ syntax) operand {
	want, ok := parseBool(text)
	if !ok {
		return predicate(never)
	}
	return predicate(func(value string) fit {
		have, ok := parseBool(value)
		if !ok {
			return unknown
		}
		return fitOf(have == want)
	})
}

func newBinary(text string, _ syntax) operand {
	want, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return predicate(never)
	}
	return predicate(func(value string) fit {
		have, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			return unknown
		}
		return fitOf(bytes.Equal(have, want))
	})
}

// newNetwork reads a CIDR block or an address. An IPv4 address in IPv6 form (::ffff:a.b.c.d) is the IPv4 address, on
// either side, so that no spelling of an address slips past a Deny.
func newNetwork(text string, _ syntax) operand {
	network, ok := parseNetwork(text)
	if !ok {
		return predicate(never)
	}
	return predicate(func(value string) fit {
		address, err := netip.ParseAddr(value)
		if err != nil {
			return unknown
		}
		return fitOf(network.Contains(address.Unmap().WithZone("")))
	})
}

const mappedBits = 96 // the length of ::ffff:0:0/96

func parseNetwork(text string) (netip.Prefix, bool) {
	if address, err := netip.ParseAddr(text); err == nil {
		address = address.Unmap().WithZone("")
		return netip.PrefixFrom(address, address.BitLen()), true
	}
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, false
	}
	if network.Addr().Is4In6() && network.Bits() >= mappedBits {
		network = netip.PrefixFrom(network.Addr().Unmap(), network.Bits()-mappedBits)
	}
	return network.Masked(), true
}

// arnTest compares two ARNs part by part, so that a wildcard never reaches over one of the first five colons.
type arnTest struct{ template template }

const arnParts = 6

func newARN(text string, s syntax) operand {
	s.glob, s.folding = true, exact
	t := &arnTest{}
	t.template.add(text, s)
	return t
}

func (t *arnTest) match(ctx *Context, value string) fit {
	p, f := t.template.fill(ctx)
	if f != yes {
		return f
	}
	result := yes
	for range arnParts - 1 {
		part, rest, ok := strings.Cut(value, ":")
		head, tail, okPattern := p.split()
		if !ok || !okPattern {
			return unknown // one of the two is no ARN
		}
		if !head.match(part, exact) {
			result = no
		}
		p, value = tail, rest
	}
	return min(result, fitOf(p.match(value, exact)))
}
