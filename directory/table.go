package directory

import "iter"

// record is an entity with a name.
type record interface {
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
type table struct {
	ids   tree // id -> record
	names tree // folded name, sep, id -> record
}

func (t *table) edit() table { return table{ids: t.ids.edit(), names: t.names.edit()} }

func nameKey(r record) string { return fold(r.name()) + sep + r.id() }

func (t *table) len() int { return t.ids.len() }

// get gives the record with that id, or nil.
func (t *table) get(id string) record { return valueOf[record](&t.ids, id) }

// each yields all of them as tree's does.
func (t *table) each(yield func(Entity) bool) bool { return t.names.each(yield) }

// put gives what r replaced, or nil.
func (t *table) put(r record) (old record) {
	old = t.get(r.id())
	if old != nil && nameKey(old) != nameKey(r) {
		t.names.remove(nameKey(old))
	}
	t.ids.set(r.id(), r)
	t.names.set(nameKey(r), r)
	return old
}

// remove gives what it removed, or nil.
func (t *table) remove(id string) (old record) {
	old = t.get(id)
	if old != nil {
		t.ids.remove(id)
		t.names.remove(nameKey(old))
	}
	return old
}

// named yields the entities of that name of a table of one type. There should be one at most.
func named[E record](t *table, name string) iter.Seq[E] {
	prefix := fold(name) + sep
	return func(yield func(E) bool) {
		for _, v := range t.names.under(prefix, prefix) {
			if e := v.(E); len(e.name()) == len(name) && !yield(e) {
				return
			}
		}
	}
}

// find gives the entity of that name, or nil.
func find[E record](t *table, name string) (found E) {
	for e := range named[E](t, name) {
		return e
	}
	return found
}

// allOf yields all entities in the order of their folded names.
func allOf[E record](t *table) iter.Seq[E] { return values[E](t.names.from("")) }

// after yields those whose folded names come after that of name.
func after[E record](t *table, name string) iter.Seq[E] {
	return values[E](t.names.from(fold(name) + above))
}
