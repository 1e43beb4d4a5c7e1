package iam_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/server"
)

// TestDelegationRequests: what is refused is refused to those who may ask; to others it is denied, by the request's ARN.
func TestDelegationRequests(t *testing.T) {
	f := newFixture(t, nil)
	a := f.newAccount(t, nil)
	const id = "d-0123456789abcdef"
	arn := "arn:aws:iam::" + a.id + ":delegation-request/" + id
	operations := []string{"GetDelegationRequest", "AcceptDelegationRequest", "RejectDelegationRequest", "UpdateDelegationRequest", "AssociateDelegationRequest", "SendDelegationToken"}
	for _, op := range operations {
		in := map[string]any{"DelegationRequestId": id}
		if got := a.as(t, "caller", op, in); got.Status != http.StatusForbidden || !strings.Contains(got.Message, "iam:"+op+" on resource: "+arn) {
			t.Errorf("%s: %d %s", op, got.Status, got.Message)
		}
		a.allow(t, map[string]any{"Effect": "Allow", "Action": "iam:" + op, "Resource": arn})
		if got := a.as(t, "caller", op, in); got.Code != "NoSuchEntity" {
			t.Errorf("%s: %d %s", op, got.Status, got.Message)
		}
	}
	for _, state := range f.Operations() {
		if slices.Contains(operations, state.Name) && (state.State != server.Refused || state.Reason == "") {
			t.Errorf("%+v", state)
		}
	}
	in := map[string]any{"Description": "d", "Permissions": map[string]any{"PolicyTemplateArn": "arn:aws:iam::aws:delegation-template/x"}, "RequestorWorkflowId": "workflow",
		"NotificationChannel": "arn:aws:sns:us-east-1:1:t", "SessionDuration": 900}
	a.allow(t, map[string]any{"Effect": "Allow", "Action": "iam:CreateDelegationRequest", "Resource": "*", "Condition": map[string]any{
		"NumericLessThan": map[string]any{"iam:DelegationDuration": "901"}, "StringLike": map[string]any{"iam:TemplateArn": "*/x", "iam:NotificationChannel": "*:t"},
	}})
	if got := a.as(t, "caller", "CreateDelegationRequest", in); got.Code != "InvalidInput" {
		t.Errorf("%d %s", got.Status, got.Message)
	}
	in["SessionDuration"] = 901
	if got := a.as(t, "caller", "CreateDelegationRequest", in); got.Code != "AccessDenied" {
		t.Errorf("%d %s", got.Status, got.Message)
	}
}
