package app

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/warder-iam/warder/internal/console"
	"github.com/warder-iam/warder/internal/session"
)

// Limits of every phase of a connection. The pipeline's own deadline is shorter than the time to write.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 120 * time.Second
	maxHeaderBytes    = 64 << 10
)

// newHTTPServer serves h over HTTP/1.1 only: one request at a time on a connection, so that the limit on connections is
// one on requests too.
func newHTTPServer(h http.Handler, conns *connections, log *slog.Logger) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		Protocols:         protocols,
		// OPTIONS * is a request like any other, and refused.
		DisableGeneralOptionsHandler: true,
		ConnState:                    conns.state,
		ErrorLog:                     slog.NewLogLogger(log.Handler(), slog.LevelDebug), // what strangers do to a listener
	}
}

// handler answers the two health pages, AuthZEN's metadata and the documents of token issuers, leaves the browser's paths to
// the console and everything else to the API. It looks at the path as it was sent: no two spellings of one place.
func handler(api http.Handler, pages *console.Console, h *health, a authZEN, i *issuers) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, _, _ := strings.Cut(r.RequestURI, "?")
		if strings.HasPrefix(path, session.IssuerPath) {
			onlyReading(w, r, func(w http.ResponseWriter, _ *http.Request) { i.document(w, path) })
			return
		}
		switch path {
		case "/healthz":
			onlyReading(w, r, h.live)
		case "/readyz":
			onlyReading(w, r, h.ready)
		case authZENPath:
			onlyReading(w, r, a.metadata)
		default:
			if pages.Takes(r) {
				pages.ServeHTTP(w, r)
				return
			}
			api.ServeHTTP(w, r)
		}
	})
}
