package iam

import (
	"errors"
	"strings"
	"testing"

	"github.com/warder-iam/warder/authz"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/policy/eval"
)

// No credential makes a caller the root user; whatever may come to do so, root gets no key of its own. It may make a
// user's.
func TestRootGetsNoKey(t *testing.T) {
	root := &server.Call{Caller: &authz.Caller{Kind: eval.Root, Account: "111122223333"}}
	_, err := new(Service).createAccessKey(root, &api.CreateAccessKeyInput{})
	var refused *awsapi.Error
	if !errors.As(err, &refused) || refused.Kind != awsapi.AccessDenied || !strings.Contains(refused.Message, "warder root recover") {
		t.Errorf("root: %v", err)
	}
	if err := rootGetsNoKey(root, new("alice")); err != nil {
		t.Errorf("root for a user: %v", err)
	}
	for _, kind := range []eval.PrincipalKind{eval.User, eval.RoleSession} {
		if err := rootGetsNoKey(&server.Call{Caller: &authz.Caller{Kind: kind}}, nil); err != nil {
			t.Errorf("%v: %v", kind, err)
		}
	}
}
