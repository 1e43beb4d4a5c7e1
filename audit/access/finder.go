package access

import (
	"sync"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// Finder answers questions about access on one snapshot. It is safe for concurrent use.
type Finder struct {
	snap      *directory.Snapshot
	options   Options
	fixed     []string            // condition keys that are never free, folded
	resources map[string]Resource // by ARN
	strangers sync.Map            // ARN of a principal -> *directory.Snapshot that has it
}

// Options of a Finder.
type Options struct {
	// Now is the time of the questions: a request can be made then or later, never earlier.
	Now time.Time
	// Resources are those with policies, tags or owners of their own; the roles, users and policies of the snapshot are
	// known without.
	Resources []Resource
	// Work bounds the search for circumstances of one answer, in trials; 0 is DefaultWork. What goes beyond is Undecided.
	Work int
}

// DefaultWork is enough for every policy that people write.
const DefaultWork = 20_000

// Resource is what is known of something that requests are about.
type Resource struct {
	ARN string
	// Account owns it; "" is the account in its ARN.
	Account string
	Tags    []directory.Tag
	// Policy is its own policy, nil where it has none.
	Policy *eval.Source
}

// New makes a Finder.
func New(snap *directory.Snapshot, options Options) *Finder {
	options.Now = options.Now.Truncate(time.Second) // as condition keys have it
	f := &Finder{snap: snap, options: options, resources: make(map[string]Resource, len(options.Resources))}
	for _, r := range options.Resources {
		f.resources[r.ARN] = r
	}
	return f
}

// Snapshot that the Finder was made with.
func (f *Finder) Snapshot() *directory.Snapshot { return f.snap }

// Replay decides a witness again.
func (f *Finder) Replay(w *Witness) authz.Decision {
	return authz.Decide(w.Snapshot, w.Caller, w.Environment, w.Ask)
}

// Explain says why a witness, or any other request, is decided as it is. ok is false when its caller is unknown.
func (f *Finder) Explain(w *Witness) (e eval.Explanation, ok bool) {
	return authz.Explain(w.Snapshot, w.Caller, w.Environment, w.Ask)
}

// Plain is the request of the plainest circumstances, as Yes has them. ok is false for a principal that does not exist.
func (f *Finder) Plain(p Principal, ask *authz.Ask) (w *Witness, ok bool) {
	c, ok := f.plainCircumstances(p, ask)
	if !ok {
		return nil, false
	}
	problem := newProblem(f.catalog(), c)
	if problem == nil {
		return nil, false
	}
	problem.release()
	plain := problem.with(nil)
	return plain.witness(), true
}

func (f *Finder) catalog() *catalog.Catalog { return f.snap.Library().Catalog() }
