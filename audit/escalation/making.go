package escalation

import (
	"cmp"
	"slices"
	"strings"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// making are the moves that make something which other steps then make strong.
func (c *changing) making() {
	c.make("create-user", "iam:CreateUser", "iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:CreateAccessKey", "iam:CreateLoginProfile")
	c.make("create-role", "iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PassRole", "sts:AssumeRole")
	c.make("create-group", "iam:CreateGroup", "iam:PutGroupPolicy", "iam:AttachGroupPolicy", "iam:AddUserToGroup")
	c.make("create-policy", "iam:CreatePolicy")
	if c.any("update-assume-role-policy") {
		c.make("create-oidc-provider", "iam:CreateOpenIDConnectProvider")
	}
}

// make tries the names that the leads of the actions point at, and the plain one.
func (c *changing) make(id string, actions ...string) {
	step := c.m.byID[id]
	if !c.any(id) {
		return
	}
	var hints []lead
	for _, h := range c.order {
		s := c.m.subject(c.world, h.arn)
		for _, action := range actions {
			if s != nil {
				hints = append(hints, s.leads[c.m.vocabulary.numbers[action]]...)
			}
		}
	}
	names := instances(step.makes, c.actor.account.Names(), c.actor.userName(), hints)
	if id == "create-policy" {
		names = append(names, c.conditionInstances(step.makes, "iam:PolicyARN")...)
	}
	boundaries := []string{""}
	if id == "create-user" || id == "create-role" {
		boundaries = append(boundaries, c.boundaries(step.Needs[0].Action)...)
	}
	for _, name := range names {
		var list []*move
		for _, boundary := range boundaries {
			if mv := c.move(id, attempt{made: name, managed: boundary}); mv != nil {
				list = append(list, mv)
			}
		}
		c.all = append(c.all, list)
	}
}

// conditionValues are the values that conditions on a key name in the leads of an action, as they are written.
func (c *changing) conditionValues(action, key string) []string {
	var all []string
	for _, l := range c.actor.leads[c.m.vocabulary.numbers[action]] {
		for _, condition := range l.statement.Condition {
			if eval.FoldKey(condition.Key.Text) != eval.FoldKey(key) {
				continue
			}
			for _, v := range condition.Values {
				if !slices.Contains(all, v.Text) && len(all) < mostNames {
					all = append(all, v.Text)
				}
			}
		}
	}
	return all
}

// attachActions are those whose conditions may name policies.
var attachActions = []string{"iam:AttachUserPolicy", "iam:AttachGroupPolicy", "iam:AttachRolePolicy"}

// conditionInstances are ARNs of a kind that conditions of the attaching steps ask for.
func (c *changing) conditionInstances(template, key string) []string {
	plain := instances(template, c.actor.account.Names(), "", nil)[0]
	fixed, _, _ := strings.Cut(template, "{new}")
	var all []string
	for _, h := range c.order {
		s := c.m.subject(c.world, h.arn)
		if s == nil {
			continue
		}
		of := changing{search: c.search, actor: s}
		for _, action := range attachActions {
			for _, pattern := range of.conditionValues(action, key) {
				if name, ok := instance(plain, resourcePart(fixed), pattern, s.userName()); ok {
					all = append(all, name)
				}
			}
		}
	}
	return all
}

// attachable are the ARNs of managed policies that are worth attaching: the one that allows everything, then the account's
// own and AWS's that allow some step or may be written anew.
func (c *changing) attachable(id string) []string {
	all := []string{administratorAccess(c.actor.account)}
	for p := range c.actor.account.Policies() {
		name := c.actor.account.ARN(p)
		if len(c.m.vocabulary.of(p.DefaultDocument().Compiled())) > 0 || c.rewritable(name) {
			all = append(all, name)
		}
	}
	if c.refusedEverything(id) {
		all = append(all, c.m.strongPolicies(c.actor.account)...)
	}
	return all
}

// refusedEverything: AWS's other policies, of which there are many, are looked at only where the one that allows everything
// was refused.
func (c *changing) refusedEverything(id string) bool { return c.refused[id] }

// boundaries are the ARNs of managed policies that may become a boundary: first the one that allows everything, then those
// that allow more steps.
func (c *changing) boundaries(action string) []string {
	type choice struct {
		arn  string
		wide int
	}
	var own []choice
	for p := range c.actor.account.Policies() {
		own = append(own, choice{c.actor.account.ARN(p), len(c.m.vocabulary.of(p.DefaultDocument().Compiled()))})
	}
	slices.SortStableFunc(own, func(a, b choice) int { return cmp.Compare(b.wide, a.wide) })
	all := []string{administratorAccess(c.actor.account)}
	for _, o := range own {
		all = append(all, o.arn)
	}
	for _, arn := range c.conditionValues(action, "iam:PermissionsBoundary") {
		if c.actor.account.Managed(arn) != nil {
			all = append(all, arn)
		}
	}
	return all
}

// strongPolicies are AWS's policies that allow a step which changes rights, gets credentials or hands a role on; those first
// that allow the most.
func (m *model) strongPolicies(account *directory.Account) []string {
	var all []string
	for _, p := range m.strongest() {
		all = append(all, account.Names().ManagedPolicy(p.Path, p.Name).String())
	}
	return all
}

// strongest are the policies of the catalogue among strongPolicies.
func (m *model) strongest() []*catalog.ManagedPolicy {
	if m.strong != nil {
		return m.strong
	}
	m.strong = []*catalog.ManagedPolicy{}
	strength := map[string]int{}
	library := m.root.snapshot().Library()
	if library.Catalog() == nil {
		return m.strong
	}
	for p := range library.Catalog().ManagedPolicies() {
		text, _ := p.Document("")
		if strings.HasPrefix(p.Path, "/aws-service-role/") || !strings.Contains(text, "*") && !strings.Contains(text, "iam:") {
			continue
		}
		if l := m.vocabulary.of(library.Document(text).Compiled()); m.grantsRights(l) {
			m.strong = append(m.strong, p)
			strength[p.ARN] = l.unconditional()
		}
	}
	slices.SortStableFunc(m.strong, func(a, b *catalog.ManagedPolicy) int { return cmp.Compare(strength[b.ARN], strength[a.ARN]) })
	return m.strong
}

func (m *model) grantsRights(l leads) bool {
	for _, family := range []Family{Rights, Credentials, Through} {
		for _, step := range m.steps[family] {
			if len(l[m.vocabulary.numbers[step.Needs[0].Action]]) > 0 {
				return true
			}
		}
	}
	return false
}
