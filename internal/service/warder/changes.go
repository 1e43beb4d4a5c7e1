package warder

import (
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/server"
)

// Changes tell that something changed. internal/changes has them.
type Changes interface {
	// Wait answers when something did, or after a while.
	Wait(c *server.Call, in *api.GetChangesInput) (*api.GetChangesOutput, error)
}

// RegisterChanges makes s answer whether something in the caller's account changed. It says no more than that: the operation's own
// permission is all that decides. Every open page asks again and again, so that its answers are data events.
func RegisterChanges(s *server.Server, w Changes) {
	server.HandleData(s, api.GetChanges, onAccount[*api.GetChangesInput](), w.Wait)
}
