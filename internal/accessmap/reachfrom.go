package accessmap

import (
	"fmt"
	"strings"
	"time"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/catalog"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/policy/eval"
)

// from is what a principal can reach: whom it can become, and what it can do in one service or all.
func (r *reach) from(name, service string) error {
	p, ok := r.finder().Principal(name)
	if foreign(name, r.account) {
		p = access.Principal{Kind: p.Kind, ARN: name, Outside: true} // whether another account has it is not for this one to know
	} else if !ok {
		return api.ResourceNotFoundException.New("There is no principal %s.", name)
	}
	r.out.Arn = name
	if p.Account != r.account.ID() || p.Outside || p.Kind == eval.WebIdentity {
		r.entered(p)
		return nil
	}
	if service != "" {
		if _, ok := r.catalog().Service(service); !ok {
			return awsapi.ValidationError.New("The catalogue has no service %s.", service)
		}
		r.grants(p, service)
		return nil
	}
	r.becomes(p)
	for s := range r.catalog().Services() {
		if r.over() {
			r.out.NotAssessed = append(r.out.NotAssessed, fmt.Sprintf("What it can do in services from %s on. Ask about one by its name.", s.Prefix))
			break
		}
		r.grants(p, s.Prefix)
	}
	return nil
}

func (r *reach) catalog() *catalog.Catalog { return r.finder().Snapshot().Library().Catalog() }

// becomes are the users and roles that a principal of the account can become.
func (r *reach) becomes(p access.Principal) {
	graph := r.analysis.graph
	if p.Kind == eval.Root {
		r.out.NotAssessed = append(r.out.NotAssessed, "Whom it can become: the root user may do everything in its account.")
		return
	}
	for i := range graph.Administrators {
		if graph.Administrators[i].ARN == p.ARN {
			r.out.NotAssessed = append(r.out.NotAssessed, "Whom it can become: an administrator can become everybody in its account.")
			return
		}
	}
	for i := range graph.Nodes {
		if n := &graph.Nodes[i]; n.ARN != p.ARN && r.own(n.ARN) {
			if r.halfway() {
				r.out.Truncated = true
				r.out.NotAssessed = append(r.out.NotAssessed, "Not all whom it can become: there was no time to try every user and role.")
				return
			}
			r.way(n.ARN, p.ARN, n.ARN)
		}
	}
}

// halfway: what is left of the time is for what the principal can do.
func (r *reach) halfway() bool {
	deadline, ok := r.ctx.Deadline()
	return r.over() || ok && time.Until(deadline) < deadline.Sub(r.began)/2
}

// entered are the roles that let in somebody who is not of the account: an outsider, a service, or whom a provider vouches for.
func (r *reach) entered(p access.Principal) {
	f := r.finder()
	seen := map[string]bool{}
	for role := range r.account.Roles() {
		if r.over() {
			return
		}
		name := r.account.ARN(role)
		if p.Kind == eval.Service {
			const assumeRole = "sts:AssumeRole"
			if a := f.Can(p, f.Ask(assumeRole, name)); a.Verdict != access.No {
				r.answered(seen, name, []string{assumeRole}, a)
			}
			continue
		}
		for e := range f.ExternalOf(name) {
			if e.Principal.ARN == p.ARN || p.Kind == eval.Root && masked(e.Principal.ARN, r.account) == p.ARN {
				r.answered(seen, name, e.Actions, e.Answer)
			}
		}
	}
	r.out.NotAssessed = append(r.out.NotAssessed, "What it can do by policies of its own: they are not of this account.")
}

// grants are what the principal can do in a service: actions that it can do alike are one.
func (r *reach) grants(p access.Principal, service string) {
	rows := map[string]int{}
	for g := range r.finder().WhatCan(p, service) {
		if r.over() {
			return
		}
		resources := listed(g.Resources)
		key := g.Answer.Text() + "\x00" + strings.Join(resources, "\x00") + "\x00" + strings.Join(g.Regions, " ")
		at, ok := rows[key]
		if !ok {
			at = len(r.out.Grants)
			rows[key] = at
			needs := g.Answer.Texts()
			if len(g.Regions) > 0 {
				needs = append(needs, "in "+strings.Join(g.Regions, ", "))
			}
			r.out.Grants = append(r.out.Grants, api.ReachGrant{
				Service: service, Actions: []string{}, Resources: resources, Answer: g.Answer.Verdict.String(), Requirements: listed(needs),
			})
		}
		row := &r.out.Grants[at]
		row.Actions = append(row.Actions, g.Action.Name)
	}
}
