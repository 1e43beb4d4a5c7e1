package escalation

import (
	"slices"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
)

// wish says which principals are worth becoming.
type wish func(arn string) bool

// gains are the moves by which a principal may become another, in a world, as far as leads go.
func (s *search) gains(actor *subject, want wish) []*move {
	var all []*move
	add := func(mv move) {
		if mv.gains != actor.arn {
			mv.actor = actor.arn
			all = append(all, &mv)
		}
	}
	s.credentialGains(actor, want, add)
	s.assumeGains(actor, want, add)
	s.passGains(actor, want, add)
	s.providerGains(actor, want, add)
	return all
}

func (s *search) credentialGains(actor *subject, want wish, add func(move)) {
	for _, step := range s.m.steps[Credentials] {
		if step.ID == factorStep.ID || !s.leadsToAll(actor, step) {
			continue
		}
		for _, name := range s.targets(actor, step, s.users) {
			if account, u := s.world.userAt(name); u != nil && want(name) && account == actor.account {
				add(move{attempt: attempt{step: step, account: account, user: u}, gains: name, factor: step.passkey})
			}
		}
	}
}

// leadsToAll reports whether the actor has a lead to every action that the step needs in any case.
func (s *search) leadsToAll(actor *subject, step *Step) bool {
	for i := range step.Needs {
		need := &step.Needs[i]
		if need.By == "" && need.when == nil && need.Action != "sts:AssumeRole" && len(actor.leads[s.m.vocabulary.numbers[need.Action]]) == 0 {
			return false
		}
	}
	return true
}

// targets are those of some ARNs that the first need of a step may be allowed on.
func (s *search) targets(actor *subject, step *Step, among func() []string) []string {
	action := s.m.vocabulary.numbers[step.Needs[0].Action]
	if exact, ok := actor.leads.exact(action); ok {
		return exact
	}
	var all []string
	for _, name := range among() {
		if actor.leads.to(action, name) {
			all = append(all, name)
		}
	}
	return all
}

func (s *search) assumeGains(actor *subject, want wish, add func(move)) {
	step := s.m.byID["assume-role"]
	action := s.m.vocabulary.numbers["sts:AssumeRole"]
	names := slices.Concat(s.m.trust.direct(actor.principal), s.world.opened)
	if len(actor.leads[action]) > 0 {
		if exact, ok := actor.leads.exact(action); ok {
			names = append(names, exact...)
		} else {
			names = append(names, s.reachable(actor, action)...)
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if account, r := s.world.roleAt(name); r != nil && want(name) {
			add(move{attempt: attempt{step: step, account: account, role: r}, gains: name})
		}
	}
}

// reachable are the roles that trust the actor's account, and that a lead may be about.
func (s *search) reachable(actor *subject, action int) []string {
	var all []string
	for _, name := range s.m.trust.named[actor.account.ID()] {
		if actor.leads.to(action, name) {
			all = append(all, name)
		}
	}
	return all
}

// passGains hand a role to a service, or take over what runs with it.
func (s *search) passGains(actor *subject, want wish, add func(move)) {
	pass := s.m.vocabulary.numbers["iam:PassRole"]
	var steps []*Step
	if len(actor.leads[pass]) > 0 {
		for _, step := range s.m.steps[Through] {
			if s.leadsToAll(actor, step) {
				steps = append(steps, step)
			}
		}
	}
	for _, step := range steps {
		for _, service := range arn.ServicePrincipals(actor.account.Partition(), step.Service) {
			for _, name := range slices.Concat(s.m.trust.named[service], s.world.opened) {
				account, r := s.world.roleAt(name)
				if r == nil || account != actor.account || serviceLinked(r) || !want(name) || !actor.leads.to(pass, name) {
					continue
				}
				add(move{attempt: attempt{step: step, account: account, role: r, service: service}, gains: name})
			}
		}
	}
	for _, step := range s.m.steps[Running] {
		if !s.leadsToAll(actor, step) {
			continue
		}
		for i := range s.m.options.Workloads {
			w := &s.m.options.Workloads[i]
			account, r := s.world.roleAt(w.Role)
			if w.Kind == step.Kind && r != nil && account == actor.account && want(w.Role) {
				add(move{attempt: attempt{step: step, account: account, role: r, workload: w}, gains: w.Role})
			}
		}
	}
}

// providerGains come in by an identity provider.
func (s *search) providerGains(actor *subject, want wish, add func(move)) {
	for _, step := range s.m.steps[Trust] {
		if step.change != nil || step.ID == "assume-role" || !s.leadsToAll(actor, step) {
			continue
		}
		for _, provider := range slices.Concat(providersOf(actor.account), s.world.providers) {
			for _, name := range slices.Concat(s.m.trust.named[provider], s.world.opened) {
				account, r := s.world.roleAt(name)
				if r != nil && account == actor.account && want(name) && slices.Contains(trusted(r), provider) {
					add(move{attempt: attempt{step: step, account: account, role: r, provider: provider}, gains: name})
				}
			}
		}
	}
}

// providersOf are the ARNs of the account's identity providers.
func providersOf(account *directory.Account) []string {
	var all []string
	for p := range account.OIDCProviders() {
		all = append(all, account.ARN(p))
	}
	for p := range account.SAMLProviders() {
		all = append(all, account.ARN(p))
	}
	return all
}

// factorGains give a user that one has a second factor.
func (s *search) factorGains(actor *subject, user *subject) []*move {
	if user.user == nil || user.account != actor.account || !s.leadsToAll(actor, s.m.byID[factorStep.ID]) {
		return nil
	}
	return []*move{{
		attempt: attempt{step: s.m.byID[factorStep.ID], account: user.account, user: user.user},
		actor:   actor.arn, gains: user.arn, factor: true,
	}}
}
