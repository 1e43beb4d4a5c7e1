package search

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/trail"
)

// Unusual is something that a person may want to look at. It is no verdict: the rules are plain, and Why says what they saw.
type Unusual struct {
	Rule        Rule
	Principal   string
	What        string // the address, the call, the hour; "" where the principal says all
	Count       int    // of events
	First, Last time.Time
	Why         string
}

// Rule is why something is unusual.
type Rule string

// The rules. The time of a summary has two parts, the first three quarters and the last one: what is new is so in the last
// part beside the first.
const (
	// RootUse: the root user did something.
	RootUse Rule = "root-use"
	// NewAddress: a principal that was active in the first part called from an address for the first time in the last one.
	NewAddress Rule = "new-address"
	// NewAction: likewise with a call that it made for the first time.
	NewAction Rule = "new-action"
	// Burst: an hour with many times the calls of the principal's median hour.
	Burst Rule = "burst"
	// UnusualHour: in the last part a principal was active at an hour of the day at which, and next to which, it never was in
	// the first part.
	UnusualHour Rule = "unusual-hour"
	// Insight: the trail says itself that a call was unusually frequent, or failed unusually often.
	Insight Rule = "insight"
)

// What the rules ask for before they speak.
const (
	minPeriod = 24 * time.Hour
	// enough calls in the first part make a principal's habits known.
	enough = 20
	// enoughDays and enoughCalls likewise, for the hours of the day.
	enoughDays, enoughCalls = 5, 50
	// A burst has burstLeast calls and burstTimes those of the median of at least burstHours hours.
	burstLeast, burstTimes, burstHours = 100, 10, 5
)

func (z *Summarizer) unusual(s *Summary) []Unusual {
	list := slices.Clone(z.insights)
	last := s.To.Add(-s.To.Sub(s.From) / 4)
	for who, h := range z.habits {
		if h.root.count > 0 {
			list = append(list, Unusual{RootUse, who, "", h.root.count, h.root.first, h.root.last,
				"The root user can do everything and is bound by no policy: it is for what nothing else can do."})
		}
		if !s.TooShort {
			list = append(list, h.burst(who)...)
			list = append(list, h.unusualHours(who, last)...)
		}
	}
	if !s.TooShort {
		list = append(list, z.newOnes(last)...)
	}
	slices.SortFunc(list, func(a, b Unusual) int {
		return cmp.Or(strings.Compare(a.Principal, b.Principal), strings.Compare(string(a.Rule), string(b.Rule)), a.First.Compare(b.First), strings.Compare(a.What, b.What))
	})
	return list
}

// insight takes the start of an insight; its principal is who made most of the calls.
func (z *Summarizer) insight(e *trail.Event) {
	i := e.Insight()
	if i == nil || i.State != trail.InsightStart {
		return
	}
	if len(z.insights) == MaxTracked {
		z.s.Untracked++
		return
	}
	who := "unknown"
	for _, a := range i.Context.Attributions {
		if a.Attribute == "userIdentityArn" && len(a.Insight) > 0 {
			who = a.Insight[0].Value
		}
	}
	why := fmt.Sprintf("%.4g calls a minute, beside %.4g on average before.", i.Context.Statistics.Insight.Average, i.Context.Statistics.Baseline.Average)
	if i.ErrorCode != "" {
		why = i.ErrorCode + ": " + why
	}
	source, name := e.Operation()
	z.insights = append(z.insights, Unusual{Insight, who, trail.ServiceOf(source) + ":" + name, 1, e.EventTime, e.EventTime, why})
}

// newOnes are the addresses and calls that came in the last part.
func (z *Summarizer) newOnes(last time.Time) []Unusual {
	var list []Unusual
	add := func(rule Rule, who, what string, s span, why string) {
		if before := z.habits[who].before(last); s.first.After(last) && before >= enough {
			list = append(list, Unusual{rule, who, what, s.count, s.first, s.last,
				fmt.Sprintf("%s in none of the %d calls until %s.", why, before, last.Format(time.RFC3339))})
		}
	}
	for k, s := range z.addresses {
		add(NewAddress, k[0], k[1], *s, "It called from this address")
	}
	for k, u := range z.uses {
		add(NewAction, k[0], k[1], span{u.Count, u.First, u.Last}, "It made this call")
	}
	return list
}

// before is how many calls there were until then, to the hour; of a principal that is not tracked none.
func (h *habit) before(t time.Time) int {
	if h == nil {
		return 0
	}
	n := 0
	for hour, count := range h.hours {
		if hour < t.Unix()/3600 {
			n += count
		}
	}
	return n
}

// burst finds the hours with far more calls than the median one of those with any.
func (h *habit) burst(who string) []Unusual {
	if len(h.hours) < burstHours {
		return nil
	}
	var counts []int
	for _, n := range h.hours {
		counts = append(counts, n)
	}
	slices.Sort(counts)
	median := counts[len(counts)/2]
	var list []Unusual
	for hour, n := range h.hours {
		if n < burstLeast || n < burstTimes*median {
			continue
		}
		from := time.Unix(hour*3600, 0).UTC()
		list = append(list, Unusual{Burst, who, from.Format("2006-01-02 15h"), n, from, from.Add(time.Hour - time.Second),
			fmt.Sprintf("%d calls in an hour, %d times its median hour of %d.", n, n/max(median, 1), median)})
	}
	return list
}

// unusualHours finds the hours of the day, in UTC, that are new in the last part.
func (h *habit) unusualHours(who string, last time.Time) []Unusual {
	var known [24]bool
	days, calls := map[int64]bool{}, 0
	boundary := last.Unix() / 3600
	for hour, n := range h.hours {
		if hour < boundary {
			known[clock(hour)] = true
			days[hour/24] = true
			calls += n
		}
	}
	if len(days) < enoughDays || calls < enoughCalls {
		return nil
	}
	var at [24]span
	for hour, n := range h.hours {
		c := clock(hour)
		if hour > boundary && !known[c] && !known[(c+1)%24] && !known[(c+23)%24] {
			s := &at[c]
			s.add(time.Unix(hour*3600, 0).UTC())
			s.count += n - 1
		}
	}
	var list []Unusual
	for c, s := range at {
		if s.count > 0 {
			list = append(list, Unusual{UnusualHour, who, fmt.Sprintf("%02dh UTC", c), s.count, s.first, s.last.Add(time.Hour - time.Second),
				fmt.Sprintf("In %d calls on %d days until %s it was never active at this hour or next to it.", calls, len(days), last.Format(time.RFC3339))})
		}
	}
	return list
}

// clock is the hour of the day.
func clock(hour int64) int { return int((hour%24 + 24) % 24) }
