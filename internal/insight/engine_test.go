package insight

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/warder-iam/warder/trail"
)

const home = "111122223333"

var created = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// TestStories runs those of testdata/stories.txtar.
func TestStories(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/stories.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		t.Run(f.Name, func(t *testing.T) {
			s := readStory(t, string(f.Data))
			if got := s.tell(t); !slices.Equal(got, s.want) {
				t.Errorf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(s.want, "\n"))
			}
		})
	}
}

// story is what happens, minute by minute.
type story struct {
	events   map[int64][]*trail.Event // by the minute in which they are on the trail
	restarts []int64
	want     []string
}

func readStory(t *testing.T, text string) *story {
	t.Helper()
	s := &story{events: map[int64][]*trail.Event{}}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		switch {
		case fields[0] == ">":
			s.want = append(s.want, strings.Join(fields[1:], " "))
		case fields[0] == "restart":
			s.restarts = append(s.restarts, minutesOf(t, fields[1], fields[2])...)
		case fields[0] == "late":
			s.add(t, fields[1:], 3)
		default:
			s.add(t, fields, 0)
		}
	}
	return s
}

// minutesOf are the minutes of days and times, both of which may be ranges.
func minutesOf(t *testing.T, days, times string) (minutes []int64) {
	t.Helper()
	number := func(text string) (n int64) {
		for _, part := range strings.Split(text, ":") {
			i, err := strconv.Atoi(part)
			if err != nil {
				t.Fatal(err)
			}
			n = 60*n + int64(i)
		}
		return n
	}
	ends := func(text string) (first, last int64) {
		from, to, isRange := strings.Cut(text, "-")
		if !isRange {
			to = from
		}
		return number(from), number(to)
	}
	firstDay, lastDay := ends(days)
	first, last := ends(times)
	for day := firstDay; day <= lastDay; day++ {
		for m := first; m <= last; m++ {
			minutes = append(minutes, minuteOf(created)+day*minutesOfDay+m)
		}
	}
	return minutes
}

func (s *story) add(t *testing.T, fields []string, late int64) {
	t.Helper()
	calls, err := strconv.Atoi(fields[4])
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range minutesOf(t, fields[0], fields[1]) {
		for i := range calls {
			e := call(time.Unix(60*m+int64(i%60), 0).UTC(), fields[2], fields[3])
			if len(fields) > 5 {
				e.ErrorCode = fields[5]
			}
			s.events[m+late] = append(s.events[m+late], e)
		}
	}
}

// call is the event of "iam:CreateUser", or of a read, "read:iam:ListUsers", by a user or a role's session, "role/session".
func call(at time.Time, operation, who string) *trail.Event {
	rest, read := strings.CutPrefix(operation, "read:")
	service, name, _ := strings.Cut(rest, ":")
	identity := trail.UserIdentity{Type: "IAMUser", ARN: "arn:aws:iam::" + home + ":user/" + who}
	if strings.Contains(who, "/") {
		identity = trail.UserIdentity{Type: "AssumedRole", ARN: "arn:aws:sts::" + home + ":assumed-role/" + who}
	}
	return &trail.Event{
		EventVersion: trail.EventVersion, EventID: "call", EventTime: at, EventSource: service + ".amazonaws.com", EventName: name, EventType: trail.TypeAPICall,
		ReadOnly: read, RecipientAccountID: home, UserIdentity: identity, UserAgent: "test", EventCategory: "Management", ManagementEvent: true,
	}
}

// tell plays the story, and gives what is told, in the file's form.
func (s *story) tell(t *testing.T) (told []string) {
	t.Helper()
	account := func(id string) (Account, bool) { return Account{created, trail.InsightTypes()}, id == home }
	e, onTrail := NewEngine(account), []*trail.Event(nil)
	var first, last int64
	for m := range s.events {
		if first == 0 || m < first {
			first = m
		}
		last = max(last, m)
	}
	for m := first; m <= last+2*calm; m++ {
		for _, event := range s.events[m] {
			e.Feed(event)
		}
		onTrail = append(onTrail, s.events[m]...)
		if slices.Contains(s.restarts, m) {
			e = NewEngine(account)
			for _, event := range onTrail {
				e.Skip(event.EventTime.Add(-again))
				e.Feed(event)
			}
		}
		at := time.Unix(60*(m+1), 0).UTC()
		for _, c := range e.Judge(at) {
			event, err := trail.InsightEvent(c.id(), c.Shared, c.Account, "us-east-1", at.Add(grace), c.Insight)
			if err != nil {
				t.Fatal(err)
			}
			told = append(told, inWords(at, c.Insight))
			e.Feed(event)
			onTrail = append(onTrail, event)
		}
	}
	return told
}

func inWords(at time.Time, i *trail.Insight) string {
	who := i.Context.Attributions[0].Insight[0].Value
	who = who[strings.LastIndexByte(who, '/')+1:]
	s := i.Context.Statistics
	what := strings.TrimSpace(trail.ServiceOf(i.EventSource) + ":" + i.EventName + " " + i.ErrorCode)
	return fmt.Sprintf("%d %s %s %s %s %.4g beside %.4g in %g by %s", int(at.Sub(created).Hours())/24, at.Format("15:04"), i.State, i.Type, what,
		s.Insight.Average, s.Baseline.Average, s.InsightDuration, who)
}
