package oidc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
)

// special are the ranges that are no public unicast addresses although they look like ones.
// Source: IANA, IPv4 and IPv6 Special-Purpose Address Registries.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"),
}

// global is where IPv6 has public unicast addresses.
var global = netip.MustParsePrefix("2000::/3")

// isPublic reports whether an address is one that everybody on the Internet reaches.
func isPublic(addr netip.Addr) bool {
	addr = addr.Unmap()
	if addr.Zone() != "" || !addr.IsGlobalUnicast() || addr.IsPrivate() || addr.Is6() && !global.Contains(addr) {
		return false
	}
	for _, p := range special {
		if p.Contains(addr) {
			return false
		}
	}
	return true
}

var errAddress = errors.New("no address of the host may be called: it is neither public nor in a range that oidc-allow names")

// dialer resolves a name once and calls an address that it looked at, so that no second answer of the name server counts.
type dialer struct {
	allowed []netip.Prefix
	lookUp  func(ctx context.Context, network, host string) ([]netip.Addr, error)
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
}

func (d *dialer) may(addr netip.Addr) bool {
	if isPublic(addr) {
		return true
	}
	for _, p := range d.allowed {
		if p.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}

func (d *dialer) dialContext(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addrs, err := d.lookUp(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	err = fmt.Errorf("%s: %w", host, errAddress)
	for _, addr := range addrs {
		if !d.may(addr) {
			continue
		}
		var conn net.Conn
		if conn, err = d.dial(ctx, network, net.JoinHostPort(addr.Unmap().String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}
