package bench

import (
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ory/ladon"
	"github.com/ory/ladon/compiler"

	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/policy/eval/evaltest"
)

// ladonPeer has one policy for each statement: its language has the same parts, lists of patterns and conditions
// included, only that "*" is the regular expression "<.*>".
//
// Two things are better for it than its defaults: every expression is compiled beforehand and kept (it keeps 512, so that
// at a thousand statements most would be compiled again for each question), and policies are handed over as a list, in
// order (its manager in memory copies them all out of a map first). It tells by its errors whether a Deny matched.
func ladonPeer() peer { return peer{name: "ladon", prepare: prepareLadon} }

func prepareLadon(shape evaltest.Shape) (engine, error) {
	rules, err := rulesOf(shape)
	if err != nil {
		return nil, err
	}
	matcher := ladon.NewRegexpMatcher(1 << 14)
	var policies []ladon.Policy
	for i := range rules {
		p := ladonPolicy(i, &rules[i])
		if err := compileLadon(matcher, p); err != nil {
			return nil, err
		}
		policies = append(policies, p)
	}
	warden := &ladon.Ladon{Matcher: matcher}
	return func(r *eval.Request) (decide, error) {
		q, err := questionOf(r)
		if err != nil {
			return nil, err
		}
		request := &ladon.Request{
			Subject: "alice", Action: q.action, Resource: q.resource,
			Context: ladon.Context{teamKey: q.team, addressKey: q.address},
		}
		return func() (eval.Verdict, error) {
			return ladonVerdict(warden.DoPoliciesAllow(context.Background(), request, policies))
		}, nil
	}, nil
}

// compileLadon fills the matcher's cache. Expressions have no time limit: ladon's own, 250 ms of the clock on the wall, is
// an error now and then on a busy machine.
func compileLadon(matcher *ladon.RegexpMatcher, p ladon.Policy) error {
	for _, pattern := range slices.Concat(p.GetActions(), p.GetResources()) {
		expression, err := compiler.CompileRegex(pattern, p.GetStartDelimiter(), p.GetEndDelimiter())
		if err != nil {
			return err
		}
		expression.MatchTimeout = math.MaxInt64
		matcher.Add(pattern, expression)
	}
	return nil
}

func ladonPolicy(i int, r *rule) ladon.Policy {
	p := &ladon.DefaultPolicy{
		ID: strconv.Itoa(i), Subjects: []string{"alice"}, Effect: ladon.AllowAccess,
		Actions: ladonPatterns(r.actions), Resources: ladonPatterns(r.resources), Conditions: ladon.Conditions{},
	}
	if r.deny {
		p.Effect = ladon.DenyAccess
	}
	if r.team != "" {
		p.Conditions[teamKey] = &ladon.StringEqualCondition{Equals: r.team}
		p.Conditions[addressKey] = &ladon.CIDRCondition{CIDR: r.network}
	}
	return p
}

func ladonPatterns(patterns []string) []string {
	var out []string
	for _, p := range patterns {
		out = append(out, strings.ReplaceAll(p, "*", "<.*>"))
	}
	return out
}

func ladonVerdict(err error) (eval.Verdict, error) {
	switch {
	case err == nil:
		return eval.Allow, nil
	case errors.Is(err, ladon.ErrRequestForcefullyDenied):
		return eval.ExplicitDeny, nil
	case errors.Is(err, ladon.ErrRequestDenied):
		return eval.ImplicitDeny, nil
	}
	return eval.ImplicitDeny, err
}
