package directory

import (
	"iter"
	"slices"
)

// links are the references from entities of an account to one kind of target, found from the target: the members of a
// group, what a policy is attached to. A target need not exist.
type links struct {
	from   tree // target, sep, kind, sep, folded name, sep, id -> the referring entity's Key
	counts tree // target -> number of entities that refer to it
}

// link is one reference. Kind and name order the entities that refer to the same target.
type link struct {
	target, kind, name, id string
}

func (l link) prefix() string { return l.target + sep + l.kind + sep + fold(l.name) + sep }

func (l *links) edit() links { return links{from: l.from.edit(), counts: l.counts.edit()} }

func (l *links) len() int { return l.from.len() }

func (l *links) count(target string) int {
	return valueOf[int](&l.counts, target)
}

func (l *links) add(k link) {
	if !l.from.set(k.prefix()+k.id, k.kind+"/"+k.id) {
		return // the entity names the target twice
	}
	l.counts.set(k.target, l.count(k.target)+1)
}

func (l *links) drop(k link) {
	if !l.from.remove(k.prefix() + k.id) {
		return
	}
	if n := l.count(k.target); n > 1 {
		l.counts.set(k.target, n-1)
	} else {
		l.counts.remove(k.target)
	}
}

// replace takes an entity's references out and puts its new ones in.
func (l *links) replace(old, now []link) {
	if slices.Equal(old, now) {
		return
	}
	for _, k := range old {
		l.drop(k)
	}
	for _, k := range now {
		l.add(k)
	}
}

// to yields the Keys of the entities that refer to target, by kind and then by name.
func (l *links) to(target string) iter.Seq[string] {
	prefix := target + sep
	return values[string](l.from.under(prefix, prefix))
}

// toAfter yields those of one kind whose folded names come after that of name.
func (l *links) toAfter(target, kind, name string) iter.Seq[string] {
	prefix := target + sep + kind + sep
	return values[string](l.from.under(prefix, prefix+fold(name)+above))
}

// toKind yields those of one kind.
func (l *links) toKind(target, kind string) iter.Seq[string] {
	prefix := target + sep + kind + sep
	return values[string](l.from.under(prefix, prefix))
}

// references are all that one entity refers to.
type references struct {
	members, attached, boundaries, profiles, keys []link

	factors, signIns []link
}

func referencesOf(e Entity) (r references) {
	switch e := e.(type) {
	case *User:
		r.members = linksTo(e.Groups, "user", e.Name, e.ID)
		r.attached = linksTo(e.Attached, "user", e.Name, e.ID)
		r.boundaries = linkTo(e.Boundary, "user", e.Name, e.ID)
	case *Group:
		r.attached = linksTo(e.Attached, "group", e.Name, e.ID)
	case *Role:
		r.attached = linksTo(e.Attached, "role", e.Name, e.ID)
		r.boundaries = linkTo(e.Boundary, "role", e.Name, e.ID)
	case *InstanceProfile:
		r.profiles = linkTo(e.Role, "profile", e.Name, e.ID)
	case *AccessKey:
		r.keys = linkTo(e.User, "key", "", e.ID)
	case *MFADevice:
		r.factors = linkTo(e.User, "mfa", e.Resource(), e.ID)
	case *WebSession:
		r.signIns = linkTo(e.Principal, "websession", "", e.ID)
	}
	return r
}

func linksTo(targets []string, kind, name, id string) []link {
	if len(targets) == 0 {
		return nil
	}
	all := make([]link, len(targets))
	for i, target := range targets {
		all[i] = link{target, kind, name, id}
	}
	return all
}

func linkTo(target, kind, name, id string) []link {
	if target == "" {
		return nil
	}
	return []link{{target, kind, name, id}}
}
