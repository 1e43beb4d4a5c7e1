package eval

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// key is a text to be put into a trie, with its item's number.
type key struct {
	text string
	item uint32
}

// trieBuilder writes the nodes of a trie into the data of an index, each before its children. Without describe the keys of
// a node are its leads.
type trieBuilder struct {
	b     *indexBuilder
	keys  []key
	value uint32 // bytes of a node's value
	// describe gives the two classes of a node: of what ends there, and of what goes on; above is the latter of its parent.
	describe func(ending []key, above uint32) (ends, goesOn uint32)
}

// build sorts the keys and gives the place of the root.
func (t *trieBuilder) build(above uint32) uint32 {
	slices.SortFunc(t.keys, func(a, b key) int { return cmp.Or(strings.Compare(a.text, b.text), cmp.Compare(a.item, b.item)) })
	return t.node("", t.keys, 0, above)
}

// node writes the node of keys that have their first depth bytes in common.
func (t *trieBuilder) node(label string, keys []key, depth int, above uint32) uint32 {
	ending := 0
	for ending < len(keys) && len(keys[ending].text) == depth {
		ending++
	}
	ends := keys[:ending]
	var leads []key
	var classes [2]uint32
	if t.describe == nil {
		leads = ends
	} else {
		classes[0], classes[1] = t.describe(ends, above)
	}
	t.b.beyond = t.b.beyond || len(leads) > maxRows
	var places [2]uint32
	if t.describe != nil {
		places = [2]uint32{t.b.placeOf(classes[0]), t.b.placeOf(classes[1])}
	}
	children := t.children(keys[ending:], depth)
	x := t.b.x
	at := len(x.data)
	x.data = append(x.data, byte(len(label)), byte(len(children)))
	x.data = binary.LittleEndian.AppendUint16(x.data, uint16(len(leads)))
	if t.describe != nil {
		x.data = appendPlace(appendPlace(x.data, places[0]), places[1])
	}
	x.data = append(x.data, label...)
	for _, c := range children {
		x.data = append(x.data, c[0].text[depth])
	}
	hole := len(x.data)
	x.data = append(x.data, make([]byte, childSize*len(children))...)
	for _, k := range leads {
		x.data = appendLead(x.data, t.b.leads[k.item])
	}
	for i, c := range children {
		behind := depth + 1
		size := min(maxLabel, commonPrefix(c[0].text[behind:], c[len(c)-1].text[behind:]))
		child := t.node(c[0].text[behind:behind+size], c, behind+size, classes[1])
		copy(t.b.x.data[hole+childSize*i:], append(appendPlace(nil, child), byte(size)))
	}
	return uint32(at)
}

// children are the keys, by the byte that they go on with.
func (t *trieBuilder) children(keys []key, depth int) [][]key {
	var children [][]key
	for len(keys) > 0 {
		n := 1
		for n < len(keys) && keys[n].text[depth] == keys[0].text[depth] {
			n++
		}
		children = append(children, keys[:n])
		keys = keys[n:]
	}
	return children
}

func appendPlace(d []byte, place uint32) []byte {
	return append(d, byte(place), byte(place>>8), byte(place>>16))
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
