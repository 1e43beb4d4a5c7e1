package oidc

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// TestCacheTimes: keys are good for an hour; a provider is asked again for an unknown key once a minute, and after a
// failure every ten seconds.
func TestCacheTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls int
		var fail error
		fetch := func() ([]jose.JSONWebKey, error) {
			calls++
			return []jose.JSONWebKey{{KeyID: fmt.Sprint(calls)}}, fail
		}
		e := new(entry)
		step := func(wait time.Duration, fresh bool, wantCalls int, wantErr bool) {
			t.Helper()
			time.Sleep(wait)
			keys, err := e.get(fresh, fetch)
			if calls != wantCalls || (err != nil) != wantErr || err == nil && len(keys) != 1 {
				t.Fatalf("%d calls, %v; want %d, error %v", calls, err, wantCalls, wantErr)
			}
		}
		step(0, false, 1, false)
		step(59*time.Second, true, 1, false)
		step(time.Second, true, 2, false)
		step(59*time.Minute, false, 2, false)
		fail = errors.New("down")
		step(time.Second, true, 3, false) // those that are known are still good
		step(time.Minute, false, 4, true) // and not after their hour
		step(9*time.Second, false, 4, true)
		fail = nil
		step(time.Second, false, 5, false)
	})
}

func TestCacheIsBounded(t *testing.T) {
	var c cache
	start := time.Unix(1, 0)
	for i := range maxProviders + 10 {
		c.entry(fmt.Sprint(i), start.Add(time.Duration(i)))
	}
	if len(c.entries) != maxProviders || c.entries["0"] != nil || c.entries[fmt.Sprint(maxProviders)] == nil {
		t.Errorf("%d entries", len(c.entries))
	}
}

func TestAddresses(t *testing.T) {
	for text, want := range map[string]bool{
		"8.8.8.8": true, "2a00:1450::1": true, "2606:4700::1": true,
		"127.0.0.1": false, "10.0.0.1": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false,
		"0.0.0.0": false, "224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false, "198.18.0.1": false, "192.0.2.1": false, "203.0.113.9": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false,
		"::ffff:8.8.8.8": true, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "2001:db8::1": false, "2001::1": false,
	} {
		if got := isPublic(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	d := dialer{allowed: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}
	if !d.may(netip.MustParseAddr("10.1.2.3")) || !d.may(netip.MustParseAddr("::ffff:10.1.2.3")) || d.may(netip.MustParseAddr("10.2.0.1")) {
		t.Error("the configured range does not decide")
	}
}
