package clienttest

import (
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/server/servertest"
)

// Check reads what was kept of a service's operations with both clients, in one test for each operation of the model. An
// operation that is served needs an answer without an error; one that is refused, an error that its model lists. The
// members of outputs that no answer has are those in testdata/unseen.json of the calling package, and no others: of what
// was never sent nobody knows whether clients can read it. Without botocore its part is skipped, see servertest.Missing.
func (a *Answers) Check(t *testing.T, service *awsapi.Service, states []server.OperationState) {
	t.Helper()
	state := map[string]server.State{}
	for _, s := range states {
		if s.Service == service.Name {
			state[s.Name] = s.State
		}
	}
	t.Run("SDK", func(t *testing.T) {
		sdk := newSDK()
		a.each(t, service, func(t *testing.T, op *awsapi.Operation, answers []Answer) {
			if !slices.ContainsFunc(answers, expected(op, state[op.Name])) {
				t.Errorf("it is %s, but none of %d answers is of that kind", state[op.Name], len(answers))
			}
			for _, answer := range answers {
				for _, fault := range sdk.faults(t.Context(), op, answer) {
					t.Errorf("%s, in %d %s", fault, answer.Status, answer.Body)
				}
			}
		})
	})
	t.Run("botocore", func(t *testing.T) {
		read, unseen := a.botocore(t, service), readUnseen(t)
		a.each(t, service, func(t *testing.T, op *awsapi.Operation, answers []Answer) {
			for i, answer := range answers {
				for _, fault := range read.Faults[op.Name][i] {
					t.Errorf("%s, in %d %s", fault, answer.Status, answer.Body)
				}
			}
			later := func(member string) bool { return !has(op.Output, strings.Split(member, ".")) } // than our models
			if got := slices.DeleteFunc(read.Unseen[op.Name], later); !slices.Equal(got, unseen[op.Name]) {
				t.Errorf("no answer has the members %q, want %q", got, unseen[op.Name])
			}
		})
		for _, name := range slices.Sorted(maps.Keys(unseen)) {
			if _, ok := state[name]; !ok {
				t.Errorf("the model has no operation %s", name)
			}
		}
	})
}

// each runs a test for each operation of a model.
func (a *Answers) each(t *testing.T, service *awsapi.Service, test func(*testing.T, *awsapi.Operation, []Answer)) {
	t.Helper()
	for _, op := range service.Operations {
		t.Run(op.Name, func(t *testing.T) { test(t, op, a.of(op)) })
	}
}

// expected reports whether an answer is what an operation in that state gives.
func expected(op *awsapi.Operation, state server.State) func(Answer) bool {
	return func(a Answer) bool {
		switch state {
		case server.Served:
			return a.Status == http.StatusOK
		case server.Refused:
			e, err := a.error()
			return err == nil && (e.Code == awsapi.AccessDenied.Code || lists(op, e.Code))
		default:
			return false
		}
	}
}

// error is an answer that is an error, as any reader of XML sees it.
func (a Answer) error() (e servertest.Answer, err error) {
	err = xml.Unmarshal([]byte(a.Body), &e)
	return e, err
}

// lists reports whether an operation's model lists an error.
func lists(op *awsapi.Operation, code string) bool {
	return slices.ContainsFunc(op.Errors, func(k *awsapi.ErrorKind) bool { return k.Code == code })
}

// has reports whether a shape has a member at that path, in which "member" stands for those of a list and "value" for
// those of a map.
func has(s *awsapi.Shape, path []string) bool {
	if len(path) == 0 {
		return true
	}
	switch s.Kind {
	case awsapi.List:
		return has(s.Member, path[1:])
	case awsapi.Map:
		return has(s.Value, path[1:])
	default:
		i := slices.IndexFunc(s.Members, func(m awsapi.Member) bool { return m.Name == path[0] })
		return i >= 0 && has(s.Members[i].Shape, path[1:])
	}
}
