package accessmap

import (
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
)

// trusts are whom a role's trust policy names, with the conditions under which it does.
func (b *builder) trusts(r *directory.Role) {
	at, doc := b.known(b.account.ARN(r)), r.Trust.Compiled().Document()
	if at < 0 || doc == nil {
		return
	}
	for i := range doc.Statements {
		st := &doc.Statements[i]
		if st.Effect != policy.Allow {
			continue
		}
		note := -1
		if len(st.Condition) > 0 {
			note = b.note(Note{Title: "trusts, under conditions", Requirements: conditions(st)})
		}
		for _, who := range b.trusted(st, r.Created) {
			b.edge(who, at, Trust, note)
			if who < 0 {
				continue
			}
			switch b.graph.Nodes[who].Kind {
			case Everyone, Account, Outsider:
				b.graph.Nodes[who].Flags |= FromOutside
			}
		}
	}
}

// trusted are the nodes of whom a statement names.
func (b *builder) trusted(st *policy.Statement, created time.Time) (all []int) {
	if st.NotPrincipal != nil {
		return []int{b.node("*", Everyone, created)}
	}
	p := st.Principal
	if p == nil {
		return nil
	}
	if p.Any {
		all = append(all, b.node("*", Everyone, created))
	}
	for _, v := range p.AWS {
		all = append(all, b.principal(v.Text, created))
	}
	for _, v := range p.Service {
		all = append(all, b.node(v.Text, Service, created))
	}
	for _, v := range p.Federated {
		all = append(all, b.node(v.Text, Provider, created))
	}
	return all
}

// anyRoot ends the ARN by which audit/access names whoever has an account.
const anyRoot = ":iam::*:root"

// principal is the node of an entry of the AWS member of a Principal element: an ARN, an account id, a unique id, or "*".
func (b *builder) principal(name string, created time.Time) int {
	if name == "*" {
		return b.node("*", Everyone, created)
	}
	if arn.IsAccountID(name) {
		name = arn.Account{Partition: b.account.Partition(), ID: name}.Root().String()
	}
	if i, ok := b.index[name]; ok {
		return i
	}
	if r := b.account.RoleByID(name); r != nil {
		return b.known(b.account.ARN(r))
	}
	if u := b.account.UserByID(name); u != nil {
		return b.known(b.account.ARN(u))
	}
	a, err := arn.Parse(name)
	if err != nil {
		return b.node(name, Outsider, created)
	}
	named, ok := a.Named()
	switch {
	case ok && a.Account == b.account.ID() && named.Kind == arn.KindAssumedRole:
		if r := b.account.Role(named.Name); r != nil {
			return b.known(b.account.ARN(r))
		}
	case ok && named.Kind == arn.KindRoot:
		return b.node(name, Account, created)
	}
	return b.node(name, Outsider, created)
}

// conditions of a statement, as text.
func conditions(st *policy.Statement) (all []string) {
	for i := range st.Condition {
		c := &st.Condition[i]
		values := make([]string, len(c.Values))
		for j := range c.Values {
			values[j] = c.Values[j].Text
		}
		all = append(all, c.OperatorText.Text+" "+c.Key.Text+" "+strings.Join(values, ", "))
	}
	return all
}

// named are the resources that a document's Allow statements name, beside "*": nodes of the account, and others as they
// stand there.
func (b *builder) named(holder int, created time.Time, d directory.Document) {
	doc := d.Compiled().Document()
	if holder < 0 || doc == nil {
		return
	}
	var seen []string
	for i := range doc.Statements {
		if doc.Statements[i].Effect != policy.Allow {
			continue
		}
		for _, v := range doc.Statements[i].Resource {
			if slices.Contains(seen, v.Text) {
				continue
			}
			if len(seen) == maxNamed {
				b.graph.Truncated = true
				return
			}
			seen = append(seen, v.Text)
			b.edge(holder, b.resource(v.Text, created), Names, -1)
		}
	}
}

// resource is the node of what a Resource element names; -1 for what is not drawn: everything, and patterns of principals, since these have
// nodes of their own.
func (b *builder) resource(text string, created time.Time) int {
	a, err := arn.Parse(text)
	if i, ok := b.index[text]; ok && err == nil {
		return i
	}
	if err != nil || a.Service == "iam" || a.Service == "sts" || a.Service == "*" || a.Resource == "*" {
		return -1
	}
	if b.resources == maxResources {
		b.graph.Truncated = true
		return -1
	}
	b.resources++
	return b.node(text, Resource, created)
}
