package awsimport

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
)

// join puts together what answers say of each other, when all are read.
func (a *account) join() {
	a.joinPartition()
	a.joinRoles()
	a.joinDevices()
	a.joinKeyUses()
	a.joinSAML()
	a.joinTrails()
	a.joinWorkloads()
	a.joinReport()
	a.joinCopies()
}

// joinCopies keeps one of what several files tell of, the last.
func (a *account) joinCopies() {
	ev := a.ev
	byID := func(c Credential) string { return c.ID }
	ev.SSHPublicKeys, ev.SigningCertificates = lastOfEach(ev.SSHPublicKeys, byID), lastOfEach(ev.SigningCertificates, byID)
	ev.ServiceCredentials = lastOfEach(ev.ServiceCredentials, byID)
	ev.Analyzers = lastOfEach(ev.Analyzers, func(n Analyzer) string { return n.ARN })
	ev.Alarms = lastOfEach(ev.Alarms, func(n Alarm) string { return n.ARN })
	ev.MetricFilters = lastOfEach(ev.MetricFilters, func(f MetricFilter) [2]string { return [2]string{f.LogGroup, f.Name} })
	ev.Workloads = lastOfEach(ev.Workloads, func(w Workload) string { return w.ARN })
	first := map[string]ResourcePolicy{}
	for _, p := range ev.ResourcePolicies {
		if known, twice := first[p.ARN]; twice && !sameDocument(known.Document.Text, p.Document.Text) {
			a.r.report(Problem{
				File: p.File, Account: a.id, Resource: p.ARN, Message: "the policy differs from that in " + known.File + ": this one counts",
			})
		}
		first[p.ARN] = p
	}
	ev.ResourcePolicies = lastOfEach(ev.ResourcePolicies, func(p ResourcePolicy) string { return p.ARN })
}

// lastOfEach keeps, of all with one key, the last.
func lastOfEach[T any, K comparable](all []T, key func(T) K) []T {
	places := make(map[K]int, len(all))
	for i, one := range all {
		places[key(one)] = i
	}
	if len(places) == len(all) {
		return all
	}
	var kept []T
	for i, one := range all {
		if places[key(one)] == i {
			kept = append(kept, one)
		}
	}
	return kept
}

// entitiesNamed is the ARN of the account's user or role of that name, or "".
func (a *account) entitiesNamed(kind, name string) string {
	a.index()
	return a.byName[kind+"/"+strings.ToLower(name)]
}

// arnOf is the ARN of the entity with that unique id, or "".
func (a *account) arnOf(id string) string {
	a.index()
	return a.byID[id]
}

func (a *account) index() {
	if a.byName != nil {
		return
	}
	a.byName, a.byID = map[string]string{}, map[string]string{}
	for name, e := range a.entities {
		switch e := e.(type) {
		case *directory.User:
			a.byName[arn.KindUser+"/"+strings.ToLower(e.Name)], a.byID[e.ID] = name, name
		case *directory.Role:
			a.byName[arn.KindRole+"/"+strings.ToLower(e.Name)], a.byID[e.ID] = name, name
		}
	}
}

// userID is the unique id of the user of that name, "" if the details do not have it.
func (a *account) userID(name string) string {
	if u, ok := a.entities[a.entitiesNamed(arn.KindUser, name)].(*directory.User); ok {
		return u.ID
	}
	return ""
}

// joinReport takes from the credential report what no other answer told.
func (a *account) joinReport() {
	if a.ev.CredentialReport == nil || a.ev.Extents[KindUsers] == Complete {
		return
	}
	for i := range a.ev.CredentialReport.Rows {
		row := &a.ev.CredentialReport.Rows[i]
		if cell := row.PasswordLastUsed; !row.Root && cell.State == Known {
			if a.ev.PasswordLastUsed == nil {
				a.ev.PasswordLastUsed = map[string]time.Time{}
			}
			if a.ev.PasswordLastUsed[row.ARN].Before(cell.Value) {
				a.ev.PasswordLastUsed[row.ARN] = cell.Value
			}
		}
	}
}

// credentialEntities are the credentials and providers as entities, as far as the answers tell all that an entity needs.
// None has a secret.
func (a *account) credentialEntities() []directory.Entity {
	var all []directory.Entity
	if a.ev.PasswordPolicy != nil {
		all = append(all, a.ev.PasswordPolicy.Clone())
	}
	for _, k := range a.ev.AccessKeys {
		if id := a.userID(k.User); id != "" && k.Listed {
			all = append(all, &directory.AccessKey{ID: k.ID, User: id, Created: k.Created, Active: k.Active})
		}
	}
	for name, l := range a.ev.LoginProfiles {
		if id := a.userID(name); id != "" && l != nil {
			all = append(all, &directory.LoginProfile{User: id, Created: l.Created, Changed: l.Created, ResetRequired: l.ResetRequired})
		}
	}
	for _, c := range a.ev.ServerCertificates {
		all = append(all, &directory.ServerCertificate{ID: c.ID, Name: c.Name, Path: c.Path, Uploaded: c.Uploaded, Expires: c.Expires})
	}
	for _, p := range a.ev.OIDCProviders {
		all = append(all, &directory.OIDCProvider{ID: p.URL, URL: p.URL, Created: p.Created, ClientIDs: p.ClientIDs, Thumbprints: p.Thumbprints})
	}
	for _, p := range a.ev.SAMLProviders {
		if name, ok := strings.CutPrefix(p.ARN, a.names().SAMLProvider("").String()); ok {
			all = append(all, &directory.SAMLProvider{ID: name, Name: name, Created: p.Created, Metadata: p.Metadata, ValidUntil: p.ValidUntil})
		}
	}
	return append(all, a.userCredentialEntities()...)
}

func (a *account) userCredentialEntities() []directory.Entity {
	var all []directory.Entity
	for _, c := range a.ev.SSHPublicKeys {
		if id := a.userID(c.User); id != "" {
			all = append(all, &directory.SSHPublicKey{ID: c.ID, User: id, Uploaded: c.Created, Active: c.Active})
		}
	}
	for _, c := range a.ev.SigningCertificates {
		if id := a.userID(c.User); id != "" {
			all = append(all, &directory.SigningCertificate{ID: c.ID, User: id, Uploaded: c.Created, Active: c.Active})
		}
	}
	for _, c := range a.ev.ServiceCredentials {
		if id := a.userID(c.User); id != "" {
			all = append(all, &directory.ServiceCredential{
				ID: c.ID, User: id, Service: c.Service, Name: c.ID, Created: c.Created, Expires: c.Expires, Active: c.Active,
			})
		}
	}
	for _, d := range a.ev.MFADevices {
		if e := a.deviceEntity(d); e != nil {
			all = append(all, e)
		}
	}
	return all
}

// deviceEntity is nil for a hardware token, whose serial number is no ARN.
func (a *account) deviceEntity(d MFADevice) directory.Entity {
	resource, ok := strings.CutPrefix(d.Serial, a.names().Resource("").String())
	kind, rest, both := strings.Cut(resource, "/")
	if !ok || !both || kind != string(directory.VirtualMFA) && kind != string(directory.SecurityKey) {
		return nil
	}
	path, name := arn.SplitPath(rest)
	e := &directory.MFADevice{ID: d.Serial, Kind: directory.MFAKind(kind), Path: path, Name: name, Created: d.Enabled, Enabled: d.Enabled}
	switch u, isUser := a.entities[d.User].(*directory.User); {
	case isUser:
		e.User = u.ID
	case d.User == a.names().Root().String():
		e.User = a.id
	}
	return e
}

// perUser are the questions that are put user by user.
var perUser = []Kind{
	KindMFADevices, KindAccessKeys, KindLoginProfile, KindSSHPublicKeys, KindSigningCertificates, KindServiceCredentials,
}

// close decides whether what is asked thing by thing was asked of all.
func (a *account) close(snap *directory.Account) {
	details := a.ev.AuthorizationDetails
	for _, k := range perUser {
		s := a.asked[k]
		if s == nil || details.Users != Complete || snap == nil {
			continue
		}
		unasked := 0
		for u := range snap.Users() {
			if !s.users[u.Name] {
				unasked++
			}
		}
		if unasked <= s.empty {
			a.ev.Extents[k] = Complete
		}
	}
	a.closeUses()
	a.closeProviders()
	a.compareLists()
}

// closeUses: every key was asked for its last use, every principal for its last accessed details.
func (a *account) closeUses() {
	if a.ev.Extents[KindAccessKeys] == Complete {
		x := Complete
		for i := range a.ev.AccessKeys {
			if a.ev.AccessKeys[i].LastUsed == nil {
				x = min(a.ev.Extents[KindAccessKeyLastUsed], Partial)
			}
		}
		a.ev.Extents[KindAccessKeyLastUsed] = x
	}
	if a.ev.LastAccessed == nil {
		return
	}
	for name, e := range a.entities {
		switch e.(type) {
		case *directory.User, *directory.Role:
			if a.ev.LastAccessed[name] == nil {
				return
			}
		}
	}
	d := a.ev.AuthorizationDetails
	if d.Users == Complete && d.Roles == Complete {
		a.ev.Extents[KindLastAccessed] = Complete
	}
}

// closeProviders: the lists alone do not tell what a provider is.
func (a *account) closeProviders() {
	for i := range a.ev.OIDCProviders {
		if !a.ev.OIDCProviders[i].Detailed {
			a.ev.Extents[KindOIDCProviders] = Partial
		}
	}
}

// compareLists finds users and roles of lists that the details lack.
func (a *account) compareLists() {
	c := &a.ev.AuthorizationDetails
	for _, name := range slices.Sorted(maps.Keys(a.lists)) {
		if _, ok := a.entities[name]; ok || c.Extent == Absent {
			continue
		}
		if len(c.Missing) < mostReasons {
			c.Missing = append(c.Missing, name+", which is in a list")
		}
		c.Extent = min(c.Extent, Partial)
		if strings.Contains(name, ":role/") {
			c.Roles = min(c.Roles, Partial)
		} else {
			c.Users = min(c.Users, Partial)
		}
	}
}
