package server

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/google/uuid"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/trail"
)

// Job is a background job of Warder as a service principal. What it may do is a policy document, which the same evaluator
// decides that decides about everybody: nothing else allows it anything.
type Job struct {
	name   string
	policy eval.Source
}

// NewJob makes the principal of that name, such as "guardrail.warder.internal", from a policy whose statements name it as
// their principal. The policy is written like that of a resource.
func NewJob(name, document string) (*Job, error) {
	doc, err := directory.NewDocument(policy.Resource, document)
	if err != nil {
		return nil, fmt.Errorf("server: the policy of job %s: %w", name, err)
	}
	return &Job{name: name, policy: eval.Source{Name: name, Policy: doc.Compiled()}}, nil
}

func (j *Job) caller(account string) *authz.Caller {
	return &authz.Caller{Kind: eval.Service, Account: account, Services: []string{j.name}}
}

// Do has a job call an operation in an account: through the whole pipeline, but that nothing came over a wire. Whether the
// job may is decided and recorded like for anybody; the event's userIdentity is an AWSService. why, a JSON object of at most
// trail.MaxAdditional bytes or nil, becomes the event's additionalEventData. An error is an *awsapi.Error, the one that a
// client would have seen.
func Do[In, Out any](ctx context.Context, s *Server, j *Job, account string, op awsapi.Op[In, Out], in In, why json.RawMessage) (out Out, err error) {
	return undertake[In, Out](ctx, s, op.Operation, &undertaken{job: j, account: account, why: why, input: input{op.Operation, in}})
}

// undertake makes a call that came over no wire.
func undertake[In, Out any](ctx context.Context, s *Server, op *awsapi.Operation, o origin) (out Out, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.Deadline)
	defer cancel()
	c := &Call{ID: uuid.NewString(), ctx: ctx, server: s, protocol: s.protocols.of[op.Service.Name], origin: o}
	answer, public := s.live(c)
	if public != nil {
		return out, public
	}
	out, _ = answer.(Out)
	return out, nil
}

// input is what a call gives that came over no wire: an operation, and the value of its input type.
type input struct {
	operation *awsapi.Operation
	value     any
}

func (i input) identify(c *Call) error {
	c.Operation = i.operation
	return nil
}

func (i input) decode(c *Call, in any) error {
	reflect.ValueOf(in).Elem().Set(reflect.ValueOf(i.value).Elem())
	return awsapi.Validate(c.Operation, in, nil)
}

// undertaken is a call that a job makes.
type undertaken struct {
	input
	job     *Job
	account string
	why     json.RawMessage
}

// admit: nothing comes over a wire, so there is no address, no agent and no transport to judge by.
func (o *undertaken) admit(c *Call) error {
	c.Env = authz.Environment{Time: time.Now().UTC(), Secure: true, Region: c.server.Region}
	c.request = &request{}
	if len(o.why) > trail.MaxAdditional {
		return awsapi.MalformedInput.New("What is to be recorded beside the call is larger than %d bytes.", trail.MaxAdditional)
	}
	return nil
}

func (o *undertaken) authenticate(c *Call) (err error) {
	c.snapshot = c.server.Store.Snapshot()
	c.Caller, err = o.resolve(c, c.snapshot)
	return err
}

// resolve: the job is who it is as long as there is an account to act in.
func (o *undertaken) resolve(_ *Call, snap *directory.Snapshot) (*authz.Caller, error) {
	if !arn.IsAccountID(o.account) || snap.Account(o.account) == nil {
		return nil, awsapi.AccessDenied.New("There is no account %s.", o.account)
	}
	return o.job.caller(o.account), nil
}

func (o *undertaken) grant() *eval.Source { return &o.job.policy }

// mark: CloudTrail names the service as the source and the agent of what a service does.
func (o *undertaken) mark(e *trail.Event) {
	e.SourceIPAddress, e.UserAgent = o.job.name, o.job.name
	e.AdditionalEventData = o.why
}
