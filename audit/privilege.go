package audit

import (
	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/audit/escalation"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/policy/eval"
)

// privileges is what is found of administrators, of ways to become one, and of who gets in from outside, once for all
// accounts of an audit.
type privileges struct {
	administrators []Administrator
	escalations    []Escalation
	cut            *Cut
	external       []External
	// unsettled are questions that could not be decided, each with the reason.
	unsettled []string
}

func findPrivileges(f *access.Finder, b *awsimport.Bundle) *privileges {
	g := Graph(f, b)
	p := &privileges{administrators: []Administrator{}, escalations: []Escalation{}, unsettled: g.Unsettled}
	for _, a := range g.Administrators {
		p.administrators = append(p.administrators, Administrator{
			ARN: a.ARN, Account: accountOf(a.ARN), How: a.How, Requirements: a.Requirements, Partly: a.Partly, Statements: statements(a.Statements),
		})
	}
	for i := range g.Escalations {
		p.escalations = append(p.escalations, escalationOf(&g.Escalations[i]))
	}
	if len(p.escalations) > 0 {
		c := g.Cut()
		p.cut = &Cut{Exact: c.Exact, Least: c.Bound, Statements: statements(c.Statements)}
	}
	p.external = Exposures(f)
	return p
}

// Exposures are what somebody outside of its account reaches.
func Exposures(f *access.Finder) []External {
	list := []External{}
	for e := range f.External() {
		list = append(list, External{
			Resource: e.Resource, Principal: e.Principal.ARN, Actions: listed(e.Actions), Public: e.Public, Outside: e.Outside, Requirements: e.Answer.Requirements,
		})
	}
	return list
}

// Graph is who may become whom in the accounts of a bundle.
func Graph(f *access.Finder, b *awsimport.Bundle) *escalation.Graph {
	return escalation.Build(f, escalation.Options{Workloads: workloads(b), PasskeySignIn: b.PasskeySignIn})
}

func escalationOf(e *escalation.Escalation) Escalation {
	return Escalation{From: e.From, To: e.To, Requirements: e.Requirements, Steps: Steps(e.Steps)}
}

// Steps are those of a path, in the form of a report.
func Steps(edges []escalation.Edge) []Step {
	steps := []Step{}
	for i := range edges {
		edge := &edges[i]
		s := Step{Requests: []Request{}, Step: edge.Step, Title: edge.Title, From: edge.From, To: edge.To, Object: edge.Object, Requirements: edge.Requirements,
			Statements: statements(edge.Statements)}
		for j := range edge.Asks {
			s.Requests = append(s.Requests, requestOf(&edge.Asks[j]))
		}
		steps = append(steps, s)
	}
	return steps
}

// requestOf is a request of a step as it can be made: with the context of its witness.
func requestOf(a *escalation.Asked) Request {
	r := Request{Principal: a.Principal, Action: a.Action, Resource: a.Resource, Decision: eval.Allow.String()}
	if w := a.Answer.Witness; w != nil {
		r.Context = map[string][]string{}
		for _, keys := range []*eval.Context{&w.Ask.Context, &w.Caller.ProviderKeys} {
			for key, value := range keys.All() {
				r.Context[key] = value.Texts()
			}
		}
	}
	return r
}

// listed is a list that JSON does not call null.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func statements(list []escalation.Statement) []Statement {
	out := make([]Statement, 0, len(list))
	for _, s := range list {
		out = append(out, Statement{Holder: s.Holder, StatementRef: s.StatementRef})
	}
	return out
}

// workloadKinds are the kinds of workload of a bundle, as the steps of an escalation name them.
var workloadKinds = map[awsimport.WorkloadKind]escalation.WorkloadKind{
	awsimport.LambdaFunction: escalation.Function, awsimport.EC2Instance: escalation.Instance, awsimport.ECSTask: escalation.Task,
	awsimport.CodeBuildProject: escalation.Project, awsimport.CloudFormation: escalation.Stack, awsimport.GlueDevEndpoint: escalation.DevEndpoint,
}

// workloads are those of the bundle whose role is known, of kinds that somebody could take over.
func workloads(b *awsimport.Bundle) []escalation.Workload {
	var list []escalation.Workload
	for _, id := range accountIDs(b) {
		e := b.Accounts[id]
		if e == nil {
			continue
		}
		for _, w := range e.Workloads {
			if kind, ok := workloadKinds[w.Kind]; ok && w.Role != "" {
				list = append(list, escalation.Workload{Kind: kind, ARN: w.ARN, Role: w.Role})
			}
		}
	}
	return list
}

// resource is a resource of the bundle as questions about access need it. A policy that cannot be read stands with its
// document, which denies everything: that its resource is not assessed the bundle's problems tell.
func resource(account string, p *awsimport.ResourcePolicy) access.Resource {
	r := access.Resource{ARN: p.ARN, Account: p.Account}
	if r.Account == "" {
		r.Account = account
	}
	r.Policy = &eval.Source{Name: p.ARN, File: p.File, Policy: p.Document.Compiled()}
	return r
}

// accountOf is the account in an ARN; "" where it has none.
func accountOf(name string) string {
	a, err := arn.Parse(name)
	if err != nil {
		return ""
	}
	return a.Account
}

// ofAccount are the values that are about one account.
func ofAccount[T any](list []T, account string, of func(*T) string) []T {
	var own []T
	for i := range list {
		if of(&list[i]) == account {
			own = append(own, list[i])
		}
	}
	return own
}
