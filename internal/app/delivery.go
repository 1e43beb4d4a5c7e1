package app

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/delivery"
	"github.com/warder-iam/warder/internal/objectstore"
	"github.com/warder-iam/warder/internal/service/cloudtrail"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/internal/wholefile"
)

// Deliveries is the part of a Config that is about trails.
type Deliveries struct {
	// Storage is a directory whose sub-directories are the buckets, or the URL of S3-compatible storage; "" for none, and
	// then no trail can be made.
	Storage string
	// Credentials is a file in AWS's form for a Storage that is a URL.
	Credentials string
	// Every and DigestEvery are how often log files and digests are delivered; 0 is delivery's default.
	Every, DigestEvery time.Duration
	// Checkpoint is a directory that takes the newest signed checkpoint of each trail; "" for none.
	Checkpoint string
}

// The bounds of Every and DigestEvery.
const leastEvery, mostEvery = time.Second, 24 * time.Hour

func (d *Deliveries) isURL() bool { return strings.Contains(d.Storage, "://") }

func (d *Deliveries) complete() (err error) {
	if d.Storage != "" && !d.isURL() {
		if d.Storage, err = filepath.Abs(d.Storage); err != nil {
			return wrong("trail-storage", "%w", err)
		}
	}
	if d.Every == 0 {
		d.Every = delivery.DefaultEvery
	}
	if d.DigestEvery == 0 {
		d.DigestEvery = delivery.DefaultDigestEvery
	}
	return nil
}

func (d *Deliveries) check(data string) error {
	switch {
	case d.isURL() && d.Credentials == "":
		return wrong("trail-storage-credentials", "storage behind a URL needs credentials; give --trail-storage-credentials FILE")
	case !d.isURL() && d.Credentials != "":
		return wrong("trail-storage-credentials", "only storage behind a URL takes credentials; trail-storage names none")
	case d.Every < leastEvery || d.Every > mostEvery:
		return wrong("deliver-every", "%v is not between %v and %v", d.Every, leastEvery, mostEvery)
	case d.DigestEvery < leastEvery || d.DigestEvery > mostEvery:
		return wrong("digest-every", "%v is not between %v and %v", d.DigestEvery, leastEvery, mostEvery)
	case d.Checkpoint != "" && inside(data, d.Checkpoint):
		return wrong("checkpoint", "%s lies in the data directory, so whoever can change the trail could change it too; name a directory elsewhere", d.Checkpoint)
	}
	for _, dir := range []struct{ setting, name string }{{"trail-storage", d.Storage}, {"checkpoint", d.Checkpoint}} {
		if dir.name == "" || dir.setting == "trail-storage" && d.isURL() {
			continue
		}
		if info, err := os.Stat(dir.name); err != nil || !info.IsDir() {
			return wrong(dir.setting, "there is no directory %s; make it first", dir.name)
		}
	}
	return nil
}

// open gives the storage.
func (d *Deliveries) open(log *slog.Logger) (objectstore.Store, error) {
	switch {
	case d.Storage == "":
		return noStorage{}, nil
	case !d.isURL():
		return objectstore.Folder(d.Storage), nil
	}
	s, err := objectstore.S3(d.Storage, d.Credentials)
	if err != nil {
		return nil, wrong("trail-storage", "%w", err)
	}
	if u, err := url.Parse(d.Storage); err == nil && u.Scheme == "http" && !loopback(u.Hostname()) {
		log.Warn("trails are delivered over plain HTTP, so whoever is on the way reads every event; give trail-storage an https URL", "host", u.Host)
	}
	return s, nil
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// newDeliveries makes the job that delivers trails.
func newDeliveries(ctx context.Context, c *Config, state *store.Store, log *trailstore.Store, logger *slog.Logger) (*delivery.Job, error) {
	storage, err := c.Deliveries.open(logger)
	if err != nil {
		return nil, err
	}
	o := delivery.Options{
		Trails: func() iter.Seq2[string, *directory.Trail] { return allTrails(state.Snapshot()) },
		Log:    trailLog{log, TrailDir(c.Data)}, State: state, Storage: storage,
		Every: c.Deliveries.Every, DigestEvery: c.Deliveries.DigestEvery, Logger: logger,
	}
	if dir := c.Deliveries.Checkpoint; dir != "" {
		o.SecondPlace = func(account, name string, text []byte) error {
			return wholefile.Replace(filepath.Join(dir, account+"_"+name+"_checkpoint.json"), 0o644, text)
		}
	}
	return delivery.New(ctx, o)
}

// allTrails gives the trails of all accounts.
func allTrails(s *directory.Snapshot) iter.Seq2[string, *directory.Trail] {
	return func(yield func(string, *directory.Trail) bool) {
		for a := range s.Accounts() {
			for t := range a.Trails() {
				if !yield(a.ID(), t) {
					return
				}
			}
		}
	}
}

// trailStorage tells CloudTrail's API where trails may deliver to; nil where no storage is configured, so that it can say so.
func (a *App) trailStorage() cloudtrail.Storage {
	if a.config.Deliveries.Storage == "" {
		return nil
	}
	return a.trails
}

// trailStatus tells CloudTrail's API how deliveries go.
type trailStatus struct{ job *delivery.Job }

func (s trailStatus) Delivery(_ context.Context, account string, t *directory.Trail) (cloudtrail.Delivery, error) {
	d := s.job.Status(account, t.ID)
	return cloudtrail.Delivery{
		Delivered: d.LatestDelivery, Attempted: d.LatestDeliveryAttempt, Error: d.LatestDeliveryError,
		Digested: d.LatestDigest, DigestError: d.LatestDigestError,
	}, nil
}

// trailLog is the log as deliveries read it.
type trailLog struct {
	*trailstore.Store
	dir string
}

func (l trailLog) After(ctx context.Context, sequence uint64) iter.Seq2[trailstore.Record, error] {
	return trailstore.Read(ctx, l.dir, trailstore.After(sequence))
}

func (l trailLog) Since(ctx context.Context, t time.Time) iter.Seq2[trailstore.Record, error] {
	return trailstore.Read(ctx, l.dir, trailstore.Since(t))
}

// drainTrails delivers what is left, as far as there is time.
func (a *App) drainTrails() {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	if err := a.trails.Drain(ctx); err != nil { // not lost: the next start delivers it
		a.log.Warn("trails are left for the next start to deliver", "error", err.Error())
	}
}

// noStorage is the storage where none is configured.
type noStorage struct{}

var errNoStorage = errors.New("no storage for trails is configured; give --trail-storage")

func (noStorage) Put(context.Context, string, string, objectstore.Object) error { return errNoStorage }
func (noStorage) Get(context.Context, string, string) (objectstore.Object, error) {
	return objectstore.Object{}, errNoStorage
}
func (noStorage) Head(context.Context, string, string) (objectstore.Info, error) {
	return objectstore.Info{}, errNoStorage
}
func (noStorage) List(context.Context, string, string, string) ([]objectstore.Info, error) {
	return nil, errNoStorage
}
