package eval

// layerSet is a set of layers.
type layerSet uint16

func (s layerSet) has(l Layer) bool { return s&(1<<l) != 0 }

func (s *layerSet) add(l Layer) { *s |= 1 << l }

// reportOrder is the order in which layers are named as the one that decided. It is that of AWS's evaluation flow: the
// organization's policies, the resource's, the identity's, the boundary, the session policies. AWS's messages ("because
// no identity-based policy allows the … action") name one kind of policy: the first in this order that failed.
var reportOrder = [...]Layer{LayerRCP, LayerSCP, LayerResource, LayerIdentity, LayerBoundary, LayerSession}

// first is the first layer of the set in reportOrder, LayerNone for an empty set.
func (s layerSet) first() Layer {
	for _, l := range reportOrder {
		if s.has(l) {
			return l
		}
	}
	return LayerNone
}

// tally is what the statements of all layers came to. Any evaluator fills it in; outcome makes the decision of it.
type tally struct {
	applied layerSet // the layers that take part at all
	denied  layerSet // those with a Deny that applies
	allowed layerSet // those with an Allow that applies; of SCPs: at every level
	how     Match    // how the Allows of the resource policy named the caller
}

// applicable gives the layers that bind this caller.
func (l *Layers) applicable(r *Request) layerSet {
	var s layerSet
	p := &r.Principal
	if l.Resource != nil {
		s.add(LayerResource)
	}
	if len(l.RCP) > 0 && !l.ResourceManagement && !p.ServiceLinked {
		s.add(LayerRCP)
	}
	if !p.hasAccount() {
		return s
	}
	if len(l.SCP) > 0 && !l.Management && !p.ServiceLinked {
		s.add(LayerSCP)
	}
	if p.Kind == Root {
		return s // nothing in its own account limits root
	}
	s.add(LayerIdentity)
	if l.Boundary != nil {
		s.add(LayerBoundary)
	}
	if len(l.Session) > 0 {
		s.add(LayerSession)
	}
	return s
}

// outcome is the table of evaluation.md: it decides from the tally alone. The missing layers are those that would have to
// allow as well.
func outcome(q *question, t *tally) (d Decision, missing layerSet) {
	switch {
	case q.malformed:
		return Decision{ImplicitDeny, LayerNone}, 0
	case q.alwaysAllowed():
		return Decision{Allow, LayerNone}, 0
	case t.denied != 0:
		return Decision{ExplicitDeny, t.denied.first()}, 0
	case q.refused() != "":
		return Decision{ImplicitDeny, LayerCredential}, 0
	case q.needsNoPermission():
		return Decision{Allow, LayerNone}, 0
	}
	by, missing := grant(q, t)
	if missing != 0 {
		return Decision{ImplicitDeny, missing.first()}, missing
	}
	return Decision{Allow, by}, 0
}

// grant says which layer grants the request and which layers fail to let it through.
func grant(q *question, t *tally) (by Layer, missing layerSet) {
	p := &q.Principal
	if !p.hasAccount() {
		if t.how&p.Kind.outsider() == 0 {
			missing.add(LayerResource)
		}
		return LayerResource, missing
	}
	if t.applied.has(LayerSCP) && !t.allowed.has(LayerSCP) {
		missing.add(LayerSCP)
	}
	identity := t.limits(p) // what is missing of I, B and S
	switch {
	case q.ResourceAccount != "" && q.ResourceAccount != p.Account: // both accounts must allow
		if t.how == 0 {
			missing.add(LayerResource)
		}
		return LayerResource, missing | identity
	case t.how&MatchDirect != 0:
		return LayerResource, missing
	case t.how&(MatchRole|MatchUser) != 0: // in place of I, within B and S
		return LayerResource, missing | identity&^(1<<LayerIdentity)
	case q.resourceKind == Authoritative && t.how == 0:
		missing.add(LayerResource)
	}
	if p.Kind == Root {
		return LayerNone, missing
	}
	return LayerIdentity, missing | identity
}

// outsider gives how a resource policy must name a caller without an account: nothing else can allow it.
func (k PrincipalKind) outsider() Match {
	switch k {
	case Anonymous:
		return MatchDirect
	case Service:
		return MatchService | MatchDirect
	case WebIdentity:
		return MatchProvider
	default:
		return 0
	}
}

// limits gives what fails of I, B and S: identity policies, boundary, session policies.
func (t *tally) limits(p *Principal) (failed layerSet) {
	if p.Kind == Root {
		return 0
	}
	if !t.allowed.has(LayerIdentity) {
		failed.add(LayerIdentity)
	}
	if t.applied.has(LayerBoundary) && !t.allowed.has(LayerBoundary) {
		failed.add(LayerBoundary)
	}
	// A federated user's session has only what its session policies allow: without any it has nothing.
	needed := t.applied.has(LayerSession) || p.Kind == FederatedUser
	if needed && !t.allowed.has(LayerSession) {
		failed.add(LayerSession)
	}
	return failed
}
