package directory

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"
)

// SSHPublicKey is a user's key for services that are reached over SSH.
type SSHPublicKey struct {
	ID       string    `json:"id"`   // APKA…
	User     string    `json:"user"` // user id
	Uploaded time.Time `json:"uploaded"`
	Active   bool      `json:"active"`
	Body     string    `json:"body"` // as it was uploaded: an OpenSSH line, or PEM
	// Fingerprint is the MD5 of the key in SSH's wire form, in pairs of hexadecimal digits with colons between them.
	Fingerprint string `json:"fingerprint"`
}

// SigningCertificate is a user's X.509 certificate.
type SigningCertificate struct {
	// ID is made of the certificate: an account holds each certificate once.
	ID       string    `json:"id"`
	User     string    `json:"user"` // user id
	Uploaded time.Time `json:"uploaded"`
	Active   bool      `json:"active"`
	Body     string    `json:"body"` // PEM, as it was uploaded
}

// ServerCertificate is a TLS certificate of the account with its private key.
type ServerCertificate struct {
	ID       string    `json:"id"` // ASCA…
	Name     string    `json:"name"`
	Path     string    `json:"path"`
	Uploaded time.Time `json:"uploaded"`
	Expires  time.Time `json:"expires"`
	Body     string    `json:"body"`            // PEM, without white space around it
	Chain    string    `json:"chain,omitempty"` // PEM, without white space around it
	Tags     []Tag     `json:"tags,omitempty"`
	// Sealed is the private key in PEM, sealed by internal/session with the id as additional data; the clear key is in no
	// record and in no snapshot.
	Sealed []byte `json:"sealed"`
}

// ServiceCredential is what a user signs in to one service with: a name and a password, or an API key.
type ServiceCredential struct {
	ID      string    `json:"id"`      // ACCA…
	User    string    `json:"user"`    // user id
	Service string    `json:"service"` // "codecommit.amazonaws.com"
	Name    string    `json:"name"`    // the public part: "alice-at-111122223333", unique in the account
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"` // zero: never
	Active  bool      `json:"active"`
	// Hash is the SHA-256 of the secret, which is random and in no record.
	Hash []byte `json:"hash"`
}

// RoleDeletion is the outcome of the deletion of a service-linked role.
type RoleDeletion struct {
	ID       string    `json:"id"` // a UUID
	Service  string    `json:"service"`
	RoleName string    `json:"roleName"`
	Finished time.Time `json:"finished"`
}

func (*SSHPublicKey) entity()       {}
func (*SigningCertificate) entity() {}
func (*ServerCertificate) entity()  {}
func (*ServiceCredential) entity()  {}
func (*RoleDeletion) entity()       {}

// Key gives "sshkey/APKA…".
func (k *SSHPublicKey) Key() string { return "sshkey/" + k.ID }

// Key gives "signingcertificate/…".
func (c *SigningCertificate) Key() string { return "signingcertificate/" + c.ID }

// Key gives "servercertificate/ASCA…".
func (c *ServerCertificate) Key() string { return "servercertificate/" + c.ID }

// Key gives "servicecredential/ACCA…".
func (c *ServiceCredential) Key() string { return "servicecredential/" + c.ID }

// Key gives "roledeletion/…".
func (d *RoleDeletion) Key() string { return "roledeletion/" + d.ID }

func (c *ServerCertificate) id() string   { return c.ID }
func (c *ServerCertificate) name() string { return c.Name }
func (c *ServiceCredential) id() string   { return c.ID }
func (c *ServiceCredential) name() string { return c.Name }

// Clone makes a copy that may be modified.
func (k *SSHPublicKey) Clone() *SSHPublicKey { c := *k; return &c }

// Clone makes a copy that may be modified.
func (c *SigningCertificate) Clone() *SigningCertificate { d := *c; return &d }

// Clone makes a copy that may be modified.
func (c *ServerCertificate) Clone() *ServerCertificate {
	d := *c
	d.Tags = slices.Clone(c.Tags)
	d.Sealed = slices.Clone(c.Sealed)
	return &d
}

// Clone makes a copy that may be modified.
func (c *ServiceCredential) Clone() *ServiceCredential {
	d := *c
	d.Hash = slices.Clone(c.Hash)
	return &d
}

// Clone makes a copy that may be modified.
func (d *RoleDeletion) Clone() *RoleDeletion { c := *d; return &c }

// credentials are an account's credentials beside access keys, and what became of its service-linked roles.
type credentials struct {
	sshKeys    tree
	signing    tree
	server     table
	services   table
	deletions  tree
	belongings links // SSH keys, signing certificates and service credentials, by user id
}

func (c *credentials) edit() credentials {
	return credentials{
		sshKeys: c.sshKeys.edit(), signing: c.signing.edit(), server: c.server.edit(), services: c.services.edit(),
		deletions: c.deletions.edit(), belongings: c.belongings.edit(),
	}
}

func (c *credentials) len() int {
	return c.sshKeys.len() + c.signing.len() + c.server.len() + c.services.len() + c.deletions.len()
}

// each yields all of them, kind by kind; it is false when yield said to stop.
func (c *credentials) each(yield func(Entity) bool) bool {
	return c.sshKeys.each(yield) && c.signing.each(yield) && c.server.each(yield) && c.services.each(yield) &&
		c.deletions.each(yield)
}

// get gives the entity of one of these kinds, or nil.
func (c *credentials) get(kind, id string) Entity {
	switch kind {
	case "sshkey":
		return valueOf[Entity](&c.sshKeys, id)
	case "signingcertificate":
		return valueOf[Entity](&c.signing, id)
	case "servercertificate":
		return valueOf[Entity](&c.server.ids, id)
	case "servicecredential":
		return valueOf[Entity](&c.services.ids, id)
	case "roledeletion":
		return valueOf[Entity](&c.deletions, id)
	}
	return nil
}

func (c *credentials) put(e Entity) {
	old := c.get(kindAndID(e))
	switch e := e.(type) {
	case *SSHPublicKey:
		c.sshKeys.set(e.ID, e)
	case *SigningCertificate:
		c.signing.set(e.ID, e)
	case *ServerCertificate:
		c.server.put(e)
	case *ServiceCredential:
		c.services.put(e)
	case *RoleDeletion:
		c.deletions.set(e.ID, e)
	}
	c.belongings.replace(belongingOf(old), belongingOf(e))
}

func (c *credentials) remove(e Entity) {
	old := c.get(kindAndID(e))
	switch e := e.(type) {
	case *SSHPublicKey:
		c.sshKeys.remove(e.ID)
	case *SigningCertificate:
		c.signing.remove(e.ID)
	case *ServerCertificate:
		c.server.remove(e.ID)
	case *ServiceCredential:
		c.services.remove(e.ID)
	case *RoleDeletion:
		c.deletions.remove(e.ID)
	}
	c.belongings.replace(belongingOf(old), nil)
}

// belongingOf is the reference from a credential to its user.
func belongingOf(e Entity) []link {
	switch e := e.(type) {
	case *SSHPublicKey:
		return linkTo(e.User, "sshkey", "", e.ID)
	case *SigningCertificate:
		return linkTo(e.User, "signingcertificate", "", e.ID)
	case *ServiceCredential:
		return linkTo(e.User, "servicecredential", "", e.ID)
	}
	return nil
}

// cloneCredential is Clone for the kinds of this file, and nil for others.
func cloneCredential(e Entity) Entity {
	switch e := e.(type) {
	case *SSHPublicKey:
		return e.Clone()
	case *SigningCertificate:
		return e.Clone()
	case *ServerCertificate:
		return e.Clone()
	case *ServiceCredential:
		return e.Clone()
	case *RoleDeletion:
		return e.Clone()
	}
	return nil
}

// presentCredential is present for the kinds of this file, and false for others.
func presentCredential(e Entity) bool {
	switch e := e.(type) {
	case *SSHPublicKey:
		return e != nil
	case *SigningCertificate:
		return e != nil
	case *ServerCertificate:
		return e != nil
	case *ServiceCredential:
		return e != nil
	case *RoleDeletion:
		return e != nil
	}
	return false
}

func kindAndID(e Entity) (kind, id string) {
	kind, id, _ = strings.Cut(e.Key(), "/")
	return kind, id
}

// SSHPublicKey by its id, or nil.
func (a *Account) SSHPublicKey(id string) *SSHPublicKey {
	return valueOf[*SSHPublicKey](&a.credentials.sshKeys, id)
}

// SSHPublicKeys of the user with that unique id, oldest first.
func (a *Account) SSHPublicKeys(userID string) []*SSHPublicKey {
	return belongings(a, userID, "sshkey", func(k *SSHPublicKey) time.Time { return k.Uploaded })
}

// SigningCertificate by its id, or nil.
func (a *Account) SigningCertificate(id string) *SigningCertificate {
	return valueOf[*SigningCertificate](&a.credentials.signing, id)
}

// SigningCertificates of the user with that unique id, oldest first.
func (a *Account) SigningCertificates(userID string) []*SigningCertificate {
	return belongings(a, userID, "signingcertificate", func(c *SigningCertificate) time.Time { return c.Uploaded })
}

// ServerCertificate by name, without regard to case, or nil.
func (a *Account) ServerCertificate(name string) *ServerCertificate {
	return find[*ServerCertificate](&a.credentials.server, name)
}

// ServerCertificates in order of their lower-cased names.
func (a *Account) ServerCertificates() iter.Seq[*ServerCertificate] {
	return allOf[*ServerCertificate](&a.credentials.server)
}

// ServerCertificatesAfter gives the server certificates whose names come after name, without regard to case.
func (a *Account) ServerCertificatesAfter(name string) iter.Seq[*ServerCertificate] {
	return after[*ServerCertificate](&a.credentials.server, name)
}

// ServiceCredential by its public name, without regard to case, or nil.
func (a *Account) ServiceCredential(name string) *ServiceCredential {
	return find[*ServiceCredential](&a.credentials.services, name)
}

// AllServiceCredentials are those of all users, in order of their lower-cased public names.
func (a *Account) AllServiceCredentials() iter.Seq[*ServiceCredential] {
	return allOf[*ServiceCredential](&a.credentials.services)
}

// AllServiceCredentialsAfter gives those whose public names come after name, without regard to case.
func (a *Account) AllServiceCredentialsAfter(name string) iter.Seq[*ServiceCredential] {
	return after[*ServiceCredential](&a.credentials.services, name)
}

// ServiceCredentials of the user with that unique id, oldest first.
func (a *Account) ServiceCredentials(userID string) []*ServiceCredential {
	return belongings(a, userID, "servicecredential", func(c *ServiceCredential) time.Time { return c.Created })
}

// RoleDeletion by its id, or nil.
func (a *Account) RoleDeletion(id string) *RoleDeletion {
	return valueOf[*RoleDeletion](&a.credentials.deletions, id)
}

// RoleDeletions are all that are remembered, in no order that means anything.
func (a *Account) RoleDeletions() iter.Seq[*RoleDeletion] {
	return values[*RoleDeletion](a.credentials.deletions.from(""))
}

// belongings of one kind of a user, oldest first.
func belongings[E Entity](a *Account, userID, kind string, made func(E) time.Time) []E {
	all := slices.Collect(resolve[E](a, a.credentials.belongings.toKind(userID, kind)))
	slices.SortStableFunc(all, func(e, f E) int {
		return cmp.Or(made(e).Compare(made(f)), strings.Compare(e.Key(), f.Key()))
	})
	return all
}
