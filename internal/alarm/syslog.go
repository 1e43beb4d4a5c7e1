package alarm

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// syslogTimeout bounds one message.
const syslogTimeout = 5 * time.Second

// Syslog writes messages as RFC 5424 has them: over UDP one a datagram, over TCP and TLS with the octet count before each
// (RFC 6587, RFC 5425), and to a local socket.
type Syslog struct {
	network, address string
	host             string // for TLS; "" without
	roots            *x509.CertPool
	hostname         string
}

// NewSyslog makes a channel to udp://HOST[:514], tcp://HOST[:601], tls://HOST[:6514] or unix:///PATH. roots vouch for a TLS
// server; nil for the system's.
func NewSyslog(at string, roots *x509.CertPool) (*Syslog, error) {
	u, err := url.Parse(at)
	ports := map[string]string{"udp": "514", "tcp": "601", "tls": "6514"}
	bad := err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != ""
	switch {
	case bad:
	case u.Scheme == "unix" && u.Host == "" && strings.HasPrefix(u.Path, "/"):
		return &Syslog{network: "unixgram", address: u.Path, hostname: hostname()}, nil
	case ports[u.Scheme] != "" && u.Hostname() != "" && u.Path == "":
		port := u.Port()
		if port == "" {
			port = ports[u.Scheme]
		}
		s := &Syslog{network: u.Scheme, address: net.JoinHostPort(u.Hostname(), port), roots: roots, hostname: hostname()}
		if s.network == "tls" {
			s.network, s.host = "tcp", u.Hostname()
		}
		return s, nil
	}
	return nil, errors.New("it is udp://HOST[:PORT], tcp://HOST[:PORT], tls://HOST[:PORT] or unix:///PATH")
}

// hostname is this machine's, as syslog takes it: printable ASCII without spaces, "-" where it is not known.
func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return "-"
	}
	return word(name, 255)
}

// word makes a text a field of a syslog header.
func word(s string, n int) string {
	s = strings.Map(func(c rune) rune {
		if c <= ' ' || c > '~' {
			return '_'
		}
		return c
	}, s)
	if s == "" {
		return "-"
	}
	return s[:min(len(s), n)]
}

// Name implements Channel.
func (s *Syslog) Name() string { return "syslog" }

// Send implements Channel. Over UDP nobody says whether it arrived.
func (s *Syslog) Send(ctx context.Context, m *Message) error {
	ctx, cancel := context.WithTimeout(ctx, syslogTimeout)
	defer cancel()
	conn, err := s.dial(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return err
		}
	}
	text := s.format(m)
	if s.network == "tcp" {
		text = strconv.Itoa(len(text)) + " " + text
	}
	_, err = conn.Write([]byte(text))
	return err
}

func (s *Syslog) dial(ctx context.Context) (net.Conn, error) {
	if s.host != "" {
		d := tls.Dialer{Config: &tls.Config{ServerName: s.host, RootCAs: s.roots, MinVersion: tls.VersionTLS12}}
		return d.DialContext(ctx, "tcp", s.address)
	}
	return new(net.Dialer).DialContext(ctx, s.network, s.address)
}

// securityFacility is authpriv.
const securityFacility = 10

// syslogSeverity is that of RFC 5424.
func syslogSeverity(s Severity) int {
	switch s {
	case Critical:
		return 2 // critical
	case High:
		return 3 // error
	case Medium:
		return 4 // warning
	}
	return 5 // notice
}

// format writes one message. Structured data has what programs look for; the text is for people.
func (s *Syslog) format(m *Message) string {
	a := &m.Alarm
	var data strings.Builder
	data.WriteString("[warder@32473") // the number that RFC 5612 gives to examples: Warder has none of its own
	for _, p := range [][2]string{
		{"id", a.ID}, {"kind", m.Kind}, {"rule", a.Rule}, {"type", a.Type}, {"severity", a.Severity}, {"account", m.Account},
		{"subject", a.Subject}, {"eventID", a.Event.EventID}, {"eventName", a.Event.EventName}, {"principal", a.Event.Principal},
		{"sourceIPAddress", a.Event.SourceIPAddress}, {"errorCode", a.Event.ErrorCode},
	} {
		if p[1] != "" {
			data.WriteString(" " + p[0] + `="` + parameter(p[1]) + `"`)
		}
	}
	data.WriteString("]")
	return fmt.Sprintf("<%d>1 %s %s warder %d alarm %s %s", securityFacility*8+syslogSeverity(Severity(a.Severity)),
		m.Time.UTC().Format("2006-01-02T15:04:05Z"), s.hostname, os.Getpid(), data.String(), "\ufeff"+m.subject())
}

// parameter is a value of structured data: '"', '\' and ']' are escaped, and what does not print is replaced.
func parameter(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, `]`, `\]`).Replace(oneLine(s, maxSubject))
}
