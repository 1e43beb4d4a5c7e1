package keyscan

import (
	"crypto/sha256"
	"slices"
	"strings"
)

// near is how many bytes may lie between the beginnings of a key id and its secret.
const near = 512

// maxHits bounds what is told of one file: one with more is a list of keys, and the first ten thousand say so.
const maxHits = 10_000

// hit is a key id with or without a secret beside it, or a secret alone.
type hit struct {
	id      string // "" for a secret alone
	offset  int64
	line    int
	example bool
	hint    string   // of the secret; "" for an id alone
	sum     [32]byte // SHA-256 of the secret
}

// placed is a hit with its place.
type placed struct {
	hit
	place Place
}

// pairing joins ids and secrets as they come: a secret belongs to the id before it, if that is near and has none yet; else
// to the id that comes next, if that is near. A named secret may stand alone, any other is then no secret.
type pairing struct {
	hits    []hit
	open    int // one more than the index of the last id, if it has no secret yet; else 0
	waiting []candidate
}

func (p *pairing) add(c candidate) {
	p.expire(c.offset - near)
	if len(p.hits) >= maxHits {
		return
	}
	example := isExample(c.text)
	if len(c.text) == idLen {
		p.hits = append(p.hits, hit{id: c.text, offset: c.offset, line: c.line, example: example})
		p.open = len(p.hits)
		for i, w := range slices.Backward(p.waiting) {
			if isExample(w.text) == example {
				p.attach(w)
				p.waiting = slices.Delete(p.waiting, i, i+1)
				return
			}
		}
		return
	}
	if p.open > 0 {
		if h := &p.hits[p.open-1]; c.offset-h.offset <= near && h.example == example {
			p.attach(c)
			return
		}
	}
	p.waiting = append(p.waiting, c)
}

// attach gives the open id its secret.
func (p *pairing) attach(c candidate) {
	h := &p.hits[p.open-1]
	h.hint, h.sum = hintOf(c.text), sha256.Sum256([]byte(c.text))
	p.open = 0
}

// expire ends the wait of secrets that begin before an offset.
func (p *pairing) expire(before int64) {
	for len(p.waiting) > 0 && p.waiting[0].offset < before {
		if w := p.waiting[0]; w.named {
			p.hits = append(p.hits, hit{
				offset: w.offset, line: w.line, example: isExample(w.text), hint: hintOf(w.text), sum: sha256.Sum256([]byte(w.text)),
			})
		}
		p.waiting = p.waiting[1:]
	}
}

func (p *pairing) end() []hit {
	p.expire(1<<63 - 1)
	return p.hits
}

// hintOf is as much of a secret as is told, for finding it again: 24 of its 240 bits.
func hintOf(secret string) string { return secret[:4] + "…" }

// isExample tells placeholders: documentation's end in EXAMPLE or, secrets, in EXAMPLEKEY; others recite the alphabet, or
// repeat a letter or three. An id of account 000000000000 has more than three different characters but once in a million.
func isExample(token string) bool {
	if len(token) == idLen {
		return strings.HasSuffix(token, "EXAMPLE") || strings.Contains(token, "ABCDEFGH") || distinct(token[4:]) <= 3
	}
	return strings.Contains(token, "EXAMPLE")
}
