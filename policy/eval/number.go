package eval

import (
	"strconv"
	"strings"
)

// number is a decimal of any size, exactly: 0.digits times ten to the power of point. Zero has no digits.
type number struct {
	negative bool
	digits   string // neither the first nor the last is 0
	point    int
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
	digits := whole + fraction
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return number{}, false
	}
	n.point += len(whole)
	n.digits = strings.TrimLeft(digits, "0")
	n.point -= len(digits) - len(n.digits)
	n.digits = strings.TrimRight(n.digits, "0")
	if n.digits == "" {
		return number{}, true
	}
	return n, true
}

// compare is negative, zero or positive as n is less than, equal to or greater than m.
func (n number) compare(m number) int {
	if n.sign() != m.sign() {
		return n.sign() - m.sign()
	}
	size := n.point - m.point
	if size == 0 {
		size = strings.Compare(n.digits, m.digits)
	}
	return n.sign() * size
}

func (n number) sign() int {
	switch {
	case n.digits == "":
		return 0
	case n.negative:
		return -1
	default:
		return 1
	}
}
