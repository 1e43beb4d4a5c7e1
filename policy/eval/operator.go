package eval

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"strings"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/policy"
)

// family says how the values of an operator are read and compared.
type family uint8

const (
	stringFamily family = iota
	numericFamily
	dateFamily
	boolFamily
	binaryFamily
	addressFamily
	arnFamily
)

// operator is one row of the table of operators. A negated one is true when the operand of its positive counterpart
// matches nothing.
type operator struct {
	family  family
	negated bool
	glob    bool    // * and ? are wildcards
	folding folding // of strings
	want    orders  // of numbers and dates
}

// operators are all operators but Null.
var operators = map[string]operator{
	"StringEquals":              {},
	"StringNotEquals":           {negated: true},
	"StringEqualsIgnoreCase":    {folding: anyCase},
	"StringNotEqualsIgnoreCase": {folding: anyCase, negated: true},
	"StringLike":                {glob: true},
	"StringNotLike":             {glob: true, negated: true},

	"NumericEquals":            {family: numericFamily, want: equal},
	"NumericNotEquals":         {family: numericFamily, want: equal, negated: true},
	"NumericLessThan":          {family: numericFamily, want: less},
	"NumericLessThanEquals":    {family: numericFamily, want: less | equal},
	"NumericGreaterThan":       {family: numericFamily, want: greater},
	"NumericGreaterThanEquals": {family: numericFamily, want: greater | equal},

	"DateEquals":            {family: dateFamily, want: equal},
	"DateNotEquals":         {family: dateFamily, want: equal, negated: true},
	"DateLessThan":          {family: dateFamily, want: less},
	"DateLessThanEquals":    {family: dateFamily, want: less | equal},
	"DateGreaterThan":       {family: dateFamily, want: greater},
	"DateGreaterThanEquals": {family: dateFamily, want: greater | equal},

	"Bool":         {family: boolFamily},
	"BinaryEquals": {family: binaryFamily},

	"IpAddress":    {family: addressFamily},
	"NotIpAddress": {family: addressFamily, negated: true},

	"ArnEquals":    {family: arnFamily, glob: true},
	"ArnLike":      {family: arnFamily, glob: true},
	"ArnNotEquals": {family: arnFamily, glob: true, negated: true},
	"ArnNotLike":   {family: arnFamily, glob: true, negated: true},
}

// null is the operator Null, whose operands are held against "true" where the key is absent and "false" where it is not.
var null = operator{family: boolFamily}

// orders are the results of a comparison that satisfy an operator.
type orders uint8

const (
	less orders = 1 << iota
	equal
	greater
)

func (o orders) have(comparison int) bool {
	switch {
	case comparison < 0:
		return o&less != 0
	case comparison > 0:
		return o&greater != 0
	default:
		return o&equal != 0
	}
}

// operands are the values of a condition in a policy, ready to be held against one value of a request. Those whose text
// nobody can read are left out, and counted in unread: they fit no value and are known to miss none.
type operands struct {
	operator
	unread   int
	texts    []template // strings and ARNs
	numbers  []number
	dates    []time.Time
	flags    uint8 // of Bool: 1<<0 for false, 1<<1 for true
	binaries [][]byte
	networks []netip.Prefix
}

func newOperands(op operator, values []policy.Value, s syntax) operands {
	o := operands{operator: op}
	s.glob, s.folding = op.glob, op.folding
	if op.family == stringFamily || op.family == arnFamily {
		o.texts = make([]template, 0, len(values))
	}
	for _, v := range values {
		if !o.add(v.Text, s) {
			o.unread++
		}
	}
	return o
}

// add reads one value; it is false for one that cannot be read.
func (o *operands) add(text string, s syntax) bool {
	ok := true
	switch o.family {
	case stringFamily, arnFamily:
		o.texts = append(o.texts, newTemplate("", text, s)) // a broken one knows of itself
	case numericFamily:
		var n number
		if n, ok = parseNumber(text); ok {
			o.numbers = append(o.numbers, n)
		}
	case dateFamily:
		var t time.Time
		if t, ok = parseDate(text); ok {
			o.dates = append(o.dates, t)
		}
	case boolFamily:
		var value bool
		if value, ok = parseBool(text); ok {
			o.flags |= boolBit(value)
		}
	case binaryFamily:
		data, err := base64.StdEncoding.DecodeString(text)
		if ok = err == nil; ok {
			o.binaries = append(o.binaries, data)
		}
	case addressFamily:
		var network netip.Prefix
		if network, ok = parseNetwork(text); ok {
			o.networks = append(o.networks, network)
		}
	}
	return ok
}

func boolBit(value bool) uint8 {
	if value {
		return 1 << 1
	}
	return 1 << 0
}

// match tells whether one of the operands matches the value; unknown where one that cannot be read might, or where the
// value itself cannot.
func (o *operands) match(ctx *Context, value string) fit {
	some := no
	if o.unread > 0 {
		some = unknown
	}
	var f fit
	switch o.family {
	case stringFamily:
		f = o.matchText(ctx, value)
	case arnFamily:
		f = o.matchARN(ctx, value)
	case numericFamily:
		f = o.matchNumber(value)
	case dateFamily:
		f = o.matchDate(value)
	case boolFamily:
		f = o.matchBool(value)
	case binaryFamily:
		f = o.matchBinary(value)
	case addressFamily:
		f = o.matchAddress(value)
	}
	return max(some, f)
}

func (o *operands) matchText(ctx *Context, value string) fit {
	some := no
	for i := range o.texts {
		t := &o.texts[i]
		if t.form != literal || t.folding != exact {
			some = max(some, t.match(ctx, value))
		} else if t.text == value {
			return yes
		}
	}
	return some
}

// readable is what an operand's test came to where the value could be read, and unknown for one that could not, unless
// there is no operand to hold it against.
func readable(ok, matches bool, operands int) fit {
	switch {
	case operands == 0:
		return no
	case !ok:
		return unknown
	default:
		return fitOf(matches)
	}
}

func (o *operands) matchNumber(value string) fit {
	n, ok := parseNumber(value)
	matches := false
	for i := range o.numbers {
		matches = matches || ok && o.want.have(n.compare(&o.numbers[i]))
	}
	return readable(ok, matches, len(o.numbers))
}

func (o *operands) matchDate(value string) fit {
	t, ok := parseDate(value)
	matches := false
	for _, limit := range o.dates {
		matches = matches || ok && o.want.have(t.Compare(limit))
	}
	return readable(ok, matches, len(o.dates))
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

func (o *operands) matchBool(value string) fit {
	have, ok := parseBool(value)
	return readable(ok, o.flags&boolBit(have) != 0, int(o.flags))
}

func (o *operands) matchBinary(value string) fit {
	var text, space filled // most values fit into them
	data, err := base64.StdEncoding.AppendDecode(space[:0], append(text[:0], value...))
	ok := err == nil
	matches := false
	for _, want := range o.binaries {
		matches = matches || ok && bytes.Equal(data, want)
	}
	return readable(ok, matches, len(o.binaries))
}

// matchAddress holds the value against CIDR blocks. An IPv4 address in IPv6 form (::ffff:a.b.c.d) is the IPv4 address, on
// either side, so that no spelling of an address slips past a Deny.
func (o *operands) matchAddress(value string) fit {
	address, ok := parseAddress(value)
	matches := false
	for _, network := range o.networks {
		matches = matches || ok && network.Contains(address)
	}
	return readable(ok, matches, len(o.networks))
}

func parseAddress(text string) (netip.Addr, bool) {
	address, err := netip.ParseAddr(text)
	return address.Unmap().WithZone(""), err == nil
}

// parseV4 reads most IPv4 addresses, faster than netip; it is false for what it leaves to parseAddress.
func parseV4(text string) (address uint32, ok bool) {
	part, digits, dots := uint32(0), 0, 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == '.' && digits > 0 && dots < 3:
			address, part, digits, dots = address<<8|part, 0, 0, dots+1
		case c < '0' || c > '9' || digits > 0 && part == 0: // the latter is a leading zero
			return 0, false
		default:
			part, digits = 10*part+uint32(c-'0'), digits+1
			if part > 255 {
				return 0, false
			}
		}
	}
	return address<<8 | part, dots == 3 && digits > 0
}

// v4 is an IPv4 address as a number.
func v4(address netip.Addr) uint32 {
	bytes := address.As4()
	return binary.BigEndian.Uint32(bytes[:])
}

const mappedBits = 96 // the length of ::ffff:0:0/96

func parseNetwork(text string) (netip.Prefix, bool) {
	if address, ok := parseAddress(text); ok {
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

const (
	arnParts = 6
	maxARN   = 64 << 10 // bytes; far more than any has
)

func (o *operands) matchARN(ctx *Context, value string) fit {
	some := no
	for i := range o.texts {
		some = max(some, o.texts[i].matchARN(ctx, value))
	}
	return some
}

// matchARN compares two ARNs part by part, so that a wildcard never reaches over one of the first five colons.
func (t *template) matchARN(ctx *Context, value string) fit {
	switch {
	case t.broken:
		return unknown
	case t.parts == nil:
		return matchParts(t.text, value)
	}
	var space filled
	p, f := t.fill(space[:0], ctx, len(value)+maxARN)
	switch {
	case f == no:
		return no
	case p == nil:
		return unknown // whether it would be an ARN at all is not looked at
	}
	return min(f, matchParts(p, value))
}

func matchParts[P string | []byte](p P, value string) fit {
	result := yes
	for range arnParts - 1 {
		part, rest, ok := strings.Cut(value, ":")
		colon := indexByte(p, ':')
		if !ok || colon < 0 {
			return unknown // one of the two is no ARN
		}
		if !arn.GlobMarked(p[:colon], part, wildcards) {
			result = no
		}
		p, value = p[colon+1:], rest
	}
	return min(result, fitOf(arn.GlobMarked(p, value, wildcards)))
}

func indexByte[P string | []byte](s P, c byte) int {
	for i := range len(s) {
		if s[i] == c {
			return i
		}
	}
	return -1
}
