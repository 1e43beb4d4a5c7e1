package eval

import (
	"encoding/binary"
	"math/bits"
)

// search is one decision's way through an index. It lives on the stack.
type search struct {
	x       *index
	q       *question
	class   uint32 // of the action
	active  uint32 // the slots that bind the caller
	allowed uint32
	denied  uint32
	how     Match
	gaveUp  bool   // the index is not made for such a resource
	found   bitset // takes every row that applies; nil takes none

	// What is known of the first conditions and heads: whether they were looked at, and what was found.
	looked, held, unclear uint64
	lookedHeads, fitHeads uint64
}

// memory is the number of conditions and of heads that a search remembers.
const memory = 64

// maxColons is the number of colons behind the fifth up to which a resource is looked up by what it has behind each. A name
// with more is for the linear evaluator, whose cost does not depend on them.
const maxColons = 8

// count adds the rows of some layers that apply to a tally. It is false where the index is not made for the request. Once an Allow of a
// slot was found, others need not be looked at, unless all are wanted or they say how the caller was named.
func (x *index) count(q *question, t *tally, layers layerSet, found bitset) bool {
	s := search{x: x, q: q, found: found, active: x.active(t.applied & layers)}
	if s.active == 0 {
		return true
	}
	s.class = x.classOf(q.action)
	if x.classSize(s.class) == 0 {
		return true
	}
	if x.always != 0 {
		s.everywhere()
	}
	if q.Resource != "*" { // which only a lone star names
		if x.whole != 0 {
			s.walk(x.whole, q.Resource, "")
		}
		if x.tails != 0 {
			s.tails()
		}
	}
	if !s.gaveUp {
		s.addTo(t)
	}
	return !s.gaveUp
}

// active are the slots of the layers.
func (x *index) active(applied layerSet) uint32 {
	m := uint32(applied) & layerSlots
	if applied.has(LayerSCP) {
		m |= x.levelSlots()
	}
	return m & x.slots
}

// everywhere tries the rows of the class that no trie leads to.
func (s *search) everywhere() {
	x, few, many := s.x, s.class, s.x.always
	if x.classSize(few) > sparseRows {
		few, many = many, few
	}
	if n := x.classSize(few); n <= sparseRows {
		for i := range n {
			if id := x.sparseRow(few, i); x.has(many, id) {
				s.try(id)
			}
		}
		return
	}
	for i := range x.rowWords {
		for w := x.word(few, i) & x.word(many, i); w != 0; w &= w - 1 {
			s.try(uint16(i<<6 | uint32(bits.TrailingZeros64(w))))
		}
	}
}

// tails looks the resource up by what it has behind the fifth colon. Since a wildcard before it may reach over colons, a
// pattern's fifth colon may also be a later one of the resource.
func (s *search) tails() {
	var found colons
	resource := s.q.Resource
	n := found.find(resource)
	if n > len(found) {
		s.gaveUp = true
		return
	}
	for i := colonsBeforeVariables - 1; i < n; i++ {
		at := int(found[i]) + 1
		if !s.x.headEnds.has(resource[at-2]) { // there are colons before
			continue
		}
		s.walk(s.x.tails, resource[at:], resource[:at])
		s.lookedHeads, s.fitHeads = 0, 0 // there is more before the next one
	}
}

// colons are the places of the colons in a resource.
type colons [colonsBeforeVariables + maxColons]int32

// find looks for them in steps of eight bytes, and gives their number, or a larger one than there is room for.
func (c *colons) find(text string) (n int) {
	const every, low7 = 0x0101010101010101, 0x7f7f7f7f7f7f7f7f
	at := 0
	for ; len(text)-at >= 8; at += 8 {
		v := word8(text[at:]) ^ every*':'
		for m := ^((v&low7 + low7) | v | low7); m != 0; m &= m - 1 { // the high bit of each byte that is zero
			if n == len(c) {
				return n + 1
			}
			c[n] = int32(at + bits.TrailingZeros64(m)/8)
			n++
		}
	}
	for ; at < len(text); at++ {
		if text[at] != ':' {
			continue
		}
		if n == len(c) {
			return n + 1
		}
		c[n] = int32(at)
		n++
	}
	return n
}

func word8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// walk follows the text down a trie and tries what it meets. before is what stands before the text.
func (s *search) walk(node uint32, text, before string) {
	data := s.x.data
	for {
		if data[node+2]|data[node+3] != 0 { // it has leads
			s.follow(s.x.leads(node), text, before)
		}
		child, rest, ok := step(data, node, 0, text)
		if !ok {
			return
		}
		node, text = child, rest
	}
}

// follow tries the leads of a node; rest is what the resource has behind it.
func (s *search) follow(leads []byte, rest, before string) {
	for ; len(leads) >= leadSize; leads = leads[leadSize:] {
		l := readLead(leads[:leadSize+1])
		switch {
		case l.kind == exactLead && rest != "", !s.x.has(s.class, l.row):
		case before != "" && !s.head(l.head, before):
		case l.kind == globLead && !s.glob(&l):
		default:
			s.try(l.row)
		}
	}
}

// head reports whether what stands before the text fits the first five parts of a pattern.
func (s *search) head(i uint16, before string) bool {
	if i >= memory {
		return s.x.headFits(i, before)
	}
	bit := uint64(1) << i
	if s.lookedHeads&bit == 0 {
		s.lookedHeads |= bit
		if s.x.headFits(i, before) {
			s.fitHeads |= bit
		}
	}
	return s.fitHeads&bit != 0
}

// glob holds the whole resource against a lead.
func (s *search) glob(l *lead) bool {
	st := s.x.statements[l.row]
	f := st.resources.entries[l.at].match(&s.q.Context, s.q.Resource)
	return f == yes || f == unknown && st.deny
}

// try looks at what the index has not decided of a row whose action and resource fit, and counts it.
func (s *search) try(id uint16) {
	r := s.x.row(id)
	bit := uint32(1) << r.slot
	if s.active&bit == 0 {
		return
	}
	if r.needs&deny == 0 && s.allowed&bit != 0 && r.slot != resourceSlot && s.found == nil {
		return
	}
	how := Match(0)
	if r.needs&^deny != 0 {
		var ok bool
		if how, ok = s.rest(id, r); !ok {
			return
		}
	}
	if !s.conditions(r) {
		return
	}
	if r.needs&deny != 0 {
		s.denied |= bit
	} else {
		s.allowed |= bit
		if r.slot == resourceSlot {
			s.how |= how
		}
	}
	if s.found != nil {
		s.found.set(int(id))
	}
}

// rest looks at action, caller and resource as the linear evaluator does, where the row needs it.
func (s *search) rest(id uint16, r row) (how Match, ok bool) {
	f, st, layer := yes, s.x.statements[id], slotLayer(r.slot)
	if r.needs&needAction != 0 {
		f = min(f, st.actions.fit(s.q.action))
	}
	if r.needs&needPrincipal != 0 {
		var named fit
		how, named = st.principalFit(s.q, layer)
		f = min(f, named)
	}
	if r.needs&needResource != 0 {
		f = min(f, st.resourceFit(s.q, layer))
	}
	return how, f == yes || f == unknown && r.needs&deny != 0
}

// conditions reports whether the conditions of a row let it apply.
func (s *search) conditions(r row) bool {
	if r.count <= inRow {
		for i := range r.count {
			if !s.condition(uint16(r.conditions>>(16*i)), r.needs) {
				return false
			}
		}
		return true
	}
	numbers := s.x.data[r.conditions:]
	for i := range uint32(r.count) {
		if !s.condition(binary.LittleEndian.Uint16(numbers[2*i:]), r.needs) {
			return false
		}
	}
	return true
}

// condition decides a condition once.
func (s *search) condition(i uint16, n needs) bool {
	var f fit
	bit := uint64(1) << i // 0 for those that are not remembered
	switch {
	case s.looked&bit == 0:
		f = s.x.condition(i, &s.q.Context)
		s.looked |= bit
		switch f {
		case yes:
			s.held |= bit
		case unknown:
			s.unclear |= bit
		}
	case s.held&bit != 0:
		f = yes
	case s.unclear&bit != 0:
		f = unknown
	}
	return f == yes || f == unknown && n&deny != 0
}

// addTo adds what was found to a tally.
func (s *search) addTo(t *tally) {
	t.denied |= layerSet(s.denied & layerSlots)
	t.allowed |= layerSet(s.allowed & layerSlots)
	levels := s.x.levelSlots() // without SCPs none, which all allow
	if s.denied&levels != 0 {
		t.denied.add(LayerSCP)
	}
	if levels != 0 && s.allowed&levels == levels {
		t.allowed.add(LayerSCP)
	}
	t.how |= s.how
}
