package policy

import "strings"

// operators is every comparison of the policy language in its canonical spelling.
var operators = map[string]bool{
	"StringEquals": true, "StringNotEquals": true,
	"StringEqualsIgnoreCase": true, "StringNotEqualsIgnoreCase": true,
	"StringLike": true, "StringNotLike": true,
	"NumericEquals": true, "NumericNotEquals": true,
	"NumericLessThan": true, "NumericLessThanEquals": true,
	"NumericGreaterThan": true, "NumericGreaterThanEquals": true,
	"DateEquals": true, "DateNotEquals": true,
	"DateLessThan": true, "DateLessThanEquals": true,
	"DateGreaterThan": true, "DateGreaterThanEquals": true,
	"Bool": true, "BinaryEquals": true,
	"IpAddress": true, "NotIpAddress": true,
	"ArnEquals": true, "ArnLike": true, "ArnNotEquals": true, "ArnNotLike": true,
	"Null": true,
}

// The set qualifiers.
const (
	ForAllValues = "ForAllValues"
	ForAnyValue  = "ForAnyValue"
)

// ParseOperator reads a condition operator with its set qualifier and IfExists. It is false for anything that is not an
// operator of the language; Null takes neither qualifier nor IfExists.
//
// Operators are case-sensitive, as element names are: AWS documents one spelling and no other.
func ParseOperator(text string) (Operator, bool) {
	var op Operator
	rest := text
	if set, after, found := strings.Cut(text, ":"); found {
		if set != ForAllValues && set != ForAnyValue {
			return Operator{}, false
		}
		op.Set, rest = set, after
	}
	op.Test, op.IfExists = strings.CutSuffix(rest, "IfExists")
	if !operators[op.Test] {
		return Operator{}, false
	}
	if op.Test == "Null" && (op.Set != "" || op.IfExists) {
		return Operator{}, false
	}
	return op, true
}

// Known is false for an operator that an imported document has and the language has not. Such a condition can never be
// evaluated, so whoever decides must fail closed.
func (o Operator) Known() bool { return operators[o.Test] }

// String is the operator as it is written in a document.
func (o Operator) String() string {
	text := o.Test
	if o.Set != "" {
		text = o.Set + ":" + text
	}
	if o.IfExists {
		text += "IfExists"
	}
	return text
}
