package awsimport

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
)

// The items of GetAccountAuthorizationDetails. Source: IAM API Reference.
type (
	userDetail struct {
		Arn, UserName, UserId, Path string
		CreateDate                  instant
		UserPolicyList              []inlineDetail
		GroupList                   []string
		AttachedManagedPolicies     []attachedDetail
		PermissionsBoundary         boundaryDetail
		Tags                        []directory.Tag
	}
	groupDetail struct {
		Arn, GroupName, GroupId, Path string
		CreateDate                    instant
		GroupPolicyList               []inlineDetail
		AttachedManagedPolicies       []attachedDetail
	}
	roleDetail struct {
		Arn, RoleName, RoleId, Path string
		CreateDate                  instant
		Description                 string
		MaxSessionDuration          number
		AssumeRolePolicyDocument    documentText
		InstanceProfileList         []profileDetail
		RolePolicyList              []inlineDetail
		AttachedManagedPolicies     []attachedDetail
		PermissionsBoundary         boundaryDetail
		Tags                        []directory.Tag
		RoleLastUsed                *roleUseDetail
	}
	policyDetail struct {
		Arn, PolicyName, PolicyId, Path string
		CreateDate, UpdateDate          instant
		Description                     string
		DefaultVersionId                string
		PolicyVersionList               []versionDetail
		Tags                            []directory.Tag
	}
	profileDetail struct {
		Arn, InstanceProfileName, InstanceProfileId, Path string
		CreateDate                                        instant
		Roles                                             []struct{ Arn, RoleId string }
		Tags                                              []directory.Tag
	}
	inlineDetail struct {
		PolicyName     string
		PolicyDocument documentText
	}
	versionDetail struct {
		VersionId        string
		Document         documentText
		IsDefaultVersion bool
		CreateDate       instant
	}
	attachedDetail struct{ PolicyName, PolicyArn string }
	boundaryDetail struct{ PermissionsBoundaryArn string }
	roleUseDetail  struct {
		LastUsedDate instant
		Region       string
	}
)

// defaultSession is a role's longest session where nobody set another, in seconds.
const defaultSession = 3600

// The lists of the answer, by lower-case name.
const (
	userList   = "userdetaillist"
	groupList  = "groupdetaillist"
	roleList   = "roledetaillist"
	policyList = "policies"
)

func isDetailsList(name string) bool {
	return name == userList || name == groupList || name == roleList || name == policyList
}

func isDetails(v *value) bool {
	if v.list(userList) != nil || v.list(groupList) != nil || v.list(roleList) != nil {
		return true
	}
	return firstHas(v.list(policyList), "PolicyVersionList")
}

// readDetails reads one page of the authorization details.
func readDetails(a *account, v *value) {
	p := &a.details
	p.pages++
	if v.truth("istruncated") || v.text("nexttoken") != "" {
		p.truncated++
	}
	if v.broken != nil {
		p.missing("%s: %v", v.file.Path, v.broken)
	}
	p.found(v, userList, &p.users)
	p.found(v, groupList, &p.groups)
	p.found(v, roleList, &p.roles)
	p.found(v, policyList, &p.policies)
	eachItem(a, v, groupList, a.readGroup)
	eachItem(a, v, userList, a.readUser)
	eachItem(a, v, roleList, a.readRole)
	eachItem(a, v, policyList, a.readPolicy)
}

// place is where something stands, for problems about it.
type place struct {
	v  *value
	at string
}

func (p place) below(parts ...any) place {
	var b strings.Builder
	b.WriteString(p.at)
	for _, part := range parts {
		fmt.Fprintf(&b, "/%v", part)
	}
	return place{p.v, b.String()}
}

// eachItem decodes the items of a list, each alone: one that cannot be read is a problem of its own.
func eachItem[T any](a *account, v *value, list string, read func(*T, place)) {
	for i, raw := range v.list(list) {
		at := place{v, v.pointer(v.nameOf(list), i)}
		var item T
		if err := decode(raw, &item); err != nil {
			name := arnIn(raw)
			a.problem(at, name, name, "cannot be read: %s", decodeReason(err))
			if isDetailsList(list) {
				a.details.missing("%s%s cannot be read", v.file.Path, at.at)
			}
			continue
		}
		read(&item, at)
	}
}

// arnIn is the ARN of an item that cannot be decoded as a whole, or "".
func arnIn(raw jsontext.Value) string {
	var loose struct{ Arn any }
	if decode(raw, &loose) != nil {
		return ""
	}
	name, _ := loose.Arn.(string)
	return name
}

func (a *account) readUser(d *userDetail, at place) {
	if !a.identified(at, d.Arn, arn.KindUser, d.UserId, d.UserName) {
		return
	}
	u := &directory.User{
		ID: d.UserId, Name: d.UserName, Path: pathOf(d.Path), Created: d.CreateDate.Time, Boundary: d.PermissionsBoundary.PermissionsBoundaryArn,
		Tags: tagsOf(d.Tags), Attached: attachedOf(d.AttachedManagedPolicies),
		Inline: a.inline(d.UserPolicyList, d.Arn, at, "UserPolicyList"),
	}
	groups, twice := a.memberOf[d.Arn]
	if a.add(d.Arn, u, at) || twice && !slices.Equal(groups, d.GroupList) {
		a.memberOf[d.Arn] = d.GroupList
	}
	if twice && !slices.Equal(groups, d.GroupList) {
		a.problem(at, d.Arn, "", "is in other groups than in %s%s: these count", a.places[d.Arn].v.file.Path, a.places[d.Arn].at)
	}
}

func (a *account) readGroup(d *groupDetail, at place) {
	if !a.identified(at, d.Arn, arn.KindGroup, d.GroupId, d.GroupName) {
		return
	}
	a.add(d.Arn, &directory.Group{
		ID: d.GroupId, Name: d.GroupName, Path: pathOf(d.Path), Created: d.CreateDate.Time,
		Attached: attachedOf(d.AttachedManagedPolicies), Inline: a.inline(d.GroupPolicyList, d.Arn, at, "GroupPolicyList"),
	}, at)
}

func (a *account) readRole(d *roleDetail, at place) {
	if !a.identified(at, d.Arn, arn.KindRole, d.RoleId, d.RoleName) {
		return
	}
	r := &directory.Role{
		ID: d.RoleId, Name: d.RoleName, Path: pathOf(d.Path), Created: d.CreateDate.Time, Description: d.Description,
		MaxSession: int(d.MaxSessionDuration), Boundary: d.PermissionsBoundary.PermissionsBoundaryArn, Tags: tagsOf(d.Tags),
		Attached: attachedOf(d.AttachedManagedPolicies), Inline: a.inline(d.RolePolicyList, d.Arn, at, "RolePolicyList"),
		Trust: a.document(d.AssumeRolePolicyDocument, at.below("AssumeRolePolicyDocument"), d.Arn, d.Arn, "the trust policy"),
	}
	if r.MaxSession <= 0 {
		r.MaxSession = defaultSession
	}
	if !a.add(d.Arn, r, at) {
		return
	}
	if d.RoleLastUsed != nil {
		a.roleUsed(d.Arn, d.RoleLastUsed)
	}
	for i := range d.InstanceProfileList {
		p := &d.InstanceProfileList[i]
		if len(p.Roles) == 0 {
			p.Roles = []struct{ Arn, RoleId string }{{d.Arn, d.RoleId}}
		}
		a.readProfile(p, at.below("InstanceProfileList", i))
	}
}

func (a *account) readProfile(d *profileDetail, at place) {
	if !a.identified(at, d.Arn, arn.KindInstanceProfile, d.InstanceProfileId, d.InstanceProfileName) {
		return
	}
	p := &directory.InstanceProfile{
		ID: d.InstanceProfileId, Name: d.InstanceProfileName, Path: pathOf(d.Path), Created: d.CreateDate.Time, Tags: tagsOf(d.Tags),
	}
	if len(d.Roles) > 0 {
		p.Role = d.Roles[0].RoleId
	}
	// The list of profiles shows their tags, and the details of roles do not: that is no contradiction.
	if known, ok := a.entities[d.Arn].(*directory.InstanceProfile); ok && known.Role == p.Role {
		if len(p.Tags) == 0 {
			return
		}
		known.Tags = p.Tags
	}
	a.add(d.Arn, p, at)
}

func (a *account) readPolicy(d *policyDetail, at place) {
	name, err := arn.Parse(d.Arn)
	if err == nil && name.Account == arn.AWS {
		a.readAWSPolicy(d, at)
		return
	}
	if !a.identified(at, d.Arn, arn.KindPolicy, d.PolicyId, d.PolicyName) {
		return
	}
	p := &directory.Policy{
		ID: d.PolicyId, Name: d.PolicyName, Path: pathOf(d.Path), Created: d.CreateDate.Time, Updated: d.UpdateDate.Time,
		Description: d.Description, Tags: tagsOf(d.Tags), Default: versionNumber(d.DefaultVersionId),
	}
	for i := range d.PolicyVersionList {
		version := &d.PolicyVersionList[i]
		here := at.below("PolicyVersionList", i)
		n := versionNumber(version.VersionId)
		if n == 0 || p.Version(n) != nil {
			a.problem(here, d.Arn, "", "version %q of the policy is none, or there twice", cut(version.VersionId))
			continue
		}
		if p.Default == 0 && version.IsDefaultVersion {
			p.Default = n
		}
		what := "version " + version.VersionId
		text := a.document(version.Document, here.below("Document"), d.Arn, "", what)
		p.Versions = append(p.Versions, directory.PolicyVersion{Number: n, Created: version.CreateDate.Time, Document: text})
		p.Latest = max(p.Latest, n)
	}
	sortVersions(p)
	a.add(d.Arn, p, at)
	if p.Version(p.Default) == nil {
		a.broken[d.Arn] = fmt.Sprintf("its default version %q is missing", cut(d.DefaultVersionId))
		a.problem(at, d.Arn, "", "the default version %q is not among its versions", cut(d.DefaultVersionId))
	} else if err := p.DefaultDocument().Err(); err != nil {
		a.broken[d.Arn] = fmt.Sprintf("its default version is no policy: %v", err)
	}
}

// readAWSPolicy keeps the account's version of an AWS-managed policy where it is not the catalog's.
func (a *account) readAWSPolicy(d *policyDetail, at place) {
	a.details.awsPolicies++
	for i := range d.PolicyVersionList {
		v := &d.PolicyVersionList[i]
		if v.VersionId != d.DefaultVersionId && (d.DefaultVersionId != "" || !v.IsDefaultVersion) {
			continue
		}
		doc := a.document(v.Document, at.below("PolicyVersionList", i, "Document"), d.Arn, "", "the default version")
		if err := doc.Err(); err != nil {
			a.broken[d.Arn] = fmt.Sprintf("its default version is no policy: %v", err)
		}
		a.aws[d.Arn] = directory.AWSPolicy{ARN: d.Arn, Name: d.PolicyName, Path: pathOf(d.Path), Version: v.VersionId, Document: doc}
		return
	}
	a.broken[d.Arn] = "its default version is missing"
	a.problem(at, d.Arn, "", "the default version %q is not among its versions", cut(d.DefaultVersionId))
}

func (a *account) inline(list []inlineDetail, principal string, at place, member string) []directory.InlinePolicy {
	var all []directory.InlinePolicy
	for i := range list {
		d := &list[i]
		here := at.below(member, i, "PolicyDocument")
		doc := a.document(d.PolicyDocument, here, principal, principal, "the inline policy "+strconv.Quote(cut(d.PolicyName)))
		all = append(all, directory.InlinePolicy{Name: d.PolicyName, Document: doc})
	}
	sortInline(all)
	return all
}

// document prepares a document. One that is no policy stays where it is and is a problem.
func (a *account) document(text documentText, at place, resource, principal, what string) directory.Document {
	d := a.r.library.Document(string(text))
	if err := d.Err(); err != nil {
		a.problem(at, resource, principal, "%s is no policy: %v", what, err)
	}
	return d
}

func attachedOf(list []attachedDetail) []string {
	var all []string
	for _, d := range list {
		all = append(all, d.PolicyArn)
	}
	return all
}

// tagsOf makes no tags nil, as entities have it.
func tagsOf(tags []directory.Tag) []directory.Tag {
	if len(tags) == 0 {
		return nil
	}
	return tags
}

func pathOf(path string) string {
	if path == "" {
		return "/"
	}
	return path
}

// versionNumber is 3 for "v3", and 0 for what is no version.
func versionNumber(id string) int {
	digits, ok := strings.CutPrefix(id, "v")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 1 {
		return 0
	}
	return n
}
