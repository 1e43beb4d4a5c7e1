package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/warder-iam/warder/internal/api/accessanalyzer"
	"github.com/warder-iam/warder/internal/api/account"
	"github.com/warder-iam/warder/internal/api/cloudtrail"
	"github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/api/sts"
	"github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
)

const root = "../.."

// TestCurrent: what make generate writes is what is there.
func TestCurrent(t *testing.T) {
	files, err := generate(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is out of date: go run ./internal/operationindex writes it", name)
		}
	}
}

// takesNothing are the operations whose input has no members: no input of theirs can fail, and what they refuse is the
// caller, which authorization data and wire data cover as well.
func takesNothing() map[string]bool {
	all := map[string]bool{}
	for _, s := range []*awsapi.Service{iam.Service, sts.Service, accessanalyzer.Service, account.Service, cloudtrail.Service, warder.Service} {
		for _, op := range s.Operations {
			all[s.Name+":"+op.Name] = len(op.Input.Members) == 0
		}
	}
	return all
}

// TestEveryOperationIsTested: whoever serves an operation writes wire tests of it: a request that succeeds, and one whose
// input fails. Of a refused one the refusal is tested. No test is of an operation that does not exist.
func TestEveryOperationIsTested(t *testing.T) {
	list := app.Operations()
	x, err := readIndex(root, serviceNames(list))
	if err != nil {
		t.Fatal(err)
	}
	empty := takesNothing()
	served := 0
	for _, o := range list {
		action := o.Service + ":" + o.Name
		c := x[action]
		if c == nil {
			c = new(coverage)
		}
		if o.State == server.Served {
			served++
			if len(c.succeeding) == 0 {
				t.Errorf("%s is served, but no test data of its service has a request of it that succeeds", action)
			}
		}
		if o.State != server.NotYet && len(c.failing) == 0 && !(o.State == server.Served && empty[action]) {
			t.Errorf("%s is %s, but no test data of its service has a request of it that fails", action, o.State)
		}
	}
	if served == 0 {
		t.Fatal("no operation is served")
	}
	for action := range x {
		if _, known := empty[action]; !known {
			t.Errorf("there are tests of %s, which no model has", action)
		}
	}
}

// TestIndex: a line counts by its operation and status, whatever else it has.
func TestIndex(t *testing.T) {
	x := index{}
	text := `[{"op":"A","in":{}},{"op":"A","status":200},{"op":"A","status":404},{"call":{"op":"B"},"setup":[{"op":"C"}],"status":400},{"name":"no operation"}]`
	if err := x.add("s", "f.json", []byte(text)); err != nil {
		t.Fatal(err)
	}
	a, b := x["s:A"], x["s:B"]
	if len(x) != 2 || !slices.Equal(a.succeeding, []string{"f.json"}) || !slices.Equal(a.files(), []string{"f.json"}) || len(b.succeeding) != 0 || len(b.failing) != 1 {
		t.Errorf("%+v %+v of %d", a, b, len(x))
	}
	for text, good := range map[string]bool{`{"op":"A"}`: true, `["op"]`: true, `[{"op":7}]`: true, `[`: false} {
		if err := x.add("s", "g.json", []byte(text)); (err == nil) != good || len(x["s:A"].files()) != 1 {
			t.Errorf("%s: %v, %v", text, err, x["s:A"].files())
		}
	}
	if got := signingName("accessanalyzer", []string{"iam", "access-analyzer"}); got != "access-analyzer" {
		t.Errorf("the package accessanalyzer is of %s", got)
	}
}
