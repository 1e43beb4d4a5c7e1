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
	Action     string            `json:"action"`
	Caller     string            `json:"caller"`
	Resource   string            `json:"resource"`
	Conditions []ConditionReport `json:"conditions,omitempty"`
}

// ConditionReport is one condition and the request's values of its key.
type ConditionReport struct {
	Operator string   `json:"operator"`
	Key      string   `json:"key"`
	Values   []string `json:"values"`            // of the policy
	Request  []string `json:"request,omitempty"` // of the request
	Absent   bool     `json:"absent,omitempty"`  // the request does not have the key
	Line     int      `json:"line"`
	Column   int      `json:"column"`
	Held     string   `json:"held"` // "yes", "no" or "unknown"
}

// Explain answers one request and says why. It decides by the same steps as Decide.
func (s *Set) Explain(r *Request) Explanation {
	var seen []sighting
	t := s.count(r, func(at place, st *statement, w weight) {
		seen = append(seen, sighting{at, st, w})
	})
	d, missing := outcome(r, s.layers.ResourceKind, &t)
	e := Explanation{
		Verdict: d.Verdict, Layer: d.Layer, Reason: reason(r, d),
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
	e.AbsentKeys = absentKeys(e.Statements, e.NearMisses)
	e.Changes = e.changes(r)
	return e
}

// sighting is a statement that was weighed.
type sighting struct {
	place
	*statement
	weight
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
	for i := range v.statement.conditions {
		out.Conditions = append(out.Conditions, v.statement.conditions[i].report(&r.Context))
	}
	return out
}

func (c *condition) report(ctx *Context) ConditionReport {
	src := c.source
	out := ConditionReport{
		Operator: src.OperatorText.Text, Key: src.Key.Text, Values: texts(src.Values),
		Line: src.OperatorText.Span.Start.Line, Column: src.OperatorText.Span.Start.Column,
		Held: c.holds(ctx).String(),
	}
	if out.Operator == "" {
		out.Operator = src.Operator.String()
	}
	v, ok := ctx.lookup(c.key)
	if out.Absent = !ok; ok {
		out.Request = v.Texts()
	}
	return out
}

func texts(values []policy.Value) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = v.Text
	}
	return out
}

func absentKeys(lists ...[]StatementReport) []string {
	var keys []string
	for _, list := range lists {
		for _, s := range list {
			for _, c := range s.Conditions {
				same := func(key string) bool { return foldKey(key) == foldKey(c.Key) }
				if c.Absent && !slices.ContainsFunc(keys, same) {
					keys = append(keys, c.Key)
				}
			}
		}
	}
	slices.Sort(keys)
	return keys
}

// reason is the decision in one sentence.
func reason(r *Request, d Decision) string {
	switch {
	case r.malformed():
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

// changes lists what would have to be otherwise.
func (e *Explanation) changes(r *Request) []string {
	var out []string
	switch {
	case e.Verdict == ExplicitDeny:
		for i := range e.Statements {
			if s := &e.Statements[i]; s.Effect == "Deny" {
				out = append(out, fmt.Sprintf("%s must not apply%s", s.where(), s.heldBecause()))
			}
		}
	case e.Verdict == ImplicitDeny:
		for _, l := range e.Layers {
			if l.Missing {
				out = append(out, fmt.Sprintf("%s must allow %s on %s", withArticle(l.Layer), r.Action, r.Resource))
			}
		}
		for i := range e.NearMisses {
			s := &e.NearMisses[i]
			out = append(out, fmt.Sprintf("%s would allow it if %s", s.where(), strings.Join(s.obstacles(r), " and ")))
		}
	}
	return out
}

// where names the statement and its place.
func (s *StatementReport) where() string {
	label := fmt.Sprintf("statement %d", s.Index)
	if s.Sid != "" {
		label += fmt.Sprintf(" (%s)", s.Sid)
	}
	where := fmt.Sprintf("%s %q, %s", s.Layer.Title(), s.Policy, label)
	if s.Level > 0 {
		where += fmt.Sprintf(" at level %d", s.Level)
	}
	if s.Line > 0 {
		where += fmt.Sprintf(", line %d, column %d", s.Line, s.Column)
	}
	return where
}

// heldBecause tells which conditions made a Deny apply.
func (s *StatementReport) heldBecause() string {
	var held []string
	for i := range s.Conditions {
		held = append(held, s.Conditions[i].String())
	}
	if len(held) == 0 {
		return ""
	}
	return ": it applies while " + strings.Join(held, " and ")
}

// obstacles are the parts that kept an Allow from applying.
func (s *StatementReport) obstacles(r *Request) []string {
	var out []string
	if s.Action != "yes" {
		out = append(out, "its actions could be understood")
	}
	switch s.Caller {
	case "no":
		out = append(out, "its principals named the caller")
	case "unknown":
		out = append(out, "its principals could be understood")
	}
	switch s.Resource {
	case "no":
		out = append(out, "its resources covered "+r.Resource)
	case "unknown":
		out = append(out, "its resources could be understood")
	}
	for i := range s.Conditions {
		if c := &s.Conditions[i]; c.Held != "yes" {
			out = append(out, "this held: "+c.String())
		}
	}
	return out
}

// String is the condition with what the request has for it.
func (c *ConditionReport) String() string {
	have := "absent from the request"
	if !c.Absent {
		have = fmt.Sprintf("%q in the request", c.Request)
	}
	return fmt.Sprintf("%s %s %q (%s)", c.Operator, c.Key, c.Values, have)
}

// String tells a person why, in a few lines.
func (e Explanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", e.Verdict, e.Reason)
	section := func(title string, list []StatementReport) {
		if len(list) == 0 {
			return
		}
		fmt.Fprintf(&b, "%s:\n", title)
		for i := range list {
			s := &list[i]
			fmt.Fprintf(&b, "  %s in %s", s.Effect, s.where())
			if s.Principal != 0 {
				fmt.Fprintf(&b, ", caller matched as %s", s.Principal)
			}
			b.WriteByte('\n')
			for j := range s.Conditions {
				fmt.Fprintf(&b, "    %s: %s\n", s.Conditions[j].Held, s.Conditions[j].String())
			}
		}
	}
	section("statements that applied", e.Statements)
	section("near misses", e.NearMisses)
	if len(e.AbsentKeys) > 0 {
		fmt.Fprintf(&b, "absent from the request: %s\n", strings.Join(e.AbsentKeys, ", "))
	}
	if len(e.Changes) > 0 {
		b.WriteString("to be allowed:\n")
		for _, c := range e.Changes {
			fmt.Fprintf(&b, "  %s\n", c)
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
