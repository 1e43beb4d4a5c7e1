package audit

import (
	"cmp"
	"slices"
)

// Score says in one number how well an account is kept, from 0 to 100, and per area what moves it.
type Score struct {
	// Total is the mean of the areas that were assessed, each weighed by its checks; nil where nothing was.
	Total *int        `json:"total"`
	Areas []AreaScore `json:"areas"`
}

// AreaScore is the score of one area.
type AreaScore struct {
	Area Area `json:"area"`
	// Score is nil where no check of the area could be assessed.
	Score *int `json:"score"`
	// Assessed of Checks could be answered.
	Assessed int `json:"assessed"`
	Checks   int `json:"checks"`
	// Moves are the checks that cost the most, with how many points of the area's score mending them would give.
	Moves []Move `json:"moves,omitempty"`
}

// Move is a check that lowers a score.
type Move struct {
	Check    string `json:"check"`
	Findings int    `json:"findings"`
	Points   int    `json:"points"`
}

// weights of a check by the gravest severity among what it can find: a fault of one weighs as many of the next as benchmarks
// would have people mend before.
var weights = [...]float64{Informational: 0.5, Low: 1, Medium: 3, High: 8, Critical: 16}

// firstCosts is the part of a check's weight that its first finding costs; more of them cost the rest, all of it from
// manyFindings on.
var firstCosts = [...]float64{Informational: 0.25, Low: 0.4, Medium: 0.5, High: 0.75, Critical: 1}

const manyFindings = 8

// score is, per area, the weight of the checks that are clean among those that were assessed.
func score(r *Report, checks []*Check) Score {
	s := Score{Areas: []AreaScore{}}
	var all, got float64
	for _, area := range Areas() {
		one, total, reached := areaScore(r, checks, area)
		if one.Checks == 0 {
			continue
		}
		s.Areas = append(s.Areas, one)
		all, got = all+total, got+reached
	}
	if all > 0 {
		total := int(100*got/all + 0.5)
		s.Total = &total
	}
	return s
}

func areaScore(r *Report, checks []*Check, area Area) (one AreaScore, total, reached float64) {
	one.Area = area
	type lost struct {
		check    string
		findings int
		weight   float64
	}
	var losses []lost
	for _, c := range checks {
		if c.Area != area {
			continue
		}
		one.Checks++
		open, gravest := r.openOf(c)
		if open == 0 && !r.assessed(c) {
			continue
		}
		one.Assessed++
		w := weights[max(c.Severity, gravest)]
		total += w
		if open > 0 {
			first := firstCosts[gravest]
			loss := w * (first + (1-first)*float64(min(open, manyFindings)-1)/(manyFindings-1))
			losses = append(losses, lost{c.ID, open, loss})
			reached -= loss
		}
	}
	reached += total
	if one.Assessed == 0 {
		return one, 0, 0
	}
	points := int(100*reached/total + 0.5)
	one.Score = &points
	slices.SortStableFunc(losses, func(a, b lost) int { return cmp.Compare(b.weight, a.weight) })
	for _, l := range losses {
		one.Moves = append(one.Moves, Move{l.check, l.findings, int(100*l.weight/total + 0.5)})
	}
	return one, total, reached
}

// openOf is how many findings of a check count, and the gravest of them.
func (r *Report) openOf(c *Check) (open int, gravest Severity) {
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Check == c.ID && f.Suppressed == nil {
			open++
			gravest = max(gravest, f.Severity)
		}
	}
	return open, gravest
}

// assessed reports whether a check was assessed in every account.
func (r *Report) assessed(c *Check) bool {
	return !slices.ContainsFunc(r.NotAssessed, func(a Assessment) bool { return a.Check == c.ID }) &&
		slices.ContainsFunc(r.Assessed, func(a Assessment) bool { return a.Check == c.ID })
}
