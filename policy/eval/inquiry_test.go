package eval

import (
	"testing"

	"pgregory.net/rapid"
)

// An inquiry, told which of its statements a context lets apply, decides as Decide does under that context.
func TestInquiryAgrees(t *testing.T) {
	checkWorlds(t, func(t *rapid.T, w *world, d Decision) {
		set := Compile(w.layers(t))
		x := set.Inquire(&w.request)
		met := func(i int) bool {
			for j := range x.Open[i].Demands {
				if !x.Open[i].Demands[j].Met(&w.request.Context) {
					return false
				}
			}
			return true
		}
		if got := x.Outcome(met); got != d {
			t.Fatalf("%v, but Decide says %v", got, d)
		}
	})
}

// What About gives holds whatever the resource is: a statement that applies to one is among them.
func TestAboutHasWhatApplies(t *testing.T) {
	checkWorlds(t, func(t *rapid.T, w *world, _ Decision) {
		set := NewSet(w.layers(t))
		about := set.About(&w.request)
		for _, open := range set.Inquire(&w.request).Open {
			found := false
			for i := range about {
				found = found || about[i].Statement == open.Statement && about[i].Layer == open.Layer
			}
			if !found {
				t.Fatalf("statement %d of %s is missing", open.Statement.Index, open.Policy)
			}
		}
	})
}
