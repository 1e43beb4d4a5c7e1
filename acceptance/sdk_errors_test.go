package acceptance

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// isError reports whether err is the SDK's type for an error, which it finds by the code on the wire.
func isError[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}

// TestSDKErrors meets the errors that programs look for by type, with their HTTP status.
func TestSDKErrors(t *testing.T) {
	t.Parallel()
	w := start(t)
	ctx := background(t)
	client := w.iam(w.Key)
	_, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: new("dora")})
	check(t, err)
	newKey(t, client, "dora")
	newKey(t, client, "dora")
	role, err := client.CreateRole(ctx, &iam.CreateRoleInput{RoleName: new("r"), AssumeRolePolicyDocument: new(trustRoot)})
	check(t, err)

	tests := []struct {
		name   string
		call   func(context.Context) error
		typed  func(error) bool
		status int
		says   string
	}{
		{"no such user", func(ctx context.Context) error {
			_, err := client.GetUser(ctx, &iam.GetUserInput{UserName: new("none")})
			return err
		}, isError[*types.NoSuchEntityException], 404, "The user with name none cannot be found."},
		{"user exists", func(ctx context.Context) error {
			_, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: new("DORA")})
			return err
		}, isError[*types.EntityAlreadyExistsException], 409, "User with name DORA already exists."},
		{"delete a user with keys", func(ctx context.Context) error {
			_, err := client.DeleteUser(ctx, &iam.DeleteUserInput{UserName: new("dora")})
			return err
		}, isError[*types.DeleteConflictException], 409, "must delete access keys first"},
		{"a third key", func(ctx context.Context) error {
			_, err := client.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: new("dora")})
			return err
		}, isError[*types.LimitExceededException], 409, "Cannot exceed quota for AccessKeysPerUser: 2"},
		{"a policy that is none", func(ctx context.Context) error {
			_, err := client.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: new("p"), PolicyDocument: new("{")})
			return err
		}, isError[*types.MalformedPolicyDocumentException], 400, ""},
		{"a policy nested to the limit", func(ctx context.Context) error {
			deep := strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000)
			_, err := client.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: new("dora"), PolicyName: new("p"), PolicyDocument: &deep})
			return err
		}, isError[*types.MalformedPolicyDocumentException], 400, ""},
		{"an inline policy over the quota", func(ctx context.Context) error {
			long := strings.Replace(listUsers, "iam:ListUsers", "iam:"+strings.Repeat("a", 2048), 1)
			_, err := client.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: new("dora"), PolicyName: new("p"), PolicyDocument: &long})
			return err
		}, isError[*types.LimitExceededException], 409, "2048"},
		{"duplicate tags", func(ctx context.Context) error {
			_, err := client.TagRole(ctx, &iam.TagRoleInput{RoleName: new("r"), Tags: []types.Tag{{Key: new("a"), Value: new("1")}, {Key: new("A"), Value: new("2")}}})
			return err
		}, isError[*types.InvalidInputException], 400, "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		{"a session policy that is none", func(ctx context.Context) error {
			_, err := w.sts(w.Key).AssumeRole(ctx, &sts.AssumeRoleInput{
				RoleArn: role.Role.Arn, RoleSessionName: new("work"), ExternalId: new("sesame"), Policy: new("[]"),
			})
			return err
		}, isError[*ststypes.MalformedPolicyDocumentException], 400, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := test.call(ctx)
			var response *awshttp.ResponseError
			if !errors.As(err, &response) {
				t.Fatalf("%v", err)
			}
			if !test.typed(err) || response.HTTPStatusCode() != test.status || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%T %v, want status %d and %q", err, err, test.status, test.says)
			}
			if response.ServiceRequestID() == "" {
				t.Error("no request id")
			}
		})
	}
}

// TestSDKNotServed: what the model has and Warder does not is refused by name and not retried.
func TestSDKNotServed(t *testing.T) {
	t.Parallel()
	w := start(t)
	counted := &countingTransport{}
	client := accessanalyzer.NewFromConfig(w.sdk(w.Key), func(o *accessanalyzer.Options) { o.HTTPClient = &http.Client{Transport: counted} })
	_, err := client.ListAnalyzers(background(t), &accessanalyzer.ListAnalyzersInput{})
	refused(t, "ListAnalyzers", err, "NotImplemented")
	if err == nil || !strings.Contains(err.Error(), "access-analyzer:ListAnalyzers") {
		t.Errorf("%v does not name the operation", err)
	}
	if n := counted.n.Load(); n != 1 {
		t.Errorf("the SDK tried %d times", n)
	}
}
