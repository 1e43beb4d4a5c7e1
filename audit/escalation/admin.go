package escalation

import (
	"cmp"
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/policy/eval"
)

// An administrator rules the identities of its account, and can therefore give itself everything. It is one who
//
//   - may do every sovereign request, about identities of any name, but for those that some Deny or the organization takes
//     from it: none is wanting in its own policies or its boundary; and
//   - is left with at least one that gives unlimited rights.
//
// So a name or an ARN of a policy says nothing; "*", "*:*", iam:*, NotAction and rights that many policies give together
// are all the same; who may write one policy, or policies into itself alone, has a path and is no administrator yet; and
// whoever a boundary or an organization keeps from IAM is none, whatever else its policies allow. The root user is one by
// nature and is not counted.
//
// sovereign requests are about names that the account does not have, so that what is allowed on some is not enough.
var sovereign = []Need{
	{Action: "iam:AttachUserPolicy", On: "user", Keys: map[string]string{"iam:PolicyARN": "{administrator}"}},
	{Action: "iam:AttachGroupPolicy", On: "group", Keys: map[string]string{"iam:PolicyARN": "{administrator}"}},
	{Action: "iam:AttachRolePolicy", On: "role", Keys: map[string]string{"iam:PolicyARN": "{administrator}"}},
	{Action: "iam:PutUserPolicy", On: "user"},
	{Action: "iam:PutGroupPolicy", On: "group"},
	{Action: "iam:PutRolePolicy", On: "role"},
	{Action: "iam:CreatePolicyVersion", On: "policy"},
	{Action: "iam:UpdateAssumeRolePolicy", On: "role"},
	{Action: "iam:CreateAccessKey", On: "user"},
	{Action: "iam:AddUserToGroup", On: "group"},
	{Action: "iam:CreateUser", On: "user"},
	{Action: "iam:CreateRole", On: "role"},
	{Action: "iam:CreatePolicy", On: "policy"},
}

// grants is how many of the first sovereign requests give unlimited rights by themselves.
const grants = 10

// anybody's name in sovereign requests is one that no account has.
const nobody = "warder-audit-nobody"

// standing is whether a principal is an administrator, with and without a second factor.
type standing struct {
	with, without *Administrator // nil: it is none
}

// administrator says whether the subject is one in a world; nil where it is not. factor is whether its second factor is at
// hand.
func (m *model) administrator(w *world, s *subject, factor bool) *Administrator {
	if s.admin == nil {
		s.admin = &standing{}
		if m.mayRule(s) {
			s.admin.with = m.rules(w, s, true)
		}
		if s.admin.with != nil {
			s.admin.without = s.admin.with
			if len(s.admin.with.Requirements) > 0 {
				s.admin.without = m.rules(w, s, false)
			}
		}
	}
	if factor {
		return s.admin.with
	}
	return s.admin.without
}

// mayRule looks for statements that allow the sovereign requests, before any is decided.
func (m *model) mayRule(s *subject) bool {
	for i := range sovereign {
		if !s.leads.to(m.vocabulary.numbers[sovereign[i].Action], nameless(s, sovereign[i].On)) {
			return false
		}
	}
	return true
}

func nameless(s *subject, kind string) string {
	return s.account.Names().Resource(kind + "/" + nobody).String()
}

// rules asks the sovereign requests.
func (m *model) rules(w *world, s *subject, factor bool) *Administrator {
	var found *Administrator
	var parts []Part
	for i := range sovereign {
		ask := sovereignAsk(w, s, &sovereign[i])
		answer, ok := m.can(w, s.principal, ask, factor)
		if ok {
			parts = addPart(parts, ask.Action, answer.Requirements)
		}
		switch {
		case !ok && !takenAway(w, s.principal, ask):
			return nil
		case ok && i < grants && (found == nil || lessDemanding(answer.Requirements, found.Requirements)):
			found = &Administrator{
				ARN: s.arn, How: "may do " + ask.Action + " and its like to all of the account",
				Requirements: answer.Requirements, Statements: m.references(w, s.principal, "", answer.Statements), Witness: answer.Witness,
			}
		}
	}
	if found != nil {
		found.partly(parts)
	}
	return found
}

// lessDemanding: what can be had without a second factor is, then what asks for less.
func lessDemanding(a, b []access.Requirement) bool {
	factor := func(r []access.Requirement) int { return len(r) - len(otherThanFactor(r)) }
	return cmp.Or(cmp.Compare(min(factor(a), 1), min(factor(b), 1)), cmp.Compare(len(a), len(b))) < 0
}

// addPart joins actions of the same requirements.
func addPart(parts []Part, action string, requirements []access.Requirement) []Part {
	text := textOf(requirements)
	for i := range parts {
		if textOf(parts[i].Requirements) == text {
			parts[i].Actions = append(parts[i].Actions, action)
			return parts
		}
	}
	return append(parts, Part{[]string{action}, requirements})
}

func textOf(requirements []access.Requirement) string {
	a := access.Answer{Requirements: requirements}
	return strings.Join(a.Texts(), " and ")
}

// partly says of which parts of its rights the administrator must meet more than its own requirements.
func (a *Administrator) partly(parts []Part) {
	own := access.Answer{Requirements: a.Requirements}
	for _, p := range parts {
		part := access.Answer{Requirements: p.Requirements}
		if more := slices.DeleteFunc(part.Texts(), func(text string) bool { return slices.Contains(own.Texts(), text) }); len(more) > 0 {
			a.Partly = append(a.Partly, p)
			a.How += "; " + strings.Join(p.Actions, ", ") + " only " + strings.Join(more, " and ")
		}
	}
}

func sovereignAsk(w *world, s *subject, need *Need) *authz.Ask {
	ask := w.finder.Ask(need.Action, nameless(s, need.On))
	for key, value := range need.Keys {
		ask.Context.Set(key, strings.ReplaceAll(value, "{administrator}", administratorAccess(s.account)))
	}
	return ask
}

// takenAway reports whether a Deny, or an organization that does not allow it, is why a request is refused.
func takenAway(w *world, p access.Principal, ask *authz.Ask) bool {
	plain, ok := w.finder.Plain(p, ask)
	if !ok {
		return false
	}
	d := w.finder.Replay(plain)
	return d.Verdict == eval.ExplicitDeny || d.Layer == eval.LayerSCP || d.Layer == eval.LayerRCP
}
