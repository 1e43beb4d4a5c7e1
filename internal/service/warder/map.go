package warder

import (
	"context"

	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/server"
)

// AccessMap answers what the operations on the access map ask. Its errors are the wire's.
type AccessMap interface {
	// Graph is the map of an account, now or as it was.
	Graph(ctx context.Context, account string, in *api.GetAccessMapInput) (*api.GetAccessMapOutput, error)
	// Reach is who can reach something in an account, or what a principal of it can reach.
	Reach(ctx context.Context, account string, in *api.GetReachInput) (*api.GetReachOutput, error)
}

// RegisterMap makes s answer the operations on the access map. Each shows all of the account to whoever has the permission for it.
func RegisterMap(s *server.Server, m AccessMap) {
	server.Handle(s, api.GetAccessMap, onAccount[*api.GetAccessMapInput](), func(c *server.Call, in *api.GetAccessMapInput) (*api.GetAccessMapOutput, error) {
		return m.Graph(c.Context(), c.Caller.Account, in)
	})
	server.Handle(s, api.GetReach, onAccount[*api.GetReachInput](), func(c *server.Call, in *api.GetReachInput) (*api.GetReachOutput, error) {
		return m.Reach(c.Context(), c.Caller.Account, in)
	})
}
