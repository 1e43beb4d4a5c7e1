package lint

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
)

// maxCovers bounds the comparisons of patterns in one document. Ordinary documents stay far below it; in one that is made of
// patterns, the last ones are not compared.
const maxCovers = 2_000_000

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
	texts := make([]string, len(values))
	byPrefix := map[string][]int{} // patterns by what stands before their first wildcard
	first := map[string]int{}      // the first of equal texts
	for i, n := range values {
		texts[i] = fold(n.text)
		if _, found := first[texts[i]]; found {
			continue
		}
		first[texts[i]] = i
		if at := strings.IndexAny(texts[i], "*?"); at >= 0 {
			byPrefix[texts[i][:at]] = append(byPrefix[texts[i][:at]], i)
		}
	}
	groups := map[int][]*node{}
	var order []int
	for i, n := range values {
		cover := l.coverOf(i, texts, byPrefix, first)
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

// coverOf gives the place of the widest value that covers the one at i, or i.
func (l *linter) coverOf(i int, texts []string, byPrefix map[string][]int, first map[string]int) int {
	cover := first[texts[i]]
	for changed := true; changed; {
		changed = false
		for at := 0; at <= len(texts[cover]) && !changed; at++ {
			for _, j := range byPrefix[texts[cover][:at]] {
				if l.covers++; l.covers > maxCovers {
					return cover
				}
				if j != cover && texts[j] != texts[cover] && covers(texts[j], texts[cover]) {
					cover, changed = j, true
					break
				}
			}
			if at < len(texts[cover]) && strings.IndexByte("*?", texts[cover][at]) >= 0 {
				break // what follows is no literal prefix
			}
		}
	}
	return cover
}

// covers is whether pattern matches all that other matches: "*" takes everything, "?" any one character but not a "*".
// Two patterns that match the same cover each other only if they are the same text, so that one of them stays.
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
