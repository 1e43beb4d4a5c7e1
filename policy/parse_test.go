package policy

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

const everything = `{
	"Version": "2012-10-17", "Id": "all",
	"Statement": [
		{"Sid": "One", "Effect": "Allow", "Principal": "*", "Action": "s3:Get*", "Resource": ["arn:aws:s3:::ledger", "arn:aws:s3:::led\u0067er/*"]},
		{"Effect": "Deny",
		 "NotPrincipal": {"AWS": ["111122223333", "arn:aws:iam::111122223333:user/ann"], "Service": "ec2.amazonaws.com", "Federated": "id.example.com", "CanonicalUser": "79a5"},
		 "NotAction": [], "NotResource": "*",
		 "Condition": {
			"ForAllValues:StringLikeIfExists": {"aws:TagKeys": ["a*", "é"], "aws:PrincipalTag/team": "x"},
			"NumericLessThan": {"s3:max-keys": [10, 1.50, -2e3]},
			"Bool": {"aws:SecureTransport": true},
			"Strange:Operator": {"k": "v"},
			"Null": {}
		 }}
	]
}`

func texts(values []Value) []string {
	if values == nil {
		return nil
	}
	out := make([]string, 0, len(values))
	for _, v := range values {
		out = append(out, v.Text)
	}
	return out
}

func TestParse(t *testing.T) {
	doc, err := Parse(everything)
	if err != nil {
		t.Fatal(err)
	}
	if doc.Version != Version2012 || !doc.HasVersion || doc.ID != "all" || doc.Source != everything || len(doc.Statements) != 2 {
		t.Fatalf("got %+v", doc)
	}
	one, two := doc.Statements[0], doc.Statements[1]
	if one.Index != 0 || one.Sid != "One" || one.Effect != Allow || !one.Principal.Any || one.NotPrincipal != nil || one.Condition != nil || one.NotAction != nil {
		t.Errorf("the first statement is %+v", one)
	}
	if two.Index != 1 || two.Effect != Deny || two.Principal != nil || two.Action != nil || two.NotAction == nil || len(two.NotAction) != 0 {
		t.Errorf("the second statement is %+v", two)
	}
	lists := []struct {
		name string
		got  []Value
		want []string
	}{
		{"Action", one.Action, []string{"s3:Get*"}},
		{"Resource", one.Resource, []string{"arn:aws:s3:::ledger", "arn:aws:s3:::ledger/*"}},
		{"NotResource", two.NotResource, []string{"*"}},
		{"AWS", two.NotPrincipal.AWS, []string{"111122223333", "arn:aws:iam::111122223333:user/ann"}},
		{"Service", two.NotPrincipal.Service, []string{"ec2.amazonaws.com"}},
		{"Federated", two.NotPrincipal.Federated, []string{"id.example.com"}},
		{"CanonicalUser", two.NotPrincipal.CanonicalUser, []string{"79a5"}},
	}
	for _, l := range lists {
		if !reflect.DeepEqual(texts(l.got), l.want) {
			t.Errorf("%s is %q, want %q", l.name, texts(l.got), l.want)
		}
	}
}

func TestParseConditions(t *testing.T) {
	doc, err := Parse(everything)
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		operator Operator
		key      string
		values   []string
	}{
		{Operator{Test: "StringLike", Set: ForAllValues, IfExists: true}, "aws:TagKeys", []string{"a*", "é"}},
		{Operator{Test: "StringLike", Set: ForAllValues, IfExists: true}, "aws:PrincipalTag/team", []string{"x"}},
		{Operator{Test: "NumericLessThan"}, "s3:max-keys", []string{"10", "1.50", "-2e3"}},
		{Operator{Test: "Bool"}, "aws:SecureTransport", []string{"true"}},
		{Operator{Test: "Strange:Operator"}, "k", []string{"v"}},
	}
	got := doc.Statements[1].Condition
	if len(got) != len(want) {
		t.Fatalf("got %d conditions, want %d", len(got), len(want))
	}
	for i, w := range want {
		if got[i].Operator != w.operator || got[i].Key.Text != w.key || !reflect.DeepEqual(texts(got[i].Values), w.values) {
			t.Errorf("condition %d is %+v, want %+v", i, got[i], w)
		}
		if got[i].OperatorText.Text != w.operator.String() {
			t.Errorf("operator %q prints as %q", got[i].OperatorText.Text, w.operator)
		}
	}
	if got[4].Operator.Known() || !got[0].Operator.Known() {
		t.Error("Known is wrong")
	}
}

// Every place must cut its own token out of the source.
func TestPlaces(t *testing.T) {
	doc, err := Parse(everything)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range everyValue(doc) {
		checkPlace(t, doc, v)
	}
	s := doc.Statements[1]
	if s.Span.Start.Line != 5 || s.Span.Start.Column != 3 || s.Span.End.Line != 14 {
		t.Errorf("the second statement stands at %+v", s.Span)
	}
	if got := doc.Source[s.Span.Start.Offset:s.Span.End.Offset]; got[0] != '{' || got[len(got)-1] != '}' {
		t.Errorf("the second statement is %q", got)
	}
	if at := s.Condition[3].Values[0].Span; doc.Source[at.Start.Offset:at.End.Offset] != "true" {
		t.Errorf("a boolean stands at %+v", at)
	}
}

// everyValue collects all strings of a document.
func everyValue(doc *Document) []Value {
	var out []Value
	for _, s := range doc.Statements {
		for _, list := range [][]Value{s.Action, s.NotAction, s.Resource, s.NotResource} {
			out = append(out, list...)
		}
		for _, p := range []*Principals{s.Principal, s.NotPrincipal} {
			if p != nil {
				out = append(out, p.AWS...)
				out = append(out, p.Service...)
				out = append(out, p.Federated...)
				out = append(out, p.CanonicalUser...)
			}
		}
		for _, c := range s.Condition {
			out = append(append(out, c.OperatorText, c.Key), c.Values...)
		}
	}
	return out
}

func checkPlace(t *testing.T, doc *Document, v Value) {
	t.Helper()
	start, end := v.Span.Start, v.Span.End
	raw := doc.Source[start.Offset:end.Offset]
	if raw != v.Text && raw != quote(v.Text) && !strings.Contains(raw, `\`) {
		t.Errorf("%q stands at %q", v.Text, raw)
	}
	for _, p := range []Pos{start, end} {
		before := doc.Source[:p.Offset]
		line, column := 1+strings.Count(before, "\n"), p.Offset-strings.LastIndexByte(before, '\n')
		if p.Line != line || p.Column != column {
			t.Errorf("%q is said to stand at %d:%d, it does at %d:%d", v.Text, p.Line, p.Column, line, column)
		}
	}
}

func TestSyntaxError(t *testing.T) {
	statement := `{"Effect":"Allow","Action":"*","Resource":"*"}`
	cases := []struct {
		name, src, message string
		line, column       int
	}{
		{"empty", "", "the text ends before the document does", 1, 1},
		{"white space", " \n ", "the text ends before the document does", 2, 2},
		{"cut off", `{"Version"`, "the text ends before the document does", 1, 11},
		{"a number", "7", "the document must be a JSON object", 1, 1},
		{"byte order mark", "\ufeff{}", "invalid character", 1, 1},
		{"bad UTF-8", "{\"Id\":\"\xff\"}", "invalid UTF-8", 1, 8},
		{"half a surrogate", `{"Id":"\ud800"}`, "invalid surrogate pair", 1, 8},
		{"duplicate key", "{\"Id\":\"a\",\n\"Id\":\"b\"}", "duplicate object member name", 2, 1},
		{"duplicate condition key", `{"Statement":{"Effect":"Deny","Condition":{"Bool":{"a":"1","a":"2"}}}}`, "duplicate object member name", 1, 60},
		{"unknown element", "{\n  \"version\": \"2012-10-17\"}", `unknown element "version"`, 2, 3},
		{"unknown element of a statement", `{"Statement":{"effect":"Allow"}}`, `unknown element "effect" in a statement`, 1, 15},
		{"text after the end", `{"Statement":` + statement + "}\nx", "text after the document's end", 2, 1},
		{"no statement", `{"Version":"2012-10-17"}`, "the document has no Statement", 1, 25},
		{"no effect", `{"Statement":{"Action":"*"}}`, "the statement has no Effect", 1, 14},
		{"effect in other case", `{"Statement":{"Effect":"ALLOW"}}`, `Effect is "ALLOW"`, 1, 24},
		{"bare principal", `{"Statement":{"Effect":"Deny","Principal":"111122223333"}}`, `Principal must be "*" or an object`, 1, 43},
		{"both principals", `{"Statement":{"Effect":"Deny","Principal":"*","NotPrincipal":"*"}}`, "both Principal and NotPrincipal", 1, 14},
		{"deep", strings.Repeat("[", 100000), "the document must be a JSON object", 1, 1},
		{"deep value", `{"Statement":{"Effect":"Deny","Action":` + strings.Repeat("[", 100000), "Action must be a string or a list of strings", 1, 41},
		{"too long", `{"Id":"` + strings.Repeat("x", MaxSize) + `"}`, "at most 1048576 are accepted", 1, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse(c.src)
			var syntax *SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(syntax.Message, c.message) || syntax.Pos.Line != c.line || syntax.Pos.Column != c.column {
				t.Errorf("got %v, want %d:%d: %s", syntax, c.line, c.column, c.message)
			}
		})
	}
}

// What AWS once stored must be readable, though it may not be written again.
func TestParseIsWiderThanParseFor(t *testing.T) {
	for _, src := range []string{
		`{"Statement":{"Effect":"Allow","NotPrincipal":{"AWS":"111122223333"},"Action":"*:Get*","Resource":"x"}}`,
		`{"Version":"2008-10-17","Statement":[{"Effect":"Deny"}]}`,
		`{"Statement":{"Effect":"Deny","Condition":{"StringSimilar":{"k":"v"}}}}`,
	} {
		if _, err := Parse(src); err != nil {
			t.Errorf("Parse(%s): %v", src, err)
		}
		for kind := Identity; kind <= RCP; kind++ {
			if _, err := ParseFor(kind, src); err == nil {
				t.Errorf("ParseFor(%d, %s) is no error", kind, src)
			}
		}
	}
}

func TestParseLimit(t *testing.T) {
	src := `{"Statement":{"Effect":"Deny"}}`
	if _, err := ParseLimit(src, len(src)); err != nil {
		t.Error(err)
	}
	if _, err := ParseLimit(src, len(src)-1); err == nil {
		t.Error("a document beyond the limit is read")
	}
	long := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}` + strings.Repeat(" ", MaxWritten)
	if _, err := ParseFor(Identity, long); err == nil {
		t.Error("a document beyond the limit may be written")
	}
}

func TestSize(t *testing.T) {
	for src, want := range map[string]int{"": 0, " \t\r\n": 0, "{ \"a\" : \"b c\" }": 10, "\"é中\"": 4} {
		if got := Size(src); got != want {
			t.Errorf("Size(%q) = %d, want %d", src, got, want)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	var s strings.Builder
	s.WriteString(`{"Version":"2012-10-17","Statement":[`)
	for s.Len() < 5000 {
		if s.String()[s.Len()-1] == '}' {
			s.WriteByte(',')
		}
		s.WriteString(`{"Effect":"Allow","Action":["s3:GetObject","s3:Put*"],"Resource":"arn:aws:s3:::ledger/${aws:username}/*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"blue"}}}`)
	}
	s.WriteString("]}")
	src := s.String()
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(src); err != nil {
			b.Fatal(err)
		}
	}
}

// TestParseAt parses a document inside a larger text: the places are those that an editor shows of the larger one.
func TestParseAt(t *testing.T) {
	const larger = "[\n    {\"Statement\": {\"Effect\": \"Deny\",\n      \"Action\": \"s3:*\"}}]"
	src := strings.TrimSuffix(larger[strings.IndexByte(larger, '{'):], "]")
	at := Pos{Offset: 6, Line: 2, Column: 5}
	doc, err := ParseAt(src, at)
	if err != nil {
		t.Fatal(err)
	}
	statement, action := doc.Statements[0].Span.Start, doc.Statements[0].Action[0].Span.Start
	if statement.Line != 2 || statement.Column != 19 || action.Line != 3 || action.Column != 17 || src[action.Offset] != '"' {
		t.Errorf("statement at %+v, action at %+v", statement, action)
	}
	for text, want := range map[string]Pos{
		`{"Statement": 1}`:                 {Offset: 14, Line: 2, Column: 19},
		`{"Version" 1}`:                    {Offset: 11, Line: 2, Column: 16},
		"{\n":                              {Offset: 2, Line: 3, Column: 1},
		strings.Repeat(" ", MaxSize) + " ": {Line: 2, Column: 5},
	} {
		var syntax *SyntaxError
		if _, err := ParseAt(text, at); !errors.As(err, &syntax) || syntax.Pos != want {
			t.Errorf("%.20q: %v, want %+v", text, err, want)
		}
	}
}
