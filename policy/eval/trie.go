package eval

import (
	"cmp"
	"slices"
	"strings"
)

// trie is a radix tree over texts, laid out flat: nodes in one slice, the children of each side by side, and the texts on the
// way to them in one string. It is immutable. A number stands at each key; what it means is its owner's.
type trie struct {
	nodes  []node
	labels string
}

// node is reached by its label. The first bytes of its children's labels differ.
type node struct {
	label    uint32 // where the label, without its first byte, begins in labels
	size     uint16 // of it
	children uint16
	child    uint32 // the first child in nodes
	firsts   uint32 // where the first bytes of the children's labels stand in labels, one after the other
	value    uint32 // what the keys that end here have, 0 where none does
}

// key is a text to be put into a trie, with its item's number.
type key struct {
	text string
	item uint32
}

// trieBuilder puts keys into a trie. The owner says for each node, parents first, what value it has.
type trieBuilder struct {
	keys   []key
	labels strings.Builder
	trie   trie
	// value is asked for each node, with the keys that end there and the value of the node above.
	value func(ending []key, above uint32) uint32
}

// maxLabel is the longest label; longer ones are cut into several nodes.
const maxLabel = 1<<16 - 1

// newTrie builds the trie of the keys, which it sorts. The zero trie holds none.
func newTrie(keys []key, value func(ending []key, above uint32) uint32) trie {
	slices.SortFunc(keys, func(a, b key) int { return cmp.Or(strings.Compare(a.text, b.text), cmp.Compare(a.item, b.item)) })
	b := trieBuilder{keys: keys, value: value}
	b.trie.nodes = make([]node, 1, 2*len(keys)+1)
	b.fill(0, 0, len(keys), 0, 0)
	b.trie.nodes = slices.Clip(b.trie.nodes)
	b.trie.labels = b.labels.String()
	return b.trie
}

// fill makes node i of the keys from low to high, which have their first depth bytes in common.
func (b *trieBuilder) fill(i, low, high, depth int, above uint32) {
	end := low
	for end < high && len(b.keys[end].text) == depth {
		end++
	}
	value := b.value(b.keys[low:end], above)
	child, firsts := len(b.trie.nodes), b.labels.Len()
	for at := end; at < high; at = b.next(at, high, depth) {
		b.trie.nodes = append(b.trie.nodes, node{})
		b.labels.WriteByte(b.keys[at].text[depth])
	}
	n := &b.trie.nodes[i]
	n.value, n.child, n.children, n.firsts = value, uint32(child), uint16(len(b.trie.nodes)-child), uint32(firsts)
	for at := end; at < high; child++ {
		next := b.next(at, high, depth)
		behind := depth + 1
		size := min(maxLabel, commonPrefix(b.keys[at].text[behind:], b.keys[next-1].text[behind:]))
		c := &b.trie.nodes[child]
		c.label, c.size = b.label(b.keys[at].text[behind:behind+size]), uint16(size)
		b.fill(child, at, next, behind+size, value)
		at = next
	}
}

// label puts a text into labels and gives its place.
func (b *trieBuilder) label(text string) uint32 {
	at := b.labels.Len()
	b.labels.WriteString(text)
	return uint32(at)
}

// next is the first key from at on that goes on with another byte.
func (b *trieBuilder) next(at, high, depth int) int {
	c := b.keys[at].text[depth]
	for at < high && b.keys[at].text[depth] == c {
		at++
	}
	return at
}

func commonPrefix(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// step goes from a node to the child that text goes on with. It gives the child and the text behind its label, and false
// where there is none.
func step[T string | []byte](t *trie, n *node, text T) (*node, T, bool) {
	if len(text) == 0 {
		return nil, text, false
	}
	first := text[0]
	firsts := t.labels[n.firsts : n.firsts+uint32(n.children)]
	for i := range len(firsts) {
		if firsts[i] != first {
			continue
		}
		c := &t.nodes[int(n.child)+i]
		text = text[1:]
		size := int(c.size)
		if len(text) < size || string(text[:size]) != t.labels[c.label:int(c.label)+size] {
			return nil, text, false
		}
		return c, text[size:], true
	}
	return nil, text, false
}
