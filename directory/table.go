package directory

import "iter"

// record is an entity with a name.
type record interface {
	comparable
	Entity
	id() string
	name() string
}

func (u *User) id() string              { return u.ID }
func (u *User) name() string            { return u.Name }
func (g *Group) id() string             { return g.ID }
func (g *Group) name() string           { return g.Name }
func (r *Role) id() string              { return r.ID }
func (r *Role) name() string            { return r.Name }
func (p *Policy) id() string            { return p.ID }
func (p *Policy) name() string          { return p.Name }
func (p *InstanceProfile) id() string   { return p.ID }
func (p *InstanceProfile) name() string { return p.Name }

// table holds all entities of one kind, by id and by name. Two with one name, which nobody should put, both stand in
// it; the one with the lower id answers to the name.
type table[E record] struct {
	ids   tree[E]
	names tree[E] // folded name, sep, id
}

func (t *table[E]) edit() table[E] {
	return table[E]{ids: t.ids.edit(), names: t.names.edit()}
}

func nameKey[E record](e E) string { return fold(e.name()) + sep + e.id() }

func (t *table[E]) len() int { return t.ids.len() }

func (t *table[E]) get(id string) E {
	e, _ := t.ids.get(id)
	return e
}

// named yields the entities of that name, of which there should be one at most.
func (t *table[E]) named(name string) iter.Seq[E] {
	prefix := fold(name) + sep
	return func(yield func(E) bool) {
		for _, e := range t.names.under(prefix, prefix) {
			if len(e.name()) == len(name) && !yield(e) {
				return
			}
		}
	}
}

func (t *table[E]) find(name string) (found E) {
	for e := range t.named(name) {
		return e
	}
	return found
}

func (t *table[E]) all() iter.Seq[E] { return values(t.names.from("")) }

// after yields the entities whose folded names come after that of name.
func (t *table[E]) after(name string) iter.Seq[E] { return values(t.names.from(fold(name) + above)) }

// put gives what e replaced, or nil.
func (t *table[E]) put(e E) (old E) {
	var none E
	old = t.get(e.id())
	if old != none && nameKey(old) != nameKey(e) {
		t.names.remove(nameKey(old))
	}
	t.ids.set(e.id(), e)
	t.names.set(nameKey(e), e)
	return old
}

// remove gives what it removed, or nil.
func (t *table[E]) remove(id string) (old E) {
	var none E
	old = t.get(id)
	if old != none {
		t.ids.remove(id)
		t.names.remove(nameKey(old))
	}
	return old
}

func values[K, V any](pairs iter.Seq2[K, V]) iter.Seq[V] {
	return func(yield func(V) bool) {
		for _, v := range pairs {
			if !yield(v) {
				return
			}
		}
	}
}
