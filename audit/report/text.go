package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/internal/visible"
)

// Colours of a terminal, by what they are for.
const (
	bold  = "1"
	dim   = "2"
	green = "32"
)

// severityColours are bright red, red, yellow, blue and grey.
var severityColours = [...]string{audit.Critical: "1;91", audit.High: "31", audit.Medium: "33", audit.Low: "34", audit.Informational: "2"}

// text writes for people at a terminal. The first error stays.
type text struct {
	w      io.Writer
	colour bool
	err    error
}

func writeText(w io.Writer, r *audit.Report, o Options) error {
	t := text{w: w, colour: o.Colour}
	t.summary(r)
	for _, s := range audit.Severities() {
		t.findings(r, s)
	}
	t.privilege(r)
	t.notAssessed(r)
	return t.err
}

// Summary writes what the text form begins with: the accounts, how much was found, and the score.
func Summary(w io.Writer, r *audit.Report, o Options) error {
	t := text{w: w, colour: o.Colour}
	t.summary(r)
	return t.err
}

// line writes one line. What comes from the account is made visible: a name must not move the cursor.
func (t *text) line(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, format+"\n", args...)
	}
}

func (t *text) in(code, s string) string {
	if !t.colour || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (t *text) heading(s string) { t.line("\n%s", t.in(bold, s)) }

func (t *text) summary(r *audit.Report) {
	for _, a := range r.Accounts {
		name := a.ID
		for _, more := range []string{a.Name, a.Alias} {
			if more != "" {
				name += " (" + visible.Spell(more) + ")"
			}
		}
		t.line("%s  %s", t.in(bold, "Account "+name), entities(&a))
	}
	open := r.Open(audit.Informational)
	if len(open) == 0 {
		t.line("%s %s", t.in(green, "Nothing was found."), coverage(r))
	} else {
		var counts []string
		for _, s := range audit.Severities() {
			if n := countOf(open, s); n > 0 {
				counts = append(counts, t.in(severityColours[s], fmt.Sprintf("%d %v", n, s)))
			}
		}
		t.line("%s: %s. %s", plural(len(open), "finding"), strings.Join(counts, ", "), coverage(r))
	}
	if n := len(r.Findings) - len(open); n > 0 {
		t.line("%s suppressed.", count(n, "more is", "more are"))
	}
	t.heading("Score " + total(r))
	for _, a := range r.Score.Areas {
		t.area(a)
	}
}

// entities tells how many IAM entities the audit has seen.
func entities(a *audit.AccountSummary) string {
	if !a.Entities {
		return "users, groups, roles and policies are not in the input"
	}
	return strings.Join([]string{plural(a.Users, "user"), plural(a.Groups, "group"), plural(a.Roles, "role"), count(a.Policies, "policy", "policies")}, ", ")
}

// coverage says how much of the checks could be answered.
func coverage(r *audit.Report) string {
	n := len(r.Assessed) + len(r.NotAssessed)
	switch {
	case len(r.Assessed) == 0:
		return "No check could be assessed; what is missing stands at the end."
	case len(r.NotAssessed) == 0:
		return plural(n, "check") + ", assessed."
	}
	return fmt.Sprintf("%d of %d checks were assessed; what is missing stands at the end.", len(r.Assessed), n)
}

// total is the score in words.
func total(r *audit.Report) string {
	if r.Score.Total == nil {
		return "not assessed"
	}
	return fmt.Sprintf("%d of 100", *r.Score.Total)
}

func (t *text) area(a audit.AreaScore) {
	if a.Score == nil {
		t.line("  %-16s %s", a.Area, t.in(dim, "not assessed"))
		return
	}
	const width = 20
	full := (*a.Score*width + 50) / 100
	moves := make([]string, 0, len(a.Moves))
	for _, m := range a.Moves {
		moves = append(moves, fmt.Sprintf("%s +%d", m.Check, m.Points))
	}
	t.line("  %-16s %3d %s  %s", a.Area, *a.Score, strings.Repeat("█", full)+t.in(dim, strings.Repeat("░", width-full)),
		t.in(dim, strings.Join(moves[:min(len(moves), 3)], ", ")))
}

func countOf(list []audit.Finding, s audit.Severity) int {
	n := 0
	for i := range list {
		if list[i].Severity == s {
			n++
		}
	}
	return n
}

func (t *text) findings(r *audit.Report, s audit.Severity) {
	first := true
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Severity != s || f.Suppressed != nil {
			continue
		}
		if first {
			t.heading(strings.ToUpper(s.String()))
			first = false
		}
		mark := ""
		if f.New {
			mark = " " + t.in(bold, "new")
		}
		t.line("%s %s%s", t.in(severityColours[s], "●"), visible.Spell(f.Title), mark)
		t.line("  %s", t.in(dim, visible.Spell(f.Resource)+"  "+f.ID))
		for _, e := range f.Evidence {
			t.line("  - %s", visible.Spell(place(&e)+e.Text))
		}
		t.line("  → %s", visible.Spell(f.Remedy.Text))
		for line := range strings.Lines(f.Remedy.Command) {
			t.line("    %s", t.in(green, visible.Spell(strings.TrimRight(line, "\n"))))
		}
	}
}

// privilege tells who is an administrator, who can become one, and who gets in from outside.
func (t *text) privilege(r *audit.Report) {
	if len(r.Administrators) > 0 {
		t.heading(plural(len(r.Administrators), "administrator"))
		for _, a := range r.Administrators {
			t.line("  %s  %s", visible.Spell(a.ARN), t.in(dim, visible.Spell(a.How)))
		}
	}
	if len(r.Escalations) > 0 {
		t.heading(plural(len(r.Escalations), "way") + " to more rights")
		for _, e := range r.Escalations {
			t.line("  %s → %s", visible.Spell(e.From), visible.Spell(e.To))
			for i, s := range e.Steps {
				t.line("    %d. %s", i+1, visible.Spell(s.Title))
			}
		}
		if r.Cut != nil {
			t.line("  %s would break all of them.", count(len(r.Cut.Statements), "statement less", "statements less"))
		}
	}
	if len(r.External) > 0 {
		t.heading("Reached from outside")
		for _, e := range r.External {
			who := visible.Spell(e.Principal)
			if e.Public {
				who = t.in(severityColours[audit.Critical], "anybody")
			}
			t.line("  %s ← %s  %s", visible.Spell(e.Resource), who, t.in(dim, visible.Spell(strings.Join(e.Actions, " "))))
		}
	}
}

func (t *text) notAssessed(r *audit.Report) {
	if len(r.NotAssessed) > 0 {
		t.heading("Not assessed")
	}
	type gap struct{ missing, get string }
	var order []gap
	checks := map[gap][]string{}
	for _, a := range r.NotAssessed {
		for _, g := range a.Missing {
			key := gap{g.Missing, g.Get}
			if checks[key] == nil {
				order = append(order, key)
			}
			checks[key] = append(checks[key], a.Check)
		}
	}
	for _, g := range order {
		t.line("  %s  %s", visible.Spell(g.missing), t.in(dim, strings.Join(checks[g], " ")))
		if g.get != "" {
			t.line("    %s", t.in(green, visible.Spell(g.get)))
		}
	}
	if len(r.Problems) > 0 {
		t.heading("Could not be used")
		for _, p := range r.Problems {
			t.line("  %s", visible.Spell(p))
		}
	}
}

// count is a number with its word.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// visibleLines is visible.Spell for a text of several lines.
func visibleLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = visible.Spell(lines[i])
	}
	return strings.Join(lines, "\n")
}
