package eval

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"
)

// build makes x the index of all layers; false where they are beyond its bounds. The tables that every decision reads come
// first, close together, and the tries behind them: the fewer pages of memory a decision touches, the better.
func (x *index) build(l *Layers) bool {
	b := indexBuilder{
		x: x, seed: maphash.MakeSeed(),
		byHash: map[uint64][]uint16{}, byWords: map[uint64][]uint32{}, byText: map[string]uint32{}, byHead: map[string]uint16{},
	}
	b.x.data = make([]byte, 1, 1+64*l.statements()) // no record is at place 0
	b.layers(l)
	if b.beyond {
		return false
	}
	whole, tails := b.resources()
	b.tables()
	b.actions()
	b.tries(whole, tails)
	b.fillRows()
	x.data = slices.Clip(append(x.data, 0, 0, 0, 0, 0, 0, 0, 0)) // whoever reads a short record reads eight bytes
	return !b.beyond && len(x.data) <= maxData
}

// indexBuilder holds what is needed only while an index is built.
type indexBuilder struct {
	x      *index
	beyond bool // its bounds

	rows   []row
	byHash map[uint64][]uint16
	seed   maphash.Seed

	classes []uint64 // bitsets, rowWords each
	places  []uint32 // of the classes in data, 0 for those that are not there yet
	byWords map[uint64][]uint32

	leads  []lead
	byHead map[string]uint16
	byText map[string]uint32
	always []uint16
}

// layers makes the rows.
func (b *indexBuilder) layers(l *Layers) {
	n := l.statements()
	b.rows, b.x.statements = make([]row, 0, n), make([]*statement, 0, n)
	b.x.slots, b.x.levels = layerSlots, uint32(len(l.SCP))
	b.x.slots |= b.x.levelSlots()
	b.beyond = len(l.SCP) > maxLevels || n > maxRows
	if b.beyond {
		return
	}
	b.sources(identitySlot, l.Identity)
	b.source(boundarySlot, l.Boundary)
	b.sources(sessionSlot, l.Session)
	b.source(resourceSlot, l.Resource)
	for _, level := range l.RCP {
		b.sources(rcpSlot, level)
	}
	for i, level := range l.SCP {
		b.sources(levelSlot+uint8(i), level)
	}
	b.x.rowWords = uint32(len(b.rows)+63) / 64
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

func (b *indexBuilder) sources(slot uint8, list []Source) {
	for i := range list {
		b.source(slot, &list[i])
	}
}

func (b *indexBuilder) source(slot uint8, source *Source) {
	if source == nil || source.Policy == nil {
		return
	}
	for i := range source.Policy.statements {
		b.statement(slot, &source.Policy.statements[i])
	}
}

func (b *indexBuilder) statement(slot uint8, st *statement) {
	r := row{slot: slot, count: uint8(min(len(st.conditions), maxConditions))}
	b.beyond = b.beyond || len(st.conditions) > maxConditions
	switch {
	case st.deny:
		r.needs |= deny
	case st.actions.broken:
		return
	}
	switch layer := slotLayer(slot); {
	case layer == LayerResource, layer == LayerRCP:
		r.needs |= needPrincipal
	case (st.principal != nil || st.notPrincipal != nil) && !st.deny:
		return
	}
	numbers := make([]uint16, 0, inRow)
	for i := range st.conditions {
		numbers = append(numbers, b.condition(&st.conditions[i]))
	}
	if len(numbers) <= inRow {
		for i, n := range numbers {
			r.conditions |= uint32(n) << (16 * i)
		}
	} else {
		r.conditions = uint32(len(b.x.data))
		for _, n := range numbers {
			b.x.data = binary.LittleEndian.AppendUint16(b.x.data, n)
		}
	}
	b.rows, b.x.statements = append(b.rows, r), append(b.x.statements, st)
}

// condition gives the number of a condition, the same for all that are alike.
func (b *indexBuilder) condition(c *condition) uint16 {
	h := c.hash(b.seed)
	for _, i := range b.byHash[h] {
		if b.x.conditions[i].same(c) {
			return i
		}
	}
	i := len(b.x.conditions)
	b.beyond = b.beyond || i > maxRows
	b.x.conditions = append(b.x.conditions, c)
	b.byHash[h] = append(b.byHash[h], uint16(i))
	return uint16(i)
}

// actions makes the trie of actions and the classes. The item of an action's key is its row, and whether more may follow.
func (b *indexBuilder) actions() {
	base := b.newBitset()
	keys := make([]key, 0, 2*len(b.rows))
	for id := range b.rows {
		a := &b.x.statements[id].actions
		if a.broken || a.not { // of a Deny, which then applies; or as long as no pattern says otherwise
			base.set(id)
		}
		if a.broken {
			continue
		}
		for i := range a.globs {
			g, item := &a.globs[i], uint32(id)<<1
			switch {
			case g.form == literal:
			case g.form == open:
				item |= 1
			case a.not:
				b.rows[id].needs |= needAction // what it excepts is seen then
				continue
			default:
				b.rows[id].needs |= needAction
				item |= 1
			}
			keys = append(keys, key{g.text[:g.prefix], item})
		}
	}
	top := b.class(base)
	t := trieBuilder{b: b, keys: keys, value: actionValue}
	t.describe = func(ending []key, above uint32) (ends, goesOn uint32) { return b.change(ending, above) }
	b.x.actions = t.build(top)
}

// change gives the classes of a node: above, changed by the patterns that go on, and that changed by those that end too.
func (b *indexBuilder) change(ending []key, above uint32) (ends, goesOn uint32) {
	goesOn = b.changed(ending, above, 1)
	return b.changed(ending, goesOn, 0), goesOn
}

func (b *indexBuilder) changed(ending []key, class, follow uint32) uint32 {
	if !slices.ContainsFunc(ending, func(k key) bool { return k.item&1 == follow }) {
		return class
	}
	set := b.newBitset()
	copy(set, b.bitset(class))
	for _, k := range ending {
		if k.item&1 != follow {
			continue
		}
		if id := int(k.item >> 1); b.x.statements[id].actions.not {
			set.clear(id)
		} else {
			set.set(id)
		}
	}
	return b.class(set)
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
	n := int(b.x.rowWords)
	b.classes = slices.Grow(b.classes, n)
	s := bitset(b.classes[len(b.classes) : len(b.classes)+n])
	clear(s)
	return s
}

func (b *indexBuilder) bitset(class uint32) bitset {
	return b.classes[class*b.x.rowWords : (class+1)*b.x.rowWords]
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
	c := uint32(len(b.places))
	b.places = append(b.places, 0)
	b.classes = b.classes[:len(b.classes)+len(set)]
	b.byWords[h] = append(b.byWords[h], c)
	return c
}

// placeOf puts a class into data, once.
func (b *indexBuilder) placeOf(class uint32) uint32 {
	if b.places[class] == 0 {
		b.places[class] = b.appendClass(b.bitset(class))
	}
	return b.places[class]
}

func (b *indexBuilder) appendClass(set bitset) uint32 {
	d, at, n := b.x.data, len(b.x.data), set.count()
	d = binary.LittleEndian.AppendUint16(d, uint16(n))
	for i, w := range set {
		if n > sparseRows {
			d = binary.LittleEndian.AppendUint64(d, w)
			continue
		}
		for ; w != 0; w &= w - 1 {
			d = binary.LittleEndian.AppendUint16(d, uint16(i<<6|bits.TrailingZeros64(w)))
		}
	}
	b.x.data = d
	return uint32(at)
}

// resources makes the keys of the tries of resources, and finds the rows that are in none.
func (b *indexBuilder) resources() (whole, tails []key) {
	for id := range b.rows {
		set := &b.x.statements[id].resources
		everything := slices.ContainsFunc(set.entries, func(e resourceEntry) bool { return e.everything })
		switch {
		case set.broken || set.not:
			b.rows[id].needs |= needResource
			b.always = append(b.always, uint16(id))
		case everything:
			b.always = append(b.always, uint16(id))
		default:
			whole, tails = b.keys(id, whole, tails)
		}
	}
	return whole, tails
}

// tries makes the tries of resources and the class of the rows that are in none.
func (b *indexBuilder) tries(whole, tails []key) {
	for _, t := range []struct {
		keys []key
		root *uint32
	}{{whole, &b.x.whole}, {tails, &b.x.tails}} {
		if len(t.keys) > 0 {
			*t.root = (&trieBuilder{b: b, keys: t.keys}).build(0)
		}
	}
	if len(b.always) > 0 {
		set := b.newBitset()
		for _, id := range b.always {
			set.set(int(id))
		}
		b.x.always = b.appendClass(set)
	}
}

// keys makes the keys of a row's resources. The item of a key is its lead's number.
func (b *indexBuilder) keys(id int, whole, tails []key) (inWhole, inTails []key) {
	set := &b.x.statements[id].resources
	b.beyond = b.beyond || len(set.entries) > maxRows
	for i := range set.entries {
		t := &set.entries[i].template
		if t.broken {
			if b.rows[id].needs&(deny|needResource) == deny {
				b.rows[id].needs |= needResource
				b.always = append(b.always, uint16(id))
			}
			continue
		}
		item, variables := uint32(len(b.leads)), t.parts != nil
		l := lead{row: uint16(id), at: uint16(i)}
		if head, tail, ok := t.cut(); ok {
			rest := newGlob(tail)
			l.head, l.kind = b.head(head), leadKindOf(&rest, variables)
			tails = append(tails, key{tail[:rest.prefix], item})
		} else {
			l.kind = leadKindOf(&t.glob, variables)
			whole = append(whole, key{t.literalStart(), item})
		}
		b.leads = append(b.leads, l)
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
	if i, ok := b.byHead[text]; ok {
		return i
	}
	i := len(b.x.heads)
	b.beyond = b.beyond || i > maxRows
	b.x.heads = append(b.x.heads, newGlob(text))
	if end := text[len(text)-2]; end < anyOne { // there are five colons
		b.x.headEnds.add(end)
	} else {
		b.x.headEnds = byteSet{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}
	}
	b.byHead[text] = uint16(i)
	return uint16(i)
}

// tables writes conditions and heads, each a table by number, and leaves room for that of the rows.
func (b *indexBuilder) tables() {
	var conditions, heads []byte
	for _, c := range b.x.conditions {
		conditions = b.appendCondition(conditions, c)
	}
	for i := range b.x.heads {
		heads = b.appendHead(heads, &b.x.heads[i])
	}
	x := b.x
	x.rows = b.aligned()
	x.data = append(x.data, make([]byte, rowSize*len(b.rows))...)
	x.headAt = b.aligned()
	x.data = append(x.data, heads...)
	x.conditionAt = b.aligned()
	x.data = append(x.data, conditions...)
}

// aligned is the place of a table whose records lie across no more lines of memory than they must.
func (b *indexBuilder) aligned() uint32 {
	for len(b.x.data)%8 != 0 {
		b.x.data = append(b.x.data, 0)
	}
	return uint32(len(b.x.data))
}

// fillRows writes the rows, of which all is known now.
func (b *indexBuilder) fillRows() {
	table := b.x.data[b.x.rows:b.x.rows]
	for _, r := range b.rows {
		table = appendRow(table, r)
	}
}

// text puts a text into data, once.
func (b *indexBuilder) text(s string) uint32 {
	at, ok := b.byText[s]
	if !ok {
		at = uint32(len(b.x.data))
		b.x.data = append(b.x.data, s...)
		b.byText[s] = at
	}
	return at
}

func (b *indexBuilder) appendHead(d []byte, g *glob) []byte {
	text := g.text
	if g.form != between || len(text) >= generalHead {
		return append(d, 0xff, 0xff, 0, 0, 0, 0, 0, 0) // generalHead
	}
	d = binary.LittleEndian.AppendUint16(d, uint16(g.prefix))
	d = binary.LittleEndian.AppendUint16(d, uint16(len(text)-g.prefix-1))
	return binary.LittleEndian.AppendUint32(d, b.text(text[:g.prefix]+text[g.prefix+1:]))
}

func (b *indexBuilder) appendCondition(d []byte, c *condition) []byte {
	kind, size, operand := otherCondition, 0, uint32(0)
	o := &c.operands
	if c.test == plainTest && c.arity == single && !c.negated && !c.ifExists && o.unread == 0 && len(c.key) < 1<<8 {
		switch {
		case o.family == stringFamily && len(o.texts) == 1 && o.folding == exact && o.texts[0].form == literal && len(o.texts[0].text) < 1<<8:
			kind, size, operand = equalsCondition, len(o.texts[0].text), b.text(o.texts[0].text)
		case o.family == addressFamily && len(o.networks) == 1 && o.networks[0].Addr().Is4():
			kind, size, operand = networkCondition, o.networks[0].Bits(), v4(o.networks[0].Addr())
		}
	}
	d = append(d, byte(kind), byte(len(c.key)), byte(size), markOf(c.key))
	d = binary.LittleEndian.AppendUint32(d, b.text(c.key))
	return binary.LittleEndian.AppendUint32(d, operand)
}
