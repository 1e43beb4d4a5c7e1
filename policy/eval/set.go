package eval

// Set is the policies of one caller and one resource, ready to decide. It is immutable and may be shared.
type Set struct {
	layers  Layers
	index   *index   // nil: statements are looked at one by one
	indexed layerSet // the layers that the index decides
}

// few is the number of statements up to which looking at each is as fast as an index.
const few = 8

// NewSet makes a Set for a few decisions: making it costs nothing, and each decision looks at every statement. The slices
// in the layers are not to be changed afterwards.
func NewSet(l Layers) *Set { return &Set{layers: l} }

// Compile makes a Set for many decisions, each of which looks at few statements however many there are. That costs about
// a hundred decisions of NewSet's.
func Compile(l Layers) *Set {
	if l.statements() <= few {
		return NewSet(l)
	}
	c := &compiled{set: Set{layers: l}}
	if !c.index.build(&l) {
		return NewSet(l) // which keeps nothing of the attempt
	}
	c.set.index, c.set.indexed = &c.index, ^layerSet(0)
	return &c.set
}

// compiled is a Set beside its index, so that a decision finds both on one page of memory.
type compiled struct {
	set   Set
	index index
}

// With gives the Set for one request of the caller: with the policies of its session and of the resource, in place of
// those that s has. These are looked at one by one; what s has of other layers stays compiled.
func (s *Set) With(session []Source, resource *Source, kind ResourceKind) Set {
	with := *s
	with.layers.Session, with.layers.Resource, with.layers.ResourceKind = session, resource, kind
	with.indexed &^= 1<<LayerSession | 1<<LayerResource
	return with
}

// Under gives the Set below an organization: with its SCPs and RCPs, by level from the root, in place of those that s has.
// management and resourceManagement are the Layers' Management and ResourceManagement.
func (s *Set) Under(scp, rcp [][]Source, management, resourceManagement bool) Set {
	under := *s
	under.layers.SCP, under.layers.RCP = scp, rcp
	under.layers.Management, under.layers.ResourceManagement = management, resourceManagement
	under.indexed &^= 1<<LayerSCP | 1<<LayerRCP
	return under
}

// Size is about how many bytes of memory the Set has for itself, beside the policies that it was made of.
func (s *Set) Size() int {
	const set, pointer, glob = 512, 8, 40
	if s.index == nil {
		return set
	}
	return set + cap(s.index.data) + pointer*(cap(s.index.statements)+cap(s.index.conditions)) + glob*cap(s.index.heads)
}

// Decide answers one request. It does not allocate.
func (s *Set) Decide(r *Request) Decision {
	var space actionSpace
	var q question
	var ok bool
	q.action, ok = readAction(r.Action, &space)
	q.complete(r, &s.layers, ok)
	t := tally{applied: q.applied}
	if q.malformed {
		return Decision{}
	}
	if s.index != nil && s.index.count(&q, &t, s.indexed, nil) {
		if rest := q.applied &^ s.indexed; rest != 0 {
			t.count(&q, &s.layers, rest, nil)
		}
	} else {
		t.count(&q, &s.layers, q.applied, nil)
	}
	d, _ := outcome(&q, &t)
	return d
}

// witness sees every statement that was weighed. A nil one sees nothing.
type witness func(place, *statement, weight, Match)

// place is where a statement stands. Level counts the levels of SCPs and RCPs from the root, 1; it is 0 elsewhere.
type place struct {
	layer  Layer
	level  int
	policy string
	file   string
}

// count weighs every statement of the layers. This is the readable definition: no index, no short cut.
func (t *tally) count(q *question, l *Layers, layers layerSet, see witness) {
	for _, layer := range reportOrder {
		if !layers.has(layer) {
			continue
		}
		switch layer {
		case LayerRCP:
			t.levels(q, layer, l.RCP, see)
		case LayerSCP:
			t.levels(q, layer, l.SCP, see)
		case LayerResource:
			t.source(q, place{layer: layer}, l.Resource, see)
		case LayerIdentity:
			t.sources(q, place{layer: layer}, l.Identity, see)
		case LayerBoundary:
			t.source(q, place{layer: layer}, l.Boundary, see)
		case LayerSession:
			t.sources(q, place{layer: layer}, l.Session, see)
		}
	}
}

// levels counts a layer that allows only where each of its levels does.
func (t *tally) levels(q *question, layer Layer, levels [][]Source, see witness) {
	all := true
	for i, sources := range levels {
		one := tally{}
		one.sources(q, place{layer: layer, level: i + 1}, sources, see)
		t.denied |= one.denied
		all = all && one.allowed.has(layer)
	}
	if all {
		t.allowed.add(layer)
	}
}

func (t *tally) sources(q *question, at place, sources []Source, see witness) {
	for i := range sources {
		t.source(q, at, &sources[i], see)
	}
}

func (t *tally) source(q *question, at place, source *Source, see witness) {
	if source.Policy == nil {
		return
	}
	at.policy, at.file = source.Name, source.File
	for i := range source.Policy.statements {
		st := &source.Policy.statements[i]
		w, how := st.weigh(q, at.layer, see != nil)
		switch {
		case !w.applies(st.deny):
		case st.deny:
			t.denied.add(at.layer)
		default:
			t.allowed.add(at.layer)
			t.how |= how // only the resource policy's statements name callers
		}
		if see != nil {
			see(at, st, w, how)
		}
	}
}
