package lint

import (
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"

	"github.com/warder-iam/warder/policy"
)

// checkValues: the TYPE_MISMATCH family, INVALID_DATE_VALUE, INVALID_CONDITION_DATA_TYPE,
// INVALID_CONDITION_MULTIPLE_BOOLEAN, WILDCARD_WITHOUT_LIKE_OPERATOR, REDUNDANT_CONDITION_VALUE_NUM.
func checkValues(l *linter, s *statement) {
	for _, c := range s.conditions {
		if mixed(c.values) {
			l.report("INVALID_CONDITION_DATA_TYPE", c.value, "The values of %s are of different JSON types. Write all in the same way.", c.value.key)
		}
		if !c.known {
			continue
		}
		f := family(c.operator.Test)
		if len(c.values) > 1 && (f == boolFamily || f == nullFamily) {
			l.report("INVALID_CONDITION_MULTIPLE_BOOLEAN", c.value, "%s takes one value, true or false. Keep one.", c.under.key)
		}
		for _, n := range c.values {
			if !hasVariable(n.text) {
				l.checkValue(c, f, n)
			} else if f == stringFamily {
				l.checkWildcard(c, n)
			}
		}
		l.redundantNumbers(c)
	}
}

// mixed is whether values are of different JSON types; true and false are one.
func mixed(values []*node) bool {
	for _, n := range values {
		if n.jsonType() != values[0].jsonType() {
			return true
		}
	}
	return false
}

func (n *node) jsonType() byte {
	if n.kind == 'f' {
		return 't'
	}
	return byte(n.kind)
}

func (l *linter) checkValue(c condition, f operatorFamily, n *node) {
	switch f {
	case boolFamily, nullFamily:
		if !strings.EqualFold(n.text, "true") && !strings.EqualFold(n.text, "false") {
			l.report("TYPE_MISMATCH_BOOLEAN", n, "%q is neither true nor false, as %s needs it.", clip(n.text), c.under.key)
		}
	case numericFamily:
		if !number(n.text) {
			l.report("TYPE_MISMATCH_NUMBER", n, "%q is no number, as %s needs it.", clip(n.text), c.under.key)
		}
	case dateFamily:
		l.checkDate(c, n)
	case binaryFamily:
		if _, err := base64.StdEncoding.DecodeString(n.text); err != nil {
			l.report("TYPE_MISMATCH_STRING", n, "%q is not base64, as %s needs it.", clip(n.text), c.under.key)
		}
	case ipFamily:
		l.checkRange(c, n)
	case stringFamily:
		l.checkWildcard(c, n)
	}
}

// number is whether s is a decimal number.
func number(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil && strings.Trim(s, "+-0123456789.eE") == ""
}

func (l *linter) checkDate(c condition, n *node) {
	switch {
	case !policy.IsDate(n.text):
		l.report("TYPE_MISMATCH_DATE", n, "%q is no date, as %s needs it. Write YYYY-MM-DD, or YYYY-MM-DDThh:mm:ssZ.", clip(n.text), c.under.key)
	case strings.Trim(n.text, "0123456789") == "" && !strings.EqualFold(c.value.key, "aws:EpochTime"):
		l.report("INVALID_DATE_VALUE", n, "%q may be read as seconds since 1970. Write YYYY-MM-DD.", clip(n.text))
	}
}

// checkWildcard finds wildcards, other than escaped ones, under operators without Like.
func (l *linter) checkWildcard(c condition, n *node) {
	if strings.HasSuffix(c.operator.Test, "Like") || !wild(withoutVariables(n.text)) {
		return
	}
	l.report("WILDCARD_WITHOUT_LIKE_OPERATOR", n, "%s compares * and ? as they are. If they are meant as wildcards, use the operator with Like.", c.under.key)
}

func withoutVariables(s string) string {
	var out strings.Builder
	at := 0
	for _, v := range variables(s) {
		out.WriteString(s[at:v.start])
		at = v.end
	}
	out.WriteString(s[at:])
	return out.String()
}

// parseRange reads an address or CIDR range.
func parseRange(s string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p, true
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, a.BitLen()), true
}

func (l *linter) checkRange(c condition, n *node) {
	r, ok := parseRange(n.text)
	switch {
	case !ok:
		l.report("TYPE_MISMATCH_IP_RANGE", n, "%q is no address, as %s needs it. Write one, or a range such as 203.0.113.0/24.", clip(n.text), c.under.key)
	case r.Masked() != r:
		l.report("IMPROVE_IP_RANGE", n, "The bits after the first %d do not count. Write %s.", r.Bits(), r.Masked())
	}
}

// redundantNumbers finds numbers that are compared in one direction and of which one decides.
func (l *linter) redundantNumbers(c condition) {
	if family(c.operator.Test) != numericFamily || len(c.values) < 2 {
		return
	}
	which := "greatest"
	switch {
	case strings.Contains(c.operator.Test, "GreaterThan"):
		which = "least"
	case !strings.Contains(c.operator.Test, "LessThan"):
		return
	}
	l.report("REDUNDANT_CONDITION_VALUE_NUM", c.value, "Of several values of %s the %s decides. Keep that.", c.value.key, which)
}
