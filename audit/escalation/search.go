package escalation

import (
	"maps"
	"slices"
	"strings"
)

// A search plays one principal: it becomes whom it can, changes what it can, and goes on with what it has then, until it
// has an administrator or nothing new happens. What gives rights and takes none is done at once, in any order: it never
// hurts. What may take rights too is tried on its own, one after the other, in a copy of the search.
type search struct {
	m     *model
	world *world
	from  string
	to    string // whom it wants to become; "" is any administrator

	held  map[string]*held
	order []*held
	log   []*move
	done  map[string]bool // what was done, by its effect
	// failed are the moves that the world, as it is now, does not let.
	failed map[string]bool
	// refused are the attaching steps by which the policy that allows everything cannot be had.
	refused map[string]bool
	// wide: whoever is too weak to be worth becoming is looked at as well, since one may make it stronger.
	wide     bool
	extra    map[string]bool // made, or wanted
	classes  map[string]bool // of those that one has
	branches []*move
	budget   *budget
}

// held is a principal that one has.
type held struct {
	arn    string
	factor bool // with its second factor
}

// Bounds of the moves that may take rights: how many follow each other, and how many are tried for one principal.
const (
	mostDepth  = 3
	mostWorlds = 200
)

// budget is what a search and its copies may still try, and whether they had to leave anything out: one that had may find with
// less rights, and so less to try, what it has not found with more.
type budget struct {
	worlds int
	short  bool
}

type outcome uint8

const (
	stuck outcome = iota
	moved
	reached
)

func (m *model) newSearch(from, to string) *search {
	s := &search{
		m: m, world: m.root, from: from, to: to,
		held: map[string]*held{}, done: map[string]bool{}, failed: map[string]bool{}, refused: map[string]bool{}, extra: map[string]bool{},
		classes: map[string]bool{}, budget: &budget{worlds: mostWorlds},
	}
	if to != "" {
		s.extra[to] = true
	}
	s.hold(from, true)
	return s
}

func (s *search) clone() *search {
	c := *s
	c.held, c.order = map[string]*held{}, nil
	for _, h := range s.order {
		c.hold(h.arn, h.factor)
	}
	c.log = slices.Clone(s.log)
	c.done, c.failed, c.refused, c.extra = maps.Clone(s.done), map[string]bool{}, maps.Clone(s.refused), maps.Clone(s.extra)
	c.classes, c.branches = maps.Clone(s.classes), nil
	return &c
}

func (s *search) hold(name string, factor bool) {
	if h := s.held[name]; h != nil {
		h.factor = h.factor || factor
		return
	}
	if class := s.m.classes[name]; class != "" {
		s.classes[class] = true
	}
	h := &held{name, factor}
	s.held[name] = h
	s.order = append(s.order, h)
}

// run gives the way that was found, nil for none.
func (s *search) run() *Escalation {
	start := s.m.subject(s.world, s.from)
	if start == nil || s.to == "" && s.m.isAdmin(s.from) {
		return nil
	}
	if !s.solve(0) {
		return nil
	}
	return s.m.shortest(s)
}

// solve goes on until the goal is reached, or nothing more can be done.
func (s *search) solve(depth int) bool {
	for {
		switch s.round() {
		case reached:
			return true
		case moved:
			continue
		}
		if s.wide || !s.mayChange() {
			break
		}
		s.wide = true
	}
	for _, mv := range s.branches {
		if depth == mostDepth || s.budget.worlds == 0 {
			s.budget.short = true
			return false
		}
		s.budget.worlds--
		c := s.clone()
		switch c.attempt(mv) {
		case stuck:
			continue
		case moved:
			if !c.solve(depth + 1) {
				continue
			}
		}
		*s = *c
		return true
	}
	return false
}

// mayChange reports whether a principal that one has has a lead to a step that changes something.
func (s *search) mayChange() bool {
	for _, h := range s.order {
		q := s.m.subject(s.world, h.arn)
		for _, family := range []Family{Rights, Making} {
			for _, step := range s.m.steps[family] {
				if q != nil && len(q.leads[s.m.vocabulary.numbers[step.Needs[0].Action]]) > 0 {
					return true
				}
			}
		}
	}
	return false
}

// round does all that can be done with what one has at its beginning.
func (s *search) round() outcome {
	gains, changes := s.open()
	s.branches = nil
	result := stuck
	for _, mv := range gains {
		if !s.m.isAdmin(mv.gains) && mv.gains != s.to {
			continue
		}
		if o := s.attempt(mv); o == reached {
			return reached
		} else if o == moved {
			result = moved
		}
	}
	for _, list := range changes {
		if o := s.first(list); o == reached {
			return reached
		} else if o == moved {
			result = moved
		}
	}
	for _, mv := range gains {
		if o := s.attempt(mv); o == reached {
			return reached
		} else if o == moved {
			result = moved
		}
	}
	return result
}

// open are the moves of all that one has.
func (s *search) open() (gains []*move, changes [][]*move) {
	for _, h := range s.order {
		actor := s.m.subject(s.world, h.arn)
		if actor == nil {
			continue
		}
		gains = append(gains, s.gainsOf(actor)...)
		changes = append(changes, s.changes(actor)...)
		for _, other := range s.order {
			if u := s.m.subject(s.world, other.arn); u != nil && !other.factor {
				gains = append(gains, s.factorGains(actor, u)...)
			}
		}
	}
	return gains, changes
}

// gainsOf are the gains of one actor. On the account as it is they are known from before.
func (s *search) gainsOf(actor *subject) []*move {
	if s.world != s.m.root || s.wide || len(s.extra) > 0 {
		return s.gains(actor, s.wants)
	}
	var all []*move
	for _, e := range s.m.gainedBy(actor) {
		all = append(all, e.move)
	}
	return all
}

// first tries a list of changes, of which the first makes the others needless.
func (s *search) first(list []*move) outcome {
	result := stuck
	for i, mv := range list {
		if mv.step.replaces != nil && mv.step.replaces(&mv.attempt) {
			s.branches = append(s.branches, mv)
			continue
		}
		o := s.attempt(mv)
		if o == reached || o == moved && i == 0 {
			return o
		}
		if o == moved {
			result = moved
		}
		if i == 0 && o == stuck && mv.managed == administratorAccess(mv.account) && !s.refused[mv.step.ID] && s.othersAttach(mv) {
			s.refused[mv.step.ID] = true
			result = moved // there is more to look at
		}
	}
	return result
}

// othersAttach reports whether a step that may not attach the policy that allows everything may attach some other.
func (s *search) othersAttach(mv *move) bool {
	if s.done[mv.effect()] || !strings.HasPrefix(mv.step.ID, "attach-") {
		return false
	}
	actor := s.m.subject(s.world, mv.actor)
	if actor == nil {
		return false
	}
	ask := s.m.unfixed.Ask(mv.step.Needs[0].Action, mv.fill(mv.step.Needs[0].On))
	if boundary := mv.boundary(); boundary != "" {
		ask.Context.Set("iam:PermissionsBoundary", boundary)
	}
	answer := s.m.unfixed.On(s.world.snapshot()).Can(actor.principal, ask)
	return answer.Possible()
}

// attempt takes a step if it is allowed and does anything.
func (s *search) attempt(mv *move) outcome {
	h := s.held[mv.gains]
	switch {
	case mv.step.Limited, h != nil && (!mv.factor || h.factor), mv.gains == "" && s.done[mv.effect()], s.failed[mv.key()], s.idle(mv, h):
		return stuck
	}
	now, asked := s.allowed(mv)
	if asked == nil {
		s.failed[mv.key()] = true
		return stuck
	}
	s.log = append(s.log, mv)
	if mv.gains != "" {
		s.hold(mv.gains, mv.factor || s.carries(now))
		return s.judge(mv.gains)
	}
	s.done[mv.effect()] = true
	s.world = s.world.after(now.step.change(&now.attempt))
	clear(s.failed)
	if mv.made != "" {
		s.extra[mv.made] = true
	}
	for _, h := range s.order {
		if q := s.m.subject(s.world, h.arn); q == nil || !touches(s.world.last, q) {
			continue
		}
		if o := s.judge(h.arn); o == reached {
			return reached
		}
	}
	return moved
}

// idle reports whether a move gains no more than what one has: another of the same class, which nobody has made stronger.
func (s *search) idle(mv *move, have *held) bool {
	class := s.m.classes[mv.gains]
	if have != nil || class == "" || !s.classes[class] || s.extra[mv.gains] || s.wide && s.strengthens(mv.gains) {
		return false
	}
	known := s.m.root.subjects[mv.gains]
	return known != nil && !s.world.touched(known)
}

// allowed asks whether a move can be made in the world as it is now; asked is nil where it cannot.
func (s *search) allowed(mv *move) (now *move, asked []Asked) {
	actor := s.held[mv.actor]
	now, ok := mv.in(s.world)
	if actor == nil || !ok || mv.step.ID == factorStep.ID && s.held[mv.gains] == nil {
		return nil, nil
	}
	if asked, ok = s.m.try(s.world, now, actor.factor); !ok {
		return nil, nil
	}
	return now, asked
}

// carries reports whether the second factor of the actor is that of what it gains: a session of a role has it from who
// assumed the role.
func (s *search) carries(mv *move) bool {
	return mv.step.ID == "assume-role" && s.held[mv.actor].factor
}

// judge says whether a principal that one has is what one wants.
func (s *search) judge(name string) outcome {
	if s.to != "" {
		if name == s.to {
			return reached
		}
		return moved
	}
	q := s.m.subject(s.world, name)
	if q != nil && s.m.administrator(s.world, q, s.held[name].factor) != nil {
		return reached
	}
	return moved
}

// effect is the same for moves that change the account in the same way, whoever makes them.
func (m *move) effect() string {
	n := *m
	n.actor = ""
	return n.key()
}

// wants reports whether a principal is worth becoming.
func (s *search) wants(name string) bool {
	return s.m.worthy[name] || s.extra[name] || s.wide && s.strengthens(name)
}

// strengthens reports whether one may perhaps make a principal stronger.
func (s *search) strengthens(name string) bool {
	q := s.m.subject(s.world, name)
	if q == nil {
		return false
	}
	for _, h := range s.order {
		actor := s.m.subject(s.world, h.arn)
		if actor == nil || actor.account != q.account {
			continue
		}
		may := func(action, resource string) bool { return actor.leads.to(s.m.vocabulary.numbers[action], resource) }
		if q.role != nil && (may("iam:PutRolePolicy", name) || may("iam:AttachRolePolicy", name)) {
			return true
		}
		if q.user != nil && (may("iam:PutUserPolicy", name) || may("iam:AttachUserPolicy", name) || len(actor.leads[s.m.vocabulary.numbers["iam:AddUserToGroup"]]) > 0) {
			return true
		}
		for _, arn := range managedOf(q) {
			if may("iam:CreatePolicyVersion", arn) || may("iam:SetDefaultPolicyVersion", arn) {
				return true
			}
		}
		if q.user == nil {
			continue
		}
		for g := range q.account.GroupsOf(q.user) {
			if group := q.account.ARN(g); may("iam:PutGroupPolicy", group) || may("iam:AttachGroupPolicy", group) {
				return true
			}
		}
	}
	return false
}

// users are the ARNs of those that one may look for among.
func (s *search) users() []string {
	if s.wide {
		var all []string
		for account := range s.world.snapshot().Accounts() {
			for u := range account.Users() {
				all = append(all, account.ARN(u))
			}
		}
		return all
	}
	return s.withExtra(s.m.users)
}

func (s *search) roles() []string {
	if s.wide {
		var all []string
		for account := range s.world.snapshot().Accounts() {
			for r := range account.Roles() {
				all = append(all, account.ARN(r))
			}
		}
		return all
	}
	return s.withExtra(s.m.roles)
}

func (s *search) withExtra(names []string) []string {
	if len(s.extra) == 0 {
		return names
	}
	return slices.Concat(names, slices.Sorted(maps.Keys(s.extra)))
}
