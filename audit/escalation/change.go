package escalation

import (
	"slices"
	"strings"
	"sync"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
)

// Change is what a step does to the account: records that
// are put in place of those with the same Key. No step needs a record to go.
type Change struct {
	Account string
	Puts    []directory.Entity
}

// Apply gives the snapshot after the change.
func (c *Change) Apply(snap *directory.Snapshot) *directory.Snapshot {
	return snap.With(snap.Revision()+1, c.Account, c.Puts, nil)
}

// everything is what somebody writes who may write any policy.
const everything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

// trustAll is what somebody writes who may write any trust policy: it names "*", which lets a caller in directly, whatever
// the caller's own policies allow, all services that a role can be handed to, and a provider where one is one's own.
func trustAll(account *directory.Account, provider string) directory.Document {
	text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*","Service":[` +
		quotedServices(account.Partition()) + `]},"Action":"sts:AssumeRole"}`
	if provider != "" {
		text += `,{"Effect":"Allow","Principal":{"Federated":"` + provider + `"},"Action":"sts:AssumeRoleWithWebIdentity"}`
	}
	return directory.Document{Text: text + "]}"}
}

func quotedServices(partition string) string {
	var services []string
	for _, s := range steppedServices() {
		for _, name := range arn.ServicePrincipals(partition, s) {
			services = append(services, `"`+name+`"`)
		}
	}
	return strings.Join(services, ",")
}

// steppedServices are those of the Through steps, each once.
var steppedServices = sync.OnceValue(func() []string {
	var services []string
	for _, s := range serviceSteps() {
		services = append(services, s.Service)
	}
	slices.Sort(services)
	return slices.Compact(services)
})

// administratorAccess is AWS's own policy that allows everything, in the account's partition.
func administratorAccess(a *directory.Account) string {
	return a.Names().ManagedPolicy("/", "AdministratorAccess").String()
}

// newName is what is made is called, where one is free to choose.
const newName = "warder-audit"

// holder is a user, group or role as a record that may be changed, with its policies.
type holder struct {
	entity   directory.Entity
	inline   *[]directory.InlinePolicy
	attached *[]string
	boundary *string // nil of a group
}

// holder of what an attempt is about: the group, where it is about a user of one.
func (a *attempt) holder() holder {
	switch {
	case a.group != nil:
		g := a.group.Clone()
		return holder{g, &g.Inline, &g.Attached, nil}
	case a.user != nil:
		u := a.user.Clone()
		return holder{u, &u.Inline, &u.Attached, &u.Boundary}
	default:
		r := a.role.Clone()
		return holder{r, &r.Inline, &r.Attached, &r.Boundary}
	}
}

func (a *attempt) put(entities ...directory.Entity) *Change {
	return &Change{Account: a.account.ID(), Puts: entities}
}

// putInline writes a policy that allows everything into the holder, in place of the one of that name.
func putInline(a *attempt) *Change {
	h := a.holder()
	name := a.inline
	if name == "" {
		name = newName
	}
	*h.inline = slices.DeleteFunc(*h.inline, func(p directory.InlinePolicy) bool { return strings.EqualFold(p.Name, name) })
	*h.inline = append(*h.inline, directory.InlinePolicy{Name: name, Document: directory.Document{Text: everything}})
	return a.put(h.entity)
}

func deleteInline(a *attempt) *Change {
	h := a.holder()
	*h.inline = slices.DeleteFunc(*h.inline, func(p directory.InlinePolicy) bool { return strings.EqualFold(p.Name, a.inline) })
	return a.put(h.entity)
}

func attachManaged(a *attempt) *Change {
	h := a.holder()
	if !slices.Contains(*h.attached, a.managed) {
		*h.attached = append(*h.attached, a.managed)
	}
	return a.put(h.entity)
}

func detachManaged(a *attempt) *Change {
	h := a.holder()
	*h.attached = slices.DeleteFunc(*h.attached, func(p string) bool { return p == a.managed })
	return a.put(h.entity)
}

func putBoundary(a *attempt) *Change {
	h := a.holder()
	*h.boundary = a.managed
	return a.put(h.entity)
}

func deleteBoundary(a *attempt) *Change {
	h := a.holder()
	*h.boundary = ""
	return a.put(h.entity)
}

func joinGroup(a *attempt) *Change {
	u := a.user.Clone()
	u.Groups = append(u.Groups, a.group.ID)
	return a.put(u)
}

func leaveGroup(a *attempt) *Change {
	u := a.user.Clone()
	u.Groups = slices.DeleteFunc(u.Groups, func(id string) bool { return id == a.group.ID })
	return a.put(u)
}

// putTag gives a user or role a tag, in place of the one with that key. Keys have no case.
func putTag(a *attempt) *Change {
	with := func(tags []directory.Tag) []directory.Tag {
		tags = slices.DeleteFunc(tags, func(t directory.Tag) bool { return strings.EqualFold(t.Key, a.tag.Key) })
		return append(tags, a.tag)
	}
	if a.user != nil {
		u := a.user.Clone()
		u.Tags = with(u.Tags)
		return a.put(u)
	}
	r := a.role.Clone()
	r.Tags = with(r.Tags)
	return a.put(r)
}

// newVersion makes a version that allows everything the policy's default one.
func newVersion(a *attempt) *Change {
	p := a.policy.Clone()
	if len(p.Versions) >= mostVersions {
		oldest := slices.IndexFunc(p.Versions, func(v directory.PolicyVersion) bool { return v.Number != p.Default })
		p.Versions = slices.Delete(p.Versions, oldest, oldest+1)
	}
	p.Latest++
	p.Default = p.Latest
	p.Versions = append(p.Versions, directory.PolicyVersion{Number: p.Latest, Document: directory.Document{Text: everything}})
	return a.put(p)
}

func setDefaultVersion(a *attempt) *Change {
	p := a.policy.Clone()
	p.Default = a.version
	return a.put(p)
}

// openTrust lets everybody assume the role, and whom providers vouch for that one controls.
func openTrust(a *attempt) *Change {
	r := a.role.Clone()
	r.Trust = trustAll(a.account, a.provider)
	return a.put(r)
}

// makeUser and its kin make what a.made names, under an id that the account has not.

func makeUser(a *attempt) *Change {
	path, name := madeNames(a.made, "user")
	return a.put(&directory.User{ID: "AIDA" + newID(a.made), Name: name, Path: path, Boundary: a.managed})
}

func makeRole(a *attempt) *Change {
	path, name := madeNames(a.made, "role")
	return a.put(&directory.Role{
		ID: "AROA" + newID(a.made), Name: name, Path: path, Boundary: a.managed, MaxSession: 3600,
		Trust: trustAll(a.account, ""),
	})
}

func makeGroup(a *attempt) *Change {
	path, name := madeNames(a.made, "group")
	return a.put(&directory.Group{ID: "AGPA" + newID(a.made), Name: name, Path: path})
}

func makePolicy(a *attempt) *Change {
	path, name := madeNames(a.made, "policy")
	return a.put(&directory.Policy{
		ID: "ANPA" + newID(a.made), Name: name, Path: path, Default: 1, Latest: 1,
		Versions: []directory.PolicyVersion{{Number: 1, Document: directory.Document{Text: everything}}},
	})
}

func makeOIDCProvider(a *attempt) *Change {
	_, url, _ := strings.Cut(a.made, ":oidc-provider/")
	return a.put(&directory.OIDCProvider{ID: newID(a.made), URL: url, ClientIDs: []string{newName}})
}

// newID is an id that no record of AWS or Warder has: theirs are capital letters and digits.
func newID(made string) string { return "-" + made }

// isNew reports whether a record was made by one of the steps.
func isNew(id string) bool { return strings.Contains(id, "-arn:") }

// madeNames gives path and name of the ARN of something that is made.
func madeNames(made, kind string) (path, name string) {
	a, _ := arn.Parse(made)
	rest := strings.TrimPrefix(a.Resource, kind)
	slash := strings.LastIndexByte(rest, '/')
	return rest[:slash+1], rest[slash+1:]
}

// mostVersions and mostKeys are quotas of AWS that cannot be raised.
// Source: IAM User Guide, "IAM and AWS STS quotas".
const (
	mostVersions = 5
	mostKeys     = 2
)
