package access

import (
	"cmp"
	"math/big"
	"net/netip"
	"slices"
	"strconv"
	"time"
)

// This file finds one value for each cell into which limits divide an order: numbers, times, addresses.

// numbers gives, for limits, a number below, at, between and above them.
func numbers(limits []string) []string {
	var sorted []*big.Rat
	for _, l := range limits {
		if r, ok := new(big.Rat).SetString(l); ok {
			sorted = append(sorted, r)
		}
	}
	slices.SortFunc(sorted, (*big.Rat).Cmp)
	sorted = slices.CompactFunc(sorted, func(a, b *big.Rat) bool { return a.Cmp(b) == 0 })
	var texts []string
	for i, r := range sorted {
		texts = append(texts, numberText(r))
		if i == 0 {
			texts = append(texts, numberText(new(big.Rat).Sub(r, big.NewRat(1, 1))))
		}
		if i == len(sorted)-1 {
			texts = append(texts, numberText(new(big.Rat).Add(r, big.NewRat(1, 1))))
			continue
		}
		texts = append(texts, numberText(between(r, sorted[i+1])))
	}
	return texts
}

// between is a whole number between two if there is one, else their middle.
func between(low, high *big.Rat) *big.Rat {
	whole := new(big.Rat).SetInt(new(big.Int).Add(floor(low), big.NewInt(1)))
	if whole.Cmp(high) < 0 {
		return whole
	}
	sum := new(big.Rat).Add(low, high)
	return sum.Quo(sum, big.NewRat(2, 1))
}

func floor(r *big.Rat) *big.Int {
	return new(big.Int).Div(r.Num(), r.Denom()) // Div rounds down for a positive denominator
}

// numberText is exact: a limit is a decimal, and so is the middle of two.
func numberText(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	digits, _ := r.FloatPrec()
	return r.FloatString(digits)
}

// moments gives, for limits, seconds before, at and after each: no second fares otherwise than one of them.
func moments(limits []time.Time) []int64 {
	var seconds []int64
	for _, l := range limits {
		at := l.Unix()
		seconds = append(seconds, at-1, at, at+1)
	}
	return seconds
}

func dateText(seconds int64) string {
	t := time.Unix(seconds, 0).UTC()
	if year := t.Year(); year < 0 || year > lastYear {
		return strconv.FormatInt(seconds, 10)
	}
	return t.Format(time.RFC3339)
}

const lastYear = 9999

// addresses gives one for each cell into which networks divide all addresses, with those in the smallest networks first.
func addresses(networks []netip.Prefix) []string {
	starts := []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()}
	for _, n := range networks {
		starts = append(starts, n.Masked().Addr())
		if next := last(n).Next(); next.IsValid() {
			starts = append(starts, next)
		}
	}
	narrow := func(a netip.Addr) int { // the length of the longest prefix that holds it
		bits := -1
		for _, n := range networks {
			if n.Contains(a) {
				bits = max(bits, n.Bits())
			}
		}
		return bits
	}
	slices.SortFunc(starts, func(a, b netip.Addr) int { return cmp.Or(cmp.Compare(narrow(b), narrow(a)), a.Compare(b)) })
	starts = slices.Compact(starts)
	var texts []string
	for _, a := range starts {
		texts = append(texts, host(a, networks).String())
	}
	return texts
}

// host is the address behind the first one of a cell, if it is in the same networks: one that a machine could have.
func host(a netip.Addr, networks []netip.Prefix) netip.Addr {
	next := a.Next()
	if !next.IsValid() {
		return a
	}
	for _, n := range networks {
		if n.Contains(a) != n.Contains(next) {
			return a
		}
	}
	return next
}

// last is the last address of a network.
func last(n netip.Prefix) netip.Addr {
	b := n.Addr().AsSlice()
	for i := n.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	a, _ := netip.AddrFromSlice(b) // as long as that of an address
	return a
}

func isAddress(text string) bool {
	_, err := netip.ParseAddr(text)
	return err == nil
}

// publicAddresses are those of documentation, which belong to nobody. The plainest address is the first that lies in no network that a
// policy names, but for those that hold every address.
var publicAddresses = []string{"198.51.100.77", "203.0.113.77", "192.0.2.77", "100.0.0.77", "2001:db8::77"}

// plainAddress is an address in as few of the networks that the policies name as there can be.
func (p *problem) plainAddress() string {
	var networks []netip.Prefix
	for i := range p.demands {
		if p.demands[i].Keys[0] == "aws:sourceip" {
			networks = append(networks, p.demands[i].Networks()...)
		}
	}
	networks = slices.DeleteFunc(networks, func(n netip.Prefix) bool { return n.Bits() == 0 })
	best, fewest := "", len(networks)+1
	for _, text := range slices.Concat(publicAddresses, addresses(networks)) {
		a, err := netip.ParseAddr(text)
		if err != nil {
			continue
		}
		holding := 0
		for _, n := range networks {
			if n.Contains(a) {
				holding++
			}
		}
		if holding < fewest {
			best, fewest = text, holding
		}
	}
	return best
}

// Limits of what is asked of the past.
const (
	longestSession = 36 * time.Hour // of GetSessionToken and GetFederationToken; those of roles last 12 hours
	longestFactor  = 100 * 365 * 24 * time.Hour
)

// spans gives the times that the demands tell apart: from now on for the request, before it for the session and the second
// factor.
func (s *search) spans(f *free) []time.Duration {
	var spans []time.Duration
	limiting := s.about(f)
	if f.kind == freeTime {
		limiting = append(limiting, s.about(&free{folded: []string{issueTime}})...)
	}
	for _, i := range limiting {
		d := &s.demands[i]
		var seconds []int64
		switch familyOf(d.Demand) {
		case dateFamily:
			seconds = moments(d.Dates())
		case numberFamily:
			for _, n := range d.Numbers() {
				if r, ok := new(big.Rat).SetString(n); ok && floor(r).IsInt64() {
					whole := floor(r).Int64()
					seconds = append(seconds, whole-1, whole, whole+1)
				}
			}
		case noFamily:
		default:
			s.leftOut(f)
		}
		for _, at := range seconds {
			if span, ok := s.span(f, d.Keys[0], at); ok {
				spans = append(spans, span)
			}
		}
	}
	for i := range s.demands {
		if s.depends(&s.demands[i], f) {
			s.leftOut(f)
		}
	}
	return spans
}

// span reads a limit, in seconds, as what the circumstance would have to be; ok is false if it cannot be so.
func (s *search) span(f *free, key string, at int64) (span time.Duration, ok bool) {
	now := s.base.env.Time
	switch f.kind {
	case freeTime:
		t := time.Unix(at, 0)
		if key == factorAge { // of a factor that was given at a fixed time
			t = s.base.ask.MFA.Add(time.Duration(min(at, int64(longestFactor/time.Second))) * time.Second)
		}
		if span = t.Sub(now); t.After(now) && !now.Add(span).Equal(t) {
			s.leftOut(f) // centuries from now
			return 0, false
		}
		return span, span > 0
	case freeIssue:
		requested := s.with(s.chosen).env.Time
		span = requested.Sub(time.Unix(at, 0))
		return span, span > 0 && span <= longestSession
	case freeFactor:
		span = time.Duration(min(at, int64(longestFactor/time.Second))) * time.Second
		return span, span > 0
	}
	return 0, false
}
