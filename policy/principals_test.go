package policy

import (
	"reflect"
	"strings"
	"testing"
)

const trustText = `{ "Version":"2012-10-17",
  "Statement":[
    {"Effect":"Allow", "Action":"sts:AssumeRole",
     "Principal": { "Service":"ec2.amazonaws.com", "AWS" : [ "arn:aws:iam::111122223333:user\/ann" , "*","111122223333" ] } },
    {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/ci"},"Action":"sts:AssumeRole"},
    {"Effect":"Deny","Principal":"*","Action":"sts:TagSession"}
  ] }
`

func TestAWSPrincipals(t *testing.T) {
	doc, err := Parse(trustText)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"arn:aws:iam::111122223333:user/ann", "*", "111122223333", "arn:aws:iam::111122223333:role/ci"}
	if got := texts(doc.AWSPrincipals()); !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestReplacePrincipals(t *testing.T) {
	doc, err := Parse(trustText)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{
		"arn:aws:iam::111122223333:user/ann": "AIDAABCDEFGHIJKLMNOPQ",
		"arn:aws:iam::111122223333:role/ci":  `say "role"`,
	}
	got := doc.ReplacePrincipals(func(s string) string {
		if id, ok := ids[s]; ok {
			return id
		}
		return s
	})
	want := strings.Replace(trustText, `"arn:aws:iam::111122223333:user\/ann"`, `"AIDAABCDEFGHIJKLMNOPQ"`, 1)
	want = strings.Replace(want, `"arn:aws:iam::111122223333:role/ci"`, `"say \"role\""`, 1)
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if same := doc.ReplacePrincipals(func(s string) string { return s }); same != trustText {
		t.Errorf("without a change the text changes: %s", same)
	}
}
