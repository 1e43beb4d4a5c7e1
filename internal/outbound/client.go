package outbound

import (
	"crypto/tls"
	"errors"
	"net/http"
)

// ErrScheme says that a URL is not one that may be called.
var ErrScheme = errors.New("only https URLs are called")

// Client makes HTTPS calls through the dialer, each on a connection of its own. It follows no redirect: the answer is then
// the redirect itself. The caller bounds what is read of an answer, and the call by Timeout.
func (d *Dialer) Client(config *tls.Config) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			// Once begun, a connection is made without regard to the request that asked for it: it needs ends of its own.
			DialContext:            d.DialContext,
			TLSHandshakeTimeout:    Timeout,
			TLSClientConfig:        config,
			DisableKeepAlives:      true,
			DisableCompression:     true,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
