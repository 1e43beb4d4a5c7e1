package eval

import (
	"strconv"
	"strings"
)

// number is a decimal of any size, exactly: 0.digits times ten to the power of point, where the digits are those of whole
// and then those of fraction. Zero has no digits.
type number struct {
	negative        bool
	whole, fraction string // together neither the first nor the last digit is 0
	point           int
}

// maxExponent bounds 1e999999999; nothing that a policy compares comes near.
const maxExponent = 10000

func parseNumber(s string) (number, bool) {
	var n number
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		n.negative, s = true, rest
	} else {
		s = strings.TrimPrefix(s, "+")
	}
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		exponent, err := strconv.Atoi(s[i+1:])
		if err != nil || exponent > maxExponent || exponent < -maxExponent {
			return number{}, false
		}
		n.point, s = exponent, s[:i]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	if len(whole)+len(fraction) == 0 || !digitsOnly(whole) || !digitsOnly(fraction) {
		return number{}, false
	}
	n.point += len(whole)
	n.whole = strings.TrimLeft(whole, "0")
	n.point -= len(whole) - len(n.whole)
	n.fraction = strings.TrimRight(fraction, "0")
	if n.whole == "" {
		start := len(n.fraction)
		n.fraction = strings.TrimLeft(n.fraction, "0")
		n.point -= start - len(n.fraction)
	}
	if n.fraction == "" {
		n.whole = strings.TrimRight(n.whole, "0")
	}
	if n.digits() == 0 {
		return number{}, true
	}
	return n, true
}

func digitsOnly(s string) bool { return strings.Trim(s, "0123456789") == "" }

func (n *number) digits() int { return len(n.whole) + len(n.fraction) }

func (n *number) digit(i int) byte {
	if i < len(n.whole) {
		return n.whole[i]
	}
	return n.fraction[i-len(n.whole)]
}

// compare is negative, zero or positive as n is less than, equal to or greater than m.
func (n *number) compare(m *number) int {
	if n.sign() != m.sign() {
		return n.sign() - m.sign()
	}
	size := n.point - m.point
	for i := 0; size == 0 && i < min(n.digits(), m.digits()); i++ {
		size = int(n.digit(i)) - int(m.digit(i))
	}
	if size == 0 {
		size = n.digits() - m.digits()
	}
	return n.sign() * size
}

func (n *number) sign() int {
	switch {
	case n.digits() == 0:
		return 0
	case n.negative:
		return -1
	default:
		return 1
	}
}

// text is a form that parseNumber reads.
func (n *number) text() string {
	sign := ""
	if n.negative {
		sign = "-"
	}
	return sign + "0." + n.whole + n.fraction + "e" + strconv.Itoa(n.point)
}
