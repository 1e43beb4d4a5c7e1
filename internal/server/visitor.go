package server

import (
	"context"
	"net/http"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/authn"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/sigv4"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/trail"
)

// Visitor is a person with a web session, on whose behalf a page of this process calls operations. The page has proven who
// it is.
type Visitor struct {
	// Session of the person. Where nothing but a new password is left to be set in it, the calls are those of the page
	// that sets it.
	Session *store.WebSession
	// Request that the page answers.
	Request *http.Request
	Time    time.Time
}

// DoFor has a visitor call an operation: through the whole pipeline, with the rights of the person and on record as the
// person's call. An error is an *awsapi.Error, the one that a client would have seen.
func DoFor[In, Out any](ctx context.Context, s *Server, v *Visitor, op awsapi.Op[In, Out], in In) (Out, error) {
	return undertake[In, Out](ctx, s, op.Operation, &visited{v, input{op.Operation, in}})
}

// visited is a call for a visitor.
type visited struct {
	*Visitor
	input
}

func (o *visited) admit(c *Call) error {
	c.Env = c.server.environment(o.Request, o.Time)
	c.request = &request{tls: o.Request.TLS, wire: sigv4.Request{Host: o.Request.Host}}
	return nil
}

func (o *visited) authenticate(c *Call) (err error) {
	w := o.Session
	c.proof = &authn.Proof{
		Claims: &session.Claims{
			Type: session.Console, Account: w.Account, PrincipalID: w.Principal, WebSession: w.ID, Issued: o.Time, Expires: w.Ends, MFA: w.MFA,
		},
		NewPassword: w.Stage == directory.SignInNewPassword,
	}
	c.snapshot = c.server.Store.Snapshot()
	c.Caller, err = o.resolve(c, c.snapshot)
	return err
}

func (o *visited) resolve(c *Call, snap *directory.Snapshot) (*authz.Caller, error) {
	return c.server.Authn.Resolve(snap, c.proof, c.Env.Time)
}

func (o *visited) grant() *eval.Source { return nil }
func (o *visited) mark(*trail.Event)   {}
