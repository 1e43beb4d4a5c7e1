package server

import (
	"net/http"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/trail"
)

// origin is where a call comes from: the wire, or a job of this process. It takes steps 0 to 3; all others are the same
// for every call.
type origin interface {
	admit(c *Call) error
	identify(c *Call) error
	authenticate(c *Call) error
	// decode fills in, a pointer to the operation's input type, and checks it against the model.
	decode(c *Call, in any) error
	// resolve finds the caller again on a later state.
	resolve(c *Call, snap *directory.Snapshot) (*authz.Caller, error)
	// grant is what allows a caller that no policy of the account is about; nil where the account's policies decide.
	grant() *eval.Source
	// mark adds what the record has of the origin alone.
	mark(e *trail.Event)
}

// received is a request from the wire.
type received struct {
	w http.ResponseWriter
	r *http.Request
}

func (o *received) admit(c *Call) error          { return c.server.admit(c, o.w, o.r) }
func (o *received) identify(c *Call) error       { return c.server.identify(c) }
func (o *received) authenticate(c *Call) error   { return c.server.authenticate(c) }
func (o *received) decode(c *Call, in any) error { return c.decode(in) }
func (o *received) grant() *eval.Source          { return nil }
func (o *received) mark(*trail.Event)            {}

func (o *received) resolve(c *Call, snap *directory.Snapshot) (*authz.Caller, error) {
	return c.server.Authn.Resolve(snap, c.proof, c.Env.Time)
}
