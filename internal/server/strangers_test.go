package server

import (
	"fmt"
	"testing"
	"time"
)

func TestStrangers(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	spend := func(s *strangers, address string, n int) (recorded int) {
		for range n {
			if _, ok := s.take(address, now); ok {
				recorded++
			}
		}
		return recorded
	}
	s := &strangers{}
	if n := spend(s, "192.0.2.1", 1000); n != strangerBurst {
		t.Errorf("%d refusals of one address are recorded at once, want %d", n, strangerBurst)
	}
	if unrecorded, ok := s.take("192.0.2.2", now); !ok || unrecorded != 1000-strangerBurst {
		t.Errorf("another address: %v, after %d unrecorded ones", ok, unrecorded)
	}
	now = now.Add(10 * time.Second)
	if n := spend(s, "192.0.2.1", 100); n != 10*strangerRate {
		t.Errorf("%d after ten seconds", n)
	}
	now = now.Add(-time.Hour)
	if n := spend(s, "192.0.2.1", 100); n != 0 {
		t.Errorf("%d after the clock went back", n)
	}
}

// Who has many addresses does not have many budgets, and does not fill the memory.
func TestStrangersOfManyAddresses(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	s, recorded := &strangers{}, 0
	for i := range 1000 {
		if _, ok := s.take(fmt.Sprintf("2001:db8::%x", i), now); ok {
			recorded++
		}
	}
	if recorded != strangerBurst || len(s.from) != 1 {
		t.Errorf("an IPv6 /64 has %d of %d, in %d buckets", recorded, strangerBurst, len(s.from))
	}
	s, recorded = &strangers{}, 0
	for i := range 100_000 {
		if i%10 == 0 {
			now = now.Add(10 * time.Millisecond)
		}
		if _, ok := s.take(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), now); ok {
			recorded++
		}
	}
	if most := strangersBurst + 100*strangersRate; recorded > most || len(s.from) > manyStrangers+strangersRate {
		t.Errorf("%d recorded, at most %d; %d buckets", recorded, most, len(s.from))
	}
	for _, address := range []string{"", "nonsense"} {
		if _, ok := s.take(address, now.Add(time.Hour)); !ok {
			t.Errorf("%q is refused", address)
		}
	}
}
