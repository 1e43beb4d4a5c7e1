package sts

import (
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	api "github.com/warder-iam/warder/internal/api/sts"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
)

// RegisterPrivileged makes s answer the operations that give credentials of a kind that cannot be here: sessions of the root
// users of an organization's member accounts, and those that a customer delegated to a product provider.
func RegisterPrivileged(s *server.Server) {
	server.Refuse(s, api.AssumeRoot, server.Asks(assumeRootAsks), "accounts here are in no organization",
		func(c *server.Call, in *api.AssumeRootInput) *awsapi.Error {
			return awsapi.AccessDenied.New("User: %s is not authorized to perform: sts:AssumeRoot on resource: %s", c.Caller.ARN, rootOf(in.TargetPrincipal))
		})
	server.Refuse(s, api.GetDelegatedAccessToken, server.Ask(func(c *server.Call, _ *api.GetDelegatedAccessTokenInput) authz.Ask {
		return authz.Ask{Action: c.Action(), Resource: "*"}
	}), "trade-in tokens come from accepted delegation requests, of which there can be none", func(*server.Call, *api.GetDelegatedAccessTokenInput) *awsapi.Error {
		return api.ExpiredTradeInTokenException.New("The trade-in token is not valid or has expired.")
	})
}

// assumeRootAsks: the target is the root user of an account, by its ARN or the account's id alone, and the task one of
// AWS's. Source: AWS STS API Reference, AssumeRoot.
func assumeRootAsks(c *server.Call, in *api.AssumeRootInput) ([]authz.Ask, error) {
	root := rootOf(in.TargetPrincipal)
	a, err := arn.Parse(root)
	if named, ok := a.Named(); err != nil || !ok || named.Kind != arn.KindRoot {
		return nil, awsapi.ValidationError.New("%s is invalid", in.TargetPrincipal)
	}
	task := text(in.TaskPolicyArn.Arn)
	if !strings.HasPrefix(task, "arn:aws:iam::aws:policy/root-task/") {
		return nil, awsapi.ValidationError.New("%s is not the ARN of a task policy", task)
	}
	ask := authz.Ask{Action: c.Action(), Resource: root, ResourceAccount: a.Account}
	ask.Context.Set("sts:TaskPolicyArn", task)
	return []authz.Ask{ask}, nil
}

func rootOf(target string) string {
	if arn.IsAccountID(target) {
		return arn.In(target).Root().String()
	}
	return target
}
