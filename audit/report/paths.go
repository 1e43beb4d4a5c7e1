package report

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit"
)

// pathView is a way to become administrator that several principals have alike.
type pathView struct {
	// From are the principals, and Ways each one's. What is told is the first.
	From []string
	Ways []*audit.Escalation
	*audit.Escalation
}

// Self: one has given oneself the rights, and is no other principal in the end.
func (p *pathView) Self() bool { return p.Escalation.From == p.To }

// Free: whoever holds the credentials can go it, without meeting any condition.
func (p *pathView) Free() bool {
	return len(p.Requirements) == 0 && !slices.ContainsFunc(p.Steps, func(s audit.Step) bool { return len(s.Requirements) > 0 })
}

// shape says by what ways are alike.
type shape func(e *audit.Escalation, name string) string

// exactShape: alike are ways to the same principals over the same things. Those of the group itself are like each other's.
func exactShape(e *audit.Escalation, name string) string {
	if name == e.From {
		return "self"
	}
	return name
}

// looseShape: alike are ways of the same steps, whoever they lead over.
func looseShape(e *audit.Escalation, name string) string {
	switch {
	case name == e.From:
		return "self"
	case name == "":
		return ""
	}
	return "other"
}

// groupPaths puts ways that are alike together. Those that anybody with the credentials can go stand first, then the
// shortest, then those of the most principals.
func groupPaths(r *audit.Report, alike shape) []pathView {
	inner := map[string]bool{}
	for i := range r.Escalations {
		e := &r.Escalations[i]
		for _, s := range e.Steps {
			if s.To != e.From {
				inner[s.To] = true
			}
		}
	}
	index := map[string]int{}
	var list []pathView
	for i := range r.Escalations {
		e := &r.Escalations[i]
		key := shapeOf(e, alike)
		if inner[e.From] {
			key += "\x00" + e.From // others come by here: it stays one of its own
		}
		at, ok := index[key]
		if !ok {
			at = len(list)
			index[key] = at
			list = append(list, pathView{Escalation: e})
		}
		list[at].From, list[at].Ways = append(list[at].From, e.From), append(list[at].Ways, e)
	}
	slices.SortStableFunc(list, func(a, b pathView) int {
		if a.Free() != b.Free() {
			if a.Free() {
				return -1
			}
			return 1
		}
		if d := len(a.Steps) - len(b.Steps); d != 0 {
			return d
		}
		return len(b.From) - len(a.From)
	})
	return list
}

func shapeOf(e *audit.Escalation, alike shape) string {
	parts := []string{alike(e, e.To), needs(e.Requirements)}
	for i := range e.Steps {
		s := &e.Steps[i]
		parts = append(parts, s.Step, alike(e, s.To), alike(e, s.Object), needs(s.Requirements))
	}
	return strings.Join(parts, "\x00")
}
