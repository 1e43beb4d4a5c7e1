package eval

import (
	"strings"
	"unicode/utf8"

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

// question is a request as statements see it. It is made once for each decision; readAction gives its action, complete the
// rest. (In two steps, so that everything stays on the stack.)
type question struct {
	*Request
	action       []byte // in lower case; a request that can be judged has ASCII there
	malformed    bool
	applied      layerSet
	hasBoundary  bool
	resourceKind ResourceKind
}

// actionSpace is room for nearly every action of AWS, on the caller's stack.
type actionSpace [64]byte

// complete fills in what follows from the request, whose action was read. The question is malformed, and denied, where
// nobody can say what is asked; a caller with credentials has an account.
func (q *question) complete(r *Request, l *Layers, readable bool) {
	q.Request, q.resourceKind, q.applied = r, l.ResourceKind, l.applicable(r)
	q.malformed = !readable || r.Resource == "" || r.Principal.Account == "" && r.Principal.hasAccount()
	q.hasBoundary = q.applied.has(LayerBoundary)
}

// weight is what became of each part of a statement. Where an early part does not fit, later ones may be left out, with
// the same result: a part that does not fit decides alone.
type weight struct{ action, principal, resource, conditions fit }

// applies tells whether the statement has its effect. What cannot be evaluated fails closed: an Allow that depends on it
// grants nothing, a Deny that depends on it applies.
func (w weight) applies(deny bool) bool {
	f := min(w.action, w.principal, w.resource, w.conditions)
	return f == yes || deny && f == unknown
}

// weigh holds a statement of the layer against the question. With all it looks at every part of a statement whose action
// fits, for an explanation. The match says how it named the caller.
func (st *statement) weigh(q *question, layer Layer, all bool) (w weight, how Match) {
	if w.action = st.actions.fit(q.action); w.action == no {
		return w, 0
	}
	if how, w.principal = st.principalFit(q, layer); w.principal == no && !all {
		return w, how
	}
	if w.resource = st.resourceFit(q, layer); w.resource == no && !all {
		return w, how
	}
	w.conditions = yes
	for i := range st.conditions {
		w.conditions = min(w.conditions, st.conditions[i].holds(&q.Context))
	}
	return w, how
}

func (st *statement) principalFit(q *question, layer Layer) (Match, fit) {
	named, excepted := st.principal, st.notPrincipal
	if layer != LayerResource && layer != LayerRCP {
		return 0, fitOrUnknown(named == nil && excepted == nil)
	}
	who := whoIs(&q.Principal)
	switch {
	case named != nil && excepted == nil:
		return named.match(who)
	case named != nil || excepted == nil || layer == LayerRCP:
		return 0, unknown // both, or none, or NotPrincipal where the language has none
	case st.deny:
		return 0, fitOf(q.hasBoundary || !excepted.exempts(who))
	case q.isTrust():
		return 0, unknown
	}
	switch _, f := excepted.match(who); f {
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
	return q.resourceKind == Authoritative && q.of("sts:")
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
	not    bool
	broken bool // an entry, or the whole element, that cannot be evaluated
	globs  []glob
}

func newActions(st *policy.Statement) actionSet {
	a := actionSet{not: st.NotAction != nil}
	a.broken = (st.Action == nil) == (st.NotAction == nil)
	a.globs = make([]glob, 0, len(st.Action)+len(st.NotAction))
	for _, list := range [][]policy.Value{st.Action, st.NotAction} {
		for _, v := range list {
			service, _, ok := strings.Cut(v.Text, ":")
			text := v.Text
			if text == "*" || text == "*:*" {
				service, text, ok = "", "*", true
			}
			if !ok || strings.ContainsAny(service, "*?") || !utf8.ValidString(text) {
				a.broken = true
			}
			a.globs = append(a.globs, newGlob(string(appendText(nil, text, asciiCase, true))))
		}
	}
	return a
}

// fit of an action in lower case.
func (a *actionSet) fit(action []byte) fit {
	if a.broken {
		return unknown
	}
	for i := range a.globs {
		if a.globs[i].matchBytes(action) {
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
	r.entries = make([]resourceEntry, 0, len(st.Resource)+len(st.NotResource))
	for _, list := range [][]policy.Value{st.Resource, st.NotResource} {
		for _, v := range list {
			e := resourceEntry{everything: v.Text == "*"}
			head, tail := cutResource(v.Text)
			e.template = newTemplate(head, tail, s)
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
