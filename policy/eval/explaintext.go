package eval

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// withoutDeny says, of an explicit deny, which statements must not apply, and what the verdict would be without them.
func (e *Explanation) withoutDeny(q *question, t tally) []string {
	var out []string
	for i := range e.Statements {
		if s := &e.Statements[i]; s.Effect == "Deny" {
			out = append(out, s.where()+" must not apply"+s.because())
		}
	}
	t.denied = 0
	if d, _ := outcome(q, &t); d.Verdict != Allow {
		out = append(out, "even then: "+reason(q, d))
	}
	return out
}

// withAllow says, of an implicit deny, which layers must allow, and what keeps the statements that come near from it.
func (e *Explanation) withAllow(r *Request, kind ResourceKind) []string {
	var out []string
	for _, l := range e.Layers {
		if !l.Missing {
			continue
		}
		line := fmt.Sprintf("%s must allow %s on %s", withArticle(l.Layer), r.Action, r.Resource)
		switch {
		case len(l.Levels) > 0:
			line += " at " + levels(l.Levels)
		case l.Layer == LayerIdentity && kind == Ordinary && e.has(LayerResource) && r.ownAccount():
			line += ", or the resource-based policy must, and name the caller itself"
		}
		out = append(out, line)
		for i := range e.NearMisses {
			if s := &e.NearMisses[i]; s.Layer == l.Layer && (len(l.Levels) == 0 || slices.Contains(l.Levels, s.Level)) {
				out = append(out, fmt.Sprintf("%s would allow it if %s", s.where(), strings.Join(s.obstacles(r), " and ")))
			}
		}
	}
	return out
}

// has tells whether a layer takes part.
func (e *Explanation) has(layer Layer) bool {
	return slices.ContainsFunc(e.Layers, func(l LayerReport) bool { return l.Layer == layer })
}

func (r *Request) ownAccount() bool {
	return r.ResourceAccount == "" || r.ResourceAccount == r.Principal.Account
}

// levels names levels of an organization.
func levels(list []int) string {
	if len(list) == 1 {
		return fmt.Sprintf("level %d of the organization", list[0])
	}
	return "levels " + strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ", "), "[]") + " of the organization"
}

// where names the statement and its place.
func (s *StatementReport) where() string {
	where := fmt.Sprintf("%s %q", s.Layer.Title(), s.Policy)
	if s.Level > 0 {
		where += fmt.Sprintf(" at level %d", s.Level)
	}
	where += fmt.Sprintf(", Statement[%d]", s.Index)
	if s.Sid != "" {
		where += fmt.Sprintf(" %q", s.Sid)
	}
	switch {
	case s.Line > 0 && s.File != "":
		where += fmt.Sprintf(" (%s:%d:%d)", printable(s.File), s.Line, s.Column)
	case s.Line > 0:
		where += fmt.Sprintf(" (line %d, column %d)", s.Line, s.Column)
	}
	return where
}

// because tells why a Deny applied.
func (s *StatementReport) because() string {
	var held []string
	for i := range s.Conditions {
		held = append(held, s.Conditions[i].String())
	}
	switch {
	case len(s.unreadable()) > 0:
		return ": it cannot be evaluated, and denies to be safe"
	case len(held) > 0:
		return ": it does as long as " + strings.Join(held, " and ")
	default:
		return ""
	}
}

// unreadable are the parts that cannot be evaluated.
func (s *StatementReport) unreadable() []string {
	var out []string
	for _, part := range []struct{ name, fit string }{{"actions", s.Action}, {"principals", s.Caller}, {"resources", s.Resource}} {
		if part.fit == unknown.String() {
			out = append(out, part.name)
		}
	}
	for i := range s.Conditions {
		if s.Conditions[i].Held == unknown.String() {
			out = append(out, "condition on "+s.Conditions[i].Key)
		}
	}
	return out
}

// obstacles are the parts that kept an Allow from applying.
func (s *StatementReport) obstacles(r *Request) []string {
	var out []string
	for _, part := range s.unreadable() {
		out = append(out, "its "+part+" could be evaluated")
	}
	if s.Caller == no.String() {
		out = append(out, "it named the caller")
	}
	switch {
	case s.Resource != no.String():
	case s.NotResources != nil:
		out = append(out, "its NotResource spared "+r.Resource)
	default:
		out = append(out, "its Resource covered "+r.Resource)
	}
	for i := range s.Conditions {
		if c := &s.Conditions[i]; c.Held == no.String() {
			out = append(out, fmt.Sprintf("%s met %s %s (%s)", printable(c.Key), printable(c.Operator), valuesOf(c.Values, c.Resolved), c.inRequest()))
		}
	}
	return out
}

// String is the condition with what the request has for it.
func (c *ConditionReport) String() string {
	return fmt.Sprintf("%s %s %s (%s)", printable(c.Operator), printable(c.Key), valuesOf(c.Values, c.Resolved), c.inRequest())
}

func (c *ConditionReport) inRequest() string {
	have := "absent from the request"
	if !c.Absent {
		have = "the request has " + quoted(c.Request)
	}
	if c.Note != "" {
		have += "; " + c.Note
	}
	return have
}

// valuesOf shows values as written and, where they have variables, as they read for this request.
func valuesOf(written, resolved []string) string {
	text := quoted(written)
	if resolved != nil {
		text += ", here " + quoted(resolved)
	}
	return text
}

// shownValues is how many values a text shows of a list.
const shownValues = 8

// printable takes out of a text that others chose what would steer a terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}

// quoted is one value in quotes, or a list. Quotes show what is not printable in another way.
func quoted(values []string) string {
	if len(values) == 1 {
		return fmt.Sprintf("%q", values[0])
	}
	var list []string
	for _, v := range values[:min(len(values), shownValues)] {
		list = append(list, fmt.Sprintf("%q", v))
	}
	if more := len(values) - shownValues; more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// Style marks parts of an explanation's text, for a terminal with colours. A nil function marks nothing.
type Style struct {
	Good, Bad, Title func(string) string
}

func (s *Style) mark(f func(string) string, text string) string {
	if f == nil {
		return text
	}
	return f(text)
}

// fit marks "yes" and the others, padded to one width.
func (s *Style) fit(text string) string {
	if text == yes.String() {
		return s.mark(s.Good, fmt.Sprintf("%-7s", text))
	}
	return s.mark(s.Bad, fmt.Sprintf("%-7s", text))
}

// String tells a person why.
func (e Explanation) String() string { return e.Text(Style{}) }

// Text is String in a style.
func (e Explanation) Text(style Style) string {
	w := &explainer{Style: style}
	colour := style.Bad
	if e.Verdict == Allow {
		colour = style.Good
	}
	w.line("%s: %s", style.mark(colour, e.Verdict.String()), printable(e.Reason))
	w.layers(&e)
	w.statements("Statements that applied", denyFirst(e.Statements))
	w.statements("Statements that came near", e.NearMisses)
	w.list("Absent from the request", e.AbsentKeys)
	w.list("To be allowed", e.Changes)
	return strings.TrimSuffix(w.String(), "\n")
}

// explainer writes the text of an explanation.
type explainer struct {
	strings.Builder
	Style
}

func (w *explainer) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

func (w *explainer) title(text string) { w.line("\n%s", w.mark(w.Title, text)) }

func (w *explainer) list(title string, items []string) {
	if len(items) == 0 {
		return
	}
	w.title(title)
	for _, item := range items {
		w.line("  - %s", printable(item))
	}
}

func (w *explainer) layers(e *Explanation) {
	if len(e.Layers) == 0 {
		return
	}
	w.title("Layers")
	for _, l := range e.Layers {
		state := "does not allow"
		switch {
		case l.Denied:
			state = w.mark(w.Bad, "denies")
		case l.Allowed:
			state = w.mark(w.Good, "allows")
		case l.Missing && len(l.Levels) > 0:
			state = w.mark(w.Bad, "does not allow at "+levels(l.Levels)+", and would have to")
		case l.Missing:
			state = w.mark(w.Bad, "does not allow, and would have to")
		}
		decided := ""
		if l.Layer == e.Layer {
			decided = "  (decided)"
		}
		w.line("  %-24s %s%s", l.Layer.Title(), state, decided)
	}
}

// denyFirst puts first what decides.
func denyFirst(list []StatementReport) []StatementReport {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b StatementReport) int { return strings.Compare(b.Effect, a.Effect) })
	return sorted
}

func (w *explainer) statements(title string, list []StatementReport) {
	if len(list) == 0 {
		return
	}
	w.title(title)
	for i := range list {
		s := &list[i]
		effect := w.mark(w.Bad, "Deny ")
		if s.Effect == "Allow" {
			effect = w.mark(w.Good, "Allow")
		}
		w.line("  %s  %s", effect, s.where())
		w.parts(s)
	}
}

// parts shows what of a statement fits the request and what does not. That its action does goes without saying.
func (w *explainer) parts(s *StatementReport) {
	const margin = "         "
	if s.Action != yes.String() {
		w.line(margin+"%s Action", w.fit(s.Action))
	}
	switch {
	case s.Principal != 0:
		w.line(margin+"%s Principal names the caller %s", w.fit(s.Caller), s.Principal.words())
	case s.Caller != yes.String():
		w.line(margin+"%s Principal", w.fit(s.Caller))
	}
	if s.Resources != nil {
		w.line(margin+"%s Resource %s", w.fit(s.Resource), valuesOf(s.Resources, s.Resolved))
	}
	if s.NotResources != nil {
		w.line(margin+"%s NotResource %s", w.fit(s.Resource), valuesOf(s.NotResources, s.Resolved))
	}
	for i := range s.Conditions {
		w.line(margin+"%s %s", w.fit(s.Conditions[i].Held), s.Conditions[i].String())
	}
}

// words says for people what String says in letters.
func (m Match) words() string {
	for _, how := range []struct {
		match Match
		words string
	}{
		{MatchDirect, "directly"}, {MatchRole, "by its role"}, {MatchUser, "by its user"}, {MatchService, "as a service"},
		{MatchProvider, "by its identity provider"}, {MatchAccount, "by its account"},
	} {
		if m&how.match != 0 {
			return how.words
		}
	}
	return "in no way"
}
