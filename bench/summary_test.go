package bench

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
)

// metric is one figure of a benchmark.
type metric struct {
	unit  string
	value float64
}

// figures are the metrics of one benchmark, one row for each run.
type figures struct {
	name string
	runs [][]metric
}

// summary is what all benchmarks of this process measured, for the table at the end.
type summary struct {
	mu    sync.Mutex
	items []*figures
	// failed are the benchmarks of which some run failed.
	failed []string
}

var all summary

// run runs a benchmark below b. It hands the metrics to the testing package, for benchstat, and keeps them for the table. It
// keeps failures too: the testing package forgets those of every run but the first.
func (s *summary) run(b *testing.B, name string, measure func(b *testing.B) []metric) {
	b.Run(name, func(b *testing.B) {
		b.Cleanup(func() {
			if b.Failed() {
				s.fail(b.Name())
			}
		})
		metrics := measure(b)
		for _, m := range metrics {
			b.ReportMetric(m.value, m.unit)
		}
		s.add(b.Name(), b.N, metrics)
	})
}

func (s *summary) fail(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.failed, name) {
		s.failed = append(s.failed, name)
	}
}

// add keeps the metrics of a run. The testing package tries a benchmark with growing numbers, from 1, until it takes long
// enough: only the last try of a run counts.
func (s *summary) add(name string, n int, metrics []metric) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.items, func(f *figures) bool { return f.name == name })
	if i < 0 {
		i = len(s.items)
		s.items = append(s.items, &figures{name: name})
	}
	f := s.items[i]
	if n == 1 || len(f.runs) == 0 {
		f.runs = append(f.runs, metrics)
		return
	}
	f.runs[len(f.runs)-1] = metrics
}

// print writes a table for each kind of benchmark: those that have the same metrics.
func (s *summary) print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	head := ""
	for _, f := range s.items {
		if h := f.head(); h != head {
			head = h
			_, _ = fmt.Fprintf(w, "\n%s", head)
		}
		_, _ = fmt.Fprintf(w, "%s\n", f.row())
	}
	_ = w.Flush() // nobody to tell when standard output is gone
}

func (f *figures) head() string {
	units := []string{"\nmedian ±half of the range", "runs"}
	for _, m := range f.runs[0] {
		units = append(units, m.unit)
	}
	return strings.Join(units, "\t") + "\t\n"
}

// row is the benchmark's name, and of every metric the median and half of the range in per cent of it.
func (f *figures) row() string {
	cells := []string{strings.TrimPrefix(f.name, "Benchmark"), fmt.Sprint(len(f.runs))}
	for i := range f.runs[0] {
		var values []float64
		for _, run := range f.runs {
			values = append(values, run[i].value)
		}
		cells = append(cells, cell(values))
	}
	return strings.Join(cells, "\t") + "\t"
}

func cell(values []float64) string {
	slices.Sort(values)
	n := len(values)
	median := (values[(n-1)/2] + values[n/2]) / 2
	if n == 1 || median == 0 {
		return short(median)
	}
	return fmt.Sprintf("%s ±%.0f%%", short(median), 100*(values[n-1]-values[0])/2/math.Abs(median))
}

// short writes three digits that count.
func short(v float64) string {
	switch a := math.Abs(v); {
	case a >= 100 || v == 0:
		return fmt.Sprintf("%.0f", v)
	case a >= 10:
		return fmt.Sprintf("%.1f", v)
	case a >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3f", v)
}
