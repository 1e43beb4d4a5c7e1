package trailstore

import "crypto/sha256"

// eventKey stands for an event id in memory, whatever its length.
type eventKey [16]byte

func keyOf(id string) eventKey {
	sum := sha256.Sum256([]byte(id))
	return eventKey(sum[:16])
}

// recent knows the events of the newest two segments.
type recent struct{ newest, before map[eventKey]struct{} }

func (r *recent) has(id eventKey) bool {
	if _, ok := r.newest[id]; ok {
		return true
	}
	_, ok := r.before[id]
	return ok
}

func (r *recent) add(ids []eventKey) {
	if r.newest == nil {
		r.newest = map[eventKey]struct{}{}
	}
	for _, id := range ids {
		r.newest[id] = struct{}{}
	}
}

// rotate is called when a segment begins.
func (r *recent) rotate() { r.before, r.newest = r.newest, nil }
