package server

import (
	"net/netip"
	"sync"
	"time"
)

// What callers who prove nothing may write to the trail. Each refusal costs a sync and space on the disk, and once the
// disk is full nothing that must be recorded happens any more: without a bound, whoever reaches the port could stop it.
const (
	strangerBurst, strangerRate   = 600, 1   // of one address, and one a second after that
	strangersBurst, strangersRate = 6000, 10 // of all together
	// manyStrangers is when addresses that have their whole burst again are forgotten.
	manyStrangers = 4096
)

// strangers is the budget of refusals to unauthenticated callers, by address. One that is over it gets Throttling, is
// counted, and is not recorded by itself. Callers who prove who they are never meet it. The zero strangers is ready.
type strangers struct {
	mu         sync.Mutex
	all        bucket
	from       map[netip.Prefix]*bucket
	unrecorded int
}

// RefuseStranger takes one refusal out of the budget of who proves nothing, for what comes by another way than an operation. It
// reports whether the refusal is to be recorded, and if so how many were not since the last that was: its record says so in
// refusalsNotRecorded.
func (s *Server) RefuseStranger(address string, now time.Time) (unrecorded int, ok bool) {
	return s.strangers.take(address, now)
}

// take reports whether one more refusal is recorded, and if so how many were not since the last that was.
func (s *strangers) take(address string, now time.Time) (unrecorded int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from := network(address)
	if b := s.from[from]; b != nil && !b.has(now, strangerBurst, strangerRate) || !s.all.has(now, strangersBurst, strangersRate) {
		s.unrecorded++
		return 0, false
	}
	s.all.spent++
	s.of(from, now).spent++
	unrecorded, s.unrecorded = s.unrecorded, 0
	return unrecorded, true
}

// of gives the network's bucket. There are never many: each costs one of all.
func (s *strangers) of(from netip.Prefix, now time.Time) *bucket {
	b := s.from[from]
	if b != nil {
		return b
	}
	for p, old := range s.from {
		if len(s.from) < manyStrangers {
			break
		}
		if old.refill(now, strangerRate); old.spent == 0 {
			delete(s.from, p)
		}
	}
	if s.from == nil {
		s.from = map[netip.Prefix]*bucket{}
	}
	b = &bucket{at: now}
	s.from[from] = b
	return b
}

// network is what one attacker has for the asking: an IPv4 address, or an IPv6 /64. An unknown address is the zero Prefix.
func network(address string) netip.Prefix {
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return netip.Prefix{}
	}
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	p, _ := addr.Prefix(bits) // fails only for a number of bits that the address has not
	return p
}

// bucket counts what was spent and not given back by time.
type bucket struct {
	spent float64
	at    time.Time
}

func (b *bucket) has(now time.Time, burst, rate float64) bool {
	b.refill(now, rate)
	return b.spent+1 <= burst
}

func (b *bucket) refill(now time.Time, rate float64) {
	if passed := now.Sub(b.at).Seconds(); passed > 0 {
		b.spent, b.at = max(0, b.spent-passed*rate), now
	}
}
