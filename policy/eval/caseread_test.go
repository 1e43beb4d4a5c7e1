package eval

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/warder-iam/warder/policy"
)

const placedCases = `[
  {"name": "first",
   "request": {"principal": "arn:aws:iam::111122223333:user/a", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k"},
   "policies": {
     "resource": {"Statement": [
       {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]},
     "identity": [{"name": "p",
       "document": {"Statement":
         {"Effect": "Allow", "Action": "*", "Resource": "*"}}}]
   },
   "expect": "Deny"},
  {"name": "second", "expect": "Deny",
   "request": {"principal": "*", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k"}}
]`

// Statements of a test file stand where an editor shows them.
func TestCasesHavePlaces(t *testing.T) {
	cases, err := ReadCases([]byte(placedCases))
	if err != nil {
		t.Fatal(err)
	}
	if a, b := cases[0].Pos, cases[1].Pos; a.Line != 2 || a.Column != 3 || b.Line != 12 || b.Column != 3 {
		t.Errorf("cases at %+v and %+v", a, b)
	}
	cases[0].File = "tests.json"
	got, err := cases[0].Run()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"resource tests.json:6:8", "identity tests.json:9:10"} {
		s := got.Explanation.Statements[i]
		if at := fmt.Sprintf("%s %s:%d:%d", s.Layer, s.File, s.Line, s.Column); at != want {
			t.Errorf("statement at %s, want %s", at, want)
		}
	}
	// Another document in the place of the one that was read is not there.
	cases[0].Policies.Identity[0].Document = []byte(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
	if got, err = cases[0].Run(); err != nil || got.Explanation.Statements[1].Line != 1 {
		t.Errorf("the new document: %v, %v", got.Explanation, err)
	}
}

func TestFileErrorsHavePlaces(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "line 1, column 1: unexpected EOF",
		"[\n {\"name\": 1}]":   `line 2, column 11: this must be a string (at /0/name)`,
		"[\n {\"nam\": \"\"}]": `line 2, column 3: there is no member "nam" here (at /0/nam)`,
		"[\n 1]":               "line 2, column 2: a case is a JSON object (at /0)",
		"{\n\"name\" 1}":       "line 2, column 8: invalid character '1' after object name (expecting ':')",
		`[{"name":"a","expect":"Deny"},` + "\n" + `{"name":"b"}]`: `line 2, column 1: case "b" has no expect`,
		`[{"expect":"Deny"}]`:                                               `line 1, column 2: case 0 has no name`,
		`{"name":"a","expect":"deny"}`:                                      `line 1, column 22: expect is "deny": write Allow, ExplicitDeny, ImplicitDeny or Deny (at /expect)`,
		`{"policies":{"identity":[{"name":"a"}]}}`:                          `line 1, column 26: a policy has a document or a file with it (at /policies/identity/0)`,
		`{"policies":{"identity":[{"name":"a","document":{},"file":"x"}]}}`: `line 1, column 26: a policy has a document or a file with it (at /policies/identity/0)`,
		`{"policies":{"identity":{}}}`:                                      `line 1, column 25: this must be a list (at /policies/identity)`,
		`{"policies":[]}`:                                                   `line 1, column 13: this must be an object (at /policies)`,
		`{"policies":{"session":[{"nome":"a"}]}}`:                           `line 1, column 26: there is no member "nome" here (at /policies/session/0/nome)`,
	} {
		var file *FileError
		_, err := ReadCases([]byte(text))
		if !errors.As(err, &file) || err.Error() != "policy test file: "+want {
			t.Errorf("%s\n got: %v\nwant: %s", text, err, want)
		}
	}
}

// A policy may stand in a file of its own, which somebody else opens.
func TestCaseLoad(t *testing.T) {
	const text = `{"name": "x", "expect": "Allow",
		"request": {"principal": "arn:aws:iam::111122223333:user/a", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k"},
		"policies": {"identity": [{"file": "own.json"}], "resource": {"file": "bucket.json"}, "scp": [[{"name": "full", "file": "own.json"}]]}}`
	files := map[string]string{
		"own.json":    "\n" + `{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}`,
		"bucket.json": `{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}`,
	}
	load := func(file string) (text, name string, err error) {
		text, ok := files[file]
		if !ok {
			err = errors.New("no such file")
		}
		return text, "dir/" + file, err
	}
	read := func() *Case {
		cases, err := ReadCases([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return &cases[0]
	}

	c := read()
	if _, err := c.Run(); err == nil || !strings.Contains(err.Error(), "own.json was not loaded") {
		t.Errorf("without its files it ran: %v", err)
	}
	if err := c.Load(load); err != nil {
		t.Fatal(err)
	}
	got, err := c.Run()
	if err != nil || !got.Passed {
		t.Fatal(got.Explanation, err)
	}
	var at []string
	for _, s := range got.Explanation.Statements {
		at = append(at, fmt.Sprintf("%s %s %s:%d", s.Layer, s.Policy, s.File, s.Line))
	}
	if want := "scp full dir/own.json:2, resource resource dir/bucket.json:1, identity own dir/own.json:2"; strings.Join(at, ", ") != want {
		t.Errorf("statements %v, want %s", at, want)
	}

	files["own.json"] = "{\n]"
	var bad *CaseError
	var syntax *policy.SyntaxError
	c = read()
	if err := c.Load(load); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Run(); !errors.As(err, &bad) || bad.File != "dir/own.json" || !errors.As(err, &syntax) || syntax.Pos.Line != 2 {
		t.Errorf("a file that is no policy: %v", err)
	}
	delete(files, "bucket.json")
	if err := read().Load(load); !errors.As(err, &bad) || bad.File != "dir/bucket.json" {
		t.Errorf("a missing file: %v", err)
	}
}
