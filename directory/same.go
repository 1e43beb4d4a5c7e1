package directory

// SameAsBefore reports whether nothing was put into the account or taken from it since an earlier state of it, but for alarms:
// those come and go by themselves, and say nothing of who may do what. It costs nothing: it looks at which parts the two
// states share, so that most changes that were taken back count as changes.
func (a *Account) SameAsBefore(before *Account) bool {
	return a == before || before != nil && a != nil && a.id == before.id && a.library == before.library && a.sameEntities(before) && a.sameCredentials(before)
}

// SameAlarms reports whether no alarm was put into the account, changed or taken from it since an earlier state of it. It costs
// nothing, as SameAsBefore.
func (a *Account) SameAlarms(before *Account) bool {
	return a == before || before != nil && a != nil && a.id == before.id && a.alarms.same(&before.alarms)
}

func (a *Account) sameEntities(b *Account) bool {
	return a.info == b.info && a.issuer == b.issuer && a.contact == b.contact && a.alternates.same(&b.alternates) &&
		a.users.same(&b.users) && a.groups.same(&b.groups) && a.roles.same(&b.roles) && a.policies.same(&b.policies) &&
		a.profiles.same(&b.profiles) && a.oidc.same(&b.oidc) && a.samlProviders.same(&b.samlProviders) && a.trails.same(&b.trails)
}

func (a *Account) sameCredentials(b *Account) bool {
	c, d := &a.credentials, &b.credentials
	return a.keys.same(&b.keys) && a.passwords == b.passwords && a.logins.same(&b.logins) && a.devices.same(&b.devices) &&
		c.sshKeys.same(&d.sshKeys) && c.signing.same(&d.signing) && c.server.same(&d.server) && c.services.same(&d.services) &&
		c.deletions.same(&d.deletions)
}

// same reports whether two trees share everything.
func (t *tree) same(u *tree) bool { return t.m == u.m }

func (t *table) same(u *table) bool { return t.ids.same(&u.ids) }
