package directory

import (
	"iter"
	"strings"

	"github.com/tidwall/btree"
)

// tree is a persistent ordered map. A tree that stands in a Snapshot is never modified: edit gives a copy that shares
// its nodes and clones only those that it changes. See docs/decisions/0002-persistent-trees.md.
type tree[V any] struct{ m btree.Map[string, V] }

// degree trades the cost of a change, which copies a node of up to twice as many pairs on each level, for that of a
// look-up. Half of btree's own costs a look-up some percent and saves two fifths of what a change allocates.
const degree = 16

// edit gives a copy that may be modified until it is published.
func (t *tree[V]) edit() tree[V] {
	// btree's Copy writes a new generation number into its receiver as well, which would race with another edit of the
	// same tree. A shared tree is never modified, so it needs none: let Copy write into a throw-away header instead.
	if t.m.Len() == 0 {
		return tree[V]{m: *btree.NewMap[string, V](degree)}
	}
	header := t.m
	return tree[V]{m: *header.Copy()}
}

func (t *tree[V]) len() int { return t.m.Len() }

func (t *tree[V]) get(key string) (V, bool) { return t.m.Get(key) }

// set puts the value and reports whether the key is new.
func (t *tree[V]) set(key string, value V) bool {
	_, replaced := t.m.Set(key, value)
	return !replaced
}

// remove reports whether the key was there.
func (t *tree[V]) remove(key string) bool {
	_, removed := t.m.Delete(key)
	return removed
}

// from yields the pairs whose keys are from and above, in order.
func (t *tree[V]) from(from string) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) { t.m.Ascend(from, yield) }
}

// under yields the pairs whose keys begin with prefix, beginning at from.
func (t *tree[V]) under(prefix, from string) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		t.m.Ascend(from, func(key string, value V) bool {
			return strings.HasPrefix(key, prefix) && yield(key, value)
		})
	}
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
