package eval

import "slices"

// index is the policies of some layers, laid out so that a decision looks at few of their statements: those whose actions
// fit, by a bitset for each class of actions, AND whose resources may fit, by tries over the resource. It finds the same
// statements as the linear evaluator in set.go, which is the definition. It is immutable.
//
// A statement that no request can make apply is not in it: an Allow that depends on what cannot be evaluated. For a Deny
// such a part always fits.
type index struct {
	rows       []row
	conditions []*condition // each once
	refs       []uint16     // the conditions of rows

	// actions leads from an action in lower case to the class of those that the same statements fit.
	actions trie
	classes []class
	words   []uint64 // of bitsets over rows, rowWords each
	sparse  []uint16 // of lists of rows

	// whole leads from a resource to the entries that begin as it does, tails from what it has behind its fifth colon to those
	// whose first five parts have wildcards.
	whole, tails trie
	leads        []lead
	heads        []glob // the first five parts of those in tails, each once
	always       class  // the rows whose resource is not decided by entries: a lone star, NotResource, none

	slots  uint32 // those that the index decides, as a mask
	levels int    // of SCPs
}

// row is one statement in one layer.
type row struct {
	statement *statement
	refs      uint32 // its conditions begin here in refs
	count     uint8  // of them
	slot      uint8
	layer     Layer
	needs     needs
}

// needs says what of a row the index has not decided.
type needs uint8

const (
	deny       needs = 1 << iota // not a need: the statement's effect
	needAction                   // the class has every action that may fit, and more
	needPrincipal
	needResource // the row is in always, with a resource that must be looked at
)

// Slots are the layers as masks have them: each level of SCPs is one of its own, for each must allow.
const (
	identitySlot = iota
	boundarySlot
	sessionSlot
	resourceSlot
	rcpSlot
	levelSlot
)

// Bounds of an index. What goes beyond has none, and the linear evaluator decides.
const (
	maxLevels = 16
	maxRows   = 1<<16 - 1
	maxRefs   = 1<<8 - 1
)

// class is a set of rows: a list of a few, or a bitset.
type class struct {
	at    uint32 // in sparse or words
	count uint32 // of rows
	dense bool
}

// leadKind says what must be looked at when a trie has led to an entry.
type leadKind uint8

const (
	exactLead  leadKind = iota // the resource must end here
	prefixLead                 // anything may follow
	globLead                   // what follows must fit the pattern
)

// lead is one value of a Resource element, to which a trie leads.
type lead struct {
	row  uint16
	head uint16 // in heads, for entries of tails
	at   uint16 // in the element
	kind leadKind
}

// The value of a node of resources is its list of entries: where it begins in entries, and how many there are.
const (
	listBits = 12
	maxList  = 1<<listBits - 1
	maxLeads = 1<<(32-listBits) - 1
)

// has reports whether the row is in the class.
func (x *index) has(c *class, row uint16) bool {
	if c.dense {
		return x.words[int(c.at)+int(row>>6)]&(1<<(row&63)) != 0
	}
	return slices.Contains(x.sparse[c.at:c.at+c.count], row)
}

// The value of a node of actions is two classes: that of the action which ends there, and that of those which go on in a
// way that no node has.
func endsHere(value uint32) uint32 { return value >> 16 }
func goesOn(value uint32) uint32   { return value & (1<<16 - 1) }

// classOf walks down the action as far as the trie goes.
func (x *index) classOf(action []byte) *class {
	n := &x.actions.nodes[0]
	for len(action) > 0 {
		child, rest, ok := step(&x.actions, n, action)
		if !ok {
			return &x.classes[goesOn(n.value)]
		}
		n, action = child, rest
	}
	return &x.classes[endsHere(n.value)]
}
