package bench

import (
	"fmt"
	"strings"

	"github.com/casbin/casbin/v3"
	"github.com/casbin/casbin/v3/model"

	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/policy/eval/evaltest"
)

// casbinPeer has one row for each statement, with two columns for actions and two for resources (a statement with one
// repeats it): a row for each action × resource says the same and takes more than twice as long, since every row is a run
// of the interpreted matcher. The comparisons stand in the order in which most rows end early and cheaply. Wildcards need
// a function of one's own: keyMatch looks at the first "*" only, its kin are regular expressions.
//
// It tells only whether a request is allowed. The cached enforcer is not used: it would answer from memory.
func casbinPeer() peer { return peer{name: "casbin", coarse: true, prepare: prepareCasbin} }

const casbinModel = `
[request_definition]
r = action, resource, team, address

[policy_definition]
p = action1, action2, resource1, resource2, team, network, eft

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = `

// The matcher is one for all rows: with the conditions where the statements have them.
const (
	casbinPatterns = "(like(r.action, p.action1) || like(r.action, p.action2)) && (like(r.resource, p.resource1) || like(r.resource, p.resource2))"
	casbinTeam     = "r.team == p.team && "
	casbinAddress  = " && ipMatch(r.address, p.network)"
)

func prepareCasbin(shape evaltest.Shape) (engine, error) {
	rules, err := rulesOf(shape)
	if err != nil {
		return nil, err
	}
	matcher := casbinPatterns
	if rules[0].team != "" {
		matcher = casbinTeam + casbinPatterns + casbinAddress
	}
	m, err := model.NewModelFromString(casbinModel + matcher + "\n")
	if err != nil {
		return nil, err
	}
	enforcer, err := casbin.NewEnforcer(m)
	if err != nil {
		return nil, err
	}
	enforcer.AddFunction("like", casbinLike)
	for i := range rules {
		if (rules[i].team == "") != (rules[0].team == "") {
			return nil, fmt.Errorf("one matcher has conditions for all rows or for none")
		}
		if _, err := enforcer.AddPolicy(casbinRow(&rules[i])); err != nil {
			return nil, err
		}
	}
	return func(r *eval.Request) (decide, error) {
		q, err := questionOf(r)
		if err != nil {
			return nil, err
		}
		return func() (eval.Verdict, error) {
			allowed, err := enforcer.Enforce(q.action, q.resource, q.team, q.address)
			if allowed && err == nil {
				return eval.Allow, nil
			}
			return eval.ImplicitDeny, err
		}, nil
	}, nil
}

func casbinRow(r *rule) []string {
	effect := "allow"
	if r.deny {
		effect = "deny"
	}
	return []string{
		r.actions[0], r.actions[len(r.actions)-1], r.resources[0], r.resources[len(r.resources)-1], r.team, r.network, effect,
	}
}

func casbinLike(args ...any) (any, error) {
	if len(args) == 2 {
		text, ok1 := args[0].(string)
		pattern, ok2 := args[1].(string)
		if ok1 && ok2 {
			return like(text, pattern), nil
		}
	}
	return nil, fmt.Errorf("like takes two strings")
}

// like matches a pattern with any number of "*": what stands between them must follow in order, the last at the end.
func like(text, pattern string) bool {
	first, rest, wild := strings.Cut(pattern, "*")
	if !wild || !strings.HasPrefix(text, first) {
		return !wild && text == pattern
	}
	text = text[len(first):]
	for {
		part, more, wild := strings.Cut(rest, "*")
		if !wild {
			return strings.HasSuffix(text, part)
		}
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text, rest = text[i+len(part):], more
	}
}
