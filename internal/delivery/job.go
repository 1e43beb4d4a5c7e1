package delivery

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/objectstore"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
)

// Defaults of Options.
const (
	DefaultEvery       = 5 * time.Minute
	DefaultDigestEvery = time.Hour
)

// Log is what deliveries read.
type Log interface {
	// Head is the newest record that is durable. SyncChain also makes its place in the log's hash chain durable.
	Head() trail.Head
	SyncChain(ctx context.Context) (trail.Head, error)
	// After gives the records behind a sequence, Since those with an event time of t or later; both in the log's order.
	After(ctx context.Context, sequence uint64) iter.Seq2[trailstore.Record, error]
	Since(ctx context.Context, t time.Time) iter.Seq2[trailstore.Record, error]
}

// State is what must outlive the process; *store.Store is one.
type State interface {
	Deliveries(ctx context.Context) ([]*store.Delivery, error)
	SaveDelivery(ctx context.Context, d *store.Delivery, file *store.DeliveredFile) error
	DeliveredFiles(ctx context.Context, account, id string, first, last uint64) ([]store.DeliveredFile, error)
	ForgetDelivered(ctx context.Context, account, id string, last uint64) error
	ForgetDelivery(ctx context.Context, d *store.Delivery) error

	DigestSigner(ctx context.Context, now time.Time) (*rsa.PrivateKey, error)
	Checkpoint(ctx context.Context, account, name string) (*trail.Checkpoint, error)
	SetCheckpoint(ctx context.Context, c *trail.Checkpoint) error
}

// Status is what GetTrailStatus shows of a trail's deliveries.
type Status = store.DeliveryStatus

// Options of a Job.
type Options struct {
	// Trails gives the trails that there are now, each with its account.
	Trails  func() iter.Seq2[string, *directory.Trail]
	Log     Log
	State   State
	Storage objectstore.Store
	// Every is how often a trail's log files are delivered, DigestEvery its digests.
	Every, DigestEvery time.Duration
	// SecondPlace takes each signed checkpoint, by the trail's account and name; nil for none. A checkpoint that it does not
	// take is followed by the next digest's.
	SecondPlace func(account, name string, checkpoint []byte) error
	Logger      *slog.Logger

	// fileRecords and fileBytes replace maxRecords and maxText in tests.
	fileRecords, fileBytes int
}

// Job delivers. All its methods may be called at the same time, but for Run and Drain, of which only one runs.
type Job struct {
	o Options
	// building bounds how many trails hold a file in memory.
	building chan struct{}

	mu      sync.Mutex
	workers map[trailID]*worker
	second  string // what is wrong with the second place; "" for nothing
}

// trailID tells trails of all accounts apart, trailName those that there are at one time.
type (
	trailID   struct{ account, id string }
	trailName struct{ account, name string }
)

const (
	// lookEvery is how soon a change of trails is followed.
	lookEvery = time.Second
	// buildAtATime trails hold a file, or a digest, in memory at the same time.
	buildAtATime = 2
)

// New makes a Job that goes on where the state says that the last one was.
func New(ctx context.Context, o Options) (*Job, error) {
	if o.Every <= 0 {
		o.Every = DefaultEvery
	}
	if o.DigestEvery <= 0 {
		o.DigestEvery = DefaultDigestEvery
	}
	if o.fileRecords == 0 {
		o.fileRecords, o.fileBytes = maxRecords, maxText
	}
	j := &Job{o: o, building: make(chan struct{}, buildAtATime), workers: make(map[trailID]*worker)}
	all, err := o.State.Deliveries(ctx)
	if err != nil {
		return nil, fmt.Errorf("delivery: %w", err)
	}
	for _, d := range all {
		j.workers[trailID{d.Account, d.Trail.ID}] = newWorker(j, d)
	}
	return j, nil
}

// Run delivers until ctx ends.
func (j *Job) Run(ctx context.Context) {
	var group sync.WaitGroup
	defer group.Wait()
	running := make(map[*worker]bool)
	for ctx.Err() == nil {
		for _, w := range j.look(time.Now()) {
			if !running[w] {
				running[w] = true
				group.Go(func() { w.run(ctx) })
			}
		}
		sleep(ctx, lookEvery)
	}
}

// Drain delivers what the log holds now, once. What the storage does not take before ctx ends is for the next start.
func (j *Job) Drain(ctx context.Context) error {
	workers := j.look(time.Now())
	errs := make([]error, len(workers))
	var group sync.WaitGroup
	for i, w := range workers {
		group.Go(func() { _, errs[i] = w.deliver(ctx, time.Now()) })
	}
	group.Wait()
	return errors.Join(errs...)
}

// look compares the trails that there are with those that are followed, and gives the workers of all. One that never was
// logging has nothing to deliver. One with the name of a trail that was deleted waits until the last digest of that one.
func (j *Job) look(now time.Time) []*worker {
	j.mu.Lock()
	defer j.mu.Unlock()
	names := make(map[trailName]bool)
	for id, w := range j.workers {
		if w.isDone() {
			delete(j.workers, id)
			continue
		}
		names[trailName{w.account, w.name}] = true
	}
	seen := make(map[trailID]*directory.Trail)
	for account, t := range j.o.Trails() {
		id := trailID{account, t.ID}
		seen[id] = t
		if j.workers[id] == nil && t.Logging && !names[trailName{account, t.Name}] {
			j.workers[id] = newWorker(j, &store.Delivery{Account: account, Trail: t})
		}
	}
	for id, w := range j.workers {
		w.notice(seen[id], now)
	}
	return j.sorted()
}

// sorted is called under mu.
func (j *Job) sorted() []*worker {
	return slices.SortedFunc(maps.Values(j.workers), func(a, b *worker) int {
		return strings.Compare(a.account+a.id, b.account+b.id)
	})
}

func (j *Job) all() []*worker {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.sorted()
}

// Delivered is the sequence up to which every record of the log is delivered wherever a trail wants it: nothing here
// reads a record up to it again. Without trails that is every record there ever will be.
func (j *Job) Delivered() uint64 {
	least := uint64(math.MaxUint64)
	for _, w := range j.all() {
		least = min(least, w.delivered())
	}
	return least
}

// Status is what GetTrailStatus shows of a trail, by its account and id. The zero Status: nothing was delivered yet.
func (j *Job) Status(account, id string) Status {
	j.mu.Lock()
	w := j.workers[trailID{account, id}]
	j.mu.Unlock()
	if w == nil {
		return Status{}
	}
	return w.status()
}

// Problems says, for operators, what is not being delivered and since when; none where all is well. They make no server
// unready: the log has every event, and has it still when the storage is back.
func (j *Job) Problems() []string {
	var problems []string
	for _, w := range j.all() {
		if p := w.problem(); p != "" {
			problems = append(problems, p)
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.second != "" {
		problems = append(problems, j.second)
	}
	return problems
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
