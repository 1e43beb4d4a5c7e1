package directory

import (
	"iter"
	"strconv"
	"strings"

	"github.com/warder-iam/warder/policy/eval"
)

// ManagedPolicy is a managed policy as an account sees it: one of its own, or one of AWS's from the catalog. It may be
// shared and is not to be modified.
type ManagedPolicy struct {
	ARN, Name, Path string
	// Version is the default version's name, "v3", and Document its document.
	Version  string
	Document Document
	// Customer is the account's own policy, nil for one of AWS's.
	Customer *Policy
}

// DefaultDocument is the document of the default version; one that denies everything where that version is missing.
func (p *Policy) DefaultDocument() Document {
	if v := p.Version(p.Default); v != nil {
		return v.Document
	}
	return Document{}
}

// Version gives the version of that number, or nil.
func (p *Policy) Version(number int) *PolicyVersion {
	for i := range p.Versions {
		if p.Versions[i].Number == number {
			return &p.Versions[i]
		}
	}
	return nil
}

// PolicyByARN is the account's own policy with that ARN, or nil. Partition, account, path and name must be as they are
// in the policy's ARN, case included.
func (a *Account) PolicyByARN(arn string) *Policy {
	resource, ok := a.policyResource(arn)
	if !ok {
		return nil
	}
	slash := strings.LastIndexByte(resource, '/')
	if slash < 0 {
		return nil
	}
	path, name := resource[:slash+1], resource[slash+1:]
	for p := range named[*Policy](&a.policies, name) {
		if p.Name == name && (p.Path == path || p.Path == "" && path == "/") {
			return p
		}
	}
	return nil
}

// Managed finds a managed policy by its ARN: the account's own, or one of AWS's. It gives nil where there is none.
func (a *Account) Managed(arn string) *ManagedPolicy {
	p := a.PolicyByARN(arn)
	if p == nil {
		return a.awsManaged(arn)
	}
	return &ManagedPolicy{
		ARN: arn, Name: p.Name, Path: p.Path,
		Version: "v" + strconv.Itoa(p.Default), Document: p.DefaultDocument(), Customer: p,
	}
}

// GroupsOf gives the user's groups in the order of joining.
func (a *Account) GroupsOf(u *User) iter.Seq[*Group] {
	return func(yield func(*Group) bool) {
		for _, id := range u.Groups {
			if g := a.GroupByID(id); g != nil && !yield(g) {
				return
			}
		}
	}
}

// IdentityPolicies are all identity policies of a user, role or group: inline ones named "inline NAME", attached ones
// named by their ARN, and for a user those of its groups. A policy that cannot be found or does not parse, and a
// group that does not exist, are in the list as a policy that denies everything: it might have held a Deny.
func (a *Account) IdentityPolicies(e Entity) []eval.Source {
	switch e := e.(type) {
	case *User:
		sources := make([]eval.Source, 0, len(e.Inline)+len(e.Attached)+2*len(e.Groups))
		sources = a.appendPolicies(sources, e.Inline, e.Attached)
		for _, id := range e.Groups {
			if g := a.GroupByID(id); g != nil {
				sources = a.appendPolicies(sources, g.Inline, g.Attached)
			} else {
				sources = append(sources, eval.Source{Name: "group " + id, Policy: denyAll()})
			}
		}
		return sources
	case *Group:
		return a.appendPolicies(nil, e.Inline, e.Attached)
	case *Role:
		return a.appendPolicies(nil, e.Inline, e.Attached)
	}
	return nil
}

func (a *Account) appendPolicies(to []eval.Source, inline []InlinePolicy, attached []string) []eval.Source {
	for i := range inline {
		to = append(to, eval.Source{Name: "inline " + inline[i].Name, Policy: inline[i].Document.Compiled()})
	}
	for _, arn := range attached {
		to = append(to, a.managedSource(arn))
	}
	return to
}

// BoundaryPolicy is the permissions boundary of a user or role, nil where it has none. A boundary that cannot be found
// or does not parse is one that denies everything.
func (a *Account) BoundaryPolicy(e Entity) *eval.Source {
	var arn string
	switch e := e.(type) {
	case *User:
		arn = e.Boundary
	case *Role:
		arn = e.Boundary
	}
	if arn == "" {
		return nil
	}
	source := a.managedSource(arn)
	return &source
}

func (a *Account) managedSource(arn string) eval.Source {
	if p := a.PolicyByARN(arn); p != nil {
		return eval.Source{Name: arn, Policy: p.DefaultDocument().Compiled()}
	}
	if p := a.awsManaged(arn); p != nil {
		return eval.Source{Name: arn, Policy: p.Document.Compiled()}
	}
	return eval.Source{Name: arn, Policy: denyAll()}
}
