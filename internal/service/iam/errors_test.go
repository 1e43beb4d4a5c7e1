package iam_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
)

// call is an operation with its input.
type call struct {
	Op string         `json:"op"`
	In map[string]any `json:"in"`
}

// TestErrors runs testdata/errors.json: what is set up, what is called then, and what AWS answers.
func TestErrors(t *testing.T) { testErrors(t, "errors.json") }

// TestRecordedErrors runs testdata/recorded.json: the answers that were recorded on AWS in 2025 and 2026 by the validated
// tests of LocalStack, restated: situation, operation, status, code and message, the last word for word but for names
// and ids. The documents of policies are our own.
func TestRecordedErrors(t *testing.T) { testErrors(t, "recorded.json") }

func testErrors(t *testing.T, file string) {
	f := newFixture(t, nil)
	for _, c := range readCases[struct {
		Name    string `json:"name"`
		Setup   []call `json:"setup"`
		Call    call   `json:"call"`
		Status  int    `json:"status"`
		Code    string `json:"code"`
		Message string `json:"message"`
	}](t, file) {
		t.Run(c.Name, func(t *testing.T) {
			a := f.newAccount(t, nil)
			for _, s := range c.Setup {
				a.must(t, s.Op, s.In)
			}
			got := a.as(t, "admin", c.Call.Op, c.Call.In)
			if got.Status != c.Status || got.Code != c.Code || got.Message != a.fill(c.Message) {
				t.Errorf("%s answers %d %s: %q, want %d %s: %q", c.Call.Op, got.Status, got.Code, got.Message, c.Status, c.Code, a.fill(c.Message))
			}
			if c.Status != http.StatusOK && !modelled(c.Call.Op, c.Code) {
				t.Errorf("the model of %s does not list %s: SDKs would not know it", c.Call.Op, c.Code)
			}
		})
	}
}

// modelled reports whether the model lists the error for the operation; those that all operations have need not be.
func modelled(operation, code string) bool {
	if code == awsapi.ValidationError.Code || code == awsapi.AccessDenied.Code {
		return true
	}
	return slices.ContainsFunc(iam.Service.Operations, func(op *awsapi.Operation) bool {
		return op.Name == operation && slices.ContainsFunc(op.Errors, func(k *awsapi.ErrorKind) bool { return k.Code == code })
	})
}
