package lint

import (
	"net/netip"
	"strings"
)

// checkAddresses: PRIVATE_IP_ADDRESS, PRIVATE_NOT_IP_ADDRESS and their subsets. aws:SourceIp never is a private address.
func checkAddresses(l *linter, s *statement) {
	for _, c := range s.conditions {
		if !c.known || family(c.operator.Test) != ipFamily || !strings.EqualFold(c.value.key, "aws:SourceIp") {
			continue
		}
		var private []*node
		for _, n := range c.values {
			if r, ok := parseRange(n.text); ok && privateRange(r) {
				private = append(private, n)
			}
		}
		if len(private) > 0 {
			l.privateAddresses(c, private)
		}
	}
}

func (l *linter) privateAddresses(c condition, private []*node) {
	code, effect := "PRIVATE_IP_ADDRESS", "never holds"
	if negated(c.operator.Test) {
		code, effect = "PRIVATE_NOT_IP_ADDRESS", "always holds"
	}
	if len(private) == len(c.values) {
		l.report(code, c.value, "aws:SourceIp is a public address, so that the condition %s. Write public ranges, or use aws:VpcSourceIp.", effect)
		return
	}
	l.reportAll(code+"_SUBSET", private, "aws:SourceIp is a public address: the private ranges do nothing. Use aws:VpcSourceIp for them.")
}

// privateRange is whether all of a range is out of the public internet's reach.
func privateRange(r netip.Prefix) bool {
	first := r.Masked().Addr()
	for _, p := range [...]netip.Prefix{
		prefix4(10, 0, 8), prefix4(172, 16, 12), prefix4(192, 168, 16), prefix4(127, 0, 8), prefix4(169, 254, 16),
	} {
		if p.Contains(first) && r.Bits() >= p.Bits() {
			return true
		}
	}
	return first.Is6() && (first.IsPrivate() && r.Bits() >= 7 || first.IsLinkLocalUnicast() && r.Bits() >= 10 || first.IsLoopback() && r.Bits() == 128)
}

func prefix4(a, b byte, bits int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{a, b}), bits)
}
