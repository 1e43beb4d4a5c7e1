package policy

import (
	"reflect"
	"strings"
	"testing"
)

func TestCanonical(t *testing.T) {
	doc, err := Parse(everything)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"Version":"2012-10-17","Id":"all","Statement":[` +
		`{"Sid":"One","Effect":"Allow","Principal":"*","Action":"s3:Get*","Resource":["arn:aws:s3:::ledger","arn:aws:s3:::ledger/*"]},` +
		`{"Effect":"Deny","NotPrincipal":{"AWS":["111122223333","arn:aws:iam::111122223333:user/ann"],"Service":"ec2.amazonaws.com","Federated":"id.example.com","CanonicalUser":"79a5"},` +
		`"NotAction":[],"NotResource":"*","Condition":{` +
		`"ForAllValues:StringLikeIfExists":{"aws:TagKeys":["a*","é"],"aws:PrincipalTag/team":"x"},` +
		`"NumericLessThan":{"s3:max-keys":["10","1.50","-2e3"]},"Bool":{"aws:SecureTransport":"true"},"Strange:Operator":{"k":"v"}}}]}`
	if got := doc.Canonical(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Documents that differ in form alone print the same.
func TestCanonicalForms(t *testing.T) {
	want := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"k":"true"}}}]}`
	same := []string{
		want,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"k":"true"}}}}`,
		`{"Statement":[{"Resource":["*"],"Action":["s3:*"],"Effect":"Allow","Sid":"","Condition":{"Bool":{"k":[true]}}}],"Id":"","Version":"2012-10-17"}`,
		` { "Version" : "2012-10-17" , "Statement" : { "Condition" : { "Null" : { } , "Bool" : { "k" : true } } , "Effect" : "Allow" , "Action" : "s3:\u002a" , "Resource" : "*" } } `,
	}
	for _, src := range same {
		doc, err := Parse(src)
		if err != nil {
			t.Fatal(err)
		}
		if got := doc.Canonical(); got != want {
			t.Errorf("%s\nprints as %s", src, got)
		}
	}
}

func TestPrint(t *testing.T) {
	doc, err := Parse(`{"Statement":{"Effect":"Allow","Action":["a:b","a:c"],"Resource":"*","Condition":{}}}`)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		`{`,
		`  "Statement": [`,
		`    {`,
		`      "Effect": "Allow",`,
		`      "Action": [`,
		`        "a:b",`,
		`        "a:c"`,
		`      ],`,
		`      "Resource": "*",`,
		`      "Condition": {}`,
		`    }`,
		`  ]`,
		`}`, ``}, "\n")
	if got := doc.Print(); got != want {
		t.Errorf("got\n%s", got)
	}
}

// bare is the document without places and source, which printing does not keep.
func bare(doc *Document) Document {
	clean := *doc
	clean.Source = ""
	clean.Statements = nil
	for _, s := range doc.Statements {
		s.Span = Span{}
		for _, list := range []*[]Value{&s.Action, &s.NotAction, &s.Resource, &s.NotResource} {
			*list = bareValues(*list)
		}
		s.Principal, s.NotPrincipal = barePrincipals(s.Principal), barePrincipals(s.NotPrincipal)
		if s.Condition != nil {
			conditions := []Condition{}
			for _, c := range s.Condition {
				c.OperatorText.Span, c.Key.Span, c.Values = Span{}, Span{}, bareValues(c.Values)
				conditions = append(conditions, c)
			}
			s.Condition = conditions
		}
		clean.Statements = append(clean.Statements, s)
	}
	return clean
}

func bareValues(values []Value) []Value {
	if values == nil {
		return nil
	}
	out := []Value{}
	for _, v := range values {
		out = append(out, Value{Text: v.Text})
	}
	return out
}

func barePrincipals(p *Principals) *Principals {
	if p == nil {
		return nil
	}
	return &Principals{
		Any: p.Any, AWS: bareValues(p.AWS), Service: bareValues(p.Service),
		Federated: bareValues(p.Federated), CanonicalUser: bareValues(p.CanonicalUser),
	}
}

func checkStable(t *testing.T, doc *Document) {
	t.Helper()
	for _, printed := range []string{doc.Canonical(), doc.Print()} {
		again, err := ParseLimit(printed, 64*MaxSize)
		if err != nil {
			t.Fatalf("%q prints as %q: %v", doc.Source, printed, err)
		}
		if want, got := bare(doc), bare(again); !reflect.DeepEqual(got, want) {
			t.Fatalf("%q prints as %q:\ngot  %+v\nwant %+v", doc.Source, printed, got, want)
		}
		if again.Canonical() != doc.Canonical() || again.Print() != doc.Print() {
			t.Fatalf("%q does not print stably", doc.Source)
		}
	}
}

func TestPrintIsStable(t *testing.T) {
	for _, c := range writeCases(t, "testdata/wellformed.json") {
		doc, err := Parse(c.text(t))
		if err != nil {
			t.Fatal(err)
		}
		checkStable(t, doc)
		if _, err := ParseFor(c.kind(t), doc.Canonical()); err != nil {
			t.Errorf("%s: what it prints as may not be written: %v", c.Name, err)
		}
	}
}
