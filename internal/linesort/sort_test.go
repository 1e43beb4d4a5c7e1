package linesort_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/warder-iam/warder/internal/linesort"
)

// Whatever fits into memory, the order is the same, and the last ones are the last ones.
func TestSorter(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, last := range []int{0, 1, 7, 1500, 5000} {
		for _, memory := range []int{0, 5_000, 100_000, linesort.DefaultMemory} {
			t.Run(fmt.Sprintf("last %d, memory %d", last, memory), func(t *testing.T) { sorted(t, last, memory) })
		}
	}
}

func sorted(t *testing.T, last, memory int) {
	rng := rand.New(rand.NewPCG(1, uint64(last)))
	s := linesort.New(last, memory)
	n := 4000
	if memory == 0 { // a part of the file for each line
		n = 100
	}
	var keys []linesort.Key
	for i := range n {
		k := linesort.Key{Time: rng.Int64N(500) - 100, File: rng.IntN(20), Number: i}
		keys = append(keys, k)
		if err := s.Add(k, fmt.Append(nil, k)); err != nil {
			t.Fatal(err)
		}
	}
	slices.SortFunc(keys, func(a, b linesort.Key) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.File, b.File), cmp.Compare(a.Number, b.Number))
	})
	if last > 0 {
		keys = keys[max(len(keys)-last, 0):]
	}
	i := 0
	for text, err := range s.Lines() {
		if err != nil {
			t.Fatal(err)
		}
		if i >= len(keys) || string(text) != fmt.Sprint(keys[i]) {
			t.Fatalf("line %d is %s", i, text)
		}
		i++
	}
	if i != len(keys) {
		t.Errorf("%d lines, want %d", i, len(keys))
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestSorterTakesNothingEndless(t *testing.T) {
	if err := linesort.New(0, 1).Add(linesort.Key{}, make([]byte, 64<<20+1)); err == nil {
		t.Error("no error")
	}
}
