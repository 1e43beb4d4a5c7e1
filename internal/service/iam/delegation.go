package iam

import (
	"strconv"
	"strings"

	"github.com/warder-iam/warder/authz"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
)

// noPartners is why these operations are refused: only a product provider that AWS has taken on may create a delegation
// request, from a policy template that AWS has registered for it. There is no API for either.
// Source: IAM User Guide, "IAM temporary delegation", partner guide.
const noPartners = "delegation requests are made by product providers, whom AWS takes on by hand, from policy templates that AWS registers for them; there is no API for that, so that there can be no request"

// registerDelegationRequests registers the operations of temporary delegation. They answer what AWS answers to an account
// that is no provider, and to whoever names a request that does not exist.
func (iam *Service) registerDelegationRequests(s *server.Server) {
	server.Refuse(s, api.CreateDelegationRequest, server.Ask(onNewDelegationRequest), noPartners,
		func(c *server.Call, _ *api.CreateDelegationRequestInput) *awsapi.Error {
			return api.InvalidInput.New("Account %s is not registered as a product provider for IAM temporary delegation.", c.Caller.Account)
		})
	server.Refuse(s, api.ListDelegationRequests, server.Ask(func(c *server.Call, in *api.ListDelegationRequestsInput) authz.Ask {
		ask := askAny(c)
		if in.OwnerId != nil {
			ask.Context.Set("iam:DelegationRequestOwner", *in.OwnerId)
		}
		return ask
	}), noPartners, func(*server.Call, *api.ListDelegationRequestsInput) *awsapi.Error {
		return api.NoSuchEntity.New("There are no delegation requests.")
	})
	refuseDelegation(s, api.GetDelegationRequest, func(in *api.GetDelegationRequestInput) string { return in.DelegationRequestId })
	refuseDelegation(s, api.AcceptDelegationRequest, func(in *api.AcceptDelegationRequestInput) string { return in.DelegationRequestId })
	refuseDelegation(s, api.RejectDelegationRequest, func(in *api.RejectDelegationRequestInput) string { return in.DelegationRequestId })
	refuseDelegation(s, api.UpdateDelegationRequest, func(in *api.UpdateDelegationRequestInput) string { return in.DelegationRequestId })
	refuseDelegation(s, api.AssociateDelegationRequest, func(in *api.AssociateDelegationRequestInput) string { return in.DelegationRequestId })
	refuseDelegation(s, api.SendDelegationToken, func(in *api.SendDelegationTokenInput) string { return in.DelegationRequestId })
	refuseDelegation(s, api.GetHumanReadableSummary, func(in *api.GetHumanReadableSummaryInput) string {
		return in.EntityArn[strings.LastIndexByte(in.EntityArn, '/')+1:]
	})
}

// onNewDelegationRequest asks about a request that has no id yet.
func onNewDelegationRequest(c *server.Call, in *api.CreateDelegationRequestInput) authz.Ask {
	ask := askOn(c, nil, "delegation-request", "/", "*")
	ask.Context.Set("iam:DelegationDuration", strconv.Itoa(int(in.SessionDuration)))
	ask.Context.Set("iam:NotificationChannel", in.NotificationChannel)
	if in.Permissions.PolicyTemplateArn != nil {
		ask.Context.Set("iam:TemplateArn", *in.Permissions.PolicyTemplateArn)
	}
	return ask
}

// refuseDelegation registers an operation on one request, by its id.
func refuseDelegation[In, Out any](s *server.Server, op awsapi.Op[In, Out], id func(In) string) {
	server.Refuse(s, op, server.Ask(func(c *server.Call, in In) authz.Ask {
		return askOn(c, nil, "delegation-request", "/", id(in))
	}), noPartners, func(_ *server.Call, in In) *awsapi.Error {
		return api.NoSuchEntity.New("The delegation request with id %s cannot be found.", id(in))
	})
}
