package access

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/warder-iam/warder/policy/eval"
)

// This file finds texts: for a number of tests, each a list of globs of which one must fit, one text for each combination
// of tests that some text passes. It walks through the product of the globs' automata, shortest texts first, so that a
// combination that it does not find does not exist.

// textTest is passed by texts that fit one of the globs.
type textTest []glob

// glob is a pattern as the automaton reads it.
type glob struct {
	tokens  []token
	anyCase bool
}

// token is one character of a pattern. In the first five parts of an ARN pattern no wildcard takes a colon.
type token struct {
	kind    tokenKind
	r       rune
	noColon bool
}

type tokenKind uint8

const (
	literal tokenKind = iota
	one               // any character
	run               // any run of characters
)

const arnColons = 5

// newGlob reads a text in which wildcards are marked as in eval.Piece.
func newGlob(text string, anyCase, isARN bool) glob {
	g := glob{anyCase: anyCase}
	colons := 0
	for i := 0; i < len(text); {
		t := token{noColon: isARN && colons < arnColons}
		size := 1
		switch text[i] {
		case eval.AnyRun:
			t.kind = run
		case eval.AnyOne:
			t.kind = one
		default:
			t.r, size = utf8.DecodeRuneInString(text[i:])
			if t.r == ':' {
				colons++
			}
		}
		i += size
		g.tokens = append(g.tokens, t)
	}
	return g
}

// literal gives the one text that fits, if there is but one.
func (g *glob) literal() (string, bool) {
	var text strings.Builder
	for _, t := range g.tokens {
		if t.kind != literal {
			return "", false
		}
		text.WriteRune(t.r)
	}
	return text.String(), true
}

// takes reports whether the token takes a character.
func (g *glob) takes(t token, r rune) bool {
	switch {
	case t.kind != literal:
		return !(t.noColon && r == ':')
	case g.anyCase:
		return sameFolded(t.r, r)
	default:
		return t.r == r
	}
}

func sameFolded(a, b rune) bool {
	if a == b {
		return true
	}
	for f := unicode.SimpleFold(a); f != a; f = unicode.SimpleFold(f) {
		if f == b {
			return true
		}
	}
	return false
}

// places are the tokens that may come next, in order; len(tokens) for the end.
type places []uint16

func (g *glob) start() places { return g.closed(nil, 0) }

// closed adds a place, and those that are reached from it without a character.
func (g *glob) closed(p places, at int) places {
	for {
		if !slices.Contains(p, uint16(at)) {
			p = append(p, uint16(at))
		}
		if at == len(g.tokens) || g.tokens[at].kind != run {
			return p
		}
		at++
	}
}

func (g *glob) step(from places, r rune) places {
	var to places
	for _, at := range from {
		if int(at) == len(g.tokens) || !g.takes(g.tokens[at], r) {
			continue
		}
		if g.tokens[at].kind == run {
			to = g.closed(to, int(at))
		} else {
			to = g.closed(to, int(at)+1)
		}
	}
	slices.Sort(to)
	return to
}

func (g *glob) fits(p places) bool { return slices.Contains(p, uint16(len(g.tokens))) }

// matches reports whether a text fits.
func (g *glob) matches(text string) bool {
	p := g.start()
	for _, r := range text {
		p = g.step(p, r)
	}
	return g.fits(p)
}

// maxStates bounds the walk, maxTokens the length of a pattern in it. What policies hold stays far below.
const (
	maxStates = 1 << 13
	maxTokens = 1 << 12
)

// texts gives a text for each combination of tests that some text passes, and whether these are all. Texts that are easy to
// read come first: the literals, then a text that passes none; the empty one is a last resort. The cost is the number of states.
func texts(tests []textTest) (found []string, all bool, cost int) {
	return textsOf(tests, func(rune) bool { return true })
}

// textsOf is texts for those of certain characters.
func textsOf(tests []textTest, characters func(rune) bool) (found []string, all bool, cost int) {
	w := walk{tests: tests, seen: map[string]bool{}, allowed: characters}
	w.seed()
	all = w.literals || w.run()
	w.try("")
	return w.found, all, w.states
}

// textWith is the first of texts that is good, which must depend on nothing but the tests that it passes. Most often that is
// found without a walk.
func textWith(tests []textTest, good func(text string) bool) (text string, ok bool) {
	w := walk{tests: tests, seen: map[string]bool{}, allowed: func(rune) bool { return true }}
	w.seed()
	at := slices.IndexFunc(w.found, good)
	if at < 0 {
		w.run()
		at = slices.IndexFunc(w.found, good)
	}
	if at < 0 {
		return "", false
	}
	return w.found[at], true
}

type walk struct {
	tests    []textTest
	globs    []*glob
	of       []int // the test of a glob
	literals bool  // all globs are literals with case
	found    []string
	seen     map[string]bool // combinations that have a text
	states   int
	allowed  func(rune) bool
}

// seed tries what patterns suggest.
func (w *walk) seed() {
	w.literals = true
	for i := range w.tests {
		for j := range w.tests[i] {
			w.globs, w.of = append(w.globs, &w.tests[i][j]), append(w.of, i)
		}
	}
	for _, g := range w.globs {
		text, ok := g.literal()
		w.literals = w.literals && ok && !g.anyCase
		if ok && text != "" {
			w.try(text)
		}
	}
	w.try(w.fresh())
	for _, g := range w.globs {
		if text := g.example(); text != "" {
			w.try(text)
		}
	}
}

// fresh is a text that no literal is.
func (w *walk) fresh() string {
	text := "other"
	for slices.ContainsFunc(w.globs, func(g *glob) bool { l, ok := g.literal(); return ok && strings.EqualFold(l, text) }) {
		text += "-other"
	}
	return text
}

// example puts something in place of wildcards.
func (g *glob) example() string {
	var text strings.Builder
	for _, t := range g.tokens {
		switch t.kind {
		case literal:
			text.WriteRune(t.r)
		case one, run:
			text.WriteRune('x')
		}
	}
	return text.String()
}

// try takes a text if its combination is new.
func (w *walk) try(text string) {
	if strings.ContainsFunc(text, func(r rune) bool { return !w.allowed(r) }) {
		return
	}
	passed := make([]byte, len(w.tests))
	for i, g := range w.globs {
		if g.matches(text) {
			passed[w.of[i]] = 1
		}
	}
	w.take(passed, text)
}

func (w *walk) take(passed []byte, text string) {
	if !w.seen[string(passed)] {
		w.seen[string(passed)] = true
		w.found = append(w.found, text)
	}
}

// complete reports whether every combination that there could be was found.
func (w *walk) complete() bool { return len(w.tests) < 16 && len(w.found) == 1<<len(w.tests) }

// node is a state of the product: what each glob may take next, and the text that led there.
type node struct {
	places []places
	from   int
	by     rune
}

// run walks through all states, and tells whether it saw them all.
func (w *walk) run() bool {
	for _, g := range w.globs {
		if len(g.tokens) > maxTokens {
			return false
		}
	}
	first := node{from: -1}
	for _, g := range w.globs {
		first.places = append(first.places, g.start())
	}
	nodes := []node{first}
	known := map[string]bool{first.key(): true}
	for at := 0; at < len(nodes) && !w.complete(); at++ {
		for _, r := range w.characters(nodes[at].places) {
			next := node{from: at, by: r}
			for i, g := range w.globs {
				next.places = append(next.places, g.step(nodes[at].places[i], r))
			}
			key := next.key()
			if known[key] {
				continue
			}
			if len(nodes) == maxStates {
				return false
			}
			known[key] = true
			nodes = append(nodes, next)
			w.states = len(nodes)
			w.arrive(nodes)
		}
	}
	return true
}

// arrive takes the text that led to the last node.
func (w *walk) arrive(nodes []node) {
	last := len(nodes) - 1
	passed := make([]byte, len(w.tests))
	for i, g := range w.globs {
		if g.fits(nodes[last].places[i]) {
			passed[w.of[i]] = 1
		}
	}
	if w.seen[string(passed)] {
		return
	}
	var text []rune
	for at := last; nodes[at].from >= 0; at = nodes[at].from {
		text = append(text, nodes[at].by)
	}
	slices.Reverse(text)
	w.take(passed, string(text))
}

func (n *node) key() string {
	var key []byte
	for _, p := range n.places {
		for _, at := range p {
			key = append(key, byte(at), byte(at>>8))
		}
		key = append(key, 0xff, 0xff)
	}
	return string(key)
}

// plainCharacters stand for those that no pattern names.
const plainCharacters = "xyzabcdefghijklmnopqrstuvw0123456789-_"

// characters are those that the globs tell apart in a state, and one that stands for all others.
func (w *walk) characters(at []places) []rune {
	var list []rune
	add := func(r rune) {
		if w.allowed(r) && !slices.Contains(list, r) {
			list = append(list, r)
		}
	}
	for i, g := range w.globs {
		for _, p := range at[i] {
			if int(p) == len(g.tokens) {
				continue
			}
			t := g.tokens[p]
			switch {
			case t.kind == literal && g.anyCase:
				add(t.r)
				for f := unicode.SimpleFold(t.r); f != t.r; f = unicode.SimpleFold(f) {
					add(f)
				}
			case t.kind == literal:
				add(t.r)
			case t.noColon:
				add(':')
			}
		}
	}
	slices.Sort(list)
	return append([]rune{other(list)}, list...)
}

// other is a character that is not in the list.
func other(list []rune) rune {
	for _, r := range plainCharacters {
		if !slices.Contains(list, r) && !slices.ContainsFunc(list, func(l rune) bool { return sameFolded(l, r) }) {
			return r
		}
	}
	r := rune(0x4e00)
	for slices.Contains(list, r) {
		r++
	}
	return r
}
