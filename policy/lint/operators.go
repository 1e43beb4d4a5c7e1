package lint

import (
	"strings"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
)

// operatorFamily is the type of value that an operator compares.
type operatorFamily string

// The families, in the words of findings.
const (
	stringFamily  operatorFamily = "String"
	numericFamily operatorFamily = "Numeric"
	dateFamily    operatorFamily = "Date"
	boolFamily    operatorFamily = "Bool"
	binaryFamily  operatorFamily = "Binary"
	ipFamily      operatorFamily = "IP address"
	arnFamily     operatorFamily = "ARN"
	nullFamily    operatorFamily = "Null"
)

// family gives the family of an operator's comparison.
func family(test string) operatorFamily {
	switch test {
	case "Bool":
		return boolFamily
	case "Null":
		return nullFamily
	case "BinaryEquals":
		return binaryFamily
	case "IpAddress", "NotIpAddress":
		return ipFamily
	}
	for prefix, f := range map[string]operatorFamily{"String": stringFamily, "Numeric": numericFamily, "Date": dateFamily, "Arn": arnFamily} {
		if strings.HasPrefix(test, prefix) {
			return f
		}
	}
	return ""
}

// familyOf gives the family for a type of condition key.
func familyOf(t catalog.KeyType) operatorFamily {
	switch t {
	case catalog.TypeARN:
		return arnFamily
	case catalog.TypeBool:
		return boolFamily
	case catalog.TypeDate:
		return dateFamily
	case catalog.TypeIPAddress:
		return ipFamily
	case catalog.TypeNumeric:
		return numericFamily
	case catalog.TypeBinary:
		return binaryFamily
	}
	return stringFamily
}

// negated is whether the comparison holds when no value matches.
func negated(test string) bool { return strings.Contains(test, "Not") }

// checkOperators: INVALID_CONDITION_OPERATOR, NULL_WITH_IF_EXISTS, NULL_WITH_QUALIFIER.
func checkOperators(l *linter, s *statement) {
	if !s.condition.is('{') {
		return
	}
	for _, n := range s.condition.children {
		if _, known := policy.ParseOperator(n.key); known {
			continue
		}
		rest, qualified := cutQualifier(n.key)
		switch {
		case rest != "Null" && rest != "NullIfExists":
			l.reportKey("INVALID_CONDITION_OPERATOR", n, "There is no condition operator %q. Correct its name.", clip(n.key))
			continue
		case rest == "NullIfExists":
			l.reportKey("NULL_WITH_IF_EXISTS", n, "Null says itself whether a key exists. Remove IfExists.")
		}
		if qualified {
			l.reportKey("NULL_WITH_QUALIFIER", n, "Null with ForAllValues always holds, with ForAnyValue never. Remove the qualifier.")
		}
	}
}

func cutQualifier(operator string) (rest string, qualified bool) {
	for _, set := range [...]string{policy.ForAllValues, policy.ForAnyValue} {
		if after, found := strings.CutPrefix(operator, set+":"); found {
			return after, true
		}
	}
	return operator, false
}
