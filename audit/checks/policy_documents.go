package checks

import (
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/policy"
)

// document is one policy document that people of the account wrote, and where it stands.
type document struct {
	kind policy.Kind
	// resource is the ARN of what a finding is about: the managed policy, who has the inline one, the role that is trusted
	// into, the resource.
	resource string
	// name is that of the evidence: a managed policy's ARN, "inline policy p of user u", "trust policy of role r".
	name string
	// aspect tells the documents of one resource apart: the name of an inline policy, or "trust".
	aspect string
	// holder has the inline or trust policy; nil for others.
	holder directory.Entity
	// managed is the customer-managed policy; nil for others. grants is false of one that gives nobody anything: it is
	// attached to nothing, or a boundary only.
	managed *directory.Policy
	grants  bool
	text    directory.Document
	file    string
}

// documents gives every document of the account's own: default versions of managed policies, inline policies, trust
// policies, and the policies of resources. AWS's own policies are not among them: nobody here can mend those.
func documents(a *audit.Account) iter.Seq[document] {
	return func(yield func(document) bool) {
		_ = managedDocuments(a, yield) && inlineDocuments(a, yield) && trustDocuments(a, yield) && resourceDocuments(a, yield)
	}
}

func managedDocuments(a *audit.Account, yield func(document) bool) bool {
	if a.Directory == nil {
		return true
	}
	for p := range a.Directory.Policies() {
		name := a.Directory.ARN(p)
		d := document{
			kind: policy.Identity, resource: name, name: name, managed: p, grants: a.Directory.AttachedCount(name) > 0, text: p.DefaultDocument(),
		}
		if !yield(d) {
			return false
		}
	}
	return true
}

func inlineDocuments(a *audit.Account, yield func(document) bool) bool {
	for e := range holders(a) {
		for _, p := range inlineOf(e) {
			d := document{
				kind: policy.Identity, resource: a.Directory.ARN(e), name: fmt.Sprintf("inline policy %s of %s", p.Name, label(e)),
				aspect: "inline " + p.Name, holder: e, grants: true, text: p.Document,
			}
			if !yield(d) {
				return false
			}
		}
	}
	return true
}

func trustDocuments(a *audit.Account, yield func(document) bool) bool {
	for r := range roles(a) {
		d := document{
			kind: policy.Trust, resource: a.Directory.ARN(r), name: trustName(r), aspect: "trust", holder: r, grants: true, text: r.Trust,
		}
		if !yield(d) {
			return false
		}
	}
	return true
}

func resourceDocuments(a *audit.Account, yield func(document) bool) bool {
	for i := range a.Evidence.ResourcePolicies {
		p := &a.Evidence.ResourcePolicies[i]
		d := document{
			kind: policy.Resource, resource: p.ARN, name: "policy of " + p.ARN, grants: true, text: p.Document, file: p.File,
		}
		if !yield(d) {
			return false
		}
	}
	return true
}

func trustName(r *directory.Role) string { return "trust policy of role " + r.Name }

// holders are the users, groups and roles of the account that people made.
func holders(a *audit.Account) iter.Seq[directory.Entity] {
	return func(yield func(directory.Entity) bool) {
		if a.Directory == nil {
			return
		}
		for u := range a.Directory.Users() {
			if !yield(u) {
				return
			}
		}
		for g := range a.Directory.Groups() {
			if !yield(g) {
				return
			}
		}
		for r := range roles(a) {
			if !yield(r) {
				return
			}
		}
	}
}

// actors are the users and roles of the account that somebody can be: all but service-linked roles, which only their services
// have. The roles of IAM Identity Center are among them.
func actors(a *audit.Account) iter.Seq[directory.Entity] {
	return func(yield func(directory.Entity) bool) {
		if a.Directory == nil {
			return
		}
		for u := range a.Directory.Users() {
			if !yield(u) {
				return
			}
		}
		for r := range a.Directory.Roles() {
			if !strings.HasPrefix(r.Path, serviceLinkedPath) && !yield(r) {
				return
			}
		}
	}
}

// Where the roles of services and of IAM Identity Center live. Sources: IAM User Guide, service-linked roles; IAM Identity
// Center User Guide, referencing permission sets in resource policies.
const (
	serviceLinkedPath = "/aws-service-role/"
	reservedPath      = "/aws-reserved/"
)

// roles are the roles of the account but those that AWS made for its services and for IAM Identity Center, which nobody here
// can change.
func roles(a *audit.Account) iter.Seq[*directory.Role] {
	return func(yield func(*directory.Role) bool) {
		if a.Directory == nil {
			return
		}
		for r := range a.Directory.Roles() {
			if changeable(r) && !yield(r) {
				return
			}
		}
	}
}

func changeable(r *directory.Role) bool {
	return !strings.HasPrefix(r.Path, serviceLinkedPath) && !strings.HasPrefix(r.Path, reservedPath)
}

func inlineOf(e directory.Entity) []directory.InlinePolicy {
	switch e := e.(type) {
	case *directory.User:
		return e.Inline
	case *directory.Group:
		return e.Inline
	case *directory.Role:
		return e.Inline
	}
	return nil
}

func attachedOf(e directory.Entity) []string {
	switch e := e.(type) {
	case *directory.User:
		return e.Attached
	case *directory.Group:
		return e.Attached
	case *directory.Role:
		return e.Attached
	}
	return nil
}

// label is a user, group or role for people: "user alice".
func label(e directory.Entity) string {
	kind, name := kindAndName(e)
	return kind + " " + name
}

// kindAndName are the words that the CLI's options have too: "user" is that of --user-name.
func kindAndName(e directory.Entity) (kind, name string) {
	switch e := e.(type) {
	case *directory.User:
		return "user", e.Name
	case *directory.Group:
		return "group", e.Name
	case *directory.Role:
		return "role", e.Name
	}
	return "", ""
}

// detach is the command that takes an attached policy from its holder.
func detach(e directory.Entity, policyARN string) string {
	kind, name := kindAndName(e)
	return audit.Command("aws", "iam", "detach-"+kind+"-policy", "--"+kind+"-name", name, "--policy-arn", policyARN)
}

// deleteInline is the command that deletes an inline policy.
func deleteInline(e directory.Entity, policyName string) string {
	kind, name := kindAndName(e)
	return audit.Command("aws", "iam", "delete-"+kind+"-policy", "--"+kind+"-name", name, "--policy-name", policyName)
}

// edit is the command that puts a corrected document, in the file policy.json, in the place of this one.
func (d *document) edit() string {
	switch {
	case d.managed != nil:
		return audit.Command("aws", "iam", "create-policy-version", "--policy-arn", d.resource, "--set-as-default", "--policy-document", "file://policy.json")
	case d.kind == policy.Trust:
		_, name := kindAndName(d.holder)
		return audit.Command("aws", "iam", "update-assume-role-policy", "--role-name", name, "--policy-document", "file://policy.json")
	case d.holder != nil:
		kind, name := kindAndName(d.holder)
		return audit.Command("aws", "iam", "put-"+kind+"-policy", "--"+kind+"-name", name, "--policy-name", strings.TrimPrefix(d.aspect, "inline "),
			"--policy-document", "file://policy.json")
	}
	return ""
}

// parsed is the document's content; a gap is reported, and nil given, for one that is no policy.
func (d *document) parsed(r *audit.Reporter) *policy.Document {
	if d.text.Err() != nil {
		r.NotAssessed("the "+strings.TrimPrefix(d.name, "the ")+", which cannot be read", "")
		return nil
	}
	return d.text.Compiled().Document()
}

// at is evidence that stands in a statement of the document.
func (d *document) at(st *policy.Statement, text string) audit.Evidence {
	return audit.Evidence{
		Text: text, Policy: d.name, Statement: sidOf(st), Line: st.Span.Start.Line, Column: st.Span.Start.Column, File: d.file,
	}
}

// sidOf names a statement: by its Sid, or by its place in the document.
func sidOf(st *policy.Statement) string {
	if st.Sid != "" {
		return st.Sid
	}
	return "#" + strconv.Itoa(st.Index+1)
}

// texts are the strings of a list.
func texts(list []policy.Value) []string {
	all := make([]string, len(list))
	for i := range list {
		all[i] = list[i].Text
	}
	return all
}

// kinds are sorts of entities that a check must know all of.
type kinds uint8

const (
	users kinds = 1 << iota
	groups
	rolesOf
	policies
)

// inventory reports as gaps which of the kinds that a check is about the input does not hold, or not wholly. It is false
// where there is no entity to look at, known or not.
func inventory(a *audit.Account, r *audit.Reporter, want kinds) bool {
	c := &a.Evidence.AuthorizationDetails
	if a.Directory == nil && c.Extent == awsimport.Absent {
		r.NotAssessed("the authorization details", getDetails)
		return false
	}
	for _, k := range []struct {
		kind   kinds
		name   string
		extent awsimport.Extent
	}{{users, "users", c.Users}, {groups, "groups", c.Groups}, {rolesOf, "roles", c.Roles}, {policies, "customer-managed policies", c.Policies}} {
		switch {
		case want&k.kind == 0:
		case k.extent == awsimport.Absent:
			r.NotAssessed("the account's "+k.name, getDetails)
		case k.extent == awsimport.Partial:
			r.NotAssessed("all of the account's "+k.name, getDetails)
		}
	}
	return a.Directory != nil
}

// and joins words for people: "a, b and c", at most five of them.
func and(words []string) string {
	const most = 5
	if len(words) > most {
		return strings.Join(words[:most], ", ") + fmt.Sprintf(" and %d more", len(words)-most)
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

// count is a number with its noun: "1 policy", "2 policies".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// title begins a sentence with a lower-case word.
func title(word string) string { return strings.ToUpper(word[:1]) + word[1:] }
