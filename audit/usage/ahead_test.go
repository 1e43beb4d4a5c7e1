package usage

import (
	"fmt"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/trail"
)

// TestAhead: what is read ahead comes in order and is complete, and nobody goes on reading for a reader who stops.
func TestAhead(t *testing.T) {
	var trails []Records
	var want []string
	for file, size := range []int{0, 1, batch - 1, batch, 0, batch + 1, (waiting + 3) * batch, 3, 2 * batch} {
		trails = append(trails, func(yield func(*trail.Event, *awsimport.Problem) bool) {
			for n := range size {
				id, more := fmt.Sprint(file, ".", n), false
				if n%7 == 3 {
					more = yield(nil, &awsimport.Problem{Message: id})
				} else {
					more = yield(&trail.Event{EventID: id, ReadOnly: n%5 > 0}, nil)
				}
				if !more {
					return
				}
			}
		})
		for n := range size {
			if n%7 == 3 || n%5 > 0 {
				want = append(want, fmt.Sprint(file, ".", n))
			}
		}
	}
	for _, most := range []int{len(want), 0, 1, batch, batch + 1, len(want) / 2} {
		var got []string
		for e, problem := range ahead(trails, func(e *trail.Event) bool { return e.ReadOnly }) {
			if len(got) == most {
				break
			}
			if problem != nil {
				got = append(got, problem.Message)
			} else {
				got = append(got, e.EventID)
			}
		}
		if !slices.Equal(got, want[:most]) {
			t.Errorf("of %d records: got %d, or in another order", most, len(got))
		}
	}
	goleak.VerifyNone(t)
}
