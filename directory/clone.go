package directory

import "slices"

// Clone makes a copy that may be modified.
func (i *AccountInfo) Clone() *AccountInfo { c := *i; return &c }

// Clone makes a copy that may be modified.
func (u *User) Clone() *User {
	c := *u
	c.Tags = slices.Clone(u.Tags)
	c.Groups = slices.Clone(u.Groups)
	c.Attached = slices.Clone(u.Attached)
	c.Inline = slices.Clone(u.Inline)
	return &c
}

// Clone makes a copy that may be modified.
func (g *Group) Clone() *Group {
	c := *g
	c.Attached = slices.Clone(g.Attached)
	c.Inline = slices.Clone(g.Inline)
	return &c
}

// Clone makes a copy that may be modified.
func (r *Role) Clone() *Role {
	c := *r
	c.Tags = slices.Clone(r.Tags)
	c.Attached = slices.Clone(r.Attached)
	c.Inline = slices.Clone(r.Inline)
	return &c
}

// Clone makes a copy that may be modified.
func (p *Policy) Clone() *Policy {
	c := *p
	c.Tags = slices.Clone(p.Tags)
	c.Versions = slices.Clone(p.Versions)
	return &c
}

// Clone makes a copy that may be modified.
func (p *InstanceProfile) Clone() *InstanceProfile {
	c := *p
	c.Tags = slices.Clone(p.Tags)
	return &c
}

// Clone makes a copy that may be modified.
func (k *AccessKey) Clone() *AccessKey {
	c := *k
	c.Sealed = slices.Clone(k.Sealed)
	return &c
}

// present reports whether there is an entity at all: a nil pointer may hide in the interface.
func present(e Entity) bool {
	switch e := e.(type) {
	case *AccountInfo:
		return e != nil
	case *User:
		return e != nil
	case *Group:
		return e != nil
	case *Role:
		return e != nil
	case *Policy:
		return e != nil
	case *InstanceProfile:
		return e != nil
	case *AccessKey:
		return e != nil
	case *PasswordPolicy:
		return e != nil
	case *LoginProfile:
		return e != nil
	case *MFADevice:
		return e != nil
	case *OIDCProvider:
		return e != nil
	case *TokenIssuer:
		return e != nil
	case *SAMLProvider:
		return e != nil
	case *Trail:
		return e != nil
	case *Contact:
		return e != nil
	case *Alarm:
		return e != nil
	case *WebSession:
		return e != nil
	case *AlternateContact:
		return e != nil
	case *Setup:
		return e != nil
	}
	return presentCredential(e)
}

// Clone makes a copy of any entity that may be modified.
func Clone(e Entity) Entity {
	switch e := e.(type) {
	case *AccountInfo:
		return e.Clone()
	case *User:
		return e.Clone()
	case *Group:
		return e.Clone()
	case *Role:
		return e.Clone()
	case *Policy:
		return e.Clone()
	case *InstanceProfile:
		return e.Clone()
	case *AccessKey:
		return e.Clone()
	case *PasswordPolicy:
		return e.Clone()
	case *LoginProfile:
		return e.Clone()
	case *MFADevice:
		return e.Clone()
	case *OIDCProvider:
		return e.Clone()
	case *TokenIssuer:
		return e.Clone()
	case *SAMLProvider:
		return e.Clone()
	case *Trail:
		return e.Clone()
	case *Contact:
		return e.Clone()
	case *Alarm:
		return e.Clone()
	case *WebSession:
		return e.Clone()
	case *AlternateContact:
		return e.Clone()
	case *Setup:
		return e.Clone()
	}
	return cloneCredential(e)
}
