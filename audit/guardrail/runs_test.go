package guardrail_test

import (
	"testing"
	"time"

	"github.com/warder-iam/warder/audit/guardrail"
)

// TestRuns lets runs take place at these times, in days, one due every day, and counts from the beginning to the end.
func TestRuns(t *testing.T) {
	for _, c := range []struct {
		name    string
		at      []float64
		refused []int // runs, by place
		want    float64
	}{
		{"every day", []float64{0, 1, 2, 3}, nil, 3},
		{"late by hours", []float64{0, 1.5, 3.4}, nil, 3.4},
		{"off for a year", []float64{0, 1, 366, 367}, nil, 3},
		{"a clock that jumps by ten years and stays", []float64{0, 1, 3651, 3652}, nil, 3},
		{"a clock that jumps and is set right", []float64{0, 1, 3651, 2, 3}, []int{3}, 3},
		{"a clock a second behind", []float64{0, 1, 1 - 1.0/86400, 2}, nil, 2},
		{"a clock that was never right before", []float64{1000, 1, 2}, []int{1}, 2},
	} {
		at := func(days float64) time.Time { return now.Add(span(days)) }
		var r guardrail.Runs
		var refused []int
		for i, days := range c.at {
			next, err := r.Begin(at(days), 24*time.Hour)
			if err != nil {
				refused = append(refused, i)
			}
			if !next.Last.Equal(at(days)) {
				t.Errorf("%s: run %d is not remembered: %+v", c.name, i, next)
			}
			r = next
		}
		if len(refused) != len(c.refused) || len(refused) > 0 && refused[0] != c.refused[0] {
			t.Errorf("%s: runs %v were refused, want %v", c.name, refused, c.refused)
		}
		if got := r.Counted(at(0), at(c.at[len(c.at)-1])); (got - span(c.want)).Abs() > time.Second {
			t.Errorf("%s: %v count, want %v", c.name, got, span(c.want))
		}
	}
}

// Gaps beyond the limit are joined, so that no more time counts than before.
func TestRunsJoinGaps(t *testing.T) {
	r := guardrail.Runs{}
	var err error
	for i := range 200 {
		before := r.Counted(now, now.Add(span(float64(10*i))))
		if r, err = r.Begin(now.Add(span(float64(10*i))), 24*time.Hour); err != nil {
			t.Fatal(err)
		}
		if after := r.Counted(now, now.Add(span(float64(10*i)))); after > before {
			t.Fatalf("%v counted before run %d, and %v after it", before, i, after)
		}
	}
	if len(r.Gaps) > 64 {
		t.Errorf("%d gaps are kept", len(r.Gaps))
	}
	if got := r.Counted(now.Add(time.Hour), now); got != 0 {
		t.Errorf("%v count of what is to come", got)
	}
}
