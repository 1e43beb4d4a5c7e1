package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit/repair"
)

// showFix prints a plan and what was proved of it.
func (p *program) showFix(plan *repair.Plan, proof *repair.Proof) error {
	var b strings.Builder
	for i := range plan.Changes {
		writeChange(&b, &plan.Changes[i])
	}
	for _, m := range plan.Manual {
		fmt.Fprintf(&b, "%s  %s\n  Not mended automatically: %s.\n", m.Finding.ID, clean(m.Finding.Title), clean(m.Why))
		if text := m.Finding.Remedy.Text; text != "" {
			fmt.Fprintf(&b, "  By hand: %s\n", clean(text))
		}
		for line := range strings.Lines(m.Finding.Remedy.Command) {
			fmt.Fprintf(&b, "    %s\n", clean(strings.TrimRight(line, "\n")))
		}
		b.WriteByte('\n')
	}
	if len(plan.Changes) > 0 {
		writeProof(&b, proof)
	}
	return p.printf("%s", b.String())
}

func writeChange(b *strings.Builder, c *repair.Change) {
	fmt.Fprintf(b, "%s  %s\n", c.Finding.ID, clean(c.Finding.Title))
	for i := range c.Steps {
		s := &c.Steps[i]
		fmt.Fprintf(b, "  %s\n", clean(s.Text))
		for _, line := range s.Diff {
			fmt.Fprintf(b, "    %s\n", clean(line))
		}
		fmt.Fprintf(b, "    call  %s\n", clean(s.Call.String()))
		for _, undo := range s.Undo {
			fmt.Fprintf(b, "    undo  %s\n", clean(undo.String()))
		}
	}
	b.WriteByte('\n')
}

func writeProof(b *strings.Builder, proof *repair.Proof) {
	b.WriteString("Access\n")
	switch {
	case len(proof.Principals) == 0:
		b.WriteString("  Nobody's permissions change: every user and role has the policies that it had.\n")
	case len(proof.Lost)+len(proof.Gained) == 0:
		fmt.Fprintf(b, "  Nobody's permissions change. Evaluated before and after: %s.\n", clean(strings.Join(proof.Principals, ", ")))
	default:
		fmt.Fprintf(b, "  Evaluated before and after: %s.\n", clean(strings.Join(proof.Principals, ", ")))
	}
	writeAccess(b, "loses", proof.Lost)
	writeAccess(b, "gains", proof.Gained)
	for _, k := range proof.Keys {
		fmt.Fprintf(b, "  access key %s of user %s stops to work: %s%s\n", k.ID, clean(k.User), useWords[k.Use], clean(k.Evidence))
	}
	for _, text := range proof.NotAssessed {
		fmt.Fprintf(b, "  Not assessed: %s\n", clean(text))
	}
	switch n := proof.Unproved(); {
	case proof.Refused():
	case n > 0:
		fmt.Fprintf(b, "  Of %d of these there is no evidence whether they are used.\n", n)
	case len(proof.Lost)+len(proof.Keys) > 0:
		b.WriteString("  Nothing that is lost was used, as far as last accessed details, last uses of keys and the trail tell.\n")
	default:
		b.WriteString("  Nothing is lost.\n")
	}
	b.WriteByte('\n')
}

// useWords begin what is said of a use.
var useWords = map[repair.Use]string{
	repair.Unknown: "no evidence: ", repair.Unused: "unused: ", repair.PerhapsUsed: "PERHAPS USED: ", repair.Used: "USED: ",
}

// maxNamed is how many actions one line names.
const maxNamed = 8

// writeAccess writes accesses of one principal, service and use in one line: a policy may have thousands.
func writeAccess(b *strings.Builder, verb string, list []repair.Access) {
	type group struct{ who, service, use string }
	var order []group
	actions, resources := map[group][]string{}, map[group][]string{}
	for i := range list {
		a := &list[i]
		service, action, _ := strings.Cut(a.Action, ":")
		g := group{a.Principal, service, ""}
		if verb == "loses" {
			g.use = useWords[a.Use] + a.Evidence
		}
		if actions[g] == nil {
			order = append(order, g)
		}
		if !slices.Contains(actions[g], action) {
			actions[g] = append(actions[g], action)
		}
		for _, r := range a.Resources {
			if !slices.Contains(resources[g], r) {
				resources[g] = append(resources[g], r)
			}
		}
	}
	for _, g := range order {
		fmt.Fprintf(b, "  %s %s %s: %s on %s\n", clean(g.who), verb, g.service, firstOf(actions[g]), clean(firstOf(resources[g])))
		if g.use != "" {
			fmt.Fprintf(b, "    %s\n", clean(g.use))
		}
	}
}

// firstOf names the first of many.
func firstOf(list []string) string {
	if len(list) <= maxNamed {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:maxNamed], ", "), len(list)-maxNamed)
}
