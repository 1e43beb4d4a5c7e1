package bench

import (
	"context"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/policy/eval/evaltest"
)

// opa has one rule for each action × resource of a statement, so that its rule index, which knows comparisons and
// prefixes joined by "and", sees every part; what has its wildcard elsewhere is a glob.match, which the index passes over.
// All rules of an effect have one value, so that the first that holds ends the search.
//
// The query is prepared once. The input is a parsed value, and the ARN is taken apart beforehand: fields are what the index
// tells rules apart by.
func opa() peer { return peer{name: "opa", prepare: prepareOPA} }

const opaDecision = `package iam

default decision := "no-match"

decision := "deny" if deny

else := "allow" if allow
`

func prepareOPA(shape evaltest.Shape) (engine, error) {
	rules, err := rulesOf(shape)
	if err != nil {
		return nil, err
	}
	module := strings.Builder{}
	module.WriteString(opaDecision)
	for i := range rules {
		if err := writeRego(&module, &rules[i]); err != nil {
			return nil, err
		}
	}
	query, err := rego.New(rego.Query("data.iam.decision"), rego.Module("iam.rego", module.String())).PrepareForEval(context.Background())
	if err != nil {
		return nil, err
	}
	return func(r *eval.Request) (decide, error) {
		input, err := opaInput(r)
		if err != nil {
			return nil, err
		}
		given := rego.EvalParsedInput(input)
		return func() (eval.Verdict, error) { return opaVerdict(query.Eval(context.Background(), given)) }, nil
	}, nil
}

func writeRego(module *strings.Builder, r *rule) error {
	effect := "allow"
	if r.deny {
		effect = "deny"
	}
	for _, action := range r.actions {
		for _, resource := range r.resources {
			terms := regoMatch("input.action", action)
			arn, err := regoARN(resource)
			if err != nil {
				return err
			}
			terms = append(terms, arn...)
			if r.team != "" {
				terms = append(terms, fmt.Sprintf("input.team == %q", r.team), fmt.Sprintf("net.cidr_contains(%q, input.address)", r.network))
			}
			fmt.Fprintf(module, "\n%s if {\n\t%s\n}\n", effect, strings.Join(terms, "\n\t"))
		}
	}
	return nil
}

// arnFields are the parts of an ARN, as the input names them.
var arnFields = [6]string{"arn", "partition", "service", "region", "account", "resource"}

// regoARN matches part by part: as AWS does too, a "*" of its own in one part does not reach into the next.
func regoARN(pattern string) ([]string, error) {
	if pattern == "*" {
		return nil, nil
	}
	parts := strings.SplitN(pattern, ":", len(arnFields))
	if len(parts) != len(arnFields) {
		return nil, fmt.Errorf("%q is no ARN", pattern)
	}
	var terms []string
	for i := 1; i < len(parts); i++ {
		terms = append(terms, regoMatch("input."+arnFields[i], parts[i])...)
	}
	return terms, nil
}

// regoMatch is the cheapest term that says the same as the pattern.
func regoMatch(field, pattern string) []string {
	switch prefix, rest, wild := strings.Cut(pattern, "*"); {
	case !wild:
		return []string{fmt.Sprintf("%s == %q", field, pattern)}
	case pattern == "*":
		return nil
	case rest == "":
		return []string{fmt.Sprintf("startswith(%s, %q)", field, prefix)}
	default:
		return []string{fmt.Sprintf("glob.match(%q, null, %s)", pattern, field)}
	}
}

func opaInput(r *eval.Request) (ast.Value, error) {
	q, err := questionOf(r)
	if err != nil {
		return nil, err
	}
	input := map[string]any{"action": q.action, "team": q.team, "address": q.address}
	parts := strings.SplitN(q.resource, ":", len(arnFields))
	if len(parts) != len(arnFields) {
		return nil, fmt.Errorf("%q is no ARN", q.resource)
	}
	for i, field := range arnFields {
		input[field] = parts[i]
	}
	return ast.InterfaceToValue(input)
}

func opaVerdict(results rego.ResultSet, err error) (eval.Verdict, error) {
	if err != nil || len(results) != 1 {
		return eval.ImplicitDeny, fmt.Errorf("opa: %d results, %w", len(results), err)
	}
	switch answer := results[0].Expressions[0].Value; answer {
	case "allow":
		return eval.Allow, nil
	case "deny":
		return eval.ExplicitDeny, nil
	case "no-match":
		return eval.ImplicitDeny, nil
	default:
		return eval.ImplicitDeny, fmt.Errorf("opa: decision %v", answer)
	}
}
