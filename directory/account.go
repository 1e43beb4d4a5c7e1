package directory

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// Account is one account's part of a Snapshot.
type Account struct {
	id      string
	library *Library
	edition *edition

	info     *AccountInfo // nil where none was put
	users    table
	groups   table
	roles    table
	policies table
	profiles table
	keys     tree
	oidc     table
	issuer   *TokenIssuer // nil where none was put

	samlProviders table
	trails        table

	memberships links // users, by group id
	attachments links // groups, roles and users, by policy ARN
	boundaries  links // roles and users, by policy ARN
	carriers    links // instance profiles, by role id
	keyring     links // access keys, by user id

	versions int // of all policies

	credentials credentials
	passwords   *PasswordPolicy // nil where none was put
	logins      tree            // by user id
	devices     table
	factors     links // MFA devices, by user id

	contact    *Contact // nil where none was put
	alternates tree     // by type
	alarms     tree
	setup      *Setup // nil where none was put

	webSessions tree
	signIns     links // web sessions, by user id

	aws map[string]*ManagedPolicy // AWS-managed policies that differ from the library's, by ARN; never modified
}

// ID is the 12-digit account id.
func (a *Account) ID() string { return a.id }

// Info is what the account holds about itself; never nil.
func (a *Account) Info() *AccountInfo {
	if a.info == nil {
		return &AccountInfo{ID: a.id}
	}
	return a.info
}

// Counts of what an account holds, kept with it so that quotas and summaries cost nothing.
type Counts struct {
	Users, Groups, Roles, Policies, InstanceProfiles, AccessKeys int
	// PolicyVersions is the number of versions of all customer-managed policies.
	PolicyVersions int
	// Attachments is the number of attachments of managed policies to users, groups and roles.
	Attachments int
	// Memberships is the number of users in groups, one for each group of each user.
	Memberships int
	// ServerCertificates is the number of server certificates.
	ServerCertificates int
	// MFADevices is the number of MFA devices, MFADevicesInUse of those that somebody has.
	MFADevices, MFADevicesInUse int
	// SAMLProviders is the number of SAML providers.
	SAMLProviders int
}

// Counts of what the account holds.
func (a *Account) Counts() Counts {
	return Counts{
		Users: a.users.len(), Groups: a.groups.len(), Roles: a.roles.len(), Policies: a.policies.len(),
		InstanceProfiles: a.profiles.len(), AccessKeys: a.keys.len(), PolicyVersions: a.versions,
		Attachments: a.attachments.len(), Memberships: a.memberships.len(),
		ServerCertificates: a.credentials.server.len(),
		MFADevices:         a.devices.len(), MFADevicesInUse: a.factors.len(),
		SAMLProviders: a.samlProviders.len(),
	}
}

// Len is the number of entities in the account, its AccountInfo included.
func (a *Account) Len() int {
	n := a.users.len() + a.groups.len() + a.roles.len() + a.policies.len() + a.profiles.len() + a.keys.len()
	n += a.credentials.len()
	n += a.oidc.len()
	if a.issuer != nil {
		n++
	}
	n += a.samlProviders.len() + a.trails.len()
	if a.info != nil {
		n++
	}
	if a.passwords != nil {
		n++
	}
	n += a.logins.len() + a.devices.len() + a.alternates.len() + a.alarms.len() + a.webSessions.len()
	if a.contact != nil {
		n++
	}
	if a.setup != nil {
		n++
	}
	return n
}

// Get gives the entity with that Key, or nil.
func (a *Account) Get(key string) Entity {
	kind, id, _ := strings.Cut(key, "/")
	switch {
	case key == "account" && a.info != nil:
		return a.info
	case kind == "user":
		return valueOf[Entity](&a.users.ids, id)
	case kind == "group":
		return valueOf[Entity](&a.groups.ids, id)
	case kind == "role":
		return valueOf[Entity](&a.roles.ids, id)
	case kind == "policy":
		return valueOf[Entity](&a.policies.ids, id)
	case kind == "profile":
		return valueOf[Entity](&a.profiles.ids, id)
	case kind == "key":
		return valueOf[Entity](&a.keys, id)
	case key == "passwords" && a.passwords != nil:
		return a.passwords
	case kind == "login":
		return valueOf[Entity](&a.logins, id)
	case kind == "mfa":
		return valueOf[Entity](&a.devices.ids, id)
	case kind == "oidc":
		return valueOf[Entity](&a.oidc.ids, id)
	case key == "issuer" && a.issuer != nil:
		return a.issuer
	case kind == "saml":
		return valueOf[Entity](&a.samlProviders.ids, id)
	case kind == "trail":
		return valueOf[Entity](&a.trails.ids, id)
	case key == "contact" && a.contact != nil:
		return a.contact
	case kind == "alarm":
		return valueOf[Entity](&a.alarms, id)
	case kind == "websession":
		return valueOf[Entity](&a.webSessions, id)
	case key == "setup" && a.setup != nil:
		return a.setup
	case kind == "alternatecontact":
		return valueOf[Entity](&a.alternates, id)
	}
	return a.credentials.get(kind, id)
}

// Entities are all of the account's: the AccountInfo if there is one, then kind by kind.
func (a *Account) Entities() iter.Seq[Entity] {
	return func(yield func(Entity) bool) {
		if a.info != nil && !yield(a.info) {
			return
		}
		if a.passwords != nil && !yield(a.passwords) {
			return
		}
		_ = a.users.each(yield) && a.groups.each(yield) && a.roles.each(yield) && a.policies.each(yield) &&
			a.profiles.each(yield) && a.keys.each(yield) && a.logins.each(yield) && a.devices.each(yield) &&
			a.credentials.each(yield) && a.oidc.each(yield) && (a.issuer == nil || yield(a.issuer)) &&
			a.samlProviders.each(yield) && a.trails.each(yield) && (a.contact == nil || yield(a.contact)) &&
			a.alternates.each(yield) && a.alarms.each(yield) && a.webSessions.each(yield) &&
			(a.setup == nil || yield(a.setup))
	}
}

// User by name, without regard to case, or nil.
func (a *Account) User(name string) *User { return find[*User](&a.users, name) }

// UserByID gives the user with that unique id, or nil.
func (a *Account) UserByID(id string) *User { return valueOf[*User](&a.users.ids, id) }

// Users in order of their lower-cased names.
func (a *Account) Users() iter.Seq[*User] { return allOf[*User](&a.users) }

// UsersAfter gives the users whose names come after name, without regard to case.
func (a *Account) UsersAfter(name string) iter.Seq[*User] { return after[*User](&a.users, name) }

// Group by name, without regard to case, or nil.
func (a *Account) Group(name string) *Group { return find[*Group](&a.groups, name) }

// GroupByID gives the group with that unique id, or nil.
func (a *Account) GroupByID(id string) *Group { return valueOf[*Group](&a.groups.ids, id) }

// Groups in order of their lower-cased names.
func (a *Account) Groups() iter.Seq[*Group] { return allOf[*Group](&a.groups) }

// GroupsAfter gives the groups whose names come after name, without regard to case.
func (a *Account) GroupsAfter(name string) iter.Seq[*Group] { return after[*Group](&a.groups, name) }

// Role by name, without regard to case, or nil.
func (a *Account) Role(name string) *Role { return find[*Role](&a.roles, name) }

// RoleByID gives the role with that unique id, or nil.
func (a *Account) RoleByID(id string) *Role { return valueOf[*Role](&a.roles.ids, id) }

// Roles in order of their lower-cased names.
func (a *Account) Roles() iter.Seq[*Role] { return allOf[*Role](&a.roles) }

// RolesAfter gives the roles whose names come after name, without regard to case.
func (a *Account) RolesAfter(name string) iter.Seq[*Role] { return after[*Role](&a.roles, name) }

// Policy is the customer-managed policy of that name, without regard to case, or nil.
func (a *Account) Policy(name string) *Policy { return find[*Policy](&a.policies, name) }

// PolicyByID gives the customer-managed policy with that unique id, or nil.
func (a *Account) PolicyByID(id string) *Policy { return valueOf[*Policy](&a.policies.ids, id) }

// Policies are the customer-managed policies in order of their lower-cased names.
func (a *Account) Policies() iter.Seq[*Policy] { return allOf[*Policy](&a.policies) }

// PoliciesAfter gives the customer-managed policies whose names come after name, without regard to case.
func (a *Account) PoliciesAfter(name string) iter.Seq[*Policy] {
	return after[*Policy](&a.policies, name)
}

// InstanceProfile by name, without regard to case, or nil.
func (a *Account) InstanceProfile(name string) *InstanceProfile {
	return find[*InstanceProfile](&a.profiles, name)
}

// InstanceProfileByID gives the instance profile with that unique id, or nil.
func (a *Account) InstanceProfileByID(id string) *InstanceProfile {
	return valueOf[*InstanceProfile](&a.profiles.ids, id)
}

// InstanceProfiles in order of their lower-cased names.
func (a *Account) InstanceProfiles() iter.Seq[*InstanceProfile] {
	return allOf[*InstanceProfile](&a.profiles)
}

// InstanceProfilesAfter gives the instance profiles whose names come after name, without regard to case.
func (a *Account) InstanceProfilesAfter(name string) iter.Seq[*InstanceProfile] {
	return after[*InstanceProfile](&a.profiles, name)
}

// AccessKey by its id, or nil.
func (a *Account) AccessKey(id string) *AccessKey {
	return valueOf[*AccessKey](&a.keys, id)
}

// Keys of the user with that unique id, oldest first.
func (a *Account) Keys(userID string) []*AccessKey {
	keys := slices.Collect(resolve[*AccessKey](a, a.keyring.to(userID)))
	slices.SortStableFunc(keys, func(k, l *AccessKey) int {
		return cmp.Or(k.Created.Compare(l.Created), strings.Compare(k.ID, l.ID))
	})
	return keys
}

// Members of the group with that unique id, in order of their lower-cased names.
func (a *Account) Members(groupID string) iter.Seq[*User] {
	return resolve[*User](a, a.memberships.to(groupID))
}

// MembersAfter gives the members whose names come after name, without regard to case.
func (a *Account) MembersAfter(groupID, name string) iter.Seq[*User] {
	return resolve[*User](a, a.memberships.toAfter(groupID, "user", name))
}

// MemberCount is the number of the group's members.
func (a *Account) MemberCount(groupID string) int { return a.memberships.count(groupID) }

// AttachedTo gives the groups, then roles, then users that the managed policy is attached to, each kind in order of names.
func (a *Account) AttachedTo(policyARN string) iter.Seq[Entity] {
	return resolve[Entity](a, a.attachments.to(policyARN))
}

// AttachedCount is the number of entities that the managed policy is attached to.
func (a *Account) AttachedCount(policyARN string) int { return a.attachments.count(policyARN) }

// BoundaryOf gives the roles, then users whose permissions boundary the managed policy is, each kind in order of names.
func (a *Account) BoundaryOf(policyARN string) iter.Seq[Entity] {
	return resolve[Entity](a, a.boundaries.to(policyARN))
}

// BoundaryCount is the number of users and roles whose permissions boundary the managed policy is.
func (a *Account) BoundaryCount(policyARN string) int { return a.boundaries.count(policyARN) }

// ProfilesOf gives the instance profiles that carry the role with that unique id, in order of names.
func (a *Account) ProfilesOf(roleID string) iter.Seq[*InstanceProfile] {
	return resolve[*InstanceProfile](a, a.carriers.to(roleID))
}

// resolve gives the entities of Keys.
func resolve[E Entity](a *Account, keys iter.Seq[string]) iter.Seq[E] {
	return func(yield func(E) bool) {
		for key := range keys {
			if e, ok := a.Get(key).(E); ok && !yield(e) {
				return
			}
		}
	}
}
