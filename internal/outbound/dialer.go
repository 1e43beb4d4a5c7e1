package outbound

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"
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

// IsPublic reports whether an address is one that everybody on the Internet reaches.
func IsPublic(addr netip.Addr) bool {
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

// ErrAddress says that a host has no address that may be called.
var ErrAddress = errors.New("no address of the host may be called: it is neither public nor in a range that is allowed")

// Timeout bounds one call: finding the address, connecting, asking and reading the answer.
const Timeout = 5 * time.Second

// Dialer resolves a name once and calls an address that it looked at, so that no second answer of the name server counts.
type Dialer struct {
	// Allowed are networks that may be called beside public addresses.
	Allowed []netip.Prefix
	// Setting is the one that gives Allowed, for the error; "" for none.
	Setting string
	// LookUp and Dial are the system's where they are nil.
	LookUp func(ctx context.Context, network, host string) ([]netip.Addr, error)
	Dial   func(ctx context.Context, network, address string) (net.Conn, error)
}

// May reports whether an address may be called.
func (d *Dialer) May(addr netip.Addr) bool {
	if IsPublic(addr) {
		return true
	}
	for _, p := range d.Allowed {
		if p.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}

// DialContext is the function of that name in an http.Transport. Its error is ErrAddress where no address may be called.
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addrs, err := d.lookUp(ctx, host)
	if err != nil {
		return nil, err
	}
	err = fmt.Errorf("%s: %w", host, ErrAddress)
	if d.Setting != "" {
		err = fmt.Errorf("%w (setting %s)", err, d.Setting)
	}
	for _, addr := range addrs {
		if !d.May(addr) {
			continue
		}
		var conn net.Conn
		if conn, err = d.dial(ctx, network, net.JoinHostPort(addr.Unmap().String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

func (d *Dialer) lookUp(ctx context.Context, host string) ([]netip.Addr, error) {
	if d.LookUp != nil {
		return d.LookUp(ctx, "ip", host)
	}
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

func (d *Dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if d.Dial != nil {
		return d.Dial(ctx, network, address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}
