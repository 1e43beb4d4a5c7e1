package server

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/sigv4"
	"github.com/warder-iam/warder/trail"
)

// request is what was received, within its limits.
type request struct {
	wire sigv4.Request
	// path and query of the target, not decoded.
	path, query string
	// form is the query protocol's.
	form awsapi.Form
	// bearer is the token in the Authorization header, "" where there is none.
	bearer string
	tls    *tls.ConnectionState
}

// methods that an operation may have.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// admit reads the request within its limits. What cannot be read to its end unmistakably is refused: two readers of it
// could disagree.
func (s *Server) admit(c *Call, w http.ResponseWriter, r *http.Request) error {
	c.Env = s.environment(r, time.Now().UTC())
	c.request = &request{tls: r.TLS}
	switch {
	case !slices.Contains(methods, r.Method):
		return awsapi.MalformedInput.New("The method %.20q is not one of %s.", r.Method, strings.Join(methods, ", "))
	case len(r.RequestURI) > maxTarget:
		return awsapi.RequestEntityTooLarge.New("The request target is longer than %d bytes.", maxTarget)
	case !strings.HasPrefix(r.RequestURI, "/"):
		return awsapi.MalformedInput.New("The request target must be a path.")
	case len(r.TransferEncoding) > 0:
		return awsapi.MalformedInput.New("Transfer-Encoding is not accepted; send Content-Length.")
	case underscored(r.Header):
		return awsapi.MalformedInput.New("A header's name has an underscore, which other servers read as a hyphen.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return awsapi.RequestEntityTooLarge.New("The request body is larger than %d bytes.", maxBody)
	} else if err != nil {
		return awsapi.MalformedInput.New("The request body could not be read to its end.")
	}
	c.request.path, c.request.query, _ = strings.Cut(r.RequestURI, "?")
	c.request.wire = sigv4.Request{Method: r.Method, RawTarget: r.RequestURI, Header: r.Header, Host: sigv4.SignedHost(r.Host, r.TLS != nil), Body: body}
	return nil
}

// environment is what a request tells of itself beside who and what.
func (s *Server) environment(r *http.Request, now time.Time) authz.Environment {
	return authz.Environment{
		Time: now, SourceIP: s.SourceAddress(r), Secure: r.TLS != nil,
		UserAgent: r.Header.Get("User-Agent"), Referer: r.Header.Get("Referer"), Region: s.Region,
	}
}

func underscored(h http.Header) bool {
	for name := range h {
		if strings.Contains(name, "_") {
			return true
		}
	}
	return false
}

// SourceAddress is the peer's, or what the trusted proxy nearest to the client says: the right-most address of
// X-Forwarded-For that is no trusted proxy itself. "" stands for one that is not known.
func (s *Server) SourceAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return "" // a unix socket
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return ""
	}
	addr = addr.Unmap().WithZone("")
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trusted(addr); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = next.Unmap().WithZone("")
	}
	return addr.String()
}

func (s *Server) trusted(addr netip.Addr) bool {
	for _, p := range s.TrustedProxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// maxHost is how much of a Host header is kept; no DNS name with a port is longer.
const maxHost = 260

// tlsDetails of the connection; nil over plain HTTP.
func (r *request) tlsDetails() *trail.TLSDetails {
	if r == nil {
		return nil
	}
	return TLSDetails(r.tls, r.wire.Host)
}

// TLSDetails are what a record has of a connection and the Host that its client named; nil over plain HTTP.
func TLSDetails(state *tls.ConnectionState, host string) *trail.TLSDetails {
	if state == nil {
		return nil
	}
	return &trail.TLSDetails{
		TLSVersion:               strings.ReplaceAll(tls.VersionName(state.Version), "TLS 1.", "TLSv1."),
		CipherSuite:              tls.CipherSuiteName(state.CipherSuite),
		ClientProvidedHostHeader: host[:min(len(host), maxHost)],
	}
}
