package eval

import (
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"
)

// newIndex builds the index of all layers; nil where they are beyond its bounds.
func newIndex(l *Layers) *index {
	b := indexBuilder{x: new(index)}
	if !b.layers(l) {
		return nil
	}
	b.actions()
	b.resources()
	if b.tooMany {
		return nil
	}
	b.pack()
	return b.x
}

// indexBuilder holds what is needed only while an index is built.
type indexBuilder struct {
	x       *index
	tooMany bool

	byHash  map[uint64][]uint16 // conditions
	seed    maphash.Seed
	bitsets []uint64 // of classes, rowWords each
	byWords map[uint64][]uint32
	always  []uint16
	keys    []key
	heads   map[string]uint16

	leadsByKey []lead
}

// layers makes the rows.
func (b *indexBuilder) layers(l *Layers) bool {
	b.seed, b.byHash, b.byWords = maphash.MakeSeed(), map[uint64][]uint16{}, map[uint64][]uint32{}
	b.heads = map[string]uint16{}
	if len(l.SCP) > maxLevels {
		return false
	}
	b.x.rows = make([]row, 0, l.statements())
	b.sources(identitySlot, LayerIdentity, l.Identity)
	b.source(boundarySlot, LayerBoundary, l.Boundary)
	b.sources(sessionSlot, LayerSession, l.Session)
	b.source(resourceSlot, LayerResource, l.Resource)
	for _, level := range l.RCP {
		b.sources(rcpSlot, LayerRCP, level)
	}
	for i, level := range l.SCP {
		b.sources(levelSlot+i, LayerSCP, level)
	}
	b.x.slots, b.x.levels = 1<<levelSlot-1, len(l.SCP)
	b.x.slots |= b.x.levelSlots()
	return !b.tooMany
}

// statements is the number of statements in all layers.
func (l *Layers) statements() int {
	n := 0
	count := func(sources ...Source) {
		for _, s := range sources {
			if s.Policy != nil {
				n += len(s.Policy.statements)
			}
		}
	}
	count(l.Identity...)
	count(l.Session...)
	for _, p := range []*Source{l.Boundary, l.Resource} {
		if p != nil {
			count(*p)
		}
	}
	for _, levels := range [][][]Source{l.SCP, l.RCP} {
		for _, level := range levels {
			count(level...)
		}
	}
	return n
}

func (b *indexBuilder) sources(slot int, layer Layer, list []Source) {
	for i := range list {
		b.source(slot, layer, &list[i])
	}
}

func (b *indexBuilder) source(slot int, layer Layer, source *Source) {
	if source == nil || source.Policy == nil {
		return
	}
	for i := range source.Policy.statements {
		b.statement(slot, layer, &source.Policy.statements[i])
	}
}

func (b *indexBuilder) statement(slot int, layer Layer, st *statement) {
	r := row{statement: st, slot: uint8(slot), layer: layer, refs: uint32(len(b.x.refs)), count: uint8(len(st.conditions))}
	if len(b.x.rows) == maxRows || len(st.conditions) > maxRefs {
		b.tooMany = true
		return
	}
	switch {
	case st.deny:
		r.needs |= deny
	case st.actions.broken:
		return
	}
	switch named := layer == LayerResource || layer == LayerRCP; {
	case named:
		r.needs |= needPrincipal
	case (st.principal != nil || st.notPrincipal != nil) && !st.deny:
		return
	}
	for i := range st.conditions {
		b.x.refs = append(b.x.refs, b.condition(&st.conditions[i]))
	}
	b.x.rows = append(b.x.rows, r)
}

// condition gives the number of a condition, the same for all that are alike.
func (b *indexBuilder) condition(c *condition) uint16 {
	h := c.hash(b.seed)
	for _, i := range b.byHash[h] {
		if b.x.conditions[i].same(c) {
			return i
		}
	}
	i := uint16(len(b.x.conditions))
	if i == maxRows {
		b.tooMany = true
		return 0
	}
	b.x.conditions = append(b.x.conditions, c)
	b.byHash[h] = append(b.byHash[h], i)
	return i
}

// actions makes the trie of actions and the classes.
func (b *indexBuilder) actions() {
	base := b.newBitset()
	for id := range b.x.rows {
		r := &b.x.rows[id]
		a := &r.statement.actions
		switch {
		case a.broken: // of a Deny, which then applies
			base.set(id)
			continue
		case a.not:
			base.set(id) // as long as no pattern says otherwise
		}
		for i := range a.globs {
			b.action(r, id, &a.globs[i])
		}
	}
	above := b.class(base)
	root := true
	b.x.actions = newTrie(b.keys, func(ending []key, value uint32) uint32 {
		if !root {
			above = goesOn(value)
		}
		root = false
		return b.actionValue(ending, above)
	})
}

// The item of an action's key is its row, and whether more may follow.
func (b *indexBuilder) action(r *row, id int, g *glob) {
	item := uint32(id) << 1
	switch {
	case g.form == literal:
	case g.form == open:
		item |= 1
	case r.statement.actions.not:
		r.needs |= needAction // what it excepts is seen then
		return
	default:
		r.needs |= needAction
		item |= 1
	}
	b.keys = append(b.keys, key{g.text[:g.prefix], item})
}

// actionValue makes the two classes of a node: above, changed by the patterns that go on, and that changed by those that end.
func (b *indexBuilder) actionValue(ending []key, above uint32) uint32 {
	if len(ending) == 0 {
		return above<<16 | above
	}
	set := b.newBitset()
	copy(set, b.bitset(above))
	b.change(set, ending, 1)
	on := b.class(set)
	set = b.newBitset()
	copy(set, b.bitset(on))
	b.change(set, ending, 0)
	return b.class(set)<<16 | on
}

func (b *indexBuilder) change(set bitset, ending []key, follow uint32) {
	for _, k := range ending {
		if k.item&1 != follow {
			continue
		}
		if id := int(k.item >> 1); b.x.rows[id].statement.actions.not {
			set.clear(id)
		} else {
			set.set(id)
		}
	}
}

// bitset is a set of rows.
type bitset []uint64

func (s bitset) set(i int)   { s[i>>6] |= 1 << (i & 63) }
func (s bitset) clear(i int) { s[i>>6] &^= 1 << (i & 63) }

func (s bitset) count() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// newBitset is room behind the bitsets of the classes; class keeps it, or it is used again.
func (b *indexBuilder) newBitset() bitset {
	n := b.x.rowWords()
	b.bitsets = slices.Grow(b.bitsets, n)
	s := bitset(b.bitsets[len(b.bitsets) : len(b.bitsets)+n])
	clear(s)
	return s
}

func (b *indexBuilder) bitset(class uint32) bitset {
	n := b.x.rowWords()
	return b.bitsets[int(class)*n : (int(class)+1)*n]
}

// class gives the number of the class of these rows; set is the last that newBitset gave.
func (b *indexBuilder) class(set bitset) uint32 {
	h := uint64(14695981039346656037) // FNV-1a, word by word
	for _, w := range set {
		h = (h ^ w) * 1099511628211
		h ^= h >> 29
	}
	for _, c := range b.byWords[h] {
		if slices.Equal(b.bitset(c), set) {
			return c
		}
	}
	c := uint32(len(b.x.classes))
	b.tooMany = b.tooMany || c > 1<<16-1
	b.x.classes = append(b.x.classes, class{count: uint32(set.count())})
	b.bitsets = b.bitsets[:len(b.bitsets)+len(set)]
	b.byWords[h] = append(b.byWords[h], c)
	return c & (1<<16 - 1)
}

// resources makes the tries of resources and the rows that are in none.
func (b *indexBuilder) resources() {
	var whole, tails []key
	for id := range b.x.rows {
		r := &b.x.rows[id]
		set := &r.statement.resources
		if set.broken || set.not {
			r.needs |= needResource
			b.always = append(b.always, uint16(id))
			continue
		}
		if slices.ContainsFunc(set.entries, func(e resourceEntry) bool { return e.everything }) {
			b.always = append(b.always, uint16(id))
			continue
		}
		whole, tails = b.entries(id, whole, tails)
	}
	if len(whole) > 0 {
		b.x.whole = newTrie(whole, b.list)
	}
	if len(tails) > 0 {
		b.x.tails = newTrie(tails, b.list)
	}
}

// entries makes the keys of a row's resources. The item of a key is the entry's number.
func (b *indexBuilder) entries(id int, whole, tails []key) (inWhole, inTails []key) {
	r := &b.x.rows[id]
	set := &r.statement.resources
	for i := range set.entries {
		t := &set.entries[i].template
		switch {
		case t.broken && r.needs&deny == 0:
			continue
		case t.broken:
			if r.needs&needResource == 0 {
				r.needs |= needResource
				b.always = append(b.always, uint16(id))
			}
			continue
		}
		e := lead{row: uint16(id), at: uint16(i), kind: leadKindOf(&t.glob, t.parts != nil)}
		b.tooMany = b.tooMany || i > maxRows
		item := uint32(len(b.leadsByKey))
		if head, tail, ok := t.cut(); ok {
			rest := newGlob(tail)
			e.head, e.kind = b.head(head), leadKindOf(&rest, t.parts != nil)
			tails = append(tails, key{tail[:rest.prefix], item})
		} else {
			whole = append(whole, key{t.literalStart(), item})
		}
		b.leadsByKey = append(b.leadsByKey, e)
	}
	return whole, tails
}

func leadKindOf(g *glob, variables bool) leadKind {
	switch {
	case variables:
		return globLead
	case g.form == literal:
		return exactLead
	case g.form == open:
		return prefixLead
	default:
		return globLead
	}
}

// cut cuts a template whose first five parts have wildcards behind its fifth colon. The tail ends before the first variable.
func (t *template) cut() (head, tail string, ok bool) {
	text := t.text
	if t.parts != nil {
		text = t.parts[0].fixed
	}
	head, tail = cutResource(text)
	if t.prefix >= len(head) || strings.Count(head, ":") != colonsBeforeVariables {
		return "", "", false
	}
	return head, tail, true
}

// head gives the number of the first five parts of a pattern.
func (b *indexBuilder) head(text string) uint16 {
	if i, ok := b.heads[text]; ok {
		return i
	}
	i := uint16(len(b.x.heads))
	b.tooMany = b.tooMany || len(b.x.heads) == maxRows
	b.x.heads = append(b.x.heads, newGlob(text))
	b.heads[text] = i
	return i
}

// list makes the value of a node of resources: where its entries are, which it puts side by side.
func (b *indexBuilder) list(ending []key, _ uint32) uint32 {
	if len(ending) == 0 {
		return 0
	}
	from := uint32(len(b.x.leads))
	for _, k := range ending {
		b.x.leads = append(b.x.leads, b.leadsByKey[k.item])
	}
	b.tooMany = b.tooMany || len(ending) > maxList || from > maxLeads
	return from<<listBits | uint32(len(ending))
}

// pack keeps small classes as lists, and gives the bitsets of the others their place.
func (b *indexBuilder) pack() {
	x := b.x
	sets := x.classes
	for i := range sets {
		x.classes[i] = b.packed(b.bitset(uint32(i)))
	}
	set := b.newBitset()
	for _, id := range b.always {
		set.set(int(id))
	}
	x.always = b.packed(set)
}

// sparseRows is the most rows of a class that is kept as a list, where a bitset would be longer.
const sparseRows = 8

func (b *indexBuilder) packed(set bitset) class {
	x, n := b.x, set.count()
	if n > sparseRows || 2*n > 8*len(set) || len(set) == 1 {
		x.words = append(x.words, set...)
		return class{at: uint32(len(x.words) - len(set)), count: uint32(n), dense: true}
	}
	at := len(x.sparse)
	for i, w := range set {
		for ; w != 0; w &= w - 1 {
			x.sparse = append(x.sparse, uint16(i<<6|bits.TrailingZeros64(w)))
		}
	}
	return class{at: uint32(at), count: uint32(n)}
}
