package iam_test

import (
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"
)

// TestAnswers runs testdata/answers.json: what is set up, what is called then, and the members that the first element of
// that name has in AWS's answer, and no others. Clients tell an absent list from an empty one.
func TestAnswers(t *testing.T) {
	f := newFixture(t, nil)
	for _, c := range readCases[struct {
		Name    string `json:"name"`
		Setup   []call `json:"setup"`
		Call    call   `json:"call"`
		Element string `json:"element"`
		Members string `json:"members"`
	}](t, "answers.json") {
		t.Run(c.Name, func(t *testing.T) {
			a := f.newAccount(t, nil)
			for _, s := range c.Setup {
				a.must(t, s.Op, s.In)
			}
			got := members(t, a.must(t, c.Call.Op, c.Call.In), c.Element)
			want := strings.Fields(c.Members)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s of %s has %q, want %q", c.Element, c.Call.Op, got, want)
			}
		})
	}
}

// TestTagOrder: a policy's tags are listed by the length of their keys and then by name, a user's by name, and the page
// after a marker goes on in the same order. Answers that show a whole entity keep the order in which tags were given.
func TestTagOrder(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	var tags []any
	for _, key := range []string{"abc", "b", "Z", "a"} {
		tags = append(tags, map[string]any{"Key": key, "Value": "v"})
	}
	arn := "arn:aws:iam::{account}:policy/p"
	document := map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}}
	a.must(t, "CreatePolicy", map[string]any{"PolicyName": "p", "PolicyDocument": document, "Tags": tags})
	a.must(t, "CreateUser", map[string]any{"UserName": "ann", "Tags": tags})
	first := a.must(t, "ListPolicyTags", map[string]any{"PolicyArn": arn, "MaxItems": 2})
	for _, c := range []struct {
		operation string
		in        map[string]any
		want      string
	}{
		{"ListPolicyTags", map[string]any{"PolicyArn": arn}, "Z a b abc"},
		{"ListPolicyTags", map[string]any{"PolicyArn": arn, "Marker": elements(t, first, "Marker")[0]}, "b abc"},
		{"GetPolicy", map[string]any{"PolicyArn": arn}, "abc b Z a"},
		{"ListUserTags", map[string]any{"UserName": "ann"}, "Z a abc b"},
		{"GetUser", map[string]any{"UserName": "ann"}, "abc b Z a"},
	} {
		if got := strings.Join(elements(t, a.must(t, c.operation, c.in), "Key"), " "); got != c.want {
			t.Errorf("%s %v gives %s, want %s", c.operation, c.in, got, c.want)
		}
	}
}

// members are the names of the children of the first element of that name.
func members(t *testing.T, body, name string) []string {
	t.Helper()
	var names []string
	depth := -1 // within the element, from 0
	for d := xml.NewDecoder(strings.NewReader(body)); ; {
		token, err := d.Token()
		if err == io.EOF {
			t.Fatalf("no element %s in %s", name, body)
		}
		check(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			if depth == 0 {
				names = append(names, token.Name.Local)
			}
			if depth >= 0 || token.Name.Local == name {
				depth++
			}
		case xml.EndElement:
			if depth == 0 {
				return names
			}
			if depth > 0 {
				depth--
			}
		}
	}
}
