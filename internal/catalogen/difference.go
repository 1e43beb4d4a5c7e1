package main

import "strings"

// difference gives what catalog's patch needs to make old out of newer: runs of newer's lines to copy, each followed by
// text to insert.
func difference(newer, old string) string {
	from, to := strings.SplitAfter(newer, "\n"), strings.SplitAfter(old, "\n")
	places := make(map[string][]int, len(from))
	for i, line := range from {
		places[line] = append(places[line], i)
	}
	var w writer
	at := 0 // line of newer after the last copy
	for i := 0; i < len(to); {
		start, count := longestRun(from, to[i:], places[to[i]], at)
		i += count
		first := i
		for i < len(to) && len(places[to[i]]) == 0 {
			i++
		}
		inserted := strings.Join(to[first:i], "")
		w.int(start - at)
		w.uint(count)
		w.uint(len(inserted))
		w.WriteString(inserted)
		at = start + count
	}
	return w.String()
}

// longestRun finds the longest run of lines that begins both at one of the candidate places in from and at the start of
// to. Of runs of one length the one nearest to at wins, since near ones are written short.
func longestRun(from, to []string, candidates []int, at int) (start, count int) {
	start = at
	for _, c := range candidates {
		n := 0
		for n < len(to) && c+n < len(from) && from[c+n] == to[n] {
			n++
		}
		if n > count || n == count && distance(c, at) < distance(start, at) {
			start, count = c, n
		}
	}
	return start, count
}

func distance(a, b int) int { return max(a-b, b-a) }
