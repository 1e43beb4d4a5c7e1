package insight

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkFeed: an event, with a thousand a minute of 200 operations by 50 callers. A start reads those of a week.
func BenchmarkFeed(b *testing.B) {
	e := NewEngine(func(string) (Account, bool) { return Account{created, nil}, true })
	for i := 0; b.Loop(); i++ {
		at := created.Add(time.Duration(i) * 60 * time.Millisecond)
		event := call(created, "iam:CreateUser", "ann")
		event.EventTime, event.EventName, event.UserIdentity.ARN = at, names[i%len(names)], callers[i%len(callers)]
		if i%1000 == 0 {
			e.Skip(at)
		}
		e.Feed(event)
	}
}

var names, callers = numbered("Operation", 200), numbered("arn:aws:iam::111122223333:user/user", 53)

func numbered(text string, n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprint(text, i))
	}
	return list
}
