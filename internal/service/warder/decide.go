package warder

import (
	"errors"
	"strconv"
	"time"

	"github.com/warder-iam/warder/authz"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy/eval"
)

// asked is a question that was understood: who, what and under which keys.
type asked struct {
	subject *subject
	ask     authz.Ask
	env     authz.Environment
	// refusal says why a question of a batch cannot be read; the rest is empty then.
	refusal *awsapi.Error
	// spelled is the action in the one spelling that policies see.
	spelled string
	// values of condition keys that the question gives, and their bytes.
	values, size int
}

// understand reads questions. Its error is a refusal of the questions as such, the same whoever the subject is. Of a batch,
// a question that cannot be read is refused alone.
func (s *Service) understand(c *server.Call, questions []*Question, batch bool) ([]*asked, error) {
	policies, values, size := newPolicyReader(c.Directory().Library()), 0, 0
	all := make([]*asked, 0, len(questions))
	for i, q := range questions {
		a, err := s.understandOne(c, q, policies)
		var refusal *awsapi.Error
		var derived *derivedKeyError
		switch {
		case batch && errors.As(err, &derived):
			return nil, inBatch(i, err)
		case batch && errors.As(err, &refusal): // AuthZEN: an error of this evaluation alone
			a = &asked{refusal: refusal}
		case err != nil:
			return nil, err
		}
		values, size = values+a.values, size+a.size
		if len(questions) > 1 && (values > maxBatchValues || size > maxBatchBytes) {
			return nil, invalid("the questions have more than %d values of condition keys together, or %d bytes of them", maxBatchValues, maxBatchBytes)
		}
		all = append(all, a)
	}
	return all, nil
}

// understandOne reads one question.
func (s *Service) understandOne(c *server.Call, q *Question, policies *policyReader) (*asked, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	given, err := q.conditionKeys(c.Time())
	if err != nil {
		return nil, err
	}
	ask, err := q.ask(policies)
	if err != nil {
		return nil, err
	}
	ask.Context = given.keys
	sub, err := s.subject(q, c.Directory(), c.Caller, given.env.Secure, c.Time())
	if err != nil {
		return nil, err
	}
	spelled := q.spelled(c.Directory().Library().Catalog())
	return &asked{subject: sub, ask: ask, env: given.env, spelled: spelled, values: given.values, size: given.size}, nil
}

// permission is what the asker needs for the question: action on the subject. The key warder:Action lets a policy keep an
// asker to the actions of its own service, or from others.
func (a *asked) permission(action string) authz.Ask {
	ask := authz.Ask{
		Action: action, Resource: a.subject.arn, ResourceAccount: a.subject.account, ResourceTags: a.subject.tags,
	}
	ask.Context.Set("warder:Action", a.spelled)
	return ask
}

// Answer is the answer to a question.
type Answer struct {
	Decision bool
	// ID of the decision: that of the call, and in a batch the question's number from 0.
	ID string
	// Reason of a denial, in AWS's words where policies decided.
	Reason string
	// Encoded is the denial sealed for DecodeAuthorizationMessage, where it was asked for.
	Encoded string
	// Refusal is set where nobody was found, or the signature was not good: status, code and reason for the client.
	Refusal *Refusal
	// Caller is who the subject is, once that is proven.
	Caller *authz.Caller
	// Signed is about the request that was verified; nil for other subjects.
	Signed *Payload
	// Explanation is set where it was asked for and policies decided.
	Explanation *eval.Explanation
}

// Refusal says why there is no subject.
type Refusal struct {
	Status  int
	Code    string
	Message string
}

// Payload says what the signature covers of the body.
type Payload struct {
	Signed bool
	// SHA256 that the body must have, in lower-case hexadecimal digits; "" where the signature does not cover it.
	SHA256 string
}

// refuse denies for a reason that is no policy's.
func (a *Answer) refuse(e *awsapi.Error) {
	a.Reason = e.Message
	a.Refusal = &Refusal{Status: e.Kind.Status, Code: e.Kind.Code, Message: e.Message}
}

// touch notes that a key, or a role by its session, was used at the asking service: it is no less in use than one that
// calls Warder itself.
func (s *Service) touch(c *server.Call, sub *subject) {
	id := sub.caller.AccessKeyID
	if session := sub.caller.Session; session != nil {
		if session.Type != authz.AssumedRole {
			return
		}
		id = sub.caller.PrincipalID
	}
	s.server.Store.Touch(sub.caller.Account, id, store.Use{
		At: c.Time().Truncate(time.Second), Service: sub.signed.claim.Service, Region: sub.signed.claim.Region,
	})
}

// decide answers a question that was understood and may be asked. number is its place in a batch, below 0 for a single one.
func (s *Service) decide(c *server.Call, a *asked, more wishes, number int) (*Answer, error) {
	answer := &Answer{ID: c.ID}
	if number >= 0 {
		answer.ID += "#" + strconv.Itoa(number)
	}
	if a.refusal != nil {
		answer.refuse(a.refusal)
		return answer, nil
	}
	sub := a.subject
	if err := sub.prove(s.authn(), c.Directory(), c.Time()); err != nil {
		return nil, err
	}
	if sub.caller == nil {
		answer.refuse(sub.refusal)
		return answer, nil
	}
	if sub.signed != nil {
		answer.Signed = sub.signed.payload()
		if a.env.Region == "" {
			a.env.Region = sub.signed.claim.Region // proven to be the caller's own
		}
		s.touch(c, sub)
	}
	answer.Caller = sub.caller
	d := authz.Decide(c.Directory(), sub.caller, &a.env, &a.ask)
	if answer.Decision = d.Allowed(); !answer.Decision {
		answer.Reason = d.Message()
	}
	if c.Operation != api.Explain.Operation { // which asks what would be; the others, what a service lets somebody do now
		s.server.Attempted(c, sub.caller, a.ask.Action, answer.Decision, a.env.Region)
	}
	if more.encoded && !answer.Decision {
		answer.Encoded = c.EncodeDenial(sub.caller, &a.env, &a.ask)
	}
	if more.explain {
		if e, ok := authz.Explain(c.Directory(), sub.caller, &a.env, &a.ask); ok {
			answer.Explanation = &e
		}
	}
	return answer, nil
}
