package catalog

import (
	"compress/flate"
	"io"
	"strings"
	"sync"
)

// archive is one embedded data file: blocks of text, each compressed on its own and inflated once, when it is first read.
//
//	file  = count, count × (plain length, packed length), count × packed block
//	count, lengths: unsigned varints; a packed block is a raw DEFLATE stream
//
// internal/catalogen writes it. The data is part of the program and a test reads every block of it, so damage is a broken
// build and not an error that a caller could handle: reading panics.
type archive struct {
	blocks []block
}

type block struct {
	once   sync.Once
	packed string
	size   int
	plain  string
}

func openArchive(data string) *archive {
	c := cursor{text: data}
	a := &archive{blocks: make([]block, c.uint())}
	packed := make([]int, len(a.blocks))
	for i := range a.blocks {
		a.blocks[i].size = c.uint()
		packed[i] = c.uint()
	}
	for i := range a.blocks {
		a.blocks[i].packed = c.take(packed[i])
	}
	return a
}

// text gives a block's plain text. Parts of it stay valid, and keep the whole block in memory, for as long as they are held.
func (a *archive) text(i int) string {
	b := &a.blocks[i]
	b.once.Do(func() {
		var plain strings.Builder
		plain.Grow(b.size)
		if _, err := io.Copy(&plain, flate.NewReader(strings.NewReader(b.packed))); err != nil || plain.Len() != b.size {
			panic("catalog: the embedded data is damaged; run make generate")
		}
		b.plain = plain.String()
	})
	return b.plain
}

// cursor reads the numbers and texts of a block, front to back.
type cursor struct {
	text string
	at   int
}

// uint reads an unsigned varint.
func (c *cursor) uint() int {
	n, shift := 0, 0
	for {
		b := c.text[c.at]
		c.at++
		n |= int(b&0x7f) << shift
		if b < 0x80 {
			return n
		}
		shift += 7
	}
}

// int reads a signed varint in zigzag form.
func (c *cursor) int() int {
	n := c.uint()
	return n>>1 ^ -(n & 1)
}

// take reads the next n bytes.
func (c *cursor) take(n int) string {
	s := c.text[c.at : c.at+n]
	c.at += n
	return s
}

// texts reads a table of strings: their count, their lengths, then their bytes.
func (c *cursor) texts() []string {
	table := make([]string, c.uint())
	lengths := make([]int, len(table))
	for i := range lengths {
		lengths[i] = c.uint()
	}
	for i, n := range lengths {
		table[i] = c.take(n)
	}
	return table
}
