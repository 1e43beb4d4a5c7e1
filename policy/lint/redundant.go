package lint

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
)

// checkRedundant: REDUNDANT_ACTION, REDUNDANT_RESOURCE.
func checkRedundant(l *linter, s *statement) {
	l.redundant("REDUNDANT_ACTION", "actions", s.actions, strings.ToLower)
	l.redundant("REDUNDANT_RESOURCE", "resources", s.resources, func(text string) string { return text })
}

// redundant gives one finding for each value that covers others, with all their places.
func (l *linter) redundant(code, what string, values []*node, fold func(string) string) {
	if len(values) < 2 {
		return
	}
	for _, group := range l.coverGroups(values, fold) {
		example := group[1]
		if group[0].text != example.text && covers(fold(example.text), fold(group[0].text)) {
			example = group[0]
		}
		l.reportAll(code, group, "These %d %s are covered by one of them. Remove the others, such as %s.", len(group), what, clip(example.text))
	}
}

// coverGroups finds values that are covered by another of the list, and gives each group in the order of the list. A value
// belongs to the first that covers it and is not covered itself.
func (l *linter) coverGroups(values []*node, fold func(string) string) [][]*node {
	x := newCoverIndex(values, fold)
	groups := map[int][]*node{}
	var order []int
	for i, n := range values {
		cover := l.coverOf(i, x)
		if cover == i {
			continue
		}
		if groups[cover] == nil {
			groups[cover] = []*node{values[cover]}
			order = append(order, cover)
		}
		groups[cover] = append(groups[cover], n)
	}
	slices.Sort(order)
	list := make([][]*node, len(order))
	for i, cover := range order {
		list[i] = groups[cover]
		slices.SortFunc(list[i], func(a, b *node) int { return int(a.start - b.start) })
	}
	return list
}

// coverIndex finds the patterns that may cover a text: those whose literal begin is a begin of the text.
type coverIndex struct {
	texts    []string
	first    map[string]int   // the first of equal texts
	byPrefix map[string][]int // patterns by what stands before their first wildcard
	lengths  []int            // of those prefixes, in order
}

func newCoverIndex(values []*node, fold func(string) string) *coverIndex {
	x := &coverIndex{texts: make([]string, len(values)), first: map[string]int{}, byPrefix: map[string][]int{}}
	for i, n := range values {
		text := oneStar(fold(n.text))
		x.texts[i] = text
		if _, found := x.first[text]; found {
			continue
		}
		x.first[text] = i
		if at := strings.IndexAny(text, "*?"); at >= 0 {
			x.byPrefix[text[:at]] = append(x.byPrefix[text[:at]], i)
			x.lengths = append(x.lengths, at)
		}
	}
	slices.Sort(x.lengths)
	x.lengths = slices.Compact(x.lengths)
	return x
}

// oneStar replaces runs of "*" by one, which mean the same: so that no two different patterns cover each other.
func oneStar(pattern string) string {
	for strings.Contains(pattern, "**") {
		pattern = strings.ReplaceAll(pattern, "**", "*")
	}
	return pattern
}

// coverOf gives the place of the widest value that covers the one at i, or i.
func (l *linter) coverOf(i int, x *coverIndex) int {
	cover := x.first[x.texts[i]]
	for {
		wider := l.wider(cover, x)
		if wider < 0 {
			return cover
		}
		cover = wider
	}
}

// wider gives the place of a pattern that covers the value at i and is not equal to it, or -1.
func (l *linter) wider(i int, x *coverIndex) int {
	text := x.texts[i]
	for _, length := range x.lengths {
		if length > len(text) || !l.spend(1+length/16) {
			return -1
		}
		for _, j := range x.byPrefix[text[:length]] {
			if !l.spend(1 + len(text)/32) {
				return -1
			}
			if x.texts[j] != text && covers(x.texts[j], text) {
				return j
			}
		}
	}
	return -1
}

// covers is whether pattern matches all that other matches: "*" takes everything, "?" any one character but not a "*".
func covers(pattern, other string) bool {
	if !wild(pattern) || !arn.Glob(pattern, other) {
		return false
	}
	return strings.IndexByte(pattern, '?') < 0 || strings.IndexByte(other, '*') < 0
}

// checkRedundantStatements: REDUNDANT_STATEMENT.
func checkRedundantStatements(l *linter) {
	groups := map[string][]*node{}
	var order []string
	for i := range l.statements {
		key := l.statements[i].meaning()
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], l.statements[i].node)
	}
	for _, key := range order {
		if len(groups[key]) > 1 {
			l.reportAll("REDUNDANT_STATEMENT", groups[key], "These statements say the same. Keep one of them.")
		}
	}
}

// meaning is a text that statements share if they say the same; their Sids do not count, nor the order of values.
func (s *statement) meaning() string {
	var out strings.Builder
	var members []string
	for _, m := range s.node.children {
		if m.key != "Sid" {
			members = append(members, m.key+"="+m.canonical())
		}
	}
	slices.Sort(members)
	for _, m := range members {
		out.WriteString(m)
		out.WriteByte('\n')
	}
	return out.String()
}

// canonical prints a value without white space, members and entries in order; a list of one is its entry.
func (n *node) canonical() string {
	if n.kind == '[' && len(n.children) == 1 {
		return n.children[0].canonical()
	}
	if n.kind != '{' && n.kind != '[' {
		return string(rune(n.kind)) + n.text + "\x00"
	}
	var parts []string
	for _, c := range n.children {
		parts = append(parts, c.key+"\x01"+c.canonical())
	}
	slices.Sort(parts)
	return string(rune(n.kind)) + strings.Join(slices.Compact(parts), "\x02") + "\x03"
}
