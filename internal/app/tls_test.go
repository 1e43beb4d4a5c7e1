package app

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/seal"
)

func newRing(t *testing.T) *seal.Keyring {
	t.Helper()
	ring, _, err := seal.NewKeyring(seal.NewMaster())
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func TestLocalCA(t *testing.T) {
	ring, dir := newRing(t), filepath.Join(t.TempDir(), "tls")
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	open := func(now time.Time, wantMade bool) *localCA {
		t.Helper()
		ca, made, err := openLocalCA(dir, ring, now)
		if err != nil || made != wantMade {
			t.Fatalf("made %v, want %v; %v", made, wantMade, err)
		}
		return ca
	}
	leaf := func(ca *localCA, now time.Time, hosts ...string) *x509.Certificate {
		t.Helper()
		cert, err := ca.serverCertificate(hosts, now)
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM([]byte(read(t, ca.path()))) {
			t.Fatal("no certificate in ca.pem")
		}
		for _, host := range hosts {
			if _, err := cert.Leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, CurrentTime: now}); err != nil {
				t.Errorf("%s: %v", host, err)
			}
		}
		return cert.Leaf
	}
	ca := open(now, true)
	first := leaf(ca, now, "localhost", "127.0.0.1", "::1")
	if again := leaf(open(now, false), now.Add(time.Hour), "localhost"); !again.Equal(first) {
		t.Error("a restart made another certificate")
	}
	if other := leaf(ca, now, "localhost", "warder.example.org"); other.Equal(first) {
		t.Error("a new host and the same certificate")
	}
	first = leaf(ca, now, "localhost", "warder.example.org")
	if late := leaf(ca, first.NotAfter.Add(-29*24*time.Hour), "localhost"); late.Equal(first) {
		t.Error("not renewed a month before its end")
	}
	remove(t, ca.path())
	open(now, false)
	if _, err := os.Stat(ca.path()); err != nil {
		t.Errorf("the public part is not written anew: %v", err)
	}
	open(now.Add(caLifetime), true)

	t.Run("files", func(t *testing.T) {
		for name, mode := range map[string]os.FileMode{caName: 0o644, caSealedName: 0o600, leafName: 0o600} {
			info, err := os.Stat(filepath.Join(dir, name))
			if err != nil || info.Mode().Perm() != mode {
				t.Errorf("%s: %v, %v", name, info, err)
			}
			if text := read(t, filepath.Join(dir, name)); strings.Contains(text, "PRIVATE KEY") {
				t.Errorf("%s has a key in clear", name)
			}
		}
	})
	t.Run("damaged or foreign", func(t *testing.T) {
		box := read(t, filepath.Join(dir, leafName))
		write(t, filepath.Join(dir, caSealedName), box) // sealed for another place
		if _, _, err := openLocalCA(dir, ring, now); err == nil {
			t.Error("a swapped file was taken")
		}
		if _, _, err := openLocalCA(dir, newRing(t), now); err == nil {
			t.Error("a file of other data was taken")
		}
	})
}

// An address that others reach gets TLS, without being asked for.
func TestTLSBeyondLoopback(t *testing.T) {
	p := newPlace(t)
	p.Listen, p.TLSHosts = "0.0.0.0:0", []string{"localhost"}
	a := p.start(t)
	e := a.Endpoint()
	if !strings.HasPrefix(e.URL, "https://localhost:") || e.CA != filepath.Join(p.Data, tlsName, caName) {
		t.Fatalf("endpoint %+v", e)
	}
	if !strings.Contains(p.text.String(), "AWS_CA_BUNDLE="+e.CA) {
		t.Errorf("the text does not say how to trust it:\n%s", p.text.String())
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(read(t, e.CA)))
	c := client(t)
	transport := c.Transport.(*http.Transport)
	transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	if status, body := call(t, c, e.URL, p.adminKey(t), "sts", callerIdentity); status != http.StatusOK {
		t.Errorf("over TLS: %d %s", status, body)
	}
	if _, err := client(t).Get(e.URL + "/healthz"); err == nil {
		t.Error("a client that does not know the authority trusts it")
	}
	old := client(t)
	old.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: roots, MaxVersion: tls.VersionTLS11}
	if _, err := old.Get(e.URL + "/healthz"); err == nil {
		t.Error("TLS 1.1 was accepted")
	}
	if resp, err := client(t).Get(strings.Replace(e.URL, "https:", "http:", 1) + "/healthz"); err == nil {
		if resp.StatusCode != http.StatusBadRequest {
			t.Errorf("plain HTTP: %s", resp.Status)
		}
		_ = resp.Body.Close()
	}
	stop(t, a)
}

// A given certificate is used on loopback too, and read anew when asked.
func TestGivenCertificate(t *testing.T) {
	p := newPlace(t)
	dir := t.TempDir()
	ring := newRing(t)
	p.TLSCert, p.TLSKey = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	install := func() string {
		t.Helper()
		ca, _, err := openLocalCA(filepath.Join(dir, "tls"), ring, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		remove(t, filepath.Join(dir, "tls", leafName))
		cert, err := ca.serverCertificate([]string{"127.0.0.1"}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		keyDER, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
		if err != nil {
			t.Fatal(err)
		}
		write(t, p.TLSKey, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})))
		write(t, p.TLSCert, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]})))
		return cert.Leaf.SerialNumber.String()
	}
	serial := install()
	a := p.start(t)
	defer stop(t, a)
	if e := a.Endpoint(); !strings.HasPrefix(e.URL, "https://127.0.0.1:") || e.CA != "" {
		t.Errorf("endpoint %+v", e)
	}
	shown := func() string {
		t.Helper()
		conn, err := tls.Dial("tcp", strings.TrimPrefix(a.Endpoint().URL, "https://"), &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		return conn.ConnectionState().PeerCertificates[0].SerialNumber.String()
	}
	if got := shown(); got != serial {
		t.Errorf("certificate %s, want %s", got, serial)
	}
	newer := install()
	if err := a.Reload(); err != nil || shown() != newer {
		t.Errorf("after Reload: %s, want %s; %v", shown(), newer, err)
	}
	write(t, p.TLSKey, "broken")
	if err := a.Reload(); err == nil || shown() != newer {
		t.Errorf("a broken key: %v, certificate %s", err, shown())
	}
}

func TestEndpointURL(t *testing.T) {
	host, err := os.Hostname()
	if err != nil || !isHost(host) {
		host = "localhost"
	}
	tests := []struct {
		listen string
		hosts  []string
		tls    bool
		want   string
	}{
		{"127.0.0.1:0", nil, false, "http://127.0.0.1:4711"},
		{"localhost:0", nil, false, "http://localhost:4711"},
		{"[::1]:0", nil, false, "http://[::1]:4711"},
		{"10.0.0.7:0", nil, true, "https://10.0.0.7:4711"},
		{"0.0.0.0:0", []string{"a.example", "b.example"}, true, "https://a.example:4711"},
		{":0", nil, true, "https://" + host + ":4711"},
		{"[::]:0", nil, true, "https://" + host + ":4711"},
	}
	for _, test := range tests {
		c := &Config{Listen: test.listen, TLSHosts: test.hosts}
		tr := transport{ca: "ca.pem"}
		if test.tls {
			tr.certificates = &certificates{}
		}
		if got := c.url(&net.TCPAddr{IP: net.IPv4(1, 2, 3, 4), Port: 4711}, tr); got != test.want {
			t.Errorf("%s %v: %s, want %s", test.listen, test.hosts, got, test.want)
		}
		for _, h := range c.hosts() {
			if !isHost(h) {
				t.Errorf("%s: %q in the certificate", test.listen, h)
			}
		}
		if !slices.Contains(c.hosts(), "localhost") {
			t.Errorf("%s: hosts %v", test.listen, c.hosts())
		}
	}
}
