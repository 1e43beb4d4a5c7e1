package accessanalyzer

import (
	"github.com/warder-iam/warder/authz"
	api "github.com/warder-iam/warder/internal/api/accessanalyzer"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
)

// Register makes s answer the operations of Access Analyzer that Warder serves.
func Register(s *server.Server) {
	server.Handle(s, api.ValidatePolicy, server.Ask(func(c *server.Call, _ *api.ValidatePolicyInput) authz.Ask {
		return authz.Ask{Action: c.Action(), Resource: "*"}
	}), validatePolicy)
}

// invalid is a ValidationException about one member of the input.
func invalid(member, message string) error {
	return &awsapi.Error{
		Kind: api.ValidationException, Message: message, Fields: []awsapi.FieldError{{Path: member, Message: message}},
	}
}
