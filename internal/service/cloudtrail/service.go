package cloudtrail

import (
	"context"
	"time"

	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/cloudtrail"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
)

// Options are what the service needs of others.
type Options struct {
	// Region is the home region of every trail, whatever region a client names: one server is one region.
	Region string
	// Events finds what was recorded.
	Events Events
	// Keys are those that sign digests.
	Keys Keys
	// Storage is where trails deliver to; nil where none is configured, and then no bucket exists.
	Storage Storage
	// Status is how the delivery goes; nil where nothing is delivered.
	Status Status
}

// Events finds events of an account. trailstore.Index is one.
type Events interface {
	Lookup(ctx context.Context, q trailstore.Query) (trailstore.Page, error)
}

// Keys gives the keys that signed, or may have, at some time from from to to, oldest first. store.Store is one.
type Keys interface {
	DigestKeys(ctx context.Context, from, to time.Time) ([]store.DigestKey, error)
}

// Storage tells whether a trail may deliver under a prefix, "" for none, of a bucket.
type Storage interface {
	// CheckDelivery gives nil, delivery.ErrOverwrites, or an error of objectstore: ErrNoBucket, ErrDenied, or another where the storage
	// does not answer.
	CheckDelivery(ctx context.Context, bucket, prefix string) error
}

// Status tells how the delivery of a trail goes.
type Status interface {
	Delivery(ctx context.Context, account string, t *directory.Trail) (Delivery, error)
}

// Delivery is what became of the last deliveries of log files and digests. Times are zero, and errors "", where there is
// nothing to tell; an error is S3's code, as in GetTrailStatus.
type Delivery struct {
	Delivered, Attempted time.Time
	Error                string
	Digested             time.Time
	DigestError          string
}

// Service serves the API of the signing name cloudtrail.
type Service struct{ Options }

// Register makes s answer the operations of CloudTrail that Warder serves.
func Register(s *server.Server, o Options) {
	ct := &Service{o}
	server.Handle(s, api.CreateTrail, server.Asks(ct.onNewTrail), ct.createTrail)
	server.Handle(s, api.UpdateTrail, onTrail(ct, func(in *api.UpdateTrailInput) string { return in.Name }), ct.updateTrail)
	server.Handle(s, api.DeleteTrail, onTrail(ct, func(in *api.DeleteTrailInput) string { return in.Name }), ct.deleteTrail)
	server.Handle(s, api.GetTrail, onTrail(ct, func(in *api.GetTrailInput) string { return in.Name }), ct.getTrail)
	server.Handle(s, api.DescribeTrails, onAny[*api.DescribeTrailsInput](), ct.describeTrails)
	server.Handle(s, api.ListTrails, onAny[*api.ListTrailsInput](), ct.listTrails)
	server.Handle(s, api.StartLogging, onTrail(ct, func(in *api.StartLoggingInput) string { return in.Name }), ct.startLogging)
	server.Handle(s, api.StopLogging, onTrail(ct, func(in *api.StopLoggingInput) string { return in.Name }), ct.stopLogging)
	server.Handle(s, api.GetTrailStatus, onTrail(ct, func(in *api.GetTrailStatusInput) string { return in.Name }), ct.getTrailStatus)
	server.Handle(s, api.GetEventSelectors, onTrail(ct, func(in *api.GetEventSelectorsInput) string { return in.TrailName }), ct.getEventSelectors)
	server.Handle(s, api.PutEventSelectors, onTrail(ct, func(in *api.PutEventSelectorsInput) string { return in.TrailName }), ct.putEventSelectors)
	server.Handle(s, api.GetInsightSelectors, server.Ask(ct.onGetInsights), ct.getInsightSelectors)
	server.Handle(s, api.PutInsightSelectors, server.Ask(ct.onPutInsights), ct.putInsightSelectors)
	server.Handle(s, api.AddTags, server.Ask(ct.onAddTags), ct.addTags)
	server.Handle(s, api.RemoveTags, server.Ask(ct.onRemoveTags), ct.removeTags)
	server.Handle(s, api.ListTags, server.Asks(ct.onListTags), ct.listTags)
	server.Handle(s, api.LookupEvents, onAny[*api.LookupEventsInput](), ct.lookupEvents)
	server.Handle(s, api.ListPublicKeys, onAny[*api.ListPublicKeysInput](), ct.listPublicKeys)
}
