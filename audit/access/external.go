package access

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// Exposure is something that somebody outside the account reaches, through a trust policy or another resource's policy.
type Exposure struct {
	Resource string `json:"resource"` // ARN, as the policy's statements reach it
	// Actions are those that are reached in this way.
	Actions []string `json:"actions"`
	// Principal is who: AnyAccount where the policy names everyone.
	Principal Principal `json:"principal"`
	// Public: anybody at all, or any AWS account, without a condition that limits who or where it is.
	Public bool `json:"public"`
	// Outside: beyond the organization of the resource's account, or that account has none.
	Outside bool   `json:"outside"`
	Answer  Answer `json:"answer"`
}

// External gives who outside the account reaches what: through the trust policies of roles, and the policies of
// Options.Resources. AWS's own services are not among them: it is on behalf of their account that they come. Neither is
// whom a policy names by a canonical user id or a unique id: nobody can say who that is.
func (f *Finder) External() iter.Seq[Exposure] {
	return func(yield func(Exposure) bool) {
		for a := range f.snap.Accounts() {
			for r := range a.Roles() {
				own := Resource{ARN: a.ARN(r), Account: a.ID(), Tags: r.Tags, Policy: trustOf(r)}
				if !f.exposures(&own, assumeActions, yield) {
					return
				}
			}
		}
		for i := range f.options.Resources {
			own := f.options.Resources[i]
			own.Account = cmp.Or(own.Account, ownerIn(own.ARN))
			if own.Policy != nil && !f.exposures(&own, f.actionsOn(own.ARN), yield) {
				return
			}
		}
	}
}

// ExternalOf is External of one role's trust policy; nothing for an ARN that is no role of the snapshot.
func (f *Finder) ExternalOf(role string) iter.Seq[Exposure] {
	return func(yield func(Exposure) bool) {
		p, ok := f.Principal(role)
		if !ok || p.Outside || p.Kind != eval.RoleSession {
			return
		}
		r := f.snap.Account(p.Account).RoleByID(p.ID)
		f.exposures(&Resource{ARN: role, Account: p.Account, Tags: r.Tags, Policy: trustOf(r)}, assumeActions, yield)
	}
}

// assumeActions are those by which a role is assumed.
var assumeActions = []string{"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"}

// ownerIn is the account that an ARN names, or "".
func ownerIn(text string) string {
	a, err := arn.Parse(text)
	if err != nil || !arn.IsAccountID(a.Account) {
		return ""
	}
	return a.Account
}

// actionsOn are the catalogue's actions of the resource's service.
func (f *Finder) actionsOn(resource string) []string {
	a, err := arn.Parse(resource)
	if err != nil || f.catalog() == nil {
		return nil
	}
	var actions []string
	if s, ok := f.catalog().Service(a.Service); ok {
		for i := range s.Actions {
			if len(s.Actions[i].Resources) > 0 {
				actions = append(actions, s.Actions[i].String())
			}
		}
	}
	return actions
}

// ActionsOn gives the actions of the catalogue that are about such a resource, of its own service: nothing for a service that
// the catalogue does not have.
func (f *Finder) ActionsOn(resource string) []string {
	return slices.DeleteFunc(f.actionsOn(resource), func(action string) bool { return !f.concerns(action, resource) })
}

// exposures yields those of one resource.
func (f *Finder) exposures(r *Resource, actions []string, yield func(Exposure) bool) bool {
	doc := r.Policy.Policy.Document()
	if doc == nil {
		return true
	}
	actions = append(slices.Clone(actions), literalActions(doc, actions)...)
	for _, p := range f.outsiders(doc, r) {
		var found []Exposure
		for _, target := range targets(doc, r.ARN) {
			for _, action := range actions {
				kind := eval.KindOf(action, target, true)
				signed := kind == eval.Authoritative // nobody assumes a role or uses a key without a signature
				if !f.concerns(action, target) || !mentionsAction(doc, action) || signed && p.Kind == eval.Anonymous {
					continue
				}
				ask := f.Ask(action, target)
				ask.ResourceAccount, ask.ResourcePolicy, ask.ResourceTags = r.Account, r.Policy, r.Tags
				ask.ResourceKind = kind
				if a := f.Can(p, ask); a.Verdict != No {
					found = addExposure(found, f.exposure(p, r.Account, target, action, a))
				}
			}
		}
		for _, e := range found {
			if !yield(e) {
				return false
			}
		}
	}
	return true
}

// concerns reports whether the action is about such a resource.
func (f *Finder) concerns(action, resource string) bool {
	service, name, _ := strings.Cut(action, ":")
	if f.catalog() == nil {
		return true
	}
	a, ok := f.catalog().Action(service, name)
	return !ok || isOf(action, "sts") || worksOn(f.catalog(), a, resource)
}

// addExposure joins actions that are reached in the same way.
func addExposure(list []Exposure, e Exposure) []Exposure {
	for i := range list {
		o := &list[i]
		if o.Resource == e.Resource && o.Answer.Text() == e.Answer.Text() && o.Public == e.Public {
			o.Actions = append(o.Actions, e.Actions...)
			return list
		}
	}
	return append(list, e)
}

func (f *Finder) exposure(p Principal, owner, resource, action string, a Answer) Exposure {
	e := Exposure{Resource: resource, Actions: []string{action}, Principal: p, Answer: a, Outside: true}
	if here, there := f.snap.Membership(owner), f.snap.Membership(p.Account); here != nil && there != nil {
		e.Outside = here.Organization != there.Organization
	}
	anybody := p.Anybody() || p.Kind == eval.Anonymous
	e.Public = anybody && !slices.ContainsFunc(a.Requirements, func(r Requirement) bool { return !anyoneCan(eval.FoldKey(r.Key)) })
	return e
}

// anyoneCan tells the keys whose conditions anybody meets by wanting to: they limit neither who asks nor from where.
func anyoneCan(folded string) bool {
	switch folded {
	case "aws:securetransport", "aws:useragent", "aws:referer", "aws:requestedregion", "aws:currenttime", "aws:epochtime",
		"aws:multifactorauthpresent", factorAge, issueTime, tagKeys, "sts:rolesessionname":
		return true
	}
	return strings.HasPrefix(folded, requestTag)
}

// literalActions are actions that the policy names and the catalogue does not have.
func literalActions(doc *policy.Document, known []string) []string {
	var more []string
	for i := range doc.Statements {
		for _, v := range doc.Statements[i].Action {
			same := func(a string) bool { return strings.EqualFold(a, v.Text) }
			if strings.Contains(v.Text, ":") && !strings.ContainsAny(v.Text, "*?") && !slices.ContainsFunc(known, same) && !slices.ContainsFunc(more, same) {
				more = append(more, v.Text)
			}
		}
	}
	return more
}

// mentionsAction reports whether an Allow statement is about the action.
func mentionsAction(doc *policy.Document, action string) bool {
	action = strings.ToLower(action)
	return slices.ContainsFunc(doc.Statements, func(st policy.Statement) bool {
		return st.Effect == policy.Allow && coversAction(&st, action)
	})
}

// coversAction reports whether a statement's Action or NotAction fits an action in lower case.
func coversAction(st *policy.Statement, action string) bool {
	fits := func(v policy.Value) bool {
		return v.Text == "*" || v.Text == "*:*" || arn.Glob(strings.ToLower(v.Text), action)
	}
	if st.NotAction != nil {
		return !slices.ContainsFunc(st.NotAction, fits)
	}
	return slices.ContainsFunc(st.Action, fits)
}

// targets are the resource, and an example of each kind of thing in it that the policy's Allow statements are about.
func targets(doc *policy.Document, resource string) []string {
	list := []string{resource}
	inside := textTest{
		newGlob(resource+"/"+string([]byte{eval.AnyRun}), false, false), newGlob(resource+":"+string([]byte{eval.AnyRun}), false, false),
	}
	for i := range doc.Statements {
		st := &doc.Statements[i]
		if st.Effect != policy.Allow {
			continue
		}
		for _, v := range slices.Concat(st.Resource, st.NotResource) {
			own := textTest{newGlob(marked(v.Text), false, false)}
			if st.NotResource != nil {
				own = textTest{newGlob(string([]byte{eval.AnyRun}), false, false)}
			}
			found, _, _ := texts([]textTest{own, inside})
			for _, text := range found {
				if own[0].matches(text) && (inside[0].matches(text) || inside[1].matches(text)) && !slices.Contains(list, text) {
					list = append(list, text)
				}
			}
		}
	}
	return list
}

// marked marks the wildcards of a resource pattern. Variables stand for anything.
func marked(text string) string {
	text = withRuns(text)
	return strings.NewReplacer("*", string([]byte{eval.AnyRun}), "?", string([]byte{eval.AnyOne})).Replace(text)
}

// outsiders are the principals beyond the account whom the Allow statements of a policy may mean.
func (f *Finder) outsiders(doc *policy.Document, r *Resource) []Principal {
	var list []Principal
	add := func(p Principal) {
		if p.Account != r.Account && p.Kind != eval.Service && !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	everyone := false
	for i := range doc.Statements {
		st := &doc.Statements[i]
		if st.Effect != policy.Allow {
			continue
		}
		named := st.Principal
		if st.NotPrincipal != nil || named != nil && named.Any {
			everyone = true
		}
		if named == nil {
			continue
		}
		for _, v := range named.AWS {
			everyone = everyone || v.Text == "*"
			if v.Text == r.Account || ownerIn(v.Text) == r.Account {
				continue // an account may have very many of its own
			}
			for _, p := range f.namedBy(v.Text, r.ARN) {
				add(p)
			}
		}
		for _, v := range named.Federated {
			if p, ok := f.Principal(v.Text); ok {
				list = append(list, p)
			}
		}
	}
	if everyone {
		add(Principal{Kind: eval.Anonymous, ARN: "*"})
		add(AnyAccount(f.names(r.Account, r.ARN).Partition))
		for _, account := range accountsIn(doc) {
			for _, p := range f.namedBy(account, r.ARN) {
				add(p)
			}
		}
	}
	return list
}

// namedBy are the principals that an entry of a Principal element means. Of an account that the snapshot holds, these are
// its users and roles, whose rights are known.
func (f *Finder) namedBy(text, resource string) (list []Principal) {
	if arn.IsAccountID(text) {
		text = f.names(text, resource).Root().String()
	}
	a, err := arn.Parse(text)
	if err != nil {
		return nil
	}
	named, ok := a.Named()
	if !ok {
		return nil
	}
	account := f.snap.Account(a.Account)
	if named.Kind == arn.KindAssumedRole {
		role := accountIn(a).Role("/", named.Name)
		if account != nil {
			if r := account.Role(named.Name); r != nil {
				return []Principal{roleOf(account, r)}
			}
			return nil
		}
		text = role.String()
	}
	p, ok := f.Principal(text)
	if !ok {
		return nil
	}
	if p.Kind != eval.Root || account == nil {
		return []Principal{p}
	}
	list = append(list, p)
	for u := range account.Users() {
		list = append(list, userOf(account, u))
	}
	for r := range account.Roles() {
		list = append(list, roleOf(account, r))
	}
	return list
}

// accountsIn are the account ids in the values of a policy's conditions.
func accountsIn(doc *policy.Document) []string {
	var list []string
	for i := range doc.Statements {
		for _, c := range doc.Statements[i].Condition {
			for _, v := range c.Values {
				for _, part := range strings.FieldsFunc(v.Text, func(r rune) bool { return r == ':' || r == '/' }) {
					if arn.IsAccountID(part) && !slices.Contains(list, part) {
						list = append(list, part)
					}
				}
			}
		}
	}
	return list
}
