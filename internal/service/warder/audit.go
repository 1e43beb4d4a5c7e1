package warder

import (
	"github.com/warder-iam/warder/authz"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/server"
)

// Audit answers the operations of the live audit, each about the caller's account. internal/liveaudit has one.
type Audit interface {
	ListAuditChecks(c *server.Call, in *api.ListAuditChecksInput) (*api.ListAuditChecksOutput, error)
	ListFindings(c *server.Call, in *api.ListFindingsInput) (*api.ListFindingsOutput, error)
	GetFinding(c *server.Call, in *api.GetFindingInput) (*api.GetFindingOutput, error)
	PreviewRemedy(c *server.Call, in *api.PreviewRemedyInput) (*api.PreviewRemedyOutput, error)
	GetAuditSummary(c *server.Call, in *api.GetAuditSummaryInput) (*api.GetAuditSummaryOutput, error)
	GetActivity(c *server.Call, in *api.GetActivityInput) (*api.GetActivityOutput, error)
	ListUnusedAccess(c *server.Call, in *api.ListUnusedAccessInput) (*api.ListUnusedAccessOutput, error)
}

// RegisterAudit makes s answer the operations of the live audit. They tell of the whole account, whatever else the caller may
// read of it: the operation's own permission is all that decides. The summary is asked for every few seconds by every open page,
// so that its answers are data events.
func RegisterAudit(s *server.Server, a Audit) {
	server.Handle(s, api.ListAuditChecks, onAccount[*api.ListAuditChecksInput](), a.ListAuditChecks)
	server.Handle(s, api.ListFindings, onAccount[*api.ListFindingsInput](), a.ListFindings)
	server.Handle(s, api.GetFinding, onAccount[*api.GetFindingInput](), a.GetFinding)
	server.Handle(s, api.PreviewRemedy, onAccount[*api.PreviewRemedyInput](), a.PreviewRemedy)
	server.HandleData(s, api.GetAuditSummary, onAccount[*api.GetAuditSummaryInput](), a.GetAuditSummary)
	server.Handle(s, api.GetActivity, onAccount[*api.GetActivityInput](), a.GetActivity)
	server.Handle(s, api.ListUnusedAccess, onAccount[*api.ListUnusedAccessInput](), a.ListUnusedAccess)
}

// onAccount asks for the operation's own permission, on everything.
func onAccount[In any]() server.Rule[In] {
	return server.Ask(func(c *server.Call, _ In) authz.Ask { return authz.Ask{Action: c.Action(), Resource: "*"} })
}
