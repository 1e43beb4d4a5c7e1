package directory

// edit gives a copy of the account that may be changed until it is published.
func (a *Account) edit() *Account {
	return &Account{
		id: a.id, library: a.library, edition: new(edition), info: a.info, versions: a.versions,
		users: a.users.edit(), groups: a.groups.edit(), roles: a.roles.edit(), policies: a.policies.edit(),
		profiles: a.profiles.edit(), keys: a.keys.edit(),
		memberships: a.memberships.edit(), attachments: a.attachments.edit(), boundaries: a.boundaries.edit(),
		carriers: a.carriers.edit(), keyring: a.keyring.edit(),
		credentials: a.credentials.edit(),
		passwords:   a.passwords, logins: a.logins.edit(), devices: a.devices.edit(), factors: a.factors.edit(),
		oidc: a.oidc.edit(), issuer: a.issuer,
		samlProviders: a.samlProviders.edit(), trails: a.trails.edit(), aws: a.aws,
		contact: a.contact, alternates: a.alternates.edit(), alarms: a.alarms.edit(),
		webSessions: a.webSessions.edit(), signIns: a.signIns.edit(),
		setup: a.setup,
	}
}

// put puts an entity that belongs to the account from now on into it and into the indexes of the snapshot.
func (a *Account) put(s *Snapshot, e Entity) {
	switch e := e.(type) {
	case *AccountInfo:
		s.rename(a, e)
		a.info = e
	case *User:
		adoptInline(a.library, e.Inline)
		a.refer(a.users.put(e), e)
	case *Group:
		adoptInline(a.library, e.Inline)
		a.refer(a.groups.put(e), e)
	case *Role:
		adoptInline(a.library, e.Inline)
		e.Trust = a.library.adopt(e.Trust)
		a.refer(a.roles.put(e), e)
	case *Policy:
		for i := range e.Versions {
			e.Versions[i].Document = a.library.adopt(e.Versions[i].Document)
		}
		a.versions += len(e.Versions) - versionsOf(a.policies.put(e))
	case *InstanceProfile:
		a.refer(a.profiles.put(e), e)
	case *AccessKey:
		old := valueOf[Entity](&a.keys, e.ID)
		a.keys.set(e.ID, e)
		s.keys.set(e.ID+sep+a.id, a.id)
		a.refer(old, e)
	case *SSHPublicKey, *SigningCertificate, *ServerCertificate, *ServiceCredential, *RoleDeletion:
		a.credentials.put(e)
	case *PasswordPolicy:
		a.passwords = e
	case *LoginProfile:
		a.logins.set(e.User, e)
	case *MFADevice:
		a.refer(a.devices.put(e), e)
	case *OIDCProvider:
		a.oidc.put(e)
	case *TokenIssuer:
		a.issuer = e
	case *SAMLProvider:
		a.samlProviders.put(e)
	case *Trail:
		a.trails.put(e)
	case *Alarm:
		a.alarms.set(e.ID, e)
	case *WebSession:
		old := valueOf[Entity](&a.webSessions, e.ID)
		a.webSessions.set(e.ID, e)
		a.refer(old, e)
	case *Contact:
		a.contact = e
	case *AlternateContact:
		a.alternates.set(string(e.Type), e)
	case *Setup:
		a.setup = e
	}
}

// remove takes the entity with e's Key out of the account and out of the indexes of the snapshot.
func (a *Account) remove(s *Snapshot, e Entity) {
	switch e := e.(type) {
	case *AccountInfo:
		s.rename(a, nil)
		a.info = nil
	case *User:
		a.refer(a.users.remove(e.ID), nil)
	case *Group:
		a.refer(a.groups.remove(e.ID), nil)
	case *Role:
		a.refer(a.roles.remove(e.ID), nil)
	case *Policy:
		a.versions -= versionsOf(a.policies.remove(e.ID))
	case *InstanceProfile:
		a.refer(a.profiles.remove(e.ID), nil)
	case *AccessKey:
		old := valueOf[Entity](&a.keys, e.ID)
		a.keys.remove(e.ID)
		s.keys.remove(e.ID + sep + a.id)
		a.refer(old, nil)
	case *SSHPublicKey, *SigningCertificate, *ServerCertificate, *ServiceCredential, *RoleDeletion:
		a.credentials.remove(e)
	case *PasswordPolicy:
		a.passwords = nil
	case *LoginProfile:
		a.logins.remove(e.User)
	case *MFADevice:
		a.refer(a.devices.remove(e.ID), nil)
	case *OIDCProvider:
		a.oidc.remove(e.ID)
	case *TokenIssuer:
		a.issuer = nil
	case *SAMLProvider:
		a.samlProviders.remove(e.ID)
	case *Trail:
		a.trails.remove(e.ID)
	case *Alarm:
		a.alarms.remove(e.ID)
	case *WebSession:
		old := valueOf[Entity](&a.webSessions, e.ID)
		a.webSessions.remove(e.ID)
		a.refer(old, nil)
	case *Contact:
		a.contact = nil
	case *AlternateContact:
		a.alternates.remove(string(e.Type))
	case *Setup:
		a.setup = nil
	}
}

// refer replaces the references of an entity's old state by those of its new one; either may be nil.
func (a *Account) refer(old, now Entity) {
	was, is := referencesOf(old), referencesOf(now)
	a.memberships.replace(was.members, is.members)
	a.attachments.replace(was.attached, is.attached)
	a.boundaries.replace(was.boundaries, is.boundaries)
	a.carriers.replace(was.profiles, is.profiles)
	a.keyring.replace(was.keys, is.keys)
	a.factors.replace(was.factors, is.factors)
	a.signIns.replace(was.signIns, is.signIns)
}

// rename replaces the account's alias and address by those of its new info, which may be nil.
func (s *Snapshot) rename(a *Account, info *AccountInfo) {
	was, is := AccountInfo{}, AccountInfo{}
	if a.info != nil {
		was = *a.info
	}
	if info != nil {
		is = *info
	}
	reindex(&s.aliases, a.id, was.Alias, is.Alias)
	reindex(&s.emails, a.id, was.Email, is.Email)
}

// reindex replaces one name of an account by another in an index; "" is none.
func reindex(index *tree, account, was, is string) {
	if was != "" {
		index.remove(fold(was) + sep + account)
	}
	if is != "" {
		index.set(fold(is)+sep+account, account)
	}
}

func adoptInline(l *Library, inline []InlinePolicy) {
	for i := range inline {
		inline[i].Document = l.adopt(inline[i].Document)
	}
}

func versionsOf(e Entity) int {
	p := as[*Policy](e)
	if p == nil {
		return 0
	}
	return len(p.Versions)
}
