package eval

import (
	"bytes"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Context holds the condition keys of one request. A key's name has no case, the tag-key part of
// "aws:RequestTag/Team" included. The zero Context is empty. A copy shares its keys with the original: use Clone
// before changing one of the two.
type Context struct {
	entries []entry       // in the order of their folded keys
	marks   [fewKeys]byte // of the first entries: one byte of each key to know it by
}

// fewKeys is the number of keys up to which looking at the mark of each is faster than halving.
const fewKeys = 24

type entry struct {
	folded string
	key    string // as it was given last
	value  Value
}

// Value is what a request says of one key: one text, or a list of them.
type Value struct {
	one  string
	many []string // nil unless the key was given as a list
}

// List reports whether the key was given as a list, be it of one text.
func (v Value) List() bool { return v.many != nil }

// Len is the number of texts, at least 1 for a key that is present.
func (v Value) Len() int {
	if v.many != nil {
		return len(v.many)
	}
	return 1
}

// At is the text number i, from 0.
func (v Value) At(i int) string {
	if v.many != nil {
		return v.many[i]
	}
	return v.one
}

// Texts are all texts, in a slice of their own.
func (v Value) Texts() []string {
	if v.many != nil {
		return slices.Clone(v.many)
	}
	return []string{v.one}
}

// Set gives the key one value, in place of what it had.
func (c *Context) Set(key, value string) { c.put(key, Value{one: value}) }

// SetList gives a multivalued key its values, in place of what it had. A list of none is the same as an absent key,
// as on AWS, where a request without tags has no aws:TagKeys.
func (c *Context) SetList(key string, values ...string) {
	if len(values) == 0 {
		c.Delete(key)
		return
	}
	c.put(key, Value{many: slices.Clone(values)})
}

// Delete makes the key absent.
func (c *Context) Delete(key string) {
	if i, ok := c.find(FoldKey(key)); ok {
		c.entries = slices.Delete(c.entries, i, i+1)
		c.remark(i)
	}
}

// Lookup gives the key's value, and false where the key is absent.
func (c *Context) Lookup(key string) (Value, bool) {
	if v := c.lookup(FoldKey(key)); v != nil {
		return *v, true
	}
	return Value{}, false
}

// Len is the number of keys.
func (c *Context) Len() int { return len(c.entries) }

// All goes through the keys, spelled as they were given, in the order of their names without case.
func (c *Context) All() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for i := range c.entries {
			if !yield(c.entries[i].key, c.entries[i].value) {
				return
			}
		}
	}
}

// Clone is a Context of its own with the same keys.
func (c *Context) Clone() Context { return Context{entries: slices.Clone(c.entries), marks: c.marks} }

// Grow makes room for n more keys at once.
func (c *Context) Grow(n int) { c.entries = slices.Grow(c.entries, n) }

func (c *Context) put(key string, v Value) {
	e := entry{folded: FoldKey(key), key: key, value: v}
	i, ok := c.find(e.folded)
	if ok {
		c.entries[i] = e
		return
	}
	c.entries = slices.Insert(c.entries, i, e)
	if i < fewKeys {
		copy(c.marks[i+1:], c.marks[i:])
		c.marks[i] = markOf(e.folded)
	}
}

// remark makes the marks anew from entry i on.
func (c *Context) remark(i int) {
	for ; i < min(len(c.entries), fewKeys); i++ {
		c.marks[i] = markOf(c.entries[i].folded)
	}
}

// markOf is one byte by which most keys of a request differ: of their lengths and their last letters.
func markOf(folded string) byte {
	n := len(folded)
	if n == 0 {
		return 0
	}
	return byte(n) ^ folded[n-1]<<3 ^ folded[n>>1]<<5
}

// lookup is Lookup for a key that is folded already, as those of prepared conditions are; nil where it is absent.
func (c *Context) lookup(folded string) *Value { return lookup(c, folded, markOf(folded)) }

func lookup[K string | []byte](c *Context, folded K, mark byte) *Value {
	n := len(c.entries)
	if n > fewKeys {
		if i, ok := c.find(string(folded)); ok {
			return &c.entries[i].value
		}
		return nil
	}
	for i := 0; ; i++ {
		next := bytes.IndexByte(c.marks[i:n], mark)
		if next < 0 {
			return nil
		}
		i += next
		if e := &c.entries[i]; e.folded == string(folded) {
			return &e.value
		}
	}
}

func (c *Context) find(folded string) (int, bool) {
	low, high := 0, len(c.entries)
	for low < high {
		mid := int(uint(low+high) >> 1)
		if c.entries[mid].folded < folded {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low, low < len(c.entries) && c.entries[low].folded == folded
}

// FoldKey gives all spellings of a condition key that differ in case one form, in the sense of strings.EqualFold: tag keys
// are Unicode, and "awſ:userid" is "aws:userid". Whoever judges a key by its name does so by this form of it. A key that is
// lower-case ASCII comes back as it is.
func FoldKey(key string) string {
	if folded, ok := spelled[key]; ok {
		return folded
	}
	for i := 0; i < len(key); i++ {
		if c := key[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return strings.Map(foldRune, key)
		}
	}
	return key
}

func foldRune(r rune) rune {
	if r < utf8.RuneSelf && r != 'k' && r != 'K' && r != 's' && r != 'S' {
		return unicode.ToLower(r)
	}
	// The lowest of all runes that fold to one another stands for them, except that ASCII letters stay lower-case. Nothing else
	// is made lower: that of "İ" is "i", which it does not fold to.
	low := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		low = min(low, f)
	}
	if low < utf8.RuneSelf {
		return unicode.ToLower(low)
	}
	return low
}
