package guardrail

import (
	"context"
	_ "embed" // policy.json
	"encoding/json"
	"fmt"

	"github.com/warder-iam/warder/audit/repair"
	"github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/server"
)

// Principal is the service principal that guardrails are, in events and in their policy.
const Principal = "guardrail.warder.internal"

//go:embed policy.json
var policyText string

// Policy is all that guardrails may do. No policy of an account allows them anything more.
func Policy() string { return policyText }

// actor calls operations as the principal.
type actor struct {
	server *server.Server
	job    *server.Job
}

func newActor(s *server.Server) (*actor, error) {
	job, err := server.NewJob(Principal, policyText)
	if err != nil {
		return nil, err
	}
	return &actor{s, job}, nil
}

// call makes one of the calls that plans hold; why is recorded with it.
func (a *actor) call(ctx context.Context, account string, c repair.Call, why json.RawMessage) (err error) {
	text := func(name string) *string { return new(c.Params[name]) }
	switch c.Action {
	case "UpdateAccessKey":
		_, err = server.Do(ctx, a.server, a.job, account, iam.UpdateAccessKey,
			&iam.UpdateAccessKeyInput{UserName: text("UserName"), AccessKeyId: *text("AccessKeyId"), Status: *text("Status")}, why)
	case "DeleteAccessKey":
		_, err = server.Do(ctx, a.server, a.job, account, iam.DeleteAccessKey,
			&iam.DeleteAccessKeyInput{UserName: text("UserName"), AccessKeyId: *text("AccessKeyId")}, why)
	case "DeleteLoginProfile":
		_, err = server.Do(ctx, a.server, a.job, account, iam.DeleteLoginProfile, &iam.DeleteLoginProfileInput{UserName: text("UserName")}, why)
	case "DeletePolicyVersion":
		_, err = server.Do(ctx, a.server, a.job, account, iam.DeletePolicyVersion,
			&iam.DeletePolicyVersionInput{PolicyArn: *text("PolicyArn"), VersionId: *text("VersionId")}, why)
	case "DeletePolicy":
		_, err = server.Do(ctx, a.server, a.job, account, iam.DeletePolicy, &iam.DeletePolicyInput{PolicyArn: *text("PolicyArn")}, why)
	default:
		return fmt.Errorf("guardrails do not call %s", c.Action)
	}
	return err
}

// createKey makes a user's key. The answer holds its secret.
func (a *actor) createKey(ctx context.Context, account, user string, why json.RawMessage) (*iam.AccessKey, error) {
	out, err := server.Do(ctx, a.server, a.job, account, iam.CreateAccessKey, &iam.CreateAccessKeyInput{UserName: &user}, why)
	if err != nil {
		return nil, err
	}
	return &out.AccessKey, nil
}
