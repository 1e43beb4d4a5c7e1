package iam

import (
	"github.com/warder-iam/warder/authz"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
)

// noOrganizations is why these operations are refused.
const noOrganizations = "accounts here are in no organization"

// registerOrganizations registers the operations that are about an organization of accounts, of which there is none. They
// answer what AWS answers to an account without one.
func (iam *Service) registerOrganizations(s *server.Server) {
	server.Refuse(s, api.GenerateOrganizationsAccessReport, server.Ask(func(c *server.Call, in *api.GenerateOrganizationsAccessReportInput) authz.Ask {
		return askOn(c, nil, "access-report", "/", in.EntityPath)
	}), noOrganizations, func(*server.Call, *api.GenerateOrganizationsAccessReportInput) *awsapi.Error {
		return awsapi.AccessDenied.New("The account is not the management account of an organization.")
	})
	server.Refuse(s, api.GetOrganizationsAccessReport, server.Ask(func(c *server.Call, _ *api.GetOrganizationsAccessReportInput) authz.Ask {
		return askAny(c)
	}), noOrganizations, func(_ *server.Call, in *api.GetOrganizationsAccessReportInput) *awsapi.Error {
		return noJob(in.JobId)
	})
	refuseWithoutOrganization(s, api.EnableOrganizationsRootCredentialsManagement)
	refuseWithoutOrganization(s, api.DisableOrganizationsRootCredentialsManagement)
	refuseWithoutOrganization(s, api.EnableOrganizationsRootSessions)
	refuseWithoutOrganization(s, api.DisableOrganizationsRootSessions)
	refuseWithoutOrganization(s, api.ListOrganizationsFeatures)
}

func refuseWithoutOrganization[In, Out any](s *server.Server, op awsapi.Op[In, Out]) {
	server.Refuse(s, op, server.Ask(func(c *server.Call, _ In) authz.Ask { return askAny(c) }), noOrganizations,
		func(*server.Call, In) *awsapi.Error {
			return api.OrganizationNotFoundException.New("The request failed because no organization is associated with your account.")
		})
}
