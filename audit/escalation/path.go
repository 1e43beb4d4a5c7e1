package escalation

import (
	"slices"

	"github.com/warder-iam/warder/audit/access"
)

// edge is a move that is allowed, with its answers.
type edge struct {
	move  *move
	asked []Asked
}

// gainedBy are the gains of a principal on the account as it is that lead to whoever is worth becoming, administrators
// first; to one of each class.
func (m *model) gainedBy(actor *subject) []*edge {
	if found, ok := m.gained[actor.arn]; ok {
		return found
	}
	s := m.newSearch(actor.arn, "")
	var all []*edge
	taken := map[string]bool{}
	for _, mv := range s.gains(actor, s.wants) {
		class := m.classes[mv.gains]
		if class != "" {
			if class += mv.step.ID; taken[class] {
				continue
			}
		}
		if asked, ok := m.try(m.root, mv, true); ok {
			all = append(all, &edge{mv, asked})
			taken[class] = true
		}
	}
	slices.SortStableFunc(all, func(a, b *edge) int { return better(a.move, b.move, m.isAdmin) })
	m.gained[actor.arn] = all
	return all
}

// edgesOf are those of a principal on the account as it is.
func (m *model) edgesOf(name string) []Edge {
	actor := m.subject(m.root, name)
	var all []Edge
	for _, e := range m.gainedBy(actor) {
		all = append(all, m.show(m.root, e.move, e.asked))
	}
	return all
}

// shortest leaves out of a search's log all that its goal can do without, and plays the rest anew.
func (m *model) shortest(s *search) *Escalation {
	log := s.log
	best := m.play(s, log)
	for size := max(len(log)/2, 1); size > 0; size /= 2 {
		for end := len(log); end > 0; end = min(end-size, len(log)) {
			start := max(end-size, 0)
			rest := slices.Concat(log[:start], log[end:])
			if found := m.play(s, rest); found != nil {
				log, best = rest, found
			}
		}
	}
	return best
}

// play takes the steps one after the other, and gives them if they lead to the goal.
func (m *model) play(s *search, log []*move) *Escalation {
	p := m.newSearch(s.from, s.to)
	found := &Escalation{From: s.from}
	for _, mv := range log {
		now, asked := p.allowed(mv)
		if asked == nil {
			return nil
		}
		found.Steps = append(found.Steps, m.show(p.world, now, asked))
		if mv.gains != "" {
			p.hold(mv.gains, mv.factor || p.carries(now))
		} else {
			p.world = p.world.after(now.step.change(&now.attempt))
		}
	}
	for _, h := range p.order {
		if p.judge(h.arn) != reached {
			continue
		}
		found.To = h.arn
		if s.to == "" {
			a := m.administrator(p.world, m.subject(p.world, h.arn), h.factor)
			found.Requirements = a.Requirements
		}
		return found
	}
	return nil
}

// show is a move for others.
func (m *model) show(w *world, mv *move, asked []Asked) Edge {
	e := Edge{
		From: mv.actor, Step: mv.step.ID, Title: mv.step.Title, Gains: mv.gains != "", Limited: mv.step.Limited, Asks: asked,
	}
	e.To, e.Object = mv.ends()
	for i := range asked {
		e.Requirements = addRequirements(e.Requirements, asked[i].Answer.Requirements)
		p, _ := w.finder.Principal(asked[i].Principal)
		for _, st := range m.references(w, p, asked[i].Resource, asked[i].Answer.Statements) {
			if !slices.Contains(e.Statements, st) {
				e.Statements = append(e.Statements, st)
			}
		}
	}
	if mv.step.change != nil {
		e.Change = mv.step.change(&mv.attempt)
	}
	return e
}

// ends are the ARN of whom a move gains or makes stronger, and of what it makes use of.
func (m *move) ends() (to, object string) {
	a := &m.attempt
	switch {
	case a.made != "":
		return a.made, a.managed
	case m.gains != "" && a.workload != nil:
		return m.gains, a.workload.ARN
	case m.gains != "":
		return m.gains, a.provider
	case a.policy != nil:
		return a.account.ARN(a.policy), ""
	case a.user != nil && a.group != nil:
		return a.account.ARN(a.user), a.account.ARN(a.group)
	}
	return m.target(), a.managed
}

func addRequirements(all, more []access.Requirement) []access.Requirement {
	for _, r := range more {
		if !slices.ContainsFunc(all, func(known access.Requirement) bool { return known.Text == r.Text && known.Key == r.Key }) {
			all = append(all, r)
		}
	}
	return all
}
