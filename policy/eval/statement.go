package eval

import (
	"strings"

	"github.com/warder-iam/warder/policy"
)

// statement is one statement of a policy, prepared.
type statement struct {
	source       *policy.Statement
	deny         bool
	variables    bool // the document's version has them
	principal    *principalSet
	notPrincipal *principalSet
	actions      actionSet
	resources    resourceSet
	conditions   []condition
}

// question is a request as statements see it. It is made once for each decision.
type question struct {
	*Request
	who          who
	hasBoundary  bool
	resourceKind ResourceKind
}

// weight is what became of each part of a statement. Where an early part does not fit, later ones may be left out, with
// the same result: a part that does not fit decides alone.
type weight struct {
	action, principal, resource, conditions fit
	how                                     Match
}

// applies tells whether the statement has its effect. What cannot be evaluated fails closed: an Allow that depends on it
// grants nothing, a Deny that depends on it applies.
func (w weight) applies(deny bool) bool {
	f := min(w.action, w.principal, w.resource, w.conditions)
	return f == yes || deny && f == unknown
}

// weigh holds a statement of the layer against the question. With all it looks at every part of a statement whose action
// fits, for an explanation.
func (st *statement) weigh(q *question, layer Layer, all bool) weight {
	w := weight{action: st.actions.fit(q.Action)}
	if w.action == no {
		return w
	}
	if w.how, w.principal = st.principalFit(q, layer); w.principal == no && !all {
		return w
	}
	if w.resource = st.resourceFit(q, layer); w.resource == no && !all {
		return w
	}
	w.conditions = yes
	for i := range st.conditions {
		w.conditions = min(w.conditions, st.conditions[i].holds(&q.Context))
	}
	return w
}

func (st *statement) principalFit(q *question, layer Layer) (Match, fit) {
	named, excepted := st.principal, st.notPrincipal
	if layer != LayerResource && layer != LayerRCP {
		return 0, fitOrUnknown(named == nil && excepted == nil)
	}
	switch {
	case named != nil && excepted == nil:
		return named.match(q.who)
	case named != nil || excepted == nil || layer == LayerRCP:
		return 0, unknown // both, or none, or NotPrincipal where the language has none
	case st.deny:
		return 0, fitOf(q.hasBoundary || !excepted.exempts(q.who))
	case q.isTrust():
		return 0, unknown
	}
	switch _, f := excepted.match(q.who); f {
	case no:
		return MatchDirect, yes // everyone else, as "*" would
	case unknown:
		return 0, unknown
	default:
		return 0, no
	}
}

// fitOrUnknown is for what the language does not allow here at all: it cannot be evaluated.
func fitOrUnknown(wellFormed bool) fit {
	if wellFormed {
		return yes
	}
	return unknown
}

// isTrust reports whether the resource policy is a role's trust policy: its statements have no Resource.
func (q *question) isTrust() bool {
	return q.resourceKind == Authoritative && hasPrefixFold(q.Action, "sts:")
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

func (st *statement) resourceFit(q *question, layer Layer) fit {
	if st.source.Resource == nil && st.source.NotResource == nil && layer == LayerResource && q.isTrust() {
		return yes
	}
	return st.resources.fit(&q.Context, q.Resource)
}

// actionSet is an Action or NotAction element.
type actionSet struct {
	not      bool
	broken   bool // an entry, or the whole element, that cannot be evaluated
	patterns []pattern
}

func newActions(st *policy.Statement) actionSet {
	a := actionSet{not: st.NotAction != nil}
	a.broken = (st.Action == nil) == (st.NotAction == nil)
	for _, list := range [][]policy.Value{st.Action, st.NotAction} {
		for _, v := range list {
			service, _, ok := strings.Cut(v.Text, ":")
			if v.Text == "*" || v.Text == "*:*" {
				service, ok = "", true
			}
			if !ok || strings.ContainsAny(service, "*?") {
				a.broken = true
			}
			a.patterns = append(a.patterns, pattern{}.appendGlob(v.Text, asciiCase))
		}
	}
	return a
}

func (a *actionSet) fit(action string) fit {
	if a.broken {
		return unknown
	}
	for _, p := range a.patterns {
		if p.match(action, asciiCase) {
			return fitOf(!a.not)
		}
	}
	return fitOf(a.not)
}

// resourceSet is a Resource or NotResource element.
type resourceSet struct {
	not     bool
	broken  bool
	entries []resourceEntry
}

type resourceEntry struct {
	everything bool // the entry is a lone star
	template   template
}

// colonsBeforeVariables is the number of colons in an ARN before its resource part, where variables may stand.
const colonsBeforeVariables = 5

func newResources(st *policy.Statement, s syntax) resourceSet {
	r := resourceSet{not: st.NotResource != nil}
	r.broken = (st.Resource == nil) == (st.NotResource == nil)
	s.glob, s.folding = true, exact
	for _, list := range [][]policy.Value{st.Resource, st.NotResource} {
		for _, v := range list {
			e := resourceEntry{everything: v.Text == "*"}
			head, tail := cutResource(v.Text)
			plain := s
			plain.variables = false
			e.template.add(head, plain)
			e.template.add(tail, s)
			r.entries = append(r.entries, e)
		}
	}
	return r
}

// cutResource cuts behind the fifth colon.
func cutResource(text string) (head, tail string) {
	at := 0
	for range colonsBeforeVariables {
		i := strings.IndexByte(text[at:], ':')
		if i < 0 {
			return text, ""
		}
		at += i + 1
	}
	return text[:at], text[at:]
}

func (r *resourceSet) fit(ctx *Context, resource string) fit {
	if r.broken {
		return unknown
	}
	some := no
	for i := range r.entries {
		some = max(some, r.entries[i].match(ctx, resource))
	}
	if r.not {
		return some.not()
	}
	return some
}

// match of an action without resource types, which is decided on "*", needs a literal star: an ARN that happens to fit as
// a glob does not name everything.
func (e *resourceEntry) match(ctx *Context, resource string) fit {
	if e.everything || resource == "*" {
		return fitOf(e.everything)
	}
	return e.template.match(ctx, resource)
}
