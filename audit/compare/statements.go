package compare

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// policies are all that bind a principal, besides those of resources.
type policies struct {
	missing bool // there is no such principal
	layers  []layer
	tags    []directory.Tag
	trust   string // of a role
}

// layer is the policies of one layer, and of one level of an organization.
type layer struct {
	name    string
	sources []eval.Source
}

func policiesOf(f *access.Finder, p access.Principal) *policies {
	own := &policies{missing: true}
	account := f.Snapshot().Account(p.Account)
	if account == nil {
		return own
	}
	p = in(f, p)
	var entity directory.Entity
	switch p.Kind {
	case eval.User:
		if u := account.UserByID(p.ID); u != nil {
			entity, own.tags = u, u.Tags
		}
	case eval.RoleSession:
		if r := account.RoleByID(p.ID); r != nil {
			entity, own.tags, own.trust = r, r.Tags, r.Trust.Text
		}
	}
	if entity == nil {
		return own
	}
	own.missing = false
	own.layers = append(own.layers, layer{"identity", account.IdentityPolicies(entity)})
	if b := account.BoundaryPolicy(entity); b != nil {
		own.layers = append(own.layers, layer{"boundary", []eval.Source{*b}})
	}
	if m := f.Snapshot().Membership(p.Account); m != nil {
		for i, level := range m.SCP {
			own.layers = append(own.layers, layer{fmt.Sprint("scp ", i), level})
		}
		for i, level := range m.RCP {
			own.layers = append(own.layers, layer{fmt.Sprint("rcp ", i), level})
		}
	}
	return own
}

// in is the principal of that ARN in a state: one that was deleted and made again has another id.
func in(f *access.Finder, p access.Principal) access.Principal {
	if p.Account == "" || f.Snapshot().Account(p.Account) == nil {
		return p
	}
	if own, ok := f.Principal(p.ARN); ok {
		return own
	}
	return p
}

// key is the same for principals with the same policies.
func (p *policies) key() string {
	var b strings.Builder
	for _, l := range p.layers {
		b.WriteString(l.name)
		for _, s := range l.sources {
			fmt.Fprintf(&b, " %p", s.Policy)
		}
	}
	return b.String()
}

// personal reports whether a policy asks who the principal is, or for tags or sessions of its own.
func (p *policies) personal() bool {
	for _, l := range p.layers {
		for _, s := range l.sources {
			for _, key := range eval.ContextKeys(s.Policy) {
				if authz.KeyOrigin(key) == authz.FromCaller {
					return true
				}
			}
		}
	}
	return false
}

// everything is what changes where a layer comes, goes or cannot be read, or the principal's tags change: any action.
var everything = policy.Statement{Action: []policy.Value{{Text: "*"}}}

// changedStatements are those that one state has and the other has not.
func changedStatements(was, is *policies) (list []policy.Statement) {
	if was.missing != is.missing {
		return append(was.statements(), is.statements()...)
	}
	if len(was.layers) != len(is.layers) || (was.personal() || is.personal()) && !slices.Equal(was.tags, is.tags) {
		return []policy.Statement{everything}
	}
	for i := range was.layers {
		a, b := was.layers[i], is.layers[i]
		list = append(list, only(a.sources, b.sources)...)
		list = append(list, only(b.sources, a.sources)...)
	}
	return list
}

func (p *policies) statements() (list []policy.Statement) {
	for _, l := range p.layers {
		list = append(list, only(l.sources, nil)...)
	}
	return list
}

// only are the statements of a that b has not; of policies that both have none is looked at.
func only(a, b []eval.Source) (list []policy.Statement) {
	texts := map[string]bool{}
	for _, s := range b {
		eachStatement(s, func(text string, _ policy.Statement) { texts[text] = true })
	}
	for _, s := range a {
		if slices.ContainsFunc(b, func(o eval.Source) bool { return o.Policy == s.Policy }) {
			continue
		}
		eachStatement(s, func(text string, st policy.Statement) {
			if !texts[text] {
				list = append(list, st)
			}
		})
	}
	return list
}

func eachStatement(s eval.Source, yield func(text string, st policy.Statement)) {
	doc := s.Policy.Document()
	if doc == nil { // it cannot be read, and denies everything
		yield("", everything)
		return
	}
	for _, st := range doc.Statements {
		own := policy.Document{Version: doc.Version, HasVersion: true, Statements: []policy.Statement{st}}
		yield(own.Canonical(), st)
	}
}

// matching are the actions that statements are about, each once.
func matching(c *catalog.Catalog, statements []policy.Statement) iter.Seq[*catalog.Action] {
	about := map[*catalog.Action]bool{}
	for i := range statements {
		st := &statements[i]
		if st.NotAction == nil {
			fit(c, st.Action, about)
			continue
		}
		not := map[*catalog.Action]bool{}
		fit(c, st.NotAction, not)
		for a := range c.Matching("*") {
			if !not[a] {
				about[a] = true
			}
		}
	}
	return func(yield func(*catalog.Action) bool) {
		for a := range c.Matching("*") {
			if about[a] && !yield(a) {
				return
			}
		}
	}
}

// fit notes the actions that patterns match.
func fit(c *catalog.Catalog, patterns []policy.Value, to map[*catalog.Action]bool) {
	for _, v := range patterns {
		for a := range c.Matching(v.Text) {
			to[a] = true
		}
	}
}
