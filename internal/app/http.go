package app

import (
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	iamapi "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
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

// noSuchPath is what a request for anything but "/" gets.
var noSuchPath = &awsapi.ErrorKind{Code: "UnknownOperationException", Status: http.StatusNotFound}

// handler answers the API at "/", the two health pages, and nothing else. It looks at the path as it was sent: no two
// spellings of one place.
func handler(api http.Handler, h *health) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, _, _ := strings.Cut(r.RequestURI, "?")
		switch {
		case path == "/", !strings.HasPrefix(path, "/"): // the pipeline refuses targets that are no path
			api.ServeHTTP(w, r)
		case path == "/healthz":
			onlyReading(w, r, h.live)
		case path == "/readyz":
			onlyReading(w, r, h.ready)
		default:
			notFound(w)
		}
	})
}

func notFound(w http.ResponseWriter) {
	id := uuid.NewString()
	body := awsapi.EncodeQueryError(iamapi.Service, id, noSuchPath.New("There is nothing at this path. Every service answers at /."))
	w.Header().Set("X-Amzn-Requestid", id)
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(noSuchPath.Status)
	_, _ = w.Write(body) // the client is gone
}
