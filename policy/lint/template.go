package lint

import (
	"math/bits"
	"strings"
)

// maxTemplate is the most bytes of a template that are compared; what is behind counts as fitting.
const maxTemplate = 255

// overlaps is whether some name is matched both by a pattern with "*" and "?" and by a template with placeholders such as
// "${BucketName}", each of which stands for one byte or more. A policy variable in the pattern counts as "*".
//
// It walks both at once and keeps the places of the template that can be reached as bits, so that no pattern is expensive.
func overlaps(pattern, template string) bool { return compile(template).overlaps(pattern) }

// What stands for more than a byte: no byte of UTF-8 has these values.
const (
	anyRun  = 0xff // zero or more bytes of a pattern
	anyOne  = 0xfe // one byte of a pattern
	onePlus = 0xfd // one or more bytes of a template
)

// compiled is a template with onePlus for its placeholders.
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

func (t compiled) overlaps(pattern string) bool {
	at := places{1} // the template's begin
	for i := 0; i < len(pattern); {
		c, size := patternByte(pattern[i:])
		i += size
		if c == anyRun {
			at = at.from()
		} else {
			at = t.step(at, c)
		}
		if at == (places{}) {
			return false
		}
	}
	return at[len(t)/64]&(1<<(len(t)%64)) != 0
}

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

// step gives the places that can be reached from at with one byte of the pattern.
func (t compiled) step(at places, c byte) places {
	var to places
	for i, word := range at {
		for ; word != 0; word &= word - 1 {
			j := i*64 + bits.TrailingZeros64(word)
			switch {
			case j >= len(t):
			case t[j] == onePlus: // the byte may be the placeholder's last or not
				to.add(j)
				to.add(j + 1)
			case c == anyOne || c == t[j]:
				to.add(j + 1)
			}
		}
	}
	return to
}

// places is a set of 0 to 255.
type places [4]uint64

func (p *places) add(i int) { p[i/64] |= 1 << (i % 64) }

// from gives all places from the first on.
func (p places) from() places {
	for i, word := range p {
		if word == 0 {
			continue
		}
		p[i] = ^uint64(0) << bits.TrailingZeros64(word)
		for j := i + 1; j < len(p); j++ {
			p[j] = ^uint64(0)
		}
		return p
	}
	return p
}
