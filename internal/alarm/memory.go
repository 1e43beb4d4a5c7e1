package alarm

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Bounds of a Memory, whatever comes along the trail. Where there is no more room, what was quiet longest is forgotten.
const (
	maxWindows = 10_000
	maxSeen    = 8_192
	maxFacts   = 4_096 // subjects
	maxDetails = 16    // of a subject; more are one
)

// Memory is what an engine knows of the past. Its exported part is kept; the rest comes back by feeding the events of
// Engine.Longest once more. Texts are in it as hashes: a memory may be large, but it tells nothing.
type Memory struct {
	// Seen are principals, and what rules with Fresh have met.
	Seen map[Hash]Span `json:"seen,omitempty"`
	// Facts are the hashes of the details that are true, by fact and subject.
	Facts map[Hash][]Hash `json:"facts,omitempty"`

	windows map[Hash]*window
}

// Hash stands for a text. Two of ten thousand being the same by chance takes a hundred billion memories.
type Hash uint64

// Span is when something was met, in hours since 1970.
type Span struct {
	First uint32 `json:"f"`
	Last  uint32 `json:"l"`
}

// window is the newest events of a rule about one subject.
type window struct {
	newest int64   // Unix seconds
	times  []int64 // of the events, or of the newest with each value
	values []Hash  // beside times, of rules that count values
}

func newMemory(m *Memory) Memory {
	n := Memory{Seen: map[Hash]Span{}, Facts: map[Hash][]Hash{}, windows: map[Hash]*window{}}
	if m != nil {
		maps.Copy(n.Seen, m.Seen)
		maps.Copy(n.Facts, m.Facts)
	}
	return n
}

func hash(parts ...string) Hash {
	var lengths []byte
	for _, p := range parts {
		lengths = binary.AppendUvarint(lengths, uint64(len(p)))
	}
	sum := sha256.Sum256(append(lengths, strings.Join(parts, "")...))
	return Hash(binary.BigEndian.Uint64(sum[:]))
}

// add counts an event, and gives how many there are within the rule's time. Times are the events' own: a clock that was
// set back makes an event as old as it says.
func (m *Memory) add(rule *Rule, r *record, subject string) int {
	value := ""
	if rule.Distinct != "" {
		if value = r.value(rule.Distinct); value == "" {
			return 0
		}
	}
	key := hash("window", rule.ID, r.account, subject)
	w := m.windows[key]
	if w == nil {
		if len(m.windows) >= maxWindows {
			forget(m.windows, func(w *window) int64 { return w.newest })
		}
		w = &window{}
		m.windows[key] = w
	}
	at := r.EventTime.Unix()
	if at <= w.newest-int64(rule.Within.Seconds()) {
		return 0 // of another time than those that are counted
	}
	w.put(at, value, rule)
	return len(w.times)
}

// put adds an event, and drops those that are too old, and the oldest beyond what a threshold may be.
func (w *window) put(at int64, value string, rule *Rule) {
	w.newest = max(w.newest, at)
	if rule.Distinct != "" {
		v := hash(value)
		if i := slices.Index(w.values, v); i >= 0 {
			at = max(at, w.times[i])
			w.times, w.values = slices.Delete(w.times, i, i+1), slices.Delete(w.values, i, i+1)
		}
		w.values = append(w.values, v)
	}
	w.times = append(w.times, at)
	for i := len(w.times) - 1; i >= 0; i-- {
		if w.times[i] <= w.newest-int64(rule.Within.Seconds()) {
			w.drop(i)
		}
	}
	if len(w.times) > maxCount {
		w.drop(slices.Index(w.times, slices.Min(w.times)))
	}
}

func (w *window) drop(i int) {
	w.times = slices.Delete(w.times, i, i+1)
	if len(w.values) > 0 {
		w.values = slices.Delete(w.values, i, i+1)
	}
}

// forget makes room: the quarter that was quiet longest goes.
func forget[V any](from map[Hash]V, newest func(V) int64) {
	keys := slices.SortedFunc(maps.Keys(from), func(a, b Hash) int {
		return cmp.Or(cmp.Compare(newest(from[a]), newest(from[b])), cmp.Compare(a, b))
	})
	for _, key := range keys[:max(len(keys)/4, 1)] {
		delete(from, key)
	}
}

func hours(t time.Time) uint32 { return uint32(max(t.Unix()/3600, 0)) }

// meet notes that a principal did something.
func (m *Memory) meet(account, principal string, at time.Time) {
	m.see(hash("principal", account, principal), at)
}

// see notes that something was met, and gives what was known of it before.
func (m *Memory) see(key Hash, at time.Time) (before Span, known bool) {
	before, known = m.Seen[key]
	now := before
	if h := hours(at); !known {
		if len(m.Seen) >= maxSeen {
			forget(m.Seen, func(s Span) int64 { return int64(s.Last) })
		}
		now = Span{h, h}
	} else {
		now.Last = max(now.Last, h)
	}
	m.Seen[key] = now
	return before, known
}

// fresh reports whether the subject was not met for the rule's time, by a principal that is known long enough for that to
// mean something.
func (m *Memory) fresh(rule *Rule, r *record, subject string) bool {
	if !r.proven() {
		return false // nobody that is known at all
	}
	at := hours(r.EventTime)
	before, met := m.see(hash("fresh", rule.ID, r.account, subject), r.EventTime)
	if met && before.Last+uint32(rule.Fresh.Hours()) > at {
		return false
	}
	principal, known := m.Seen[hash("principal", r.account, r.principal())]
	return known && principal.First+uint32(rule.Learn.Hours()) <= at
}

// learn takes what is true of a subject now, and gives the details that were not true before.
func (m *Memory) learn(fact Fact, f Finding) (news []string) {
	key := hash("fact", string(fact), f.Account, f.Subject)
	before := m.Facts[key]
	if len(f.Details) == 0 {
		delete(m.Facts, key)
		return nil
	}
	var now []Hash
	for _, detail := range f.Details {
		h := hash(detail)
		if len(now) == maxDetails { // all further ones stand together
			h = hash(strings.Join(f.Details[maxDetails:], "\n"))
		}
		if !slices.Contains(before, h) {
			news = append(news, detail)
		}
		if now = append(now, h); len(now) > maxDetails {
			break
		}
	}
	if _, known := m.Facts[key]; !known && len(m.Facts) >= maxFacts {
		return news // it is news again each time: too many alarms rather than too few
	}
	m.Facts[key] = now
	return news
}

// counted says what was counted.
func (r *Rule) counted(n int) string {
	what := "events"
	if r.Distinct != "" {
		what = "values of " + r.Distinct
	}
	return fmt.Sprintf("%d %s within %s", n, what, inWords(r.Within))
}

// inWords writes a duration as people say it.
func inWords(d time.Duration) string {
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if d >= unit.of && d%unit.of == 0 {
			if n := d / unit.of; n != 1 {
				return fmt.Sprintf("%d %ss", n, unit.name)
			}
			return "1 " + unit.name
		}
	}
	return d.String()
}
