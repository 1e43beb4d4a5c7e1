package lint

import (
	"math/bits"
	"strings"
)

// maxTemplate is the most bytes of a template that overlaps compares; what is behind counts as fitting.
const maxTemplate = 255

// overlaps is whether some name is matched both by a pattern with "*" and "?" and by a template with placeholders such as
// "${BucketName}", each of which stands for one byte or more. A policy variable in the pattern counts as "*".
//
// It walks both at once and keeps the places of the template that can be reached as bits, so the cost is the pattern's
// length times four words, whatever the wildcards.
func overlaps(pattern, template string) bool {
	t := compile(template)
	var at places
	at.add(0)
	for i := 0; i < len(pattern); {
		c, size := patternByte(pattern[i:])
		i += size
		switch c {
		case anyRun:
			at = at.from()
		default:
			at = t.step(at, c)
		}
		if at.empty() {
			return false
		}
	}
	return at.has(len(t))
}

// What stands for more than a byte: no byte of UTF-8 has these values.
const (
	anyRun  = 0xff // zero or more bytes of a pattern
	anyOne  = 0xfe // one byte of a pattern
	onePlus = 0xfd // one or more bytes of a template
)

// patternByte reads the next thing of a pattern, and its length.
func patternByte(rest string) (c byte, size int) {
	switch {
	case strings.HasPrefix(rest, "${"):
		if end := strings.IndexByte(rest, '}'); end > 0 {
			return anyRun, end + 1
		}
	case rest[0] == '*':
		return anyRun, 1
	case rest[0] == '?':
		return anyOne, 1
	}
	return rest[0], 1
}

// compiled is a template with placeholders as onePlus.
type compiled []byte

func compile(template string) compiled {
	var t compiled
	for template != "" && len(t) < maxTemplate {
		if end := strings.IndexByte(template, '}'); end > 0 && strings.HasPrefix(template, "${") {
			t, template = append(t, onePlus), template[end+1:]
			continue
		}
		if template[0] == '*' {
			t = append(t, onePlus)
		} else {
			t = append(t, template[0])
		}
		template = template[1:]
	}
	return t
}

// step gives the places that can be reached from at with one byte of the pattern.
func (t compiled) step(at places, c byte) places {
	var to places
	for j, want := range t {
		if !at.has(j) {
			continue
		}
		switch {
		case want == onePlus: // the byte may be the placeholder's last or not
			to.add(j)
			to.add(j + 1)
		case c == anyOne || c == want:
			to.add(j + 1)
		}
	}
	return to
}

// places is a set of 0 to 255.
type places [4]uint64

func (p *places) add(i int)     { p[i/64] |= 1 << (i % 64) }
func (p places) has(i int) bool { return p[i/64]&(1<<(i%64)) != 0 }
func (p places) empty() bool    { return p == places{} }

// from gives all places from the first on.
func (p places) from() places {
	var all places
	seen := false
	for i, word := range p {
		if seen {
			all[i] = ^uint64(0)
		} else if word != 0 {
			seen = true
			all[i] = ^uint64(0) << bits.TrailingZeros64(word)
		}
	}
	return all
}
