package server

import (
	"context"
	"encoding/json"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/authn"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/sigv4"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy/eval"
)

// Call is one request on its way through the pipeline. It belongs to one goroutine.
type Call struct {
	// ID is the request id, a UUID; clients see it.
	ID        string
	Operation *awsapi.Operation
	Caller    *authz.Caller
	Env       authz.Environment

	ctx      context.Context
	server   *Server
	origin   origin
	protocol protocol
	request  *request
	route    *route
	input    any
	// claim is the request's signature, nil where it has none; proof is what it proved.
	claim    *sigv4.Claim
	proof    *authn.Proof
	snapshot *directory.Snapshot
	// evidence is what an unsigned operation's input proved; about is the account that such a call is about.
	evidence any
	about    string
	// encoded says, sealed, why the call was denied; "" where it was not.
	encoded string
	// denial says for the record why the call was denied; nil where it was not.
	denial *denial
	// shown are texts for the record beside the input's own.
	shown map[string]string
	// decisions on every ask of this call, the last judgement's only.
	decisions []authz.Decision
	// retry names this change among retries of it; nil where the client gave no signed invocation id.
	retry []byte
	// unrecorded counts the refusals of strangers that were not recorded one by one since the last that was.
	unrecorded int
	// committed is set once a change and its event are durable; nothing more needs recording then.
	committed bool
	// replay is the answer of the earlier try that this call repeats; nil otherwise.
	replay *awsapi.Response
}

// Claims are those of the temporary credentials or the bearer token that the call was made with; nil for a long-term key.
// They are not to be changed.
func (c *Call) Claims() *session.Claims {
	if c.proof == nil {
		return nil
	}
	return c.proof.Claims
}

// WebSession is the id of the web session at the console that the call was made in; "" where it was made in none.
func (c *Call) WebSession() string {
	if c.Caller == nil || c.Caller.Session == nil {
		return ""
	}
	return c.Caller.Session.WebSession
}

// Host is where the request was sent to, with its port, as it was signed; "" for a job's call.
func (c *Call) Host() string {
	if c.request == nil {
		return ""
	}
	return c.request.wire.Host
}

// About names the account whose trail an unsigned call belongs to, where there is such an account.
func (c *Call) About(account string) {
	if c.snapshot.Account(account) != nil {
		c.about = account
	}
}

// Context ends with the request's deadline.
func (c *Call) Context() context.Context { return c.ctx }

// Time is when the request was admitted, UTC.
func (c *Call) Time() time.Time { return c.Env.Time }

// Action is the operation as policies name it: "iam:CreateUser".
func (c *Call) Action() string { return actionOf(c.Operation) }

// Directory is the state on which this call was authenticated and authorized. Inside Change use the Tx's.
func (c *Call) Directory() *directory.Snapshot { return c.snapshot }

// Account is the caller's account; never nil for an authenticated caller.
func (c *Call) Account() *directory.Account { return c.snapshot.Account(c.Caller.Account) }

// Sends reports whether the request has a parameter of that name, for one that the model does not know yet: others like it
// are ignored, as on AWS, but where that would make the answer wrong the handler refuses it.
func (c *Call) Sends(parameter string) bool { return c.request.form.Has(parameter) }

// Allowed puts one more question, for answers that depend on further rights. It is on record like the rule's own.
func (c *Call) Allowed(ask authz.Ask) bool {
	d := c.decide(&ask)
	return d.Allowed()
}

// decide answers one question on the call's state and keeps the decision for the record.
func (c *Call) decide(ask *authz.Ask) authz.Decision {
	if grant := c.origin.grant(); grant != nil {
		ask.ResourcePolicy = grant
	}
	d := authz.Decide(c.snapshot, c.Caller, &c.Env, ask)
	c.decisions = append(c.decisions, d)
	return d
}

// longestRegion is more than any Region's name has: those that an asking service names may be anything.
const longestRegion = 32

// Attempted notes that a caller tried an action in a Region and whether it was allowed, for reports of last access. The
// root user stands under the account's own id; who is of no account is not noted.
func (s *Server) Attempted(c *Call, caller *authz.Caller, action string, allowed bool, region string) {
	if caller == nil {
		return
	}
	id := caller.PrincipalID
	if caller.Kind == eval.Root {
		id = caller.Account
	}
	if id == "" || caller.Account == "" {
		return
	}
	if region == "" || len(region) > longestRegion {
		region = s.Region
	}
	s.Store.Attempted(caller.Account, id, action, allowed, store.Attempt{At: c.Time().Unix(), Region: region})
}

// EncodeDenial seals what became of an ask of the caller's, for DecodeAuthorizationMessage. It is "" for callers without an
// account, and where there is more to tell than a message may hold.
func (c *Call) EncodeDenial(caller *authz.Caller, env *authz.Environment, ask *authz.Ask) string {
	status, ok := authz.Describe(c.snapshot, caller, env, ask)
	if !ok {
		return ""
	}
	return c.encode(caller, &status)
}

// encode seals a status for the caller's account.
func (c *Call) encode(caller *authz.Caller, status *authz.Status) string {
	if caller.Account == "" {
		return ""
	}
	text, err := json.Marshal(status)
	if err != nil {
		return ""
	}
	encoded, ok, err := c.server.Authn.Keys.EncodeMessage(caller.Account, c.Time(), text)
	if err != nil {
		c.server.Log.Error("denial without its message", "request", c.ID, "error", err.Error())
	}
	if !ok {
		return ""
	}
	return encoded
}

// denied is the refusal of one ask.
func (c *Call) denied(d *authz.Decision) error {
	c.denial = &denial{Action: d.Ask.Action, Resource: d.Ask.Resource, Layer: d.Layer.String()}
	if status, ok := authz.Describe(c.snapshot, c.Caller, &c.Env, d.Ask); ok {
		c.encoded = c.encode(c.Caller, &status)
		c.denial.because(&status)
	}
	if c.Caller.Kind == eval.WebIdentity {
		return awsapi.AccessDenied.New("Not authorized to perform %s", d.Ask.Action)
	}
	if c.route.denial == "" {
		return awsapi.AccessDenied.New("%s", d.Message())
	}
	return awsapi.AccessDenied.New("User: %s is not authorized to perform: %s%s", c.Caller.ARN, d.Ask.Action, c.route.denial)
}

// authorize judges the operation's rule on snap.
func (c *Call) authorize(snap *directory.Snapshot) error {
	c.snapshot, c.decisions, c.denial = snap, c.decisions[:0], nil
	asks, err := c.route.asks(c, c.input)
	if err != nil {
		return err
	}
	open := c.route.open != "" || c.route.own != nil && c.route.own(c, c.input)
	for i := range asks {
		d := c.decide(&asks[i])
		if !d.Allowed() && (!open || d.Restricted() || d.Verdict == eval.ExplicitDeny) {
			return c.denied(&d)
		}
	}
	if len(asks) == 0 && c.Caller.Kind == eval.WebIdentity {
		return awsapi.AccessDenied.New("Not authorized to perform %s", c.Action())
	}
	if len(asks) == 0 {
		return awsapi.AccessDenied.New("User: %s is not authorized to perform: %s", c.Caller.ARN, c.Action())
	}
	return nil
}
