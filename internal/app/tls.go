package app

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/warder-iam/warder/internal/seal"
)

// certificates holds the certificate that new connections get, and knows where it comes from.
type certificates struct {
	current atomic.Pointer[tls.Certificate]
	load    func() (*tls.Certificate, error)
}

// reload reads or renews the certificate; an error leaves the present one in use.
func (c *certificates) reload() error {
	cert, err := c.load()
	if err != nil {
		return err
	}
	c.current.Store(cert)
	return nil
}

func (c *certificates) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current.Load(), nil },
	}
}

// transport is how a listener speaks: plain HTTP where certificates is nil.
type transport struct {
	certificates *certificates
	// ca is the file that clients need to trust the certificate; "" where they trust it already.
	ca string
}

// newTransport chooses by the configuration and the address that was really bound: plain HTTP never leaves the machine.
func newTransport(c *Config, bound net.Addr, ring *seal.Keyring, log *slog.Logger) (transport, error) {
	if c.TLSCert != "" {
		certs := &certificates{load: func() (*tls.Certificate, error) { return loadPair(c) }}
		return transport{certificates: certs}, certs.reload()
	}
	if addr, ok := bound.(*net.TCPAddr); ok && addr.IP.IsLoopback() {
		return transport{}, nil
	}
	ca, made, err := openLocalCA(filepath.Join(c.Data, tlsName), ring, time.Now())
	if err != nil {
		return transport{}, err
	}
	if made {
		log.Warn("made a certificate authority; clients need its certificate", "file", ca.path())
	}
	certs := &certificates{load: func() (*tls.Certificate, error) { return ca.serverCertificate(c.hosts(), time.Now()) }}
	return transport{certs, ca.path()}, certs.reload()
}

func loadPair(c *Config) (*tls.Certificate, error) {
	cert, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
	if err != nil {
		return nil, wrong("tls-cert", "%w", err)
	}
	return &cert, nil
}

// hosts are the names and addresses by which this server may be called.
func (c *Config) hosts() []string {
	hosts := slices.Clone(c.TLSHosts)
	listen, _, _ := net.SplitHostPort(c.Listen) // was checked
	if !isUnspecified(listen) {
		hosts = append(hosts, strings.Split(listen, "%")[0])
	} else {
		hosts = append(hosts, interfaceAddresses()...)
	}
	if name, err := os.Hostname(); err == nil && isHost(name) {
		hosts = append(hosts, name)
	}
	hosts = append(hosts, "localhost", "127.0.0.1", "::1")
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

func isUnspecified(host string) bool {
	ip := net.ParseIP(strings.Split(host, "%")[0])
	return host == "" || ip != nil && ip.IsUnspecified()
}

func interfaceAddresses() []string {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var list []string
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			list = append(list, n.IP.String())
		}
	}
	return list
}

// url is where clients reach a server that listens on bound.
func (c *Config) url(bound net.Addr, t transport) string {
	host, _, _ := net.SplitHostPort(c.Listen)
	switch {
	case len(c.TLSHosts) > 0:
		host = c.TLSHosts[0]
	case isUnspecified(host):
		host = c.ownName(t)
	}
	_, port, err := net.SplitHostPort(bound.String())
	if err != nil {
		port = "0"
	}
	scheme := "http"
	if t.certificates != nil {
		scheme = "https"
	}
	return fmt.Sprintf("%s://%s", scheme, net.JoinHostPort(host, port))
}

// ownName is a name of this machine that the certificate has.
func (c *Config) ownName(t transport) string {
	if t.certificates != nil && t.ca == "" {
		if names := t.certificates.current.Load().Leaf.DNSNames; len(names) > 0 && !strings.HasPrefix(names[0], "*") {
			return names[0]
		}
	}
	if name, err := os.Hostname(); err == nil && isHost(name) {
		return name
	}
	return "localhost"
}
