package repair

import (
	"slices"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// Proof is what becomes of access by a plan, found by evaluating the policies before and after it.
type Proof struct {
	// Principals are users and roles whose policies change: all that they can do before and after was compared. Nobody else
	// can do less or more, with credentials that go on working.
	Principals []string
	Lost       []Access
	Gained     []Access
	// Keys stop to work, whatever their users may do.
	Keys []Key
	// NotAssessed are principals of whom the input does not hold all policies, each with the reason.
	NotAssessed []string
}

// Access is what one principal can do by one action.
type Access struct {
	Principal, Action string
	// Resources are patterns, as policies have them.
	Resources []string
	// Answer is "yes", or what the request must meet.
	Answer string
	// Use of the action by the principal; only of what is lost.
	Use Use
	// Evidence says in words how the use is known.
	Evidence string
}

// Key is an access key that stops to work.
type Key struct {
	ID, User string // name of the user
	Use      Use
	Evidence string
}

// Use says whether something was used, as far as the evidence tells.
type Use uint8

// The uses.
const (
	// Unknown: there is no evidence.
	Unknown Use = iota
	// Unused: the evidence says that it was not used.
	Unused
	// PerhapsUsed: its service was used, and by which action is not recorded.
	PerhapsUsed
	Used
)

// Refused reports whether something that is lost was used, or may have been.
func (p *Proof) Refused() bool { return p.count(PerhapsUsed)+p.count(Used) > 0 }

// Unproved is how much of what is lost there is no evidence about.
func (p *Proof) Unproved() int { return p.count(Unknown) }

func (p *Proof) count(u Use) int {
	n := 0
	for i := range p.Lost {
		if p.Lost[i].Use == u {
			n++
		}
	}
	for i := range p.Keys {
		if p.Keys[i].Use == u {
			n++
		}
	}
	return n
}

// Prove evaluates a plan that was made from in.
func (p *Plan) Prove(in *Input) *Proof {
	after := *in.Bundle
	after.Snapshot = p.After
	w := witness{in: in, activity: audit.Activities(in.Bundle)}
	proof := &Proof{}
	old, now := audit.Finder(in.Bundle, in.Now), audit.Finder(&after, in.Now)
	for who := range old.Principals() {
		if !changed(p.Before.Account(who.Account), p.After.Account(who.Account), who.ID) {
			continue
		}
		if in.Stop != nil && in.Stop() {
			proof.NotAssessed = append(proof.NotAssessed, "not everybody was looked at: there was no time for "+who.ARN+" and who comes after it")
			break
		}
		proof.Principals = append(proof.Principals, who.ARN)
		if why, ok := in.Bundle.Incomplete[who.ARN]; ok {
			proof.NotAssessed = append(proof.NotAssessed, who.ARN+": "+why)
		}
		before, then := slices.Collect(old.WhatCan(who, "")), slices.Collect(now.WhatCan(who, ""))
		for _, g := range minus(before, then) {
			lost := accessOf(who, &g)
			lost.Use, lost.Evidence = w.action(who, &g)
			proof.Lost = append(proof.Lost, lost)
		}
		for _, g := range minus(then, before) {
			proof.Gained = append(proof.Gained, accessOf(who, &g))
		}
	}
	for _, s := range p.Steps() {
		if s.key != nil {
			proof.Keys = append(proof.Keys, w.key(s.key, p.Before))
		}
	}
	return proof
}

func accessOf(who access.Principal, g *access.Grant) Access {
	return Access{Principal: who.ARN, Action: g.Action.String(), Resources: g.Resources, Answer: g.Answer.Text()}
}

// changed reports whether the policies of a user or role are not the same in two states of its account.
func changed(before, after *directory.Account, id string) bool {
	for _, find := range []func(*directory.Account) directory.Entity{
		func(a *directory.Account) directory.Entity { return orNil(a.UserByID(id)) },
		func(a *directory.Account) directory.Entity { return orNil(a.RoleByID(id)) },
	} {
		old := find(before)
		if old == nil {
			continue
		}
		if after == nil || find(after) == nil {
			return true
		}
		return !slices.EqualFunc(sources(before, old), sources(after, find(after)), sameSource)
	}
	return false // the root user has none
}

// orNil is an entity, and nil for a nil pointer.
func orNil[T any, P interface {
	*T
	directory.Entity
}](p P) directory.Entity {
	if p == nil {
		return nil
	}
	return p
}

// sources are all policies of a user or role, the boundary last.
func sources(a *directory.Account, e directory.Entity) []eval.Source {
	all := slices.Clone(a.IdentityPolicies(e))
	boundary := eval.Source{Name: "no boundary"}
	if b := a.BoundaryPolicy(e); b != nil {
		boundary = *b
	}
	return append(all, boundary)
}

func sameSource(a, b eval.Source) bool { return a.Name == b.Name && a.Policy == b.Policy }

// minus are the grants of a without what those of b cover.
func minus(a, b []access.Grant) []access.Grant {
	byAction := map[string][]*access.Grant{}
	for i := range b {
		name := b[i].Action.String()
		byAction[name] = append(byAction[name], &b[i])
	}
	var left []access.Grant
	for _, g := range a {
		var resources []string
		for _, r := range g.Resources {
			covered := func(h *access.Grant) bool { return covers(h, &g, r) }
			if !slices.ContainsFunc(byAction[g.Action.String()], covered) {
				resources = append(resources, r)
			}
		}
		if len(resources) > 0 {
			g.Resources = resources
			left = append(left, g)
		}
	}
	return left
}

// covers reports whether a grant h holds all that g holds of a resource. It may miss that it does, never the other way.
func covers(h, g *access.Grant, resource string) bool {
	if h.Answer.Verdict != access.Yes && h.Answer.Text() != g.Answer.Text() {
		return false
	}
	for _, region := range g.Regions {
		if h.Regions != nil && !slices.Contains(h.Regions, region) {
			return false
		}
	}
	if g.Regions == nil && h.Regions != nil {
		return false
	}
	return slices.ContainsFunc(h.Resources, func(pattern string) bool { return includes(pattern, resource) })
}

// includes reports whether everything that fits the pattern part fits the pattern whole, each read as a plain text but for
// * and ?. A * of part is covered by none but a * of whole.
func includes(whole, part string) bool {
	star, back := -1, 0 // the last * of whole, and where in part what it stands for ends
	i, j := 0, 0
	for j < len(part) {
		switch {
		case i < len(whole) && whole[i] == '*':
			star, back = i, j
			i++
		case i < len(whole) && part[j] != '*' && (whole[i] == '?' || whole[i] == part[j]):
			i, j = i+1, j+1
		case star >= 0:
			back++
			i, j = star+1, back
		default:
			return false
		}
	}
	for i < len(whole) && whole[i] == '*' {
		i++
	}
	return i == len(whole)
}
