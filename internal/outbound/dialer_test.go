package outbound_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/outbound"
)

func TestAddresses(t *testing.T) {
	for text, want := range map[string]bool{
		"8.8.8.8": true, "2a00:1450::1": true, "2606:4700::1": true,
		"127.0.0.1": false, "10.0.0.1": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false,
		"0.0.0.0": false, "224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false, "198.18.0.1": false, "192.0.2.1": false, "203.0.113.9": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false,
		"::ffff:8.8.8.8": true, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "2001:db8::1": false, "2001::1": false,
	} {
		if got := outbound.IsPublic(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	d := outbound.Dialer{Allowed: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}
	if !d.May(netip.MustParseAddr("10.1.2.3")) || !d.May(netip.MustParseAddr("::ffff:10.1.2.3")) || d.May(netip.MustParseAddr("10.2.0.1")) {
		t.Error("the configured range does not decide")
	}
}

// What the name server says first counts: the address that was looked at is the one that is called.
func TestOneAnswerCounts(t *testing.T) {
	asked := 0
	answers := [][]netip.Addr{{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("8.8.8.8")}, {netip.MustParseAddr("127.0.0.1")}}
	called := ""
	failed := errors.New("not connected")
	d := outbound.Dialer{
		LookUp: func(context.Context, string, string) ([]netip.Addr, error) {
			asked++
			return answers[min(asked-1, 1)], nil
		},
		Dial: func(_ context.Context, _, address string) (net.Conn, error) {
			called += address + " "
			return nil, failed
		},
		Setting: "some-allow",
	}
	if _, err := d.DialContext(t.Context(), "tcp", "rebind.example:443"); !errors.Is(err, failed) || called != "8.8.8.8:443 " || asked != 1 {
		t.Errorf("called %q after %d questions: %v", called, asked, err)
	}
	_, err := d.DialContext(t.Context(), "tcp", "rebind.example:443")
	if !errors.Is(err, outbound.ErrAddress) || !strings.Contains(err.Error(), "some-allow") || called != "8.8.8.8:443 " {
		t.Errorf("called %q: %v", called, err)
	}
}

func TestClientFollowsNoRedirect(t *testing.T) {
	hits := 0
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits++
		http.Redirect(w, r, "/again", http.StatusFound)
	}))
	defer s.Close()
	d := outbound.Dialer{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	resp, err := d.Client(s.Client().Transport.(*http.Transport).TLSClientConfig).Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	if resp.StatusCode != http.StatusFound || hits != 1 {
		t.Errorf("%d after %d requests", resp.StatusCode, hits)
	}
}
