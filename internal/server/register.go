package server

import (
	"fmt"
	"reflect"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/internal/awsapi"
)

// Handler is what an operation does, after the caller was authenticated and authorized and the input validated. It
// changes state through Change only, and its error is mapped to the wire by the one error table.
type Handler[In, Out any] func(c *Call, in In) (Out, error)

// Rule says what a caller must be allowed to do for an operation. It is a parameter of Handle, so that an operation
// without one does not compile.
type Rule[In any] struct{ rule }

// rule is a Rule with its type taken off. There are hundreds of Rules: what is done with them is done here, once, and they
// have no methods, or builds would take long.
type rule struct {
	ask    func(c *Call, in any) authz.Ask            // of one question
	asks   func(c *Call, in any) ([]authz.Ask, error) // made of ask, or of open, where there is one
	open   string
	denial string
	// own reports whether a call is about the caller's own, and needs no permission for the reason ownReason.
	own       func(c *Call, in any) bool
	ownReason string
}

// Asks makes the rule that every one of the asks must be allowed. The function may look at c.Account() and the input; it
// returns an error only where the input cannot be judged at all, never to say that something does not exist.
func Asks[In any](f func(c *Call, in In) ([]authz.Ask, error)) Rule[In] {
	return Rule[In]{rule{asks: func(c *Call, in any) ([]authz.Ask, error) { return f(c, in.(In)) }}}
}

// Ask makes the rule of one question.
func Ask[In any](f func(c *Call, in In) authz.Ask) Rule[In] {
	return Rule[In]{rule{ask: func(c *Call, in any) authz.Ask { return f(c, in.(In)) }}}
}

// NeedsNone is the rule of an operation that needs no permission; the reason stands in the reviewed list of such
// operations. An explicit Deny, and the restrictions of temporary credentials, bind all the same.
func NeedsNone[In any](reason string) Rule[In] { return Rule[In]{rule{open: reason}} }

// Own makes of a rule one that needs no permission where the call is about the caller's own things; the reason stands in the
// reviewed list. The rule's questions are asked all the same: as with NeedsNone, an explicit Deny binds.
func Own[In any](reason string, own func(c *Call, in In) bool, r Rule[In]) Rule[In] {
	r.own, r.ownReason = func(c *Call, in any) bool { return own(c, in.(In)) }, reason
	return r
}

// Saying makes every denial by the rule read "User: ARN is not authorized to perform: ACTION" and this text, in place of the
// resource and the reason: for operations whose caller may not learn from a denial whether, or what, something is.
func Saying[In any](denial string, r Rule[In]) Rule[In] {
	r.denial = denial
	return r
}

// route is one registered operation with its types taken off.
type route struct {
	rule
	op   *awsapi.Operation
	data bool // its answers are data events
	// refused is why every call is refused with an error of the model; "" for an operation that does something.
	refused string
	act     func(c *Call, in any) (any, error)
	// vouch finds the caller of an unsigned operation in its input; nil for all others.
	vouch func(c *Call, in any) error
}

// Handle registers an operation. Registering one twice, or with an empty rule, is a programming error and panics at start.
func Handle[In, Out any](s *Server, op awsapi.Op[In, Out], r Rule[In], h Handler[In, Out]) {
	s.register(&route{
		rule: r.rule,
		op:   op.Operation,
		act:  func(c *Call, in any) (any, error) { return answer(h(c, in.(In))) },
	})
}

// answer is what a handler gave: no typed nil. A replayed change has its answer already.
func answer(out any, err error) (any, error) {
	if err != nil || reflect.ValueOf(out).IsNil() {
		return nil, err
	}
	return out, nil
}

func (s *Server) register(r *route) {
	if r.ask == nil && r.asks == nil && r.open == "" {
		panic(fmt.Sprintf("server: %s:%s has no rule", r.op.Service.Name, r.op.Name))
	}
	if _, twice := s.routes[r.op]; twice {
		panic(fmt.Sprintf("server: %s:%s is registered twice", r.op.Service.Name, r.op.Name))
	}
	if (r.own != nil) != (r.ownReason != "") {
		panic(fmt.Sprintf("server: %s:%s is open to the caller's own for no reason", r.op.Service.Name, r.op.Name))
	}
	if r.open != "" {
		r.ask = func(c *Call, _ any) authz.Ask { return authz.Ask{Action: c.Action(), Resource: "*"} }
	}
	if r.ask != nil {
		r.asks = func(c *Call, in any) ([]authz.Ask, error) { return []authz.Ask{r.ask(c, in)}, nil }
	}
	s.routes[r.op] = r
}

// Refuse registers an operation that makes sense on AWS alone, or not yet here: to whom may call it, it answers an error of
// its model. The reason stands in the list of operations.
func Refuse[In, Out any](s *Server, op awsapi.Op[In, Out], rule Rule[In], reason string, refusal func(c *Call, in In) *awsapi.Error) {
	Handle(s, op, rule, func(c *Call, in In) (none Out, err error) { return none, refusal(c, in) })
	s.routes[op.Operation].refused = reason
}

// HandleData is Handle for an operation whose answers are data events: there are far too many to wait for each one's
// record. What is refused is recorded as everywhere.
func HandleData[In, Out any](s *Server, op awsapi.Op[In, Out], rule Rule[In], h Handler[In, Out]) {
	Handle(s, op, rule, h)
	s.routes[op.Operation].data = true
}
