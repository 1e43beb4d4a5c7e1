package escalation

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// without is the snapshot with statements removed from the policies that hold them.
func without(snap *directory.Snapshot, removed []Statement) *directory.Snapshot {
	var places []place // of policies: without an index
	indices := map[place][]int{}
	for _, st := range removed {
		p := place{holder: st.Holder, policy: st.Policy, layer: st.Layer}
		if st.Layer == eval.LayerResource {
			p.policy = ""
		}
		if !slices.Contains(places, p) {
			places = append(places, p)
		}
		indices[p] = append(indices[p], st.Index)
	}
	for _, p := range places {
		st := Statement{Holder: p.holder}
		st.Policy, st.Layer = p.policy, p.layer
		if account, e := holderAt(snap, p.holder); e != nil {
			snap = snap.With(snap.Revision(), account.ID(), []directory.Entity{lessen(account, e, st, indices[p])}, nil)
		}
	}
	return snap
}

// holderAt finds who has a policy, or the managed policy itself.
func holderAt(snap *directory.Snapshot, name string) (*directory.Account, directory.Entity) {
	a, err := arn.Parse(name)
	if err != nil {
		return nil, nil
	}
	n, ok := a.Named()
	account := snap.Account(a.Account)
	if !ok || account == nil {
		return nil, nil
	}
	switch n.Kind {
	case arn.KindUser:
		if u := account.User(n.Name); u != nil {
			return account, u
		}
	case arn.KindRole:
		if r := account.Role(n.Name); r != nil {
			return account, r
		}
	case arn.KindGroup:
		if g := account.Group(n.Name); g != nil {
			return account, g
		}
	case arn.KindPolicy:
		if p := account.PolicyByARN(name); p != nil {
			return account, p
		}
	}
	return nil, nil
}

// lessen is a copy of who holds a policy, with the statements of these indices gone from it.
func lessen(account *directory.Account, e directory.Entity, st Statement, indices []int) directory.Entity {
	less := directory.Clone(e)
	switch e := less.(type) {
	case *directory.Policy:
		for i := range e.Versions {
			if v := &e.Versions[i]; v.Number == e.Default {
				v.Document = withoutStatements(v.Document, indices)
			}
		}
	case *directory.Role:
		if st.Layer == eval.LayerResource {
			e.Trust = withoutStatements(e.Trust, indices)
		} else {
			lessenHeld(account, st.Policy, indices, &e.Inline, &e.Attached)
		}
	case *directory.User:
		lessenHeld(account, st.Policy, indices, &e.Inline, &e.Attached)
	case *directory.Group:
		lessenHeld(account, st.Policy, indices, &e.Inline, &e.Attached)
	}
	return less
}

// lessenHeld takes the statements out of an inline policy, or replaces an attached policy of AWS by a copy without them,
// which bears its ARN as a name.
func lessenHeld(account *directory.Account, name string, indices []int, inline *[]directory.InlinePolicy, attached *[]string) {
	if own, ok := strings.CutPrefix(name, inlinePrefix); ok {
		for i := range *inline {
			if p := &(*inline)[i]; p.Name == own {
				p.Document = withoutStatements(p.Document, indices)
			}
		}
		return
	}
	m := account.Managed(name)
	if i := slices.Index(*attached, name); i >= 0 && m != nil {
		*attached = slices.Delete(*attached, i, i+1)
		*inline = append(*inline, directory.InlinePolicy{Name: m.ARN, Document: withoutStatements(m.Document, indices)})
	}
}

// withoutStatements is a document with a statement that allows nothing in place of each of some. So all keep their places.
func withoutStatements(d directory.Document, indices []int) directory.Document {
	doc := d.Compiled().Document()
	if doc == nil {
		return d
	}
	less := *doc
	less.Statements = slices.Clone(doc.Statements)
	for i := range less.Statements {
		st := &less.Statements[i]
		if !slices.Contains(indices, st.Index) {
			continue
		}
		st.Action, st.NotAction = nil, []policy.Value{{Text: "*"}}
	}
	return directory.Document{Text: less.Canonical()}
}

// documentOf is the policy that a statement stands in; ok is false where it is not there.
func documentOf(snap *directory.Snapshot, st Statement) (d directory.Document, ok bool) {
	account, e := holderAt(snap, st.Holder)
	var inline []directory.InlinePolicy
	var attached []string
	switch e := e.(type) {
	case *directory.Policy:
		return e.DefaultDocument(), true
	case *directory.Role:
		if st.Layer == eval.LayerResource {
			return e.Trust, true
		}
		inline, attached = e.Inline, e.Attached
	case *directory.User:
		inline, attached = e.Inline, e.Attached
	case *directory.Group:
		inline, attached = e.Inline, e.Attached
	default:
		return d, false
	}
	for i := range inline {
		if inlinePrefix+inline[i].Name == st.Policy {
			return inline[i].Document, true
		}
	}
	if m := account.Managed(st.Policy); m != nil && slices.Contains(attached, st.Policy) {
		return m.Document, true
	}
	return d, false
}
