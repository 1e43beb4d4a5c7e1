package server

import (
	"fmt"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/internal/awsapi"
)

// Handler is what an operation does, after the caller was authenticated and authorized and the input validated. It
// changes state through Change only, and its error is mapped to the wire by the one error table.
type Handler[In, Out any] func(c *Call, in *In) (*Out, error)

// Rule says what a caller must be allowed to do for an operation. It is a parameter of Handle, so that an operation
// without one does not compile.
type Rule[In any] struct {
	asks   func(c *Call, in *In) ([]authz.Ask, error)
	open   string
	denial string
}

// Asks makes the rule that every one of the asks must be allowed. The function may look at c.Account() and the input; it
// returns an error only where the input cannot be judged at all, never to say that something does not exist.
func Asks[In any](f func(c *Call, in *In) ([]authz.Ask, error)) Rule[In] { return Rule[In]{asks: f} }

// Ask makes the rule of one question.
func Ask[In any](f func(c *Call, in *In) authz.Ask) Rule[In] {
	return Asks(func(c *Call, in *In) ([]authz.Ask, error) { return []authz.Ask{f(c, in)}, nil })
}

// NeedsNone is the rule of an operation that needs no permission; the reason stands in the reviewed list of such
// operations. An explicit Deny, and the restrictions of temporary credentials, bind all the same.
func NeedsNone[In any](reason string) Rule[In] { return Rule[In]{open: reason} }

// Saying makes every denial by the rule read "User: ARN is not authorized to perform: ACTION" and this text, in place of the
// resource and the reason: for operations whose caller may not learn from a denial whether, or what, something is.
func (r Rule[In]) Saying(denial string) Rule[In] {
	r.denial = denial
	return r
}

// route is one registered operation with its types taken off.
type route struct {
	op     *awsapi.Operation
	open   string
	denial string // what a denial says in place of its reason; "" for the reason
	data   bool   // its answers are data events
	// refused is why every call is refused with an error of the model; "" for an operation that does something.
	refused string
	// newInput makes the typed input for the codec to fill.
	newInput func() any
	asks     func(c *Call, in any) ([]authz.Ask, error)
	act      func(c *Call, in any) (any, error)
	// vouch finds the caller of an unsigned operation in its input; nil for all others.
	vouch func(c *Call, in any) error
}

// Handle registers an operation. Registering one twice, or with an empty rule, is a programming error and panics at start.
func Handle[In, Out any](s *Server, op awsapi.Op[In, Out], rule Rule[In], h Handler[In, Out]) {
	if rule.asks == nil && rule.open == "" {
		panic(fmt.Sprintf("server: %s:%s has no rule", op.Service.Name, op.Name))
	}
	r := &route{
		op:       op.Operation,
		open:     rule.open,
		denial:   rule.denial,
		newInput: func() any { return new(In) },
		asks: func(c *Call, in any) ([]authz.Ask, error) {
			if rule.asks == nil {
				return []authz.Ask{{Action: c.Action(), Resource: "*"}}, nil
			}
			return rule.asks(c, in.(*In))
		},
		act: func(c *Call, in any) (any, error) {
			out, err := h(c, in.(*In))
			if err != nil || out == nil { // no typed nil: a replayed change has its answer already
				return nil, err
			}
			return out, nil
		},
	}
	if _, twice := s.routes[op.Operation]; twice {
		panic(fmt.Sprintf("server: %s:%s is registered twice", op.Service.Name, op.Name))
	}
	s.routes[op.Operation] = r
}

// Refuse registers an operation that makes sense on AWS alone, or not yet here: to whom may call it, it answers an error of
// its model. The reason stands in the list of operations.
func Refuse[In, Out any](s *Server, op awsapi.Op[In, Out], rule Rule[In], reason string, refusal func(c *Call, in *In) *awsapi.Error) {
	Handle(s, op, rule, func(c *Call, in *In) (*Out, error) { return nil, refusal(c, in) })
	s.routes[op.Operation].refused = reason
}

// HandleData is Handle for an operation whose answers are data events: there are far too many to wait for each one's
// record. What is refused is recorded as everywhere.
func HandleData[In, Out any](s *Server, op awsapi.Op[In, Out], rule Rule[In], h Handler[In, Out]) {
	Handle(s, op, rule, h)
	s.routes[op.Operation].data = true
}
