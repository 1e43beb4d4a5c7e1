package eval

import (
	"math/bits"
	"strings"
)

// search is one decision's way through an index. It lives on the stack.
type search struct {
	x       *index
	q       *question
	class   *class
	found   bitset // takes every row that applies; nil takes none
	how     Match
	active  uint32 // the slots that bind the caller
	allowed uint32
	denied  uint32
	gaveUp  bool // the index is not made for such a resource

	// What is known of the first conditions and heads: whether they were looked at, and what was found.
	looked, held, unclear uint64
	lookedHeads, fitHeads uint64
}

// memory is the number of conditions and of heads that a search remembers.
const memory = 64

// maxColons is the number of colons behind the fifth up to which a resource is looked up by what it has behind each. A name
// with more is for the linear evaluator, whose cost does not depend on them.
const maxColons = 8

// count adds the rows that apply to a tally. It is false where the index is not made for the request. Once an Allow of a
// slot was found, others need not be looked at, unless all are wanted or they say how the caller was named.
func (x *index) count(q *question, t *tally, found bitset) bool {
	s := search{x: x, q: q, found: found, active: x.active(t.applied)}
	if s.active == 0 {
		return true
	}
	s.class = x.classOf(q.action)
	if s.class.count == 0 {
		return true
	}
	s.everywhere()
	if q.Resource != "*" { // which only a lone star names
		if len(x.whole.nodes) > 0 {
			s.walk(&x.whole, q.Resource, "")
		}
		if len(x.tails.nodes) > 0 {
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
	var m uint32
	for slot, layer := range [...]Layer{LayerIdentity, LayerBoundary, LayerSession, LayerResource, LayerRCP} {
		if applied.has(layer) {
			m |= 1 << slot
		}
	}
	if applied.has(LayerSCP) {
		m |= x.levelSlots()
	}
	return m & x.slots
}

func (x *index) levelSlots() uint32 { return (1<<x.levels - 1) << levelSlot }

// everywhere tries the rows of the class that no trie leads to.
func (s *search) everywhere() {
	x, c := s.x, s.class
	switch {
	case x.always.count == 0:
	case !c.dense:
		for _, id := range x.sparse[c.at : c.at+c.count] {
			if x.has(&x.always, id) {
				s.try(id)
			}
		}
	case !x.always.dense:
		for _, id := range x.sparse[x.always.at : x.always.at+x.always.count] {
			if x.has(c, id) {
				s.try(id)
			}
		}
	default:
		n := x.rowWords()
		mine, always := x.words[c.at:int(c.at)+n], x.words[x.always.at:int(x.always.at)+n]
		for i, w := range mine {
			for w &= always[i]; w != 0; w &= w - 1 {
				s.try(uint16(i<<6 | bits.TrailingZeros64(w)))
			}
		}
	}
}

func (x *index) rowWords() int { return (len(x.rows) + 63) / 64 }

// tails looks the resource up by what it has behind the fifth colon. Since a wildcard before it may reach over colons, a
// pattern's fifth colon may also be a later one of the resource.
func (s *search) tails() {
	_, tail := cutResource(s.q.Resource)
	for at, colons := len(s.q.Resource)-len(tail), 0; ; colons++ {
		if colons > maxColons {
			s.gaveUp = true
			return
		}
		s.walk(&s.x.tails, s.q.Resource[at:], s.q.Resource[:at])
		colon := strings.IndexByte(s.q.Resource[at:], ':')
		if colon < 0 {
			return
		}
		at += colon + 1
		s.lookedHeads, s.fitHeads = 0, 0 // there is more before it now
	}
}

// walk follows the text down a trie and tries what it meets. before is what stands before the text.
func (s *search) walk(t *trie, text, before string) {
	n := &t.nodes[0]
	for {
		if n.value != 0 {
			s.node(n.value, text, before)
		}
		child, rest, ok := step(t, n, text)
		if !ok {
			return
		}
		n, text = child, rest
	}
}

// node tries the entries of a node; rest is what the resource has behind it.
func (s *search) node(list uint32, rest, before string) {
	x := s.x
	from := list >> listBits
	leads := x.leads[from : from+list&maxList]
	for i := range leads {
		e := &leads[i]
		if e.kind == exactLead && rest != "" || !x.has(s.class, e.row) {
			continue
		}
		if before != "" && !s.head(e.head, before) {
			continue
		}
		if e.kind == globLead && !s.glob(e) {
			continue
		}
		s.try(e.row)
	}
}

// head reports whether what stands before the text fits the first five parts of a pattern.
func (s *search) head(i uint16, before string) bool {
	if i >= memory {
		return s.x.heads[i].match(before)
	}
	bit := uint64(1) << i
	if s.lookedHeads&bit == 0 {
		s.lookedHeads |= bit
		if s.x.heads[i].match(before) {
			s.fitHeads |= bit
		}
	}
	return s.fitHeads&bit != 0
}

// glob holds the whole resource against an entry.
func (s *search) glob(e *lead) bool {
	st := s.x.rows[e.row].statement
	f := st.resources.entries[e.at].match(&s.q.Context, s.q.Resource)
	return f == yes || f == unknown && st.deny
}

// try looks at what the index has not decided of a row whose action and resource fit, and counts it.
func (s *search) try(id uint16) {
	r := &s.x.rows[id]
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
		if how, ok = s.rest(r); !ok {
			return
		}
	}
	for _, c := range s.x.refs[r.refs : r.refs+uint32(r.count)] {
		if f := s.condition(c); f == no || f == unknown && r.needs&deny == 0 {
			return
		}
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
func (s *search) rest(r *row) (how Match, ok bool) {
	f := yes
	if r.needs&needAction != 0 {
		f = min(f, r.statement.actions.fit(s.q.action))
	}
	if r.needs&needPrincipal != 0 {
		var named fit
		how, named = r.statement.principalFit(s.q, r.layer)
		f = min(f, named)
	}
	if r.needs&needResource != 0 {
		f = min(f, r.statement.resourceFit(s.q, r.layer))
	}
	return how, f == yes || f == unknown && r.needs&deny != 0
}

// condition decides a condition once.
func (s *search) condition(i uint16) fit {
	if i >= memory {
		return s.x.conditions[i].holds(&s.q.Context)
	}
	bit := uint64(1) << i
	switch {
	case s.looked&bit == 0:
		f := s.x.conditions[i].holds(&s.q.Context)
		s.looked |= bit
		switch f {
		case yes:
			s.held |= bit
		case unknown:
			s.unclear |= bit
		}
		return f
	case s.held&bit != 0:
		return yes
	case s.unclear&bit != 0:
		return unknown
	default:
		return no
	}
}

// addTo adds what was found to a tally.
func (s *search) addTo(t *tally) {
	for slot, layer := range [...]Layer{LayerIdentity, LayerBoundary, LayerSession, LayerResource, LayerRCP} {
		if s.denied&(1<<slot) != 0 {
			t.denied.add(layer)
		}
		if s.allowed&(1<<slot) != 0 {
			t.allowed.add(layer)
		}
	}
	levels := s.x.levelSlots()
	if s.denied&levels != 0 {
		t.denied.add(LayerSCP)
	}
	if levels != 0 && s.allowed&levels == levels {
		t.allowed.add(LayerSCP)
	}
	t.how |= s.how
}
