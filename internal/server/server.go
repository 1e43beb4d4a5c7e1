package server

import (
	"cmp"
	"context"
	"log/slog"
	"net/netip"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/authn"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

// Recorder takes the events of calls that changed nothing. Append returns once they are on disk.
type Recorder interface {
	Append(ctx context.Context, events ...*trail.Event) error
}

// DataRecorder takes data events. Offer does not wait: what it has no room for it counts.
type DataRecorder interface {
	Offer(event *trail.Event)
}

// Limits on every request.
const (
	maxBody = 512 << 10 // bytes; the longest policy text that the model takes fits, each character escaped
	// deadline is how long a request may take where Options do not say.
	deadline = 30 * time.Second
	// maxTarget bounds path and query together.
	maxTarget = 8 << 10
)

// Options are what a Server needs. The zero value of the optional ones is safe.
type Options struct {
	Store    *store.Store
	Authn    *authn.Authenticator
	Recorder Recorder
	// Data takes data events: those that the trails of the account select or, with AllData, all. Nil leaves them
	// unrecorded.
	Data    DataRecorder
	AllData bool
	Log     *slog.Logger
	// TrustedProxies may name the caller's address in X-Forwarded-For; nobody else's header is read.
	TrustedProxies []netip.Prefix
	// Region stands in events whose call named none.
	Region string
	// Bearer finds the caller of a bearer token, for the operations that take one; nil refuses them all.
	Bearer func(snap *directory.Snapshot, token string, now time.Time) (*authz.Caller, *authn.Proof, error)
	// SignIn judges passwords and one-time codes for all services; New makes one where there is none.
	SignIn *signin.Checker
	// Deadline is how long a request may take, from its last byte to the answer; 0 is 30 seconds.
	Deadline time.Duration
	// Touch is told of every use of a long-term key or role; may be nil.
	Touch func(c *Call)
}

// Server answers the registered operations of its services on one port. Register with Handle before serving.
type Server struct {
	Options
	strangers strangers
	services  []*awsapi.Service
	protocols protocols
	routes    map[*awsapi.Operation]*route
}

// New makes a server of these services; every operation of their models has a clear answer, registered or not.
func New(o Options, services ...*awsapi.Service) *Server {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	o.Deadline = cmp.Or(o.Deadline, deadline)
	if o.SignIn == nil && o.Authn != nil {
		o.SignIn = signin.New(o.Authn.Keys, signin.Options{})
	}
	return &Server{Options: o, services: services, protocols: newProtocols(services), routes: map[*awsapi.Operation]*route{}}
}
