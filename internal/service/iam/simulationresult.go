package iam

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// finding is what one action on one resource came to.
type finding struct {
	resource string
	eval.Explanation
	missing []string
	crosses bool // caller and resource are of different accounts
}

// find decides one action on one resource.
func (s *simulation) find(action, resource string) finding {
	account := accountOf(resource, s.owner)
	if s.anybody {
		s.Caller.Account = account
	}
	e, known := s.Explain(&authz.Ask{Action: action, Resource: resource, ResourceAccount: account})
	f := finding{resource: resource, Explanation: e, missing: []string{}, crosses: account != s.Caller.Account}
	for _, key := range s.keys {
		if _, ok := known.Lookup(key); !ok {
			f.missing = append(f.missing, key)
		}
	}
	return f
}

// statementWork is what a statement costs beside its length: an answer may show it for every resource.
const statementWork = 1024

// workPerAction is how much one action takes: every byte of the policies is held against every resource. A long name
// costs more, for there are patterns that look at all of it again and again.
func (s *simulation) workPerAction() int {
	size := statementWork + s.Supposed.Len()*64
	for _, p := range s.policies {
		doc := p.policy.Document()
		size += len(doc.Source) + len(doc.Statements)*statementWork
	}
	conditions := 0
	for _, p := range s.policies {
		conditions += s.conditionWork(p.policy.Document())
	}
	work := 0
	for _, r := range s.resources {
		work += (1+len(r)/64)*size + conditions
	}
	return work
}

// conditionWork is that of a policy's conditions: every value that is supposed is held against every pattern for its key.
func (s *simulation) conditionWork(doc *policy.Document) int {
	work := 0
	for i := range doc.Statements {
		for _, c := range doc.Statements[i].Condition {
			patterns, values := 0, 0
			for _, v := range c.Values {
				patterns += 1 + len(v.Text)
			}
			if given, ok := s.Supposed.Lookup(c.Key.Text); ok {
				for _, text := range given.Texts() {
					values += 1 + len(text)/64
				}
			}
			work += patterns * values
		}
	}
	return work
}

// result is the answer for one action: of each resource, where some are given, and of them together. "In the top-level
// result, this map reports the most restrictive decision per policy type across all requested resources"; the same goes
// for the decision itself, for a call that touches several resources must be allowed on all.
func (s *simulation) result(action string) api.EvaluationResult {
	r := api.EvaluationResult{EvalActionName: action, EvalDecision: decisions[eval.Allow]}
	all := make([]finding, 0, len(s.resources))
	for _, resource := range s.resources {
		f := s.find(action, resource)
		all = append(all, f)
		r.EvalDecision = stricter(r.EvalDecision, decisions[f.Verdict])
		r.PermissionsBoundaryDecisionDetail = both(r.PermissionsBoundaryDecisionDetail, f.boundary())
		r.OrganizationsDecisionDetail = bothOrganizations(r.OrganizationsDecisionDetail, f.organizations())
	}
	r.EvalResourceName = new(s.resourceName(action))
	r.MatchedStatements = s.statements(r.EvalDecision, all)
	r.MissingContextValues = missingOf(all)
	if !s.explicit {
		return r
	}
	r.EvalDecisionDetails = map[string]string{} // empty within one account, and absent for "*"
	r.ResourceSpecificResults = make([]api.ResourceSpecificResult, 0, len(all))
	for i := range all {
		f := &all[i]
		details := s.details(f)
		for kind, d := range details {
			r.EvalDecisionDetails[kind] = stricter(r.EvalDecisionDetails[kind], d)
		}
		r.ResourceSpecificResults = append(r.ResourceSpecificResults, api.ResourceSpecificResult{
			EvalResourceName: f.resource, EvalResourceDecision: decisions[f.Verdict],
			MatchedStatements: s.statements(decisions[f.Verdict], all[i:i+1]), MissingContextValues: f.missing,
			EvalDecisionDetails: details, PermissionsBoundaryDecisionDetail: f.boundary(),
		})
	}
	return r
}

// decisions are AWS's names of the verdicts.
var decisions = map[eval.Verdict]string{eval.Allow: "allowed", eval.ExplicitDeny: "explicitDeny", eval.ImplicitDeny: "implicitDeny"}

// strictness orders decisions; no decision yet is the mildest.
var strictness = []string{"", decisions[eval.Allow], decisions[eval.ImplicitDeny], decisions[eval.ExplicitDeny]}

func stricter(a, b string) string {
	return strictness[max(slices.Index(strictness, a), slices.Index(strictness, b))]
}

// layer is the report of a layer that takes part, or nil.
func (f *finding) layer(l eval.Layer) *eval.LayerReport {
	i := slices.IndexFunc(f.Layers, func(r eval.LayerReport) bool { return r.Layer == l })
	if i < 0 {
		return nil
	}
	return &f.Layers[i]
}

// boundary is nil where there is no permissions boundary.
func (f *finding) boundary() *api.PermissionsBoundaryDecisionDetail {
	r := f.layer(eval.LayerBoundary)
	if r == nil {
		return nil
	}
	return &api.PermissionsBoundaryDecisionDetail{AllowedByPermissionsBoundary: new(r.Allowed && !r.Denied)}
}

func both(a, b *api.PermissionsBoundaryDecisionDetail) *api.PermissionsBoundaryDecisionDetail {
	if a == nil || b == nil {
		return b
	}
	return &api.PermissionsBoundaryDecisionDetail{AllowedByPermissionsBoundary: new(*a.AllowedByPermissionsBoundary && *b.AllowedByPermissionsBoundary)}
}

// organizations is nil where no organization's policies bind the caller.
func (f *finding) organizations() *api.OrganizationsDecisionDetail {
	r := f.layer(eval.LayerSCP)
	if r == nil {
		return nil
	}
	return &api.OrganizationsDecisionDetail{AllowedByOrganizations: new(r.Allowed && !r.Denied)}
}

func bothOrganizations(a, b *api.OrganizationsDecisionDetail) *api.OrganizationsDecisionDetail {
	if a == nil || b == nil {
		return b
	}
	return &api.OrganizationsDecisionDetail{AllowedByOrganizations: new(*a.AllowedByOrganizations && *b.AllowedByOrganizations)}
}

// details say what each type of policy decides for itself. They are for requests across accounts only, where both sides
// must allow; and there are none where the organization already denied.
func (s *simulation) details(f *finding) map[string]string {
	if o := f.organizations(); !f.crosses || o != nil && !*o.AllowedByOrganizations {
		return nil
	}
	details := map[string]string{
		identityPolicy: alone(f.layer(eval.LayerIdentity)),
		resourcePolicy: alone(f.layer(eval.LayerResource)),
	}
	if r := f.layer(eval.LayerBoundary); r != nil {
		details[boundaryPolicy] = alone(r)
	}
	return details
}

// alone is the decision of one layer; one that takes no part allows nothing.
func alone(r *eval.LayerReport) string {
	switch {
	case r == nil || !r.Denied && !r.Allowed:
		return decisions[eval.ImplicitDeny]
	case r.Denied:
		return decisions[eval.ExplicitDeny]
	default:
		return decisions[eval.Allow]
	}
}

// resourceName is what the answer for an action is about: its one resource; of several, the pattern of their type of
// resource, as AWS has it, where there is one for all of them; or else everything.
func (s *simulation) resourceName(action string) string {
	if len(s.resources) == 1 {
		return s.resources[0]
	}
	if s.catalog == nil {
		return everyResource
	}
	prefix, name, _ := strings.Cut(action, ":")
	service, _ := s.catalog.Service(prefix)
	if service == nil {
		return everyResource
	}
	known, ok := service.Action(name)
	if !ok {
		return everyResource
	}
	for _, r := range known.Resources {
		t, ok := service.Resource(r.Type)
		if !ok {
			continue
		}
		for _, pattern := range t.ARNs {
			if s.areAll(pattern) {
				return pattern
			}
		}
	}
	return everyResource
}

// areAll reports whether an ARN pattern such as "arn:${Partition}:s3:::${BucketName}" fits all resources.
func (s *simulation) areAll(pattern string) bool {
	var glob strings.Builder
	for rest := pattern; ; {
		before, after, found := strings.Cut(rest, "${")
		glob.WriteString(before)
		if !found {
			break
		}
		glob.WriteByte('*')
		_, rest, _ = strings.Cut(after, "}")
	}
	return !slices.ContainsFunc(s.resources, func(r string) bool { return !arn.Glob(glob.String(), r) })
}

// missingOf are the keys that are missing for some resource, each once.
func missingOf(all []finding) []string {
	keys := []string{}
	seen := map[string]bool{}
	for i := range all {
		for _, key := range all[i].missing {
			if !seen[key] {
				seen[key] = true
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// statements are those that made the decision, each once: the Denys of an explicit deny, and of an allow the Allows of
// identity and resource policies, the only ones that grant. Nothing makes an implicit deny. Statements of the
// organization's policies are not shown, as on AWS.
func (s *simulation) statements(decision string, all []finding) []api.Statement {
	list := []api.Statement{}
	type place struct {
		policy string
		index  int
	}
	seen := map[place]bool{}
	for i := range all {
		if decisions[all[i].Verdict] != decision || decision == decisions[eval.ImplicitDeny] {
			continue
		}
		for j := range all[i].Statements {
			st := &all[i].Statements[j]
			at := place{st.Policy, st.Index}
			if shown(st, decision) && !seen[at] {
				seen[at] = true
				list = append(list, s.statement(st))
			}
		}
	}
	return list
}

func shown(st *eval.StatementReport, decision string) bool {
	switch st.Layer {
	case eval.LayerIdentity, eval.LayerResource:
		return (st.Effect == "Deny") == (decision == decisions[eval.ExplicitDeny])
	case eval.LayerBoundary:
		return st.Effect == "Deny" && decision == decisions[eval.ExplicitDeny]
	default:
		return false
	}
}

func (s *simulation) statement(st *eval.StatementReport) api.Statement {
	i, _ := strconv.Atoi(st.Policy) // takePart gave it
	p := &s.policies[i]
	out := api.Statement{SourcePolicyId: new(p.id), SourcePolicyType: new(p.kind)}
	doc := p.policy.Document()
	span := doc.Statements[st.Index].Span
	if span.Start.Line > 0 { // a policy that cannot be found or read denies everything, from no place
		out.StartPosition, out.EndPosition = position(doc.Source, span.Start), position(doc.Source, span.End)
	}
	return out
}

// position counts lines and columns from 1, columns in characters. The end is behind the statement's closing brace. The
// start is its opening brace; AWS's recorded answers have the place where the text before it ends.
func position(text string, at policy.Pos) *api.Position {
	before := text[at.Offset-(at.Column-1) : at.Offset]
	return &api.Position{Line: new(int32(at.Line)), Column: new(int32(utf8.RuneCountInString(before) + 1))}
}
