package awsimport

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
)

// organizationKinds are the answers of AWS Organizations. Most name nothing of the call that they answer, such as the
// parent whose accounts they list: it is in an envelope, in a member that was added, or in the file's name.
func organizationKinds() []recogniser {
	return []recogniser{
		{kind: KindOrganization, is: withObject("organization"), operations: []string{"DescribeOrganization"}, shared: (*reader).describeOrganization},
		{kind: KindOrganizationAccounts, is: isAccounts, shared: (*reader).organizationAccounts},
		{kind: KindOrganizationRoots, is: listOf("roots", "Id"), shared: (*reader).organizationRoots},
		{kind: KindOrganizationUnits, is: isUnits, shared: (*reader).organizationUnits},
		{kind: KindOrganizationChildren, is: isChildren, shared: (*reader).organizationChildren},
		{kind: KindOrganizationPolicies, is: isPolicies, shared: (*reader).organizationPolicies},
		{kind: KindOrganizationTargets, is: listOf("targets", "TargetId"), shared: (*reader).organizationTargets},
		{kind: KindTrailEvents, is: isEvents, shared: (*reader).eventValue},
	}
}

func isAccounts(v *value) bool {
	return firstHas(v.list("accounts"), "JoinedMethod") || firstHas(v.list("accounts"), "Email") ||
		firstHas(v.list("accounts"), "Id") || v.list("accounts") != nil && len(v.list("accounts")) == 0
}

func isUnits(v *value) bool {
	return withList("organizationalunits")(v) || withObject("organizationalunit")(v)
}

func isChildren(v *value) bool { return listOf("children", "Id")(v) || listOf("parents", "Id")(v) }

// isPolicies: the list of IAM's policies has no types.
func isPolicies(v *value) bool {
	if v.kindOf("policy") == '{' {
		var d struct{ PolicySummary struct{ Id string } }
		return decode(v.members["policy"].raw, &d) == nil && d.PolicySummary.Id != ""
	}
	return firstHas(v.list("policies"), "AwsManaged") || firstHas(v.list("policies"), "Type")
}

// organizationReader gathers the organization.
type organizationReader struct{ found *Organization }

func (r *reader) organization() *Organization {
	if r.org.found == nil {
		r.org.found = &Organization{
			Roots: map[string]*OrganizationUnit{}, Units: map[string]*OrganizationUnit{},
			Accounts: map[string]*OrganizationAccount{}, Policies: map[string]*OrganizationPolicy{},
			TargetsAsked: map[string][]string{},
		}
	}
	return r.org.found
}

// organizationProblem is like account.problem.
func (r *reader) organizationProblem(v *value, at, resource, format string, args ...any) {
	r.report(Problem{File: v.file.Path, Resource: resource, Path: at, Message: fmt.Sprintf(format, args...)})
}

// eachShared is eachItem for what belongs to no account.
func eachShared[T any](r *reader, v *value, list string, read func(*T)) {
	for i, raw := range v.list(list) {
		var item T
		if err := decode(raw, &item); err != nil {
			r.organizationProblem(v, v.pointer(v.nameOf(list), i), arnIn(raw), "cannot be read: %s", decodeReason(err))
			continue
		}
		read(&item)
	}
	if v.truth("istruncated") || v.text("nexttoken") != "" || v.broken != nil {
		r.organization().Incomplete = append(r.organization().Incomplete, v.file.Path+v.at+" is not the last page, or is cut off")
	}
}

var organizationARN = regexp.MustCompile(`^arn:[a-z-]+:organizations::([0-9]{12}):[a-z]+/(o-[a-z0-9]{10,32})\b`)

// belongs takes from an ARN which organization it is, and whose: a bundle holds one.
func (r *reader) belongs(v *value, name string) bool {
	found := organizationARN.FindStringSubmatch(name)
	if found == nil {
		return true
	}
	o := r.organization()
	if o.ID != "" && o.ID != found[2] {
		r.organizationProblem(v, v.at, name, "belongs to another organization than %s, which the bundle is of", o.ID)
		return false
	}
	o.ID, o.Management = found[2], found[1]
	return true
}

func (r *reader) describeOrganization(v *value) {
	if v.failure != "" {
		if v.failure == "AWSOrganizationsNotInUseException" {
			r.organization().NotInUse = true
			return
		}
		r.organizationProblem(v, v.at, "", "%s was answered by %s", v.operation, v.failure)
		return
	}
	var d struct{ Id, Arn, FeatureSet, MasterAccountId, ManagementAccountId string }
	if err := decode(v.members["organization"].raw, &d); err != nil {
		r.organizationProblem(v, v.pointer("Organization"), "", "cannot be read: %s", decodeReason(err))
		return
	}
	if r.belongs(v, d.Arn) {
		o := r.organization()
		o.Features = d.FeatureSet
		if d.MasterAccountId+d.ManagementAccountId != "" {
			o.Management = max(d.MasterAccountId, d.ManagementAccountId)
		}
	}
}

// Files that are named for what was asked about: "ou-ab12-11111111.json", "policies-for-target-111122223333.json". An id at
// the end of any other name may say only whose the file is. The ids' forms are those of the Organizations API Reference.
var (
	namedNode   = regexp.MustCompile(`^(?:.*\b(?:for|of|parent|target|child)-)?(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|[0-9]{12})$`)
	namedPolicy = regexp.MustCompile(`^(?:.*\b(?:for|of|policy)-)?(p-[0-9a-zA-Z]{4,128})$`)
)

// idInName is the id that a file is named for, "" if it is for none.
func idInName(v *value, form *regexp.Regexp) string {
	if found := form.FindStringSubmatch(withoutEndings(path.Base(v.file.Path))); found != nil {
		return found[1]
	}
	return ""
}

// parentOf is the root or unit whose children an answer lists, "" if nothing tells.
func parentOf(v *value) string {
	if p := v.param("ParentId"); p != "" {
		return p
	}
	if id := idInName(v, namedNode); !arn.IsAccountID(id) {
		return id
	}
	return ""
}

func (r *reader) organizationAccounts(v *value) {
	parent := parentOf(v)
	eachShared(r, v, "accounts", func(d *struct{ Id, Arn, Name, Email, Status, State string }) {
		if !r.belongs(v, d.Arn) {
			return
		}
		a := r.member(d.Id)
		a.ARN, a.Name, a.Email, a.State = d.Arn, d.Name, d.Email, d.State
		if a.State == "" {
			a.State = d.Status
		}
		if parent != "" {
			a.Parent = parent
		}
	})
}

func (r *reader) member(id string) *OrganizationAccount {
	o := r.organization()
	if o.Accounts[id] == nil {
		o.Accounts[id] = &OrganizationAccount{ID: id}
	}
	return o.Accounts[id]
}

func (r *reader) unit(id string) *OrganizationUnit {
	o := r.organization()
	all := o.Units
	if strings.HasPrefix(id, "r-") {
		all = o.Roots
	}
	if all[id] == nil {
		all[id] = &OrganizationUnit{ID: id}
	}
	return all[id]
}

func (r *reader) organizationRoots(v *value) {
	eachShared(r, v, "roots", func(d *struct {
		Id, Arn, Name string
		PolicyTypes   []struct{ Type, Status string }
	},
	) {
		if !r.belongs(v, d.Arn) {
			return
		}
		u := r.unit(d.Id)
		u.ARN, u.Name = d.Arn, d.Name
		o := r.organization()
		o.PolicyTypes = []string{}
		for _, t := range d.PolicyTypes {
			if t.Status == "ENABLED" {
				o.PolicyTypes = append(o.PolicyTypes, t.Type)
			}
		}
	})
}

func (r *reader) organizationUnits(v *value) {
	parent := parentOf(v)
	one := func(d *struct{ Id, Arn, Name string }) {
		if !r.belongs(v, d.Arn) {
			return
		}
		u := r.unit(d.Id)
		u.ARN, u.Name = d.Arn, d.Name
		if parent != "" && parent != d.Id {
			u.Parent = parent
		}
	}
	if m := v.members["organizationalunit"]; m != nil {
		m.items = append(m.items, m.raw)
		parent = ""
		eachShared(r, v, "organizationalunit", one)
		return
	}
	eachShared(r, v, "organizationalunits", one)
}

// organizationChildren reads ListChildren, and ListParents, whose one item is the parent of the child of the call.
func (r *reader) organizationChildren(v *value) {
	type node struct{ Id, Type string }
	if v.list("parents") != nil {
		child := v.param("ChildId")
		if child == "" {
			child = idInName(v, namedNode)
		}
		eachShared(r, v, "parents", func(d *node) { r.place(v, child, d.Id) })
		return
	}
	parent := parentOf(v)
	eachShared(r, v, "children", func(d *node) { r.place(v, d.Id, parent) })
}

// place puts a unit or account below its parent.
func (r *reader) place(v *value, child, parent string) {
	switch {
	case child == "" || parent == "":
		r.organizationProblem(v, v.at, "", "nothing tells whose children or parents these are: add a member ParentId or ChildId, or name the file by the id")
	case strings.HasPrefix(child, "ou-"):
		r.unit(child).Parent = parent
	default:
		r.member(child).Parent = parent
	}
}

type policySummary struct {
	Id, Arn, Name, Type string
	AwsManaged          bool
}

// organizationPolicies reads ListPolicies, ListPoliciesForTarget and DescribePolicy.
func (r *reader) organizationPolicies(v *value) {
	if m := v.members["policy"]; m != nil {
		var d struct {
			PolicySummary policySummary
			Content       documentText
		}
		if err := decode(m.raw, &d); err != nil {
			r.organizationProblem(v, v.pointer("Policy"), "", "cannot be read: %s", decodeReason(err))
			return
		}
		p := r.policy(v, &d.PolicySummary)
		if p == nil {
			return
		}
		doc := r.library.Document(string(d.Content))
		p.Document = &doc
		if err := doc.Err(); err != nil && (p.Type == ServiceControlPolicy || p.Type == ResourceControlPolicy) {
			r.organizationProblem(v, v.pointer("Policy", "Content"), p.ARN, "the policy %s is no policy: %v", p.Name, err)
		}
		return
	}
	target := v.param("TargetId")
	if target == "" {
		target = idInName(v, namedNode)
	}
	o := r.organization()
	eachShared(r, v, "policies", func(d *policySummary) {
		p := r.policy(v, d)
		switch {
		case p == nil:
		case target == "":
			o.Listed = include(o.Listed, d.Type)
		default:
			p.attach(target)
			o.TargetsAsked[target] = include(o.TargetsAsked[target], d.Type)
		}
	})
}

func include(all []string, one string) []string {
	if slices.Contains(all, one) {
		return all
	}
	return append(all, one)
}

func (r *reader) organizationTargets(v *value) {
	id := v.param("PolicyId")
	if id == "" {
		id = idInName(v, namedPolicy)
	}
	if id == "" {
		r.organizationProblem(v, v.at, "", "nothing tells which policy's targets these are: add a member PolicyId, or name the file by the id")
		return
	}
	p := r.policy(v, &policySummary{Id: id})
	p.TargetsKnown = p.TargetsKnown || !v.truth("istruncated") && v.text("nexttoken") == "" && v.broken == nil
	eachShared(r, v, "targets", func(d *struct{ TargetId string }) { p.attach(d.TargetId) })
}

// policy is the policy of that id, from its first mention on; nil for one of another organization.
func (r *reader) policy(v *value, d *policySummary) *OrganizationPolicy {
	if !r.belongs(v, d.Arn) {
		return nil
	}
	o := r.organization()
	p := o.Policies[d.Id]
	if p == nil {
		p = &OrganizationPolicy{ID: d.Id}
		o.Policies[d.Id] = p
	}
	if d.Type != "" {
		p.ARN, p.Name, p.Type, p.AWSManaged = d.Arn, d.Name, d.Type, d.AwsManaged
	}
	return p
}

func (p *OrganizationPolicy) attach(target string) {
	if target != "" && !slices.Contains(p.Targets, target) {
		p.Targets = append(p.Targets, target)
	}
}

// finishOrganization gives the accounts their names.
func (r *reader) finishOrganization() *Organization {
	o := r.org.found
	if o == nil {
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(o.Accounts)) {
		if a := r.accounts[id]; a != nil {
			a.ev.Name = o.Accounts[id].Name
		}
	}
	return o
}
