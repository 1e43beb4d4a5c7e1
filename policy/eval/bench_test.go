package eval_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/policy/eval/evaltest"
)

// The shapes, and what their requests ask, are told in evaltest. Decisions take what a caller has: raw strings and the
// condition keys by name. Names are BenchmarkDecide/<shape>/<outcome> and BenchmarkCompile/<shape>.
//
// The limit of b is 30 to 40 ns with everything in the first cache: reading 20 bytes of action, 90 of resource and two
// context values, and some 25 cache lines. Measured on two quiet cores of an AMD EPYC (2026-11-26), allow: a 119 ns, b 207,
// b-hot 194, c 212, c-hot 188, stack 365, 1,000 principals 465, no allocation; b compiles in 0.69 ms, parsing included (0.11
// without), and keeps 11.3 KB. Of b a third goes down the tries, ten nodes at 6 ns; a fifth into the two conditions; 8 % into
// reading the action, 5 % into finding the resource's colons.
//
// 10,000 principals at random, 100 MB of Sets, are as fast as the machine's memory: some fifteen accesses of 100 to 400 ns, half
// of which overlap, and more for each page whose translation the processor has lost. 2.0 to 2.2 µs with pages of 4 KiB, 1.7 with
// huge ones (transparent_hugepage=always). Tables behind the tries instead of before them, and a Set apart from its index, cost
// 2.5 to 2.9 in the same run.

func compile(b *testing.B, p evaltest.Policies) *eval.Set {
	b.Helper()
	set, err := p.Compile()
	if err != nil {
		b.Fatal(err)
	}
	return set
}

// TestDecideDoesNotAllocate holds what the benchmarks show: a decision leaves nothing to the garbage collector.
func TestDecideDoesNotAllocate(t *testing.T) {
	for _, shape := range evaltest.Shapes() {
		set, err := shape.Policies.Compile()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range shape.Cases {
			if n := testing.AllocsPerRun(10, func() { set.Decide(c.Request) }); n != 0 {
				t.Errorf("%s/%s: %v allocations", shape.Name, c.Outcome, n)
			}
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	for _, shape := range evaltest.Shapes() {
		set := compile(b, shape.Policies)
		for _, c := range shape.Cases {
			b.Run(shape.Name+"/"+c.Outcome, func(b *testing.B) { decide(b, []*eval.Set{set}, c) })
		}
	}
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprintf("many-%d", n), func(b *testing.B) { decideMany(b, evaltest.Many{Principals: n}) })
	}
}

// decideMany puts each request to all principals in turn, in random order.
func decideMany(b *testing.B, m evaltest.Many) {
	sets := make([]*eval.Set, m.Principals)
	for _, i := range m.Order() { // so that the order in memory is not that of the questions
		sets[i] = compile(b, m.Policies(i))
	}
	for _, c := range m.Cases() {
		b.Run(c.Outcome, func(b *testing.B) { decide(b, sets, c) })
	}
}

// decide measures one request against the sets in turn.
func decide(b *testing.B, sets []*eval.Set, c evaltest.Case) {
	for i, set := range sets {
		if got := set.Decide(c.Request); got != c.Want {
			b.Fatalf("set %d: %+v, want %+v", i, got, c.Want)
		}
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i == len(sets) {
			i = 0
		}
		if got := sets[i].Decide(c.Request); got != c.Want {
			b.Fatalf("%+v, want %+v", got, c.Want)
		}
	}
}

// BenchmarkCompile measures the way from the policies' texts to a Set that can decide, parsing included. Of memory it
// tells what a Set keeps: B/set beyond its prepared policies, which other Sets may share, and B/policies for those, with
// the documents that they were made from.
func BenchmarkCompile(b *testing.B) {
	for _, shape := range evaltest.Shapes() {
		b.Run(shape.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				compile(b, shape.Policies)
			}
			policies, set := retained(b, shape)
			b.ReportMetric(policies, "B/policies")
			b.ReportMetric(set, "B/set")
		})
	}
}

// BenchmarkCompilePrepared measures only what comes after parsing and Prepare: what a new combination of known policies
// costs.
func BenchmarkCompilePrepared(b *testing.B) {
	for _, shape := range evaltest.Shapes() {
		b.Run(shape.Name, func(b *testing.B) {
			layers := prepare(b, shape)
			decideAll(b, eval.Compile(layers), shape)
			b.ReportAllocs()
			for b.Loop() {
				eval.Compile(layers)
			}
		})
	}
}

func prepare(b *testing.B, shape evaltest.Shape) eval.Layers {
	b.Helper()
	layers, err := shape.Policies.Layers()
	if err != nil {
		b.Fatal(err)
	}
	return layers
}

// decideAll also has a set do what it may have put off until it is asked.
func decideAll(b *testing.B, set *eval.Set, shape evaltest.Shape) {
	b.Helper()
	for _, c := range shape.Cases {
		if got := set.Decide(c.Request); got != c.Want {
			b.Fatalf("%s: %+v, want %+v", c.Outcome, got, c.Want)
		}
	}
}

// retained is how much the live heap grows for the prepared policies and for the Set of one caller, in bytes, each the
// mean of many. The Sets have been asked before they are measured.
func retained(b *testing.B, shape evaltest.Shape) (policies, set float64) {
	const n = 32
	layers, sets := make([]eval.Layers, n), make([]*eval.Set, n)
	before := liveHeap()
	for i := range layers {
		layers[i] = prepare(b, shape)
	}
	prepared := liveHeap()
	for i := range sets {
		sets[i] = eval.Compile(layers[i])
		decideAll(b, sets[i], shape)
	}
	after := liveHeap()
	runtime.KeepAlive(layers)
	runtime.KeepAlive(sets)
	return float64(prepared-before) / n, float64(after-prepared) / n
}

func liveHeap() int64 {
	runtime.GC()
	runtime.GC() // what sync.Pools held is gone only after the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
