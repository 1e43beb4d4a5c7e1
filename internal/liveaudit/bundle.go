package liveaudit

import (
	"fmt"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/internal/service/iam"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
)

// bundler makes of an account's state what an audit is made from: what directory/awsimport would read if everything had been
// asked through the API, and nothing beyond it. No secret is in what it adds; the snapshot has them sealed.
type bundler struct {
	facts   iam.Facts
	store   *store.Store
	state   *directory.Snapshot // of all accounts
	account *directory.Account
	now     time.Time
}

// bundle is that of one account; others are not in it.
func (b *bundler) bundle() (*awsimport.Bundle, error) {
	id := b.account.ID()
	puts, err := b.trusts()
	if err != nil {
		return nil, err
	}
	only := b.state.Only(id)
	if len(puts) > 0 {
		only = only.With(b.state.Revision(), id, puts, nil)
	}
	evidence, err := b.evidence()
	if err != nil {
		return nil, err
	}
	return &awsimport.Bundle{
		Snapshot: only, Accounts: map[string]*awsimport.Evidence{id: evidence}, Incomplete: b.incomplete(),
	}, nil
}

// trusts are the roles whose trust policy reads otherwise for clients: it is bound to unique ids, and shows ARNs.
func (b *bundler) trusts() (puts []directory.Entity, err error) {
	for r := range b.account.Roles() {
		shown := b.facts.TrustPolicy(b.state, r)
		if shown == r.Trust.Text {
			continue
		}
		doc, err := directory.NewDocument(policy.Trust, shown)
		if err != nil {
			return nil, fmt.Errorf("live audit: the trust policy of role %s: %w", r.Name, err)
		}
		r = r.Clone()
		r.Trust = doc
		puts = append(puts, r)
	}
	return puts, nil
}

// incomplete are the users, groups and roles that have a managed policy which is not there, by ARN: what they may do is not
// known.
func (b *bundler) incomplete() map[string]string {
	missing := map[string]string{}
	note := func(e directory.Entity, boundary string, attached []string) {
		for _, p := range append([]string{boundary}, attached...) {
			if p != "" && b.account.Managed(p) == nil && missing[b.account.ARN(e)] == "" {
				missing[b.account.ARN(e)] = p + " is not in the bundle"
			}
		}
	}
	for g := range b.account.Groups() {
		note(g, "", g.Attached)
	}
	for r := range b.account.Roles() {
		note(r, r.Boundary, r.Attached)
	}
	for u := range b.account.Users() {
		note(u, u.Boundary, u.Attached)
		for g := range b.account.GroupsOf(u) {
			if why := missing[b.account.ARN(g)]; why != "" && missing[b.account.ARN(u)] == "" {
				missing[b.account.ARN(u)] = "group " + g.Name + ": " + why
			}
		}
	}
	return missing
}

// owner is the ARN of who has something, by the unique id; that of the root user by the account's.
func (b *bundler) owner(id string) string {
	if id == b.account.ID() {
		return b.account.ARN(b.account.Info())
	}
	if u := b.account.UserByID(id); u != nil {
		return b.account.ARN(u)
	}
	return ""
}

// complete are the kinds of evidence that the state answers wholly.
var complete = [...]awsimport.Kind{
	awsimport.KindAuthorizationDetails, awsimport.KindCredentialReport, awsimport.KindSummary, awsimport.KindAliases,
	awsimport.KindPasswordPolicy, awsimport.KindUsers, awsimport.KindRoles, awsimport.KindMFADevices,
	awsimport.KindVirtualMFADevices, awsimport.KindLastAccessed, awsimport.KindAccessKeys, awsimport.KindAccessKeyLastUsed,
	awsimport.KindLoginProfile, awsimport.KindSSHPublicKeys, awsimport.KindSigningCertificates, awsimport.KindServiceCredentials,
	awsimport.KindServerCertificates, awsimport.KindSAMLProviders, awsimport.KindOIDCProviders, awsimport.KindInstanceProfiles,
	awsimport.KindCallerIdentity, awsimport.KindContact, awsimport.KindAlternateContact,
}

// whole says that the state has every user, group, role and policy.
func whole() awsimport.Coverage {
	const x = awsimport.Complete
	return awsimport.Coverage{Extent: x, Users: x, Groups: x, Roles: x, Policies: x, AWSPolicies: x}
}

// evidence is what is known beside the entities. Trails and alarms of CloudWatch are not in it, as nobody reads them from a
// live Warder: both have items of their own in the checklist.
func (b *bundler) evidence() (*awsimport.Evidence, error) {
	a := b.account
	e := &awsimport.Evidence{
		Account: a.ID(), Partition: arn.AWS, Alias: a.Info().Alias, AuthorizationDetails: whole(),
		Extents: map[awsimport.Kind]awsimport.Extent{}, Summary: map[string]int{},
		PasswordPolicy: a.PasswordPolicy(), NoPasswordPolicy: a.PasswordPolicy() == nil,
		AlternateContacts: map[string]*awsimport.Contact{},
	}
	for _, k := range complete {
		e.Extents[k] = awsimport.Complete
	}
	for name, n := range b.facts.AccountSummary(b.state, a) {
		e.Summary[name] = int(n)
	}
	text, err := b.facts.CredentialReport(a)
	if err != nil {
		return nil, err
	}
	if e.CredentialReport, err = awsimport.ParseCredentialReport(a.ID(), string(text), b.now.Truncate(time.Second)); err != nil {
		return nil, err
	}
	b.contacts(e)
	b.users(e)
	b.roles(e)
	b.lastAccessed(e)
	b.providers(e)
	return e, nil
}

func (b *bundler) contacts(e *awsimport.Evidence) {
	if c := b.account.Contact(); c != nil {
		e.Contact = &awsimport.Contact{Name: c.FullName, Company: c.CompanyName, Phone: c.PhoneNumber}
	}
	for _, t := range []directory.ContactType{directory.BillingContact, directory.OperationsContact, directory.SecurityContact} {
		e.AlternateContacts[string(t)] = nil
		if c := b.account.AlternateContact(t); c != nil {
			e.AlternateContacts[string(t)] = &awsimport.Contact{Name: c.Name, Title: c.Title, Email: c.EmailAddress, Phone: c.PhoneNumber}
		}
	}
}

// users are the credentials of users, and what was last used of them.
func (b *bundler) users(e *awsimport.Evidence) {
	a := b.account
	e.PasswordLastUsed, e.LoginProfiles = map[string]time.Time{}, map[string]*awsimport.LoginProfile{}
	for u := range a.Users() {
		name := a.ARN(u)
		use, _ := b.store.LastUsed(u.ID)
		e.PasswordLastUsed[name] = use.At
		e.LoginProfiles[u.Name] = nil
		if l := a.LoginProfile(u.ID); l != nil {
			e.LoginProfiles[u.Name] = &awsimport.LoginProfile{User: u.Name, Created: l.Created, ResetRequired: l.ResetRequired}
		}
		for _, k := range a.Keys(u.ID) {
			use, _ := b.store.LastUsed(k.ID)
			e.AccessKeys = append(e.AccessKeys, awsimport.AccessKey{
				ID: k.ID, User: u.Name, Listed: true, Active: k.Active, Created: k.Created,
				LastUsed: &awsimport.KeyUse{Time: use.At, Region: use.Region, Service: use.Service},
			})
		}
		for _, k := range a.SSHPublicKeys(u.ID) {
			e.SSHPublicKeys = append(e.SSHPublicKeys, awsimport.Credential{ID: k.ID, User: u.Name, Active: k.Active, Created: k.Uploaded})
		}
		for _, c := range a.SigningCertificates(u.ID) {
			e.SigningCertificates = append(e.SigningCertificates, awsimport.Credential{ID: c.ID, User: u.Name, Active: c.Active, Created: c.Uploaded})
		}
		for _, c := range a.ServiceCredentials(u.ID) {
			e.ServiceCredentials = append(e.ServiceCredentials, awsimport.Credential{
				ID: c.ID, User: u.Name, Active: c.Active, Created: c.Created, Expires: c.Expires, Service: c.Service,
			})
		}
	}
	for d := range a.MFADevicesAfter("") {
		e.MFADevices = append(e.MFADevices, awsimport.MFADevice{
			Serial: a.ARN(d), User: b.owner(d.User), Virtual: d.Kind == directory.VirtualMFA, SecurityKey: d.Kind == directory.SecurityKey, Enabled: d.Enabled,
		})
	}
}

func (b *bundler) roles(e *awsimport.Evidence) {
	e.RoleLastUsed = map[string]awsimport.RoleUse{}
	for r := range b.account.Roles() {
		name := b.account.ARN(r)
		use, _ := b.store.LastUsed(r.ID)
		e.RoleLastUsed[name] = awsimport.RoleUse{Time: use.At, Region: use.Region}
	}
}

func (b *bundler) lastAccessed(e *awsimport.Evidence) {
	accessed := newAccessed(b)
	e.LastAccessed = map[string]*awsimport.LastAccessed{}
	for u := range b.account.Users() {
		e.LastAccessed[b.account.ARN(u)] = accessed.of(u, u.ID)
	}
	for r := range b.account.Roles() {
		e.LastAccessed[b.account.ARN(r)] = accessed.of(r, r.ID)
	}
}

func (b *bundler) providers(e *awsimport.Evidence) {
	a := b.account
	for c := range a.ServerCertificates() {
		e.ServerCertificates = append(e.ServerCertificates, awsimport.ServerCertificate{
			ARN: a.ARN(c), ID: c.ID, Name: c.Name, Path: c.Path, Uploaded: c.Uploaded, Expires: c.Expires,
		})
	}
	for p := range a.SAMLProviders() {
		e.SAMLProviders = append(e.SAMLProviders, awsimport.SAMLProvider{ARN: a.ARN(p), Created: p.Created, ValidUntil: p.ValidUntil, Metadata: p.Metadata})
	}
	for p := range a.OIDCProviders() {
		e.OIDCProviders = append(e.OIDCProviders, awsimport.OIDCProvider{
			ARN: a.ARN(p), Detailed: true, URL: p.URL, ClientIDs: p.ClientIDs, Thumbprints: p.Thumbprints, Created: p.Created,
		})
	}
}
