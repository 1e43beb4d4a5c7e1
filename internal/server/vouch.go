package server

import (
	"errors"
	"fmt"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/policy/eval"
)

// Vouched is what an operation does that is called unsigned: somebody else vouches for its caller, by a token or document
// in the input. Evidence is what that proved, handed from step to step.
type Vouched[In, Out, Evidence any] struct {
	// Vouch finds the caller in the input, which must prove it. Its error is what the client sees.
	Vouch func(c *Call, in In) (*authz.Caller, Evidence, error)
	// Asks is as in the function Asks.
	Asks func(c *Call, in In, e Evidence) ([]authz.Ask, error)
	// Act is as a Handler.
	Act func(c *Call, in In, e Evidence) (Out, error)
}

// HandleVouched registers an unsigned operation, as Handle does the others.
func HandleVouched[In, Out, Evidence any](s *Server, op awsapi.Op[In, Out], v Vouched[In, Out, Evidence]) {
	if !op.Unsigned || v.Vouch == nil {
		panic(fmt.Sprintf("server: %s:%s is not called unsigned, or nobody vouches for its caller", op.Service.Name, op.Name))
	}
	rule := Asks(func(c *Call, in In) ([]authz.Ask, error) { return v.Asks(c, in, c.evidence.(Evidence)) })
	Handle(s, op, rule, func(c *Call, in In) (Out, error) { return v.Act(c, in, c.evidence.(Evidence)) })
	s.routes[op.Operation].vouch = func(c *Call, in any) error {
		caller, evidence, err := v.Vouch(c, in.(In))
		if err != nil {
			return err
		}
		c.Caller, c.evidence = caller, evidence
		return nil
	}
}

var errNoCaller = errors.New("server: an operation without a caller")

// vouch finds the caller where the signature did not. Without a caller nothing goes on.
func (c *Call) vouch(in any) error {
	if c.route.vouch != nil {
		return c.route.vouch(c, in)
	}
	if c.Caller == nil {
		return errNoCaller
	}
	return nil
}

// stranger reports whether the caller is nobody of an account's own: not authenticated, or known by a token only, which
// everybody gets who is a user of the same provider.
func (c *Call) stranger() bool { return c.Caller == nil || c.Caller.Kind == eval.WebIdentity }
