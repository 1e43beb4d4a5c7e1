package eval

// Set is the policies of one caller and one resource, ready to decide. It is immutable and may be shared.
type Set struct {
	layers Layers
}

// Compile makes a Set. The slices in the layers are not to be changed afterwards.
func Compile(l Layers) *Set { return &Set{layers: l} }

// Decide answers one request.
func (s *Set) Decide(r *Request) Decision {
	t := s.count(r, nil)
	d, _ := outcome(r, s.layers.ResourceKind, &t)
	return d
}

// witness sees every statement that was weighed. A nil one sees nothing.
type witness func(place, *statement, weight)

// place is where a statement stands. Level counts the levels of SCPs and RCPs from the root, 1; it is 0 elsewhere.
type place struct {
	layer  Layer
	level  int
	policy string
	file   string
}

// count weighs every statement of every layer that binds the caller. This is the readable definition: no index, no
// short cut.
func (s *Set) count(r *Request, see witness) tally {
	l := &s.layers
	q := &question{
		Request:      r,
		who:          whoIs(&r.Principal),
		resourceKind: l.ResourceKind,
	}
	t := tally{applied: l.applicable(r)}
	q.hasBoundary = t.applied.has(LayerBoundary)
	for _, layer := range reportOrder {
		if !t.applied.has(layer) {
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
	return t
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
		w := st.weigh(q, at.layer, see != nil)
		switch {
		case !w.applies(st.deny):
		case st.deny:
			t.denied.add(at.layer)
		default:
			t.allowed.add(at.layer)
			t.how |= w.how // only the resource policy's statements name callers
		}
		if see != nil {
			see(at, st, w)
		}
	}
}
