package eval

import "encoding/binary"

// index is the policies of some layers, laid out so that a decision looks at few of their statements: those whose actions
// fit, by a bitset for each class of actions, AND whose resources may fit, by tries over the resource. It finds the same
// statements as the linear evaluator in set.go, which is the definition. It is immutable.
//
// A statement that no request can make apply is not in it: an Allow that depends on what cannot be evaluated. For a Deny
// such a part always fits.
//
// What most decisions read stands side by side in one slice of bytes: with thousands of callers each decision finds its
// policies outside of every cache, and then what counts is how many lines and pages of memory it touches one after the
// other. Records refer to one another by their place in data.
type index struct {
	data []byte

	actions     uint32  // the trie that leads from an action in lower case to its class
	whole       uint32  // the trie that leads from a resource to the leads that begin as it does; 0 for none
	tails       uint32  // that from what it has behind its fifth colon to those whose first five parts have wildcards; 0 for none
	rows        uint32  // the rows, rowSize bytes each
	conditionAt uint32  // the conditions, conditionSize bytes each
	headAt      uint32  // the first five parts of the leads of tails, headSize bytes each
	always      uint32  // the class of rows that no trie leads to: with a lone star, with NotResource, without either; 0 for none
	rowWords    uint32  // words of a bitset over rows
	slots       uint32  // those that the index decides, as a mask
	levels      uint32  // of SCPs
	headEnds    byteSet // those before the last colon of heads: what stands before a tail must end so

	// What is not in data, or not wholly.
	statements []*statement // of the rows
	conditions []*condition // each once
	heads      []glob
}

// A node of a trie is: the size of its label without the first byte, the number of children, the number of leads (two
// bytes), of actions the two classes, the label, the first bytes of the children, the place of each with the size of its
// label (which is there too so that the way down waits for one line of memory less), the leads.
const (
	nodeHeader  = 4
	placeSize   = 3             // bytes of a place in data
	childSize   = placeSize + 1 // and of a child's
	actionValue = 2 * placeSize // the class of the action which ends here, and that of those which go on as no child does
	maxLabel    = 1<<8 - 1
	maxData     = 1<<(8*placeSize) - 1
)

// readPlace reads a place in data. Data ends with a byte more than the last place needs.
func readPlace(d []byte) uint32 { return binary.LittleEndian.Uint32(d) & maxData }

// step goes from a node to the child that text goes on with. It gives the child and the text behind its label, and false
// where there is none.
func step[T string | []byte](data []byte, node, value uint32, text T) (child uint32, rest T, ok bool) {
	if len(text) == 0 {
		return 0, text, false
	}
	n := data[node:]
	size, children := uint32(n[0]), uint32(n[1])
	firsts := n[nodeHeader+value+size:]
	for i, first := range firsts[:children] {
		if first != text[0] {
			continue
		}
		entry := binary.LittleEndian.Uint32(firsts[children+childSize*uint32(i):])
		child = entry & maxData
		at := child + nodeHeader + value
		label := data[at : at+entry>>(8*placeSize)]
		text = text[1:]
		switch {
		case len(label) == 0:
			return child, text, true
		case len(text) < len(label) || text[0] != label[0] || string(text[:len(label)]) != string(label):
			return 0, text, false
		}
		return child, text[len(label):], true
	}
	return 0, text, false
}

// lead is one value of a Resource element, to which a trie leads.
type lead struct {
	row  uint16
	head uint16 // of tails
	at   uint16 // in the element
	kind leadKind
}

const leadSize = 7

// leadKind says what must be looked at when a trie has led to a lead.
type leadKind uint8

const (
	exactLead  leadKind = iota // the resource must end here
	prefixLead                 // anything may follow
	globLead                   // the whole resource must fit the pattern
)

func readLead(d []byte) lead {
	v := binary.LittleEndian.Uint64(d)
	return lead{row: uint16(v), head: uint16(v >> 16), at: uint16(v >> 32), kind: leadKind(v >> 48 & 0xff)}
}

func appendLead(d []byte, l lead) []byte {
	v := uint64(l.row) | uint64(l.head)<<16 | uint64(l.at)<<32 | uint64(l.kind)<<48
	return append(d, binary.LittleEndian.AppendUint64(nil, v)[:leadSize]...)
}

// leads are those of a node of whole or tails.
func (x *index) leads(node uint32) []byte {
	n := x.data[node:]
	count := int(binary.LittleEndian.Uint16(n[2:]))
	if count == 0 {
		return nil
	}
	behind := nodeHeader + int(n[0]) + (1+childSize)*int(n[1])
	return n[behind : behind+leadSize*count]
}

// row is one statement in one layer. Its conditions are two numbers, or where there are more, the place of their numbers.
type row struct {
	needs      needs
	slot       uint8
	count      uint8 // of conditions
	conditions uint32
}

const (
	rowSize = 8
	inRow   = 2 // conditions that a row has room for
)

// needs says what of a row the index has not decided.
type needs uint8

const (
	deny       needs = 1 << iota // not a need: the statement's effect
	needAction                   // the class has every action that may fit, and more
	needPrincipal
	needResource // the row is in always, with a resource that must be looked at
)

func (x *index) row(id uint16) row {
	v := binary.LittleEndian.Uint64(x.data[x.rows+rowSize*uint32(id):])
	return row{needs: needs(v & 0xff), slot: uint8(v >> 8 & 0xff), count: uint8(v >> 16 & 0xff), conditions: uint32(v >> 32)}
}

func appendRow(d []byte, r row) []byte {
	v := uint64(r.needs) | uint64(r.slot)<<8 | uint64(r.count)<<16 | uint64(r.conditions)<<32
	return binary.LittleEndian.AppendUint64(d, v)
}

// Slots are the layers as masks have them, by their numbers; but each level of SCPs is one of its own, for each must allow.
const (
	identitySlot = uint8(LayerIdentity)
	boundarySlot = uint8(LayerBoundary)
	sessionSlot  = uint8(LayerSession)
	resourceSlot = uint8(LayerResource)
	rcpSlot      = uint8(LayerRCP)
	levelSlot    = uint8(LayerCredential) + 1

	layerSlots = 1<<identitySlot | 1<<boundarySlot | 1<<sessionSlot | 1<<resourceSlot | 1<<rcpSlot
)

// slotLayer is the layer of a slot.
func slotLayer(slot uint8) Layer {
	if slot >= levelSlot {
		return LayerSCP
	}
	return Layer(slot)
}

// Bounds of an index. What goes beyond has none, and the linear evaluator decides.
const (
	maxLevels     = 16
	maxRows       = 1<<16 - 1
	maxConditions = 1<<8 - 1 // of a row
)

// A class is a set of rows: its number of rows (two bytes), and the rows, or instead of them, if it has more than
// sparseRows, a bitset.
const sparseRows = 8

func (x *index) classSize(class uint32) int { return int(binary.LittleEndian.Uint16(x.data[class:])) }

// has reports whether the row is in the class.
func (x *index) has(class uint32, row uint16) bool {
	d := x.data[class:]
	n := int(binary.LittleEndian.Uint16(d))
	d = d[2:]
	if n > sparseRows {
		return d[row>>3]&(1<<(row&7)) != 0
	}
	for i := range n {
		if binary.LittleEndian.Uint16(d[2*i:]) == row {
			return true
		}
	}
	return false
}

// sparseRow is row number i of a class with few.
func (x *index) sparseRow(class uint32, i int) uint16 {
	return binary.LittleEndian.Uint16(x.data[int(class)+2+2*i:])
}

// word is word i of the bitset of a class with many rows.
func (x *index) word(class, i uint32) uint64 {
	return binary.LittleEndian.Uint64(x.data[class+2+8*i:])
}

// classOf walks down the action as far as the trie goes.
func (x *index) classOf(action []byte) uint32 {
	node := x.actions
	for len(action) > 0 {
		child, rest, ok := step(x.data, node, actionValue, action)
		if !ok {
			return readPlace(x.data[node+nodeHeader+placeSize:])
		}
		node, action = child, rest
	}
	return readPlace(x.data[node+nodeHeader:])
}

// byteSet is a set of bytes.
type byteSet [4]uint64

func (b *byteSet) has(c byte) bool { return b[c>>6]&(1<<(c&63)) != 0 }

func (b *byteSet) add(c byte) { b[c>>6] |= 1 << (c & 63) }

// A head is the number of bytes before its one star and behind it (two bytes each), and the place of both. Where the
// first number is generalHead the glob in heads tells.
const (
	headSize    = 2 + 2 + 4
	generalHead = 1<<16 - 1
)

// headFits reports whether what stands before the text fits the first five parts of a pattern.
func (x *index) headFits(i uint16, before string) bool {
	v := binary.LittleEndian.Uint64(x.data[x.headAt+headSize*uint32(i):])
	prefix, suffix, at := int(v&0xffff), int(v>>16&0xffff), int(v>>32)
	if prefix == generalHead {
		return x.heads[i].match(before)
	}
	text := x.data[at : at+prefix+suffix]
	return len(before) >= len(text) && before[:prefix] == string(text[:prefix]) && before[len(before)-suffix:] == string(text[prefix:])
}

// A condition is its kind, the sizes of its key and its operand, the mark of its key, and the places of both; of a network the length of the
// prefix and the address stand in place of the operand.
const conditionSize = 12

// conditionKind tells the conditions that data holds wholly from the others.
type conditionKind uint8

const (
	otherCondition   conditionKind = iota
	equalsCondition                // StringEquals with one text
	networkCondition               // IpAddress with one IPv4 network
)

// condition decides a condition.
func (x *index) condition(i uint16, ctx *Context) fit {
	d := x.data[x.conditionAt+conditionSize*uint32(i):]
	kind := conditionKind(d[0])
	if kind == otherCondition {
		return x.conditions[i].holds(ctx)
	}
	at := binary.LittleEndian.Uint32(d[4:])
	value := lookup(ctx, x.data[at:at+uint32(d[1])], d[3])
	if value == nil {
		return no
	}
	text := value.one
	if value.many != nil {
		if len(value.many) > 1 { // such a key has one, or there must be a set qualifier
			return x.conditions[i].holds(ctx)
		}
		text = value.many[0]
	}
	operand := binary.LittleEndian.Uint32(d[8:])
	if kind == equalsCondition {
		return fitOf(text == string(x.data[operand:operand+uint32(d[2])]))
	}
	address, ok := parseV4(text)
	if !ok {
		return x.conditions[i].holds(ctx)
	}
	return fitOf((address^operand)>>(32-d[2]) == 0)
}

// levelSlots are the slots of the levels of SCPs.
func (x *index) levelSlots() uint32 { return (1<<x.levels - 1) << levelSlot }
