package insight

import (
	"slices"
)

// series are the calls of a key: the minutes that are not judged yet, and what is kept of those that are.
type series struct {
	minutes map[int64]*minute
	hours   []hour // oldest first
	days    []day  // oldest first
}

// minute is what happened in one.
type minute struct {
	calls  int
	values attributions
}

// hour is the calls of one, and those of its busiest minute.
type hour struct {
	at          int64 // hours since 1970
	calls, peak int
}

// day has the values that calls had most.
type day struct {
	at     int64 // days since 1970
	values attributions
}

const (
	minutesOfDay  = 24 * 60
	baselineHours = 7 * 24
)

// newest is the newest hour of which anything is known.
func (s *series) newest() (at int64) {
	if n := len(s.hours); n > 0 {
		at = s.hours[n-1].at
	}
	for m := range s.minutes {
		at = max(at, m/60)
	}
	return at
}

// fold moves a minute into the baseline, and drops what is too old for it.
func (s *series) fold(at int64) {
	m := s.minutes[at]
	if m == nil {
		return
	}
	delete(s.minutes, at)
	i, found := slices.BinarySearchFunc(s.hours, at/60, func(h hour, at int64) int { return int(h.at - at) })
	if !found {
		s.hours = slices.Insert(s.hours, i, hour{at: at / 60})
	}
	s.hours[i].calls += m.calls
	s.hours[i].peak = max(s.hours[i].peak, m.calls)
	s.hours = slices.DeleteFunc(s.hours, func(h hour) bool { return h.at < s.hours[len(s.hours)-1].at-baselineHours })
	i, found = slices.BinarySearchFunc(s.days, at/minutesOfDay, func(d day, at int64) int { return int(d.at - at) })
	if !found {
		s.days = slices.Insert(s.days, i, day{at: at / minutesOfDay})
	}
	s.days[i].values.merge(&m.values)
	s.days = slices.DeleteFunc(s.days, func(d day) bool { return d.at < s.days[len(s.days)-1].at-7 })
}

// baseline is what a minute is compared with.
type baseline struct {
	minutes int64 // at least 1
	calls   int
	peaks   [7]int // the busiest minute of each of the seven days before, counted from the minute back
	values  attributions
}

// before is the baseline of a minute, of so many minutes.
func (s *series) before(at, minutes int64) baseline {
	b := baseline{minutes: max(minutes, 1)}
	for _, h := range s.hours {
		age := at/60 - h.at
		if age < 0 || age >= baselineHours {
			continue
		}
		b.calls += h.calls
		b.peaks[age/24] = max(b.peaks[age/24], h.peak)
	}
	for _, d := range s.days {
		b.values.merge(&d.values)
	}
	return b
}

// average is calls a minute.
func (b *baseline) average() float64 { return float64(b.calls) / float64(b.minutes) }

// usual is how many calls a minute are nothing new: the average, or the busiest minute of the second-busiest day, so that what
// happens every night is usual after two of them, and what happened once is not.
func (b *baseline) usual() float64 {
	peaks := slices.Sorted(slices.Values(b.peaks[:]))
	return max(b.average(), float64(peaks[len(peaks)-2]))
}
