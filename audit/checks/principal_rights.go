package checks

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// nobody is a name that no resource has: whoever may do something to it may do it to any.
const nobody = "warder-audit-nobody"

// principal is a user or role of the account whose permissions are known.
type principal struct {
	access.Principal
	entity directory.Entity
	label  string // "user alice"
	// allows are the Allow statements of its identity policies.
	allows []*policy.Statement
}

// principals are the users and roles of the account that somebody can be. Those whose permissions are not fully known are gaps.
func principals(a *audit.Account, r *audit.Reporter) []principal {
	var all []principal
	for e := range actors(a) {
		name := a.Directory.ARN(e)
		if _, incomplete := a.Bundle.Incomplete[name]; incomplete {
			r.NotAssessed("the permissions of "+label(e), getDetails)
			continue
		}
		p, ok := a.Finder.Principal(name)
		if !ok {
			r.NotAssessed("the permissions of "+label(e), "")
			continue
		}
		one := principal{Principal: p, entity: e, label: label(e)}
		for _, source := range a.Directory.IdentityPolicies(e) {
			doc := source.Policy.Document()
			for i := range doc.Statements {
				if st := &doc.Statements[i]; st.Effect == policy.Allow {
					one.allows = append(one.allows, st)
				}
			}
		}
		all = append(all, one)
	}
	return all
}

// can answers whether a principal may do something to one resource; what cannot be decided is a gap.
func can(a *audit.Account, r *audit.Reporter, p *principal, action, resource string) access.Answer {
	answer := a.Finder.Can(p.Principal, a.Finder.Ask(action, resource))
	if answer.Verdict == access.Undecided {
		r.NotAssessed("whether "+p.label+" may do "+action+": "+answer.Why, "")
	}
	return answer
}

// canAnywhere answers whether a principal may do something to any resource that its policies name for it. It is for actions
// that are granted by identity policies.
func canAnywhere(a *audit.Account, r *audit.Reporter, p *principal, action string) access.Answer {
	best := access.Answer{}
	if isKMS(action) && p.mentions(action) && len(knownKeys(a)) == 0 {
		r.NotAssessed("the policies of KMS keys", "aws kms get-key-policy --policy-name default --key-id KEY")
	}
	for _, resource := range p.places(a, action) {
		if answer := can(a, r, p, action, resource); answer.Verdict > best.Verdict {
			best = answer
		}
	}
	return best
}

// canAll answers whether a principal may do something to every resource, those that are not yet there too.
func canAll(a *audit.Account, r *audit.Reporter, p *principal, action string) access.Answer {
	if !p.mentions(action) {
		return access.Answer{}
	}
	return can(a, r, p, action, exampleOf(a, action))
}

// mentions reports whether a statement of the principal's own allows the action on anything.
func (p *principal) mentions(action string) bool {
	return slices.ContainsFunc(p.allows, func(st *policy.Statement) bool { return covers(st, action) })
}

// places are examples of the resources that a principal's statements allow an action on; none where no statement does.
func (p *principal) places(a *audit.Account, action string) []string {
	var all []string
	add := func(resource string) {
		if !slices.Contains(all, resource) {
			all = append(all, resource)
		}
	}
	for _, st := range p.allows {
		switch {
		case !covers(st, action):
			continue
		case isKMS(action):
			for _, key := range knownKeys(a) {
				if everywhere(st) || slices.ContainsFunc(st.Resource, func(v policy.Value) bool { return arn.Glob(v.Text, key) }) {
					add(key)
				}
			}
			continue
		case everywhere(st):
			add(exampleOf(a, action))
		}
		for _, v := range st.Resource {
			if resource := example(p, v.Text); arn.Valid(resource) {
				add(resource)
			}
		}
	}
	return all
}

func isKMS(action string) bool { return strings.HasPrefix(action, "kms:") }

// knownKeys are the KMS keys whose policies are known: without the key's own policy nobody may do anything to it, so that an
// example of a key would say nothing.
func knownKeys(a *audit.Account) []string {
	var all []string
	for i := range a.Evidence.ResourcePolicies {
		if p := &a.Evidence.ResourcePolicies[i]; p.Service() == "kms" {
			all = append(all, p.ARN)
		}
	}
	return all
}

// example is a resource that a pattern fits. The one variable that it knows is the user's name.
func example(p *principal, pattern string) string {
	if u, ok := p.entity.(*directory.User); ok {
		pattern = strings.ReplaceAll(pattern, "${aws:username}", u.Name)
	}
	if strings.Contains(pattern, "${") {
		return ""
	}
	return strings.ReplaceAll(strings.ReplaceAll(pattern, "*", nobody), "?", "x")
}

// exampleOf is a resource that an action is about and nobody has: the first of the action's types; "*" where it has none.
func exampleOf(a *audit.Account, action string) string {
	cat := a.Bundle.Snapshot.Library().Catalog()
	prefix, name, _ := strings.Cut(action, ":")
	service, ok := cat.Service(prefix)
	if !ok {
		return "*"
	}
	known, ok := service.Action(name)
	if !ok || len(known.Resources) == 0 {
		return "*"
	}
	for _, want := range known.Resources {
		if t, ok := service.Resource(want.Type); ok && len(t.ARNs) > 0 && !strings.HasPrefix(t.Name, "accesspoint") {
			return fill(a, t)
		}
	}
	return "*"
}

// fill puts names into the placeholders of a resource type's ARN.
func fill(a *audit.Account, t *catalog.ResourceType) string {
	var b strings.Builder
	rest := t.ARNs[0]
	for {
		before, after, found := strings.Cut(rest, "${")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, tail, _ := strings.Cut(after, "}")
		switch name {
		case "Partition":
			b.WriteString(a.Partition)
		case "Account":
			b.WriteString(a.ID)
		case "Region":
			b.WriteString(arn.HomeRegion(a.Partition))
		default:
			b.WriteString(nobody)
		}
		rest = tail
	}
}

// needsMFA reports whether an answer holds with a second factor only.
func needsMFA(requirements []access.Requirement) bool {
	return requires(requirements, "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge")
}

// requires reports whether one of the keys is among the requirements.
func requires(requirements []access.Requirement, keys ...string) bool {
	return slices.ContainsFunc(requirements, func(q access.Requirement) bool {
		return slices.ContainsFunc(keys, func(key string) bool { return strings.EqualFold(key, q.Key) })
	})
}

// grants is what let a request of a user or role through, as evidence: the statements, each with its place, and then what
// the request must meet. who is its ARN.
func grants(a *audit.Account, who string, answer *access.Answer, text string) []audit.Evidence {
	var all []audit.Evidence
	for i := range answer.Statements {
		ref := &answer.Statements[i]
		all = append(all, statementEvidence(holderOf(a, who, ref.Policy, ref.StandsIn), ref, text))
	}
	if len(all) == 0 {
		all = append(all, audit.Evidence{Text: labelOf(who) + " " + text})
	}
	return append(all, conditions(a, who, answer.Requirements)...)
}

// conditions are requirements as evidence.
func conditions(a *audit.Account, who string, requirements []access.Requirement) []audit.Evidence {
	var all []audit.Evidence
	for i := range requirements {
		q := &requirements[i]
		e := audit.Evidence{
			Text: "only " + q.Text, Policy: sourceName(holderOf(a, who, q.Policy, q.StandsIn), q.Policy), Statement: q.SID, Line: q.Line, Column: q.Column,
		}
		if !slices.Contains(all, e) {
			all = append(all, e)
		}
	}
	return all
}

func statementEvidence(holder string, ref *access.StatementRef, text string) audit.Evidence {
	st := policy.Statement{Sid: ref.SID, Index: ref.Index}
	return audit.Evidence{
		Text: layerText(ref.Layer) + text, Policy: sourceName(holder, ref.Policy), Statement: sidOf(&st), Line: ref.Line, Column: ref.Column, File: ref.File,
	}
}

// sourceName is how evidence names a policy that packages directory and access name in their ways; holder is who has an
// inline one.
func sourceName(holder, source string) string {
	if name, ok := strings.CutPrefix(source, "inline "); ok && holder != "" {
		return "inline policy " + name + " of " + holder
	}
	if name, ok := strings.CutPrefix(source, "trust policy of "); ok && !strings.HasPrefix(name, "role ") {
		return "trust policy of role " + name
	}
	return source
}

// holderOf is who has a policy of a user or role, for people: itself, or one of the user's groups. Each may have an inline
// policy of one name: in tells which document is meant.
func holderOf(a *audit.Account, who, source string, in func(*policy.Document) bool) string {
	u := userOf(a, who)
	if u == nil || has(u, source, in) {
		return labelOf(who)
	}
	for g := range a.Directory.GroupsOf(u) {
		if has(g, source, in) {
			return label(g)
		}
	}
	return labelOf(who)
}

// layerText says of a statement that is no identity policy's what it is.
func layerText(layer eval.Layer) string {
	if layer == eval.LayerIdentity || layer == eval.LayerResource {
		return ""
	}
	return "the " + layer.Title() + " "
}

// administrators are the ARNs of the account's.
func administrators(a *audit.Account) map[string]bool {
	all := map[string]bool{}
	for _, admin := range a.Administrators() {
		all[admin.ARN] = true
	}
	return all
}

// canEach answers whether a principal may do all of it, to every resource.
func canEach(a *audit.Account, r *audit.Reporter, p *principal, actions []string) access.Verdict {
	least := access.Yes
	for _, action := range actions {
		answer := canAll(a, r, p, action)
		least = min(least, answer.Verdict)
		if least == access.No {
			break
		}
	}
	return least
}

// canAny answers whether a principal may do any of it to every resource, and which is the first.
func canAny(a *audit.Account, r *audit.Reporter, p *principal, actions []string) (action string, most access.Verdict) {
	for _, action := range actions {
		answer := canAll(a, r, p, action)
		if answer.Possible() {
			return action, answer.Verdict
		}
		most = max(most, answer.Verdict)
	}
	return "", most
}

// unsettled reports as gaps what could not be decided about who may become whom.
func unsettled(a *audit.Account, r *audit.Reporter) {
	for _, what := range a.Unsettled() {
		r.NotAssessed(what, "")
	}
}

// labels of principals, for titles.
func labels(list []*principal) []string {
	all := make([]string, len(list))
	for i, p := range list {
		all[i] = p.label
	}
	return all
}

// labelOf is an ARN of a user, group or role for people: "role deploy"; others stay ARNs.
func labelOf(name string) string {
	if a, err := arn.Parse(name); err == nil {
		if named, ok := a.Named(); ok && named.Name != "" {
			return named.Kind + " " + named.Name
		}
	}
	return name
}

// userOf is the user with that ARN, or nil.
func userOf(a *audit.Account, name string) *directory.User {
	parsed, err := arn.Parse(name)
	if err != nil || parsed.Account != a.ID || a.Directory == nil {
		return nil
	}
	named, ok := parsed.Named()
	if !ok || named.Kind != arn.KindUser {
		return nil
	}
	if u := a.Directory.User(named.Name); u != nil && a.Directory.ARN(u) == name {
		return u
	}
	return nil
}

// roleOf is the role with that ARN, or nil: one that people of the account can change.
func roleOf(a *audit.Account, name string) *directory.Role {
	parsed, err := arn.Parse(name)
	if err != nil || parsed.Account != a.ID || a.Directory == nil {
		return nil
	}
	named, ok := parsed.Named()
	if !ok || named.Kind != arn.KindRole || named.Path == "" {
		return nil
	}
	if role := a.Directory.Role(named.Name); role != nil && a.Directory.ARN(role) == name && changeable(role) {
		return role
	}
	return nil
}

// has reports whether a policy is attached to, or inline in, its holder, by the name that package directory gives it; of
// inline ones in tells whether it is the document that is meant.
func has(e directory.Entity, source string, in func(*policy.Document) bool) bool {
	return slices.Contains(attachedOf(e), source) || slices.ContainsFunc(inlineOf(e), func(p directory.InlinePolicy) bool {
		return "inline "+p.Name == source && in(p.Document.Compiled().Document())
	})
}
