package eval

import (
	"fmt"
	"slices"
	"strings"

	"github.com/warder-iam/warder/policy"
)

// Explanation is a decision with its reasons.
type Explanation struct {
	Verdict Verdict `json:"verdict"`
	Layer   Layer   `json:"layer"`
	// Reason is one sentence.
	Reason string `json:"reason"`
	// Layers are those that bind this caller, in the order in which they are reported.
	Layers []LayerReport `json:"layers"`
	// Statements are all that applied, Allow and Deny, in the order of Layers. A Deny wins over every Allow.
	Statements []StatementReport `json:"statements"`
	// NearMisses, of an implicit deny, are the Allow statements for this action that failed otherwise, in layers that
	// would have had to allow.
	NearMisses []StatementReport `json:"nearMisses,omitempty"`
	// AbsentKeys are the condition keys of these statements that the request does not have, in alphabetical order.
	AbsentKeys []string `json:"absentKeys,omitempty"`
	// Changes say what would have to be otherwise for the request to be allowed.
	Changes []string `json:"changes,omitempty"`
}

// LayerReport says what became of one layer.
type LayerReport struct {
	Layer   Layer `json:"layer"`
	Allowed bool  `json:"allowed"` // some statement allows; of SCPs at every level
	Denied  bool  `json:"denied"`  // some Deny applies
	// Missing is true if the layer would have had to allow.
	Missing bool `json:"missing,omitempty"`
	// Levels of the organization, 1 for the root, that fail to allow, where the layer is missing and has levels.
	Levels []int `json:"levels,omitempty"`
}

// StatementReport is one statement and how it fared.
type StatementReport struct {
	Layer Layer `json:"layer"`
	// Level of the organization, 1 for the root, of an SCP or RCP; else 0.
	Level int `json:"level,omitempty"`
	// Policy is the name of the statement's Source.
	Policy string `json:"policy"`
	// File is the Source's.
	File   string `json:"file,omitempty"`
	Sid    string `json:"sid,omitempty"`
	Index  int    `json:"index"` // place in the document, from 0
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Effect string `json:"effect"` // "Allow" or "Deny"
	// Principal says how a resource policy's statement named the caller.
	Principal Match `json:"principal,omitzero"`
	// Action, Resource, Caller and Conditions each tell whether that part fits: "yes", "no", or "unknown" for what cannot
	// be evaluated and therefore fails closed. Caller stands for Principal and NotPrincipal.
	Action   string `json:"action"`
	Caller   string `json:"caller"`
	Resource string `json:"resource"`
	// Resources and NotResources are the statement's elements as written; Resolved are their values with variables filled
	// in, in the same order, where they have any.
	Resources    []string          `json:"resources,omitempty"`
	NotResources []string          `json:"notResources,omitempty"`
	Resolved     []string          `json:"resolved,omitempty"`
	Conditions   []ConditionReport `json:"conditions,omitempty"`

	absent []string // keys of variables in the resources that have no value
}

// ConditionReport is one condition and the request's values of its key.
type ConditionReport struct {
	Operator string   `json:"operator"`
	Key      string   `json:"key"`
	Values   []string `json:"values"`             // of the policy
	Resolved []string `json:"resolved,omitempty"` // Values with variables filled in, where they have any
	Request  []string `json:"request,omitempty"`  // of the request
	Absent   bool     `json:"absent,omitempty"`   // the request does not have the key
	Line     int      `json:"line"`
	Column   int      `json:"column"`
	Held     string   `json:"held"` // "yes", "no" or "unknown"
	// Note says why it holds or does not where the values alone would not tell.
	Note string `json:"note,omitempty"`

	absent []string // keys of variables in Values that have no value
}

// Explain answers one request and says why. It decides by the same steps as Decide.
func (s *Set) Explain(r *Request) Explanation {
	var seen []sighting
	var space actionSpace
	var q question
	var ok bool
	q.action, ok = readAction(r.Action, &space)
	q.complete(r, &s.layers, ok)
	t := tally{applied: q.applied}
	t.count(&q, &s.layers, q.applied, func(at place, st *statement, w weight, how Match) {
		seen = append(seen, sighting{at, st, w, how})
	})
	d, missing := outcome(&q, &t)
	e := Explanation{
		Verdict: d.Verdict, Layer: d.Layer, Reason: reason(&q, d),
		Layers: []LayerReport{}, Statements: []StatementReport{}, // lists in JSON, never null
	}
	for _, layer := range reportOrder {
		if t.applied.has(layer) || missing.has(layer) {
			e.Layers = append(e.Layers, LayerReport{
				Layer: layer, Allowed: t.allowed.has(layer), Denied: t.denied.has(layer), Missing: missing.has(layer),
			})
		}
	}
	for i := range seen {
		v := &seen[i]
		switch {
		case v.applies(v.statement.deny):
			e.Statements = append(e.Statements, v.report(r))
		case !v.statement.deny && v.action != no && missing.has(v.layer):
			e.NearMisses = append(e.NearMisses, v.report(r))
		}
	}
	s.noteLevels(&e)
	e.AbsentKeys = absentKeys(e.Statements, e.NearMisses)
	switch e.Verdict {
	case ExplicitDeny:
		e.Changes = e.withoutDeny(&q, t)
	case ImplicitDeny:
		e.Changes = e.withAllow(r, s.layers.ResourceKind)
	}
	return e
}

// noteLevels finds the levels that fail to allow.
func (s *Set) noteLevels(e *Explanation) {
	for i := range e.Layers {
		l := &e.Layers[i]
		if !l.Missing || l.Layer != LayerSCP {
			continue
		}
		for level := 1; level <= len(s.layers.SCP); level++ {
			allows := func(st StatementReport) bool { return st.Layer == l.Layer && st.Level == level && st.Effect == "Allow" }
			if !slices.ContainsFunc(e.Statements, allows) {
				l.Levels = append(l.Levels, level)
			}
		}
	}
}

// sighting is a statement that was weighed.
type sighting struct {
	place
	*statement
	weight
	how Match
}

func (v *sighting) report(r *Request) StatementReport {
	src := v.source
	out := StatementReport{
		Layer: v.layer, Level: v.level, Policy: v.policy, File: v.file,
		Sid: src.Sid, Index: src.Index, Line: src.Span.Start.Line, Column: src.Span.Start.Column,
		Effect: "Allow", Principal: v.how,
		Action: v.action.String(), Caller: v.weight.principal.String(), Resource: v.weight.resource.String(),
	}
	if v.deny {
		out.Effect = "Deny"
	}
	vars := variables{on: v.variables, glob: true, context: &r.Context}
	out.Resources, out.NotResources = texts(src.Resource), texts(src.NotResource)
	named := src.Resource
	if named == nil { // a statement has one or the other
		named = src.NotResource
	}
	out.Resolved = vars.resolveAll(named)
	out.absent = vars.absent
	for i := range v.statement.conditions {
		out.Conditions = append(out.Conditions, v.statement.conditions[i].report(&r.Context, v.variables))
	}
	return out
}

func (c *condition) report(ctx *Context, hasVariables bool) ConditionReport {
	src := c.source
	test := src.Operator.Test
	vars := variables{
		on:      hasVariables && (strings.HasPrefix(test, "String") || strings.HasPrefix(test, "Arn")),
		glob:    strings.HasSuffix(test, "Like") || strings.HasPrefix(test, "Arn"),
		context: ctx,
	}
	out := ConditionReport{
		Operator: src.OperatorText.Text, Key: src.Key.Text, Values: texts(src.Values), Resolved: vars.resolveAll(src.Values),
		Line: src.OperatorText.Span.Start.Line, Column: src.OperatorText.Span.Start.Column,
		Held: c.holds(ctx).String(),
	}
	out.absent = vars.absent
	if out.Operator == "" {
		out.Operator = src.Operator.String()
	}
	v := ctx.lookup(c.key)
	if out.Absent = v == nil; v != nil {
		out.Request = v.Texts()
	}
	out.Note = c.note(v)
	if out.Note == "" && out.Held == unknown.String() {
		out.Note = "a value cannot be read"
	}
	return out
}

// note goes through the cases of holds in which something else than a comparison of values decides.
func (c *condition) note(value *Value) string {
	set := c.source.Operator.Set
	switch {
	case c.test == unknownTest:
		return "there is no such operator"
	case c.test == presenceTest:
		return ""
	case value == nil && set != "":
		return fmt.Sprintf("%s %s for an absent key", set, holdsOrFails(c.absent()))
	case value == nil && c.ifExists:
		return "IfExists holds for an absent key"
	case value == nil && c.negated:
		return "a negated operator holds for an absent key"
	case value == nil:
		return ""
	case c.arity == single && value.Len() > 1:
		return "the key has one value, and the request gives several"
	case set == "" && (c.arity == multi || c.arity == unknownArity && value.List()):
		return "a key with several values needs ForAnyValue or ForAllValues"
	default:
		return ""
	}
}

func holdsOrFails(f fit) string {
	if f == yes {
		return "holds"
	}
	return "fails"
}

func texts(values []policy.Value) []string {
	if values == nil {
		return nil
	}
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = v.Text
	}
	return out
}

func absentKeys(lists ...[]StatementReport) []string {
	m := mentions{seen: make(map[string]bool)}
	for _, s := range slices.Concat(lists...) {
		for _, key := range s.absent {
			m.add(key)
		}
		for _, c := range s.Conditions {
			if c.Absent {
				m.add(c.Key)
			}
			for _, key := range c.absent {
				m.add(key)
			}
		}
	}
	slices.Sort(m.keys)
	return m.keys
}

// variables fills in policy variables as far as a person needs to see it.
type variables struct {
	on      bool // the policy's version and the element have variables
	glob    bool // a star or question mark is a wildcard unless it came in by a variable
	context *Context
	absent  []string // keys without value or default, as they are written
	filled  int      // bytes filled in
}

// maxFilled is how many bytes are filled in to show one element of a policy. Many variables with a long value are more
// than anybody reads, and could fill the memory.
const maxFilled = 16 << 10

// resolveAll is nil where no value has a variable.
func (v *variables) resolveAll(values []policy.Value) []string {
	var out []string
	for i, value := range values {
		text := v.resolve(value.Text)
		if out == nil && text != value.Text {
			out = texts(values[:i])
		}
		if out != nil {
			out = append(out, text)
		}
	}
	return out
}

// resolve leaves a variable that has no value, that nobody can read, or that is too much to show, as it is.
func (v *variables) resolve(text string) string {
	var out strings.Builder
	for v.on {
		before, after, found := strings.Cut(text, "${")
		inside, rest, ok := cutVariable(after)
		if !found || !ok {
			break
		}
		out.WriteString(before)
		out.WriteString(v.value(inside))
		text = rest
	}
	return out.String() + text
}

// value of what stands between ${ and }. A star that is one is shown as a policy writes it.
func (v *variables) value(inside string) string {
	key, fallback, hasDefault := strings.Cut(inside, ",")
	key = strings.TrimSpace(key)
	found, present := v.context.Lookup(key)
	text := ""
	switch {
	case inside == "*" || inside == "?" || inside == "$":
		return "${" + inside + "}"
	case present && !found.List():
		text = found.At(0)
	case hasDefault:
		fallback = strings.TrimSpace(fallback)
		text = fallback[1 : len(fallback)-1] // cutVariable saw to the quotes
	default:
		if !present {
			v.absent = append(v.absent, key)
		}
		return "${" + inside + "}"
	}
	if v.filled += len(text); v.filled > maxFilled {
		return "${" + inside + "}"
	}
	if v.glob {
		text = strings.NewReplacer("*", "${*}", "?", "${?}").Replace(text)
	}
	return text
}

// reason is the decision in one sentence.
func reason(r *question, d Decision) string {
	switch {
	case r.malformed:
		return "the request cannot be judged: it needs an action of the form service:Name without wildcards, a resource, and the caller's account"
	case d.Verdict == Allow && d.Layer == LayerNone && r.Principal.Kind == Root:
		return "the account's root user may do everything that no other account and no organization takes from it"
	case d.Verdict == Allow && d.Layer == LayerNone:
		return r.Action + " needs no permission"
	case d.Verdict == Allow:
		return fmt.Sprintf("%s allows %s", withArticle(d.Layer), r.Action)
	case d.Verdict == ExplicitDeny:
		return "explicit deny in " + withArticle(d.Layer)
	case d.Layer == LayerCredential:
		return r.refused()
	default:
		return fmt.Sprintf("no %s allows %s", d.Layer.Title(), r.Action)
	}
}

func withArticle(l Layer) string {
	if l == LayerIdentity {
		return "an " + l.Title()
	}
	return "a " + l.Title()
}
