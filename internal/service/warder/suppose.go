package warder

import (
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/warder-iam/warder/authz"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// maxSessionPolicies is how many policies a session may have: one inline and ten managed ones. Source: STS API Reference, AssumeRole.
const maxSessionPolicies = 11

// supposition reads what a question for an explanation supposes; nil where it supposes nothing.
func supposition(c *server.Call, s *api.Supposition) (*authz.Supposition, error) {
	if s == nil {
		return nil, nil
	}
	into := &authz.Supposition{}
	if err := supposedKeys(&into.Keys, jsontext.Value(s.Keys)); err != nil {
		return nil, err
	}
	if len(s.SessionPolicies) > maxSessionPolicies {
		return nil, invalid("suppose.sessionPolicies has more than %d policies", maxSessionPolicies)
	}
	for i, text := range s.SessionPolicies {
		if policy.Size(text) > maxPolicy {
			return nil, invalid("suppose.sessionPolicies[%d] is larger than %d characters", i, maxPolicy)
		}
		if _, err := policy.Parse(text); err != nil {
			return nil, invalid("suppose.sessionPolicies[%d]: %s", i, message(err))
		}
		d := c.Directory().Library().Document(text)
		into.Policies = append(into.Policies, eval.Source{Name: fmt.Sprintf("session policy %d", i+1), Policy: d.Compiled()})
	}
	return into, nil
}

// supposedKeys reads condition keys that only Warder gives: what the asker may give itself has its place in the question.
func supposedKeys(into *eval.Context, object jsontext.Value) error {
	var members map[string]jsontext.Value
	if err := read("suppose.keys", object, &members); err != nil {
		return err
	}
	if len(members) > maxKeys {
		return invalid("suppose.keys has more than %d members", maxKeys)
	}
	size := 0
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if origin := authz.KeyOrigin(name); origin != authz.FromCaller && origin != authz.FromClock || !keyName(name) {
			return invalid("suppose.keys: %s is no key of the subject, its session or the time: give it in context or in resource.properties", clip(name))
		}
		if _, twice := into.Lookup(name); twice {
			return invalid("suppose.keys: the key %q stands there twice: case does not count", name)
		}
		v, err := conditionValue(name, members[name])
		if err != nil {
			return err
		}
		if size += bytesOf(v.texts); size > maxContext {
			return invalid("suppose.keys has more than %d bytes of values", maxContext)
		}
		if v.list {
			into.SetList(name, v.texts...)
		} else {
			into.Set(name, v.texts[0])
		}
	}
	return nil
}

// explainSupposing answers a question under a supposition. Nobody is let in by it: it is an explanation alone.
func (s *Service) explainSupposing(c *server.Call, q *Question, more *authz.Supposition) (*Answer, error) {
	all, err := s.understand(c, []*Question{q}, false)
	if err != nil {
		return nil, err
	}
	a, answer := all[0], &Answer{ID: c.ID}
	sub := a.subject
	switch {
	case sub.caller == nil && sub.refusal != nil:
		answer.refuse(sub.refusal)
		return answer, nil
	case sub.caller == nil || sub.signed != nil || sub.caller.AccessKeyID != "":
		return nil, invalid("suppose is about a subject that is named by its ARN: of a key or a request everything is known")
	case sub.caller.Kind == eval.Root && more.Policies != nil:
		return nil, invalid("suppose.sessionPolicies: no session of the root user is limited by policies")
	}
	answer.Caller = sub.caller
	e, ok := authz.Suppose(c.Directory(), sub.caller, &a.env, &a.ask, more)
	if !ok {
		answer.refuse(errNobody.New("There is no principal %s.", q.Subject.ID))
		return answer, nil
	}
	d := authz.Decision{Decision: eval.Decision{Verdict: e.Verdict, Layer: e.Layer}, Caller: sub.caller, Ask: &a.ask}
	if answer.Decision = d.Allowed(); !answer.Decision {
		answer.Reason = d.Message()
	}
	answer.Explanation = &e
	return answer, nil
}
