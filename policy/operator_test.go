package policy

import "testing"

func TestParseOperator(t *testing.T) {
	good := map[string]Operator{
		"StringEquals":                     {Test: "StringEquals"},
		"StringEqualsIfExists":             {Test: "StringEquals", IfExists: true},
		"ForAllValues:StringLike":          {Test: "StringLike", Set: ForAllValues},
		"ForAnyValue:ArnNotLikeIfExists":   {Test: "ArnNotLike", Set: ForAnyValue, IfExists: true},
		"StringNotEqualsIgnoreCase":        {Test: "StringNotEqualsIgnoreCase"},
		"DateGreaterThanEqualsIfExists":    {Test: "DateGreaterThanEquals", IfExists: true},
		"NotIpAddress":                     {Test: "NotIpAddress"},
		"ForAllValues:BinaryEquals":        {Test: "BinaryEquals", Set: ForAllValues},
		"Null":                             {Test: "Null"},
		"NumericLessThan":                  {Test: "NumericLessThan"},
		"ForAnyValue:StringEqualsIfExists": {Test: "StringEquals", Set: ForAnyValue, IfExists: true},
	}
	for text, want := range good {
		got, ok := ParseOperator(text)
		if !ok || got != want || got.String() != text || !got.Known() {
			t.Errorf("ParseOperator(%q) = %+v, %v; want %+v", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "IfExists", "stringEquals", "STRINGEQUALS", "StringEqual", "StringEqualsIfExistsIfExists", "StringEqualsifexists",
		"ForAnyValue::StringEquals", "ForAllValues:", "forAllValues:StringEquals", "ForAllValues:ForAnyValue:StringEquals",
		"NullIfExists", "ForAnyValue:Null", "BinaryNotEquals", "BoolNot", " StringEquals",
	} {
		if got, ok := ParseOperator(text); ok {
			t.Errorf("ParseOperator(%q) = %+v, want none", text, got)
		}
	}
}
