package bench

import (
	"fmt"
	"iter"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"

	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/policy/eval/evaltest"
)

// cedarGo has one policy for each statement, permit or forbid. Patterns are "like" over strings of the context; the team
// is compared first, which costs least and ends most policies (1.7 times as fast as with the action first). The address
// is parsed before the question is put.
//
// Cedar's own way for actions, groups of them as parents in the entity store, says another thing (a group is a list, not
// a pattern) and was five times slower here. Policies come from a list, in order, since its set is a map, which is slower
// to go through. It reports the policies that decided, so a forbid can be told from no match.
func cedarGo() peer { return peer{name: "cedar-go", prepare: prepareCedar} }

func prepareCedar(shape evaltest.Shape) (engine, error) {
	rules, err := rulesOf(shape)
	if err != nil {
		return nil, err
	}
	var set cedarSet
	for i := range rules {
		p := new(cedar.Policy)
		if err := p.UnmarshalCedar([]byte(cedarText(&rules[i]))); err != nil {
			return nil, fmt.Errorf("policy %d: %w", i, err)
		}
		set.ids, set.policies = append(set.ids, cedar.PolicyID(fmt.Sprintf("policy%d", i))), append(set.policies, p)
	}
	return func(r *eval.Request) (decide, error) {
		request, err := cedarRequest(r)
		if err != nil {
			return nil, err
		}
		return func() (eval.Verdict, error) { return cedarVerdict(cedar.Authorize(set, cedar.EntityMap{}, request)) }, nil
	}, nil
}

// cedarSet gives policies in order.
type cedarSet struct {
	ids      []cedar.PolicyID
	policies []*cedar.Policy
}

// All is cedar.PolicyIterator's.
func (s cedarSet) All() iter.Seq2[cedar.PolicyID, *cedar.Policy] {
	return func(yield func(cedar.PolicyID, *cedar.Policy) bool) {
		for i, p := range s.policies {
			if !yield(s.ids[i], p) {
				return
			}
		}
	}
}

func cedarText(r *rule) string {
	effect := "permit"
	if r.deny {
		effect = "forbid"
	}
	terms := []string{cedarLike("context.action", r.actions), cedarLike("context.resource", r.resources)}
	if r.team != "" {
		team, address := fmt.Sprintf("context.team == %q", r.team), fmt.Sprintf("context.address.isInRange(ip(%q))", r.network)
		terms = []string{team, terms[0], terms[1], address}
	}
	return fmt.Sprintf("%s (principal, action, resource) when { %s };", effect, strings.Join(terms, " && "))
}

func cedarLike(attribute string, patterns []string) string {
	var terms []string
	for _, p := range patterns {
		operator := "like"
		if !strings.Contains(p, "*") {
			operator = "=="
		}
		terms = append(terms, fmt.Sprintf("%s %s %q", attribute, operator, p))
	}
	return "(" + strings.Join(terms, " || ") + ")"
}

func cedarRequest(r *eval.Request) (cedar.Request, error) {
	q, err := questionOf(r)
	if err != nil {
		return cedar.Request{}, err
	}
	address, err := types.ParseIPAddr(q.address)
	if err != nil {
		return cedar.Request{}, err
	}
	return cedar.Request{
		Principal: cedar.NewEntityUID("User", "alice"),
		Action:    cedar.NewEntityUID("Action", cedar.String(q.action)),
		Resource:  cedar.NewEntityUID("Resource", cedar.String(q.resource)),
		Context: cedar.NewRecord(cedar.RecordMap{
			"action": cedar.String(q.action), "resource": cedar.String(q.resource), "team": cedar.String(q.team), "address": address,
		}),
	}, nil
}

func cedarVerdict(decision cedar.Decision, why cedar.Diagnostic) (eval.Verdict, error) {
	switch {
	case len(why.Errors) > 0:
		return eval.ImplicitDeny, fmt.Errorf("cedar: %s", why.Errors[0].Message)
	case decision == cedar.Allow:
		return eval.Allow, nil
	case len(why.Reasons) > 0:
		return eval.ExplicitDeny, nil
	}
	return eval.ImplicitDeny, nil
}
