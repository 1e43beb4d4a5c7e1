package directory

import (
	"iter"
	"strings"

	"github.com/tidwall/btree"
)

// tree is a persistent ordered map of values that are not nil. A tree that stands in a Snapshot is never modified: edit
// gives a copy that shares its nodes and clones only those that it changes. See docs/decisions/0002-persistent-trees.md.
//
// It is not generic, and hides its map in an any, for the sake of builds: a package that meets a generic type in a field, in
// the signature of a method or in an inlined body compiles all methods of that type once more. So what knows the map is no
// method, or is not inlined.
type tree struct {
	m     any  // *btree.Map[string, any]; nil while nothing was ever in it
	owned bool // nobody else has m
}

// degree trades the cost of a change, which copies a node of up to twice as many pairs on each level, for that of a
// look-up. Half of btree's own costs a look-up some percent and saves two fifths of what a change allocates.
const degree = 16

// edit gives a copy that may be modified until it is published.
func (t *tree) edit() tree { return tree{m: t.m} }

// pairs is the map of a tree, to be read.
func pairs(t *tree) *btree.Map[string, any] {
	if t.m == nil {
		return new(btree.Map[string, any])
	}
	return t.m.(*btree.Map[string, any])
}

// own is the map of a tree, to be modified.
func own(t *tree) *btree.Map[string, any] {
	if !t.owned {
		t.m, t.owned = share(pairs(t)), true
	}
	return pairs(t)
}

// share gives a map that shares the nodes of m until either changes them.
func share(m *btree.Map[string, any]) *btree.Map[string, any] {
	if m.Len() == 0 {
		return btree.NewMap[string, any](degree)
	}
	// btree's Copy writes a new generation number into its receiver as well, which would race with another edit of the
	// same map. A shared map is never modified, so it needs none: let Copy write into a throw-away header instead.
	header := *m
	return header.Copy()
}

//go:noinline
func (t *tree) len() int { return pairs(t).Len() }

// get gives the value of a key, or nil.
//
//go:noinline
func (t *tree) get(key string) any {
	value, _ := pairs(t).Get(key)
	return value
}

// set puts the value and reports whether the key is new.
func (t *tree) set(key string, value any) bool {
	_, replaced := own(t).Set(key, value)
	return !replaced
}

// remove reports whether the key was there.
func (t *tree) remove(key string) bool {
	_, removed := own(t).Delete(key)
	return removed
}

// ascend calls visit with the pairs whose keys are from and above, in order, until it says to stop.
//
//go:noinline
func (t *tree) ascend(from string, visit func(string, any) bool) { pairs(t).Ascend(from, visit) }

// from yields the pairs whose keys are from and above, in order.
func (t *tree) from(from string) iter.Seq2[string, any] { return t.under("", from) }

// under yields the pairs whose keys begin with prefix, beginning at from.
func (t *tree) under(prefix, from string) iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		t.ascend(from, func(key string, value any) bool {
			return strings.HasPrefix(key, prefix) && yield(key, value)
		})
	}
}

// each yields the values of a tree of entities in order; it is false when yield said to stop.
func (t *tree) each(yield func(Entity) bool) bool {
	for _, v := range t.from("") {
		if !yield(v.(Entity)) {
			return false
		}
	}
	return true
}

// valueOf gives the value of a key in a tree of values of one type, or that type's zero.
func valueOf[V any](t *tree, key string) V { return as[V](t.get(key)) }

// values are those of pairs of one type.
func values[V any](pairs iter.Seq2[string, any]) iter.Seq[V] {
	return func(yield func(V) bool) {
		for _, v := range pairs {
			if !yield(as[V](v)) {
				return
			}
		}
	}
}

// as gives a value its type back. Nil becomes the type's zero.
func as[V any](value any) V {
	v, _ := value.(V)
	return v
}

// Index keys are joined of parts: sep stands between them, and above is the first key above all that go on after sep.
// Neither occurs in a name or an id.
const (
	sep   = "\x00"
	above = "\x01"
)

// fold gives the form in which names are compared: names differ by more than the case of ASCII letters. Other letters
// do not occur in names.
func fold(name string) string {
	for i := range len(name) {
		if isUpper(name[i]) {
			return foldBytes([]byte(name))
		}
	}
	return name
}

func foldBytes(name []byte) string {
	for i, c := range name {
		if isUpper(c) {
			name[i] = c + 'a' - 'A'
		}
	}
	return string(name)
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
