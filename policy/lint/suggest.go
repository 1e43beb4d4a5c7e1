package lint

import (
	"strings"

	"github.com/warder-iam/warder/catalog"
)

// maxSuggestions bounds the search for what an author may have meant: a document can hold thousands of unknown names.
const maxSuggestions = 20

// suggestAction says which action may have been meant, or what to do.
func (l *linter) suggestAction(s *catalog.Service, name string) string {
	best := nearest{name: strings.ToLower(name)}
	if l.mayCompare() && !wild(name) {
		for i := range s.Actions {
			best.consider(s.Actions[i].Name)
		}
	}
	if best.found == "" {
		return " Correct its name, or remove it."
	}
	return " Did you mean " + s.Prefix + ":" + best.found + "?"
}

// suggestService is suggestAction for the service of an action.
func (l *linter) suggestService(prefix string) string {
	best := nearest{name: strings.ToLower(prefix)}
	if l.mayCompare() && !wild(prefix) {
		for s := range l.options.Catalog.Services() {
			best.consider(s.Prefix)
		}
	}
	if best.found == "" {
		return " Correct its name, or add the service to the catalogue."
	}
	return " Did you mean " + best.found + "?"
}

func (l *linter) mayCompare() bool {
	l.suggestions++
	return l.suggestions <= maxSuggestions
}

// nearest finds the name with the fewest differences, of which it accepts one in four letters.
type nearest struct {
	name  string // lower case
	found string
	apart int
}

func (n *nearest) consider(candidate string) {
	limit := len(n.name) / 4
	if n.found != "" {
		limit = n.apart - 1
	}
	if limit < 1 || len(n.name) > 64 {
		return
	}
	if d := distance(n.name, strings.ToLower(candidate), limit); d <= limit {
		n.found, n.apart = candidate, d
	}
}

// distance is the number of letters to insert, remove or replace that turn a into b; some number above limit where it is
// more than limit.
func distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal, least := row[0], i+1
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
			least = min(least, cost)
		}
		if least > limit {
			return limit + 1
		}
	}
	return row[len(b)]
}
