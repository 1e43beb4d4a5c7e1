package delivery

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/objectstore"
	"github.com/warder-iam/warder/internal/objectstore/objectstoretest"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
)

const (
	account, elsewhere = "111122223333", "444455556666"
	region             = "us-east-1"
	bucket             = "trail-bucket"
)

// memoryLog is the log.
type memoryLog struct {
	mu      sync.Mutex
	records []trailstore.Record
	hash    trail.Hash
	gone    int // of the oldest records, which it does not hold any more
}

func (l *memoryLog) Head() trail.Head {
	l.mu.Lock()
	defer l.mu.Unlock()
	return trail.Head{Sequence: uint64(len(l.records)), Hash: l.hash}
}

func (l *memoryLog) SyncChain(context.Context) (trail.Head, error) { return l.Head(), nil }

func (l *memoryLog) After(ctx context.Context, sequence uint64) iter.Seq2[trailstore.Record, error] {
	return l.read(ctx, func(r trailstore.Record) bool { return r.Sequence > sequence })
}

func (l *memoryLog) Since(ctx context.Context, t time.Time) iter.Seq2[trailstore.Record, error] {
	return l.read(ctx, func(r trailstore.Record) bool { return !r.Event.EventTime.Before(t) })
}

func (l *memoryLog) read(ctx context.Context, take func(trailstore.Record) bool) iter.Seq2[trailstore.Record, error] {
	return func(yield func(trailstore.Record, error) bool) {
		l.mu.Lock()
		records := l.records[l.gone:]
		l.mu.Unlock()
		for _, r := range records {
			if ctx.Err() != nil {
				yield(trailstore.Record{}, context.Cause(ctx))
				return
			}
			if take(r) && !yield(r, nil) {
				return
			}
		}
	}
}

// add puts an event of an account into the log, with that time.
func (l *memoryLog) add(t testing.TB, account string, at time.Time) string {
	t.Helper()
	return l.put(t, &trail.Event{
		EventName: "CreateUser", EventSource: "iam.amazonaws.com", AWSRegion: region, EventTime: at.UTC().Truncate(time.Second),
		RecipientAccountID: account, EventCategory: "Management", ManagementEvent: true, EventType: "AwsApiCall",
	})
}

// addInsight puts an insight into the log, now.
func (l *memoryLog) addInsight(t testing.TB, account string, of trail.InsightType) string {
	t.Helper()
	e, err := trail.InsightEvent("", "shared", account, region, time.Now(), &trail.Insight{
		State: trail.InsightStart, EventSource: "iam.amazonaws.com", EventName: "CreateUser", Type: of,
	})
	if err != nil {
		t.Fatal(err)
	}
	return l.put(t, e)
}

// put gives an event its id, and puts it into the log.
func (l *memoryLog) put(t testing.TB, e *trail.Event) string {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	sequence := uint64(len(l.records) + 1)
	e.EventID = fmt.Sprintf("event-%d", sequence)
	line, err := e.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	l.records = append(l.records, trailstore.Record{Sequence: sequence, Line: line, Event: e})
	l.hash = l.hash.Next(line)
	return e.EventID
}

// memoryState keeps what a Job knows, as JSON, and fails when it is told to.
type memoryState struct {
	key *rsa.PrivateKey

	mu          sync.Mutex
	deliveries  map[trailID][]byte
	files       map[string][]byte
	checkpoints map[string]string
	// fault is called before and after each write, and its error is that write's.
	fault func(after bool) error
	saves int
}

func newState(key *rsa.PrivateKey) *memoryState {
	return &memoryState{key: key, deliveries: map[trailID][]byte{}, files: map[string][]byte{}, checkpoints: map[string]string{}}
}

func (s *memoryState) write(change func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saves++
	if s.fault != nil {
		if err := s.fault(false); err != nil {
			return err
		}
	}
	if err := change(); err != nil {
		return err
	}
	if s.fault != nil {
		return s.fault(true)
	}
	return nil
}

func (s *memoryState) Deliveries(context.Context) (all []*store.Delivery, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, text := range s.deliveries {
		d := new(store.Delivery)
		if err := json.Unmarshal(text, d); err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

func fileKey(account, id string, n uint64) string { return fmt.Sprintf("%s/%s/%016x", account, id, n) }

func (s *memoryState) SaveDelivery(_ context.Context, d *store.Delivery, file *store.DeliveredFile) error {
	return s.write(func() error {
		text, err := json.Marshal(d)
		if err != nil {
			return err
		}
		if file != nil {
			f, err := json.Marshal(file)
			if err != nil {
				return err
			}
			s.files[fileKey(d.Account, d.Trail.ID, file.Number)] = f
		}
		s.deliveries[trailID{d.Account, d.Trail.ID}] = text
		return nil
	})
}

func (s *memoryState) DeliveredFiles(_ context.Context, account, id string, first, last uint64) (files []store.DeliveredFile, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := first; n <= last; n++ {
		f := store.DeliveredFile{}
		if err := json.Unmarshal(s.files[fileKey(account, id, n)], &f); err != nil {
			return nil, fmt.Errorf("file %d: %w", n, err)
		}
		f.Number = n
		files = append(files, f)
	}
	return files, nil
}

func (s *memoryState) ForgetDelivered(_ context.Context, account, id string, last uint64) error {
	return s.write(func() error {
		maps.DeleteFunc(s.files, func(k string, _ []byte) bool {
			return strings.HasPrefix(k, account+"/"+id+"/") && k <= fileKey(account, id, last)
		})
		return nil
	})
}

func (s *memoryState) ForgetDelivery(_ context.Context, d *store.Delivery) error {
	return s.write(func() error {
		delete(s.deliveries, trailID{d.Account, d.Trail.ID})
		return nil
	})
}

func (s *memoryState) DigestSigner(context.Context, time.Time) (*rsa.PrivateKey, error) {
	return s.key, nil
}

func (s *memoryState) Checkpoint(_ context.Context, account, name string) (*trail.Checkpoint, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, ok := s.checkpoints[account+"/"+name]
	if !ok {
		return nil, nil
	}
	return trail.ParseCheckpoint([]byte(text))
}

func (s *memoryState) SetCheckpoint(_ context.Context, c *trail.Checkpoint) error {
	return s.write(func() error {
		text, err := c.Encode()
		if err != nil {
			return err
		}
		key := c.AccountID + "/" + c.Trail
		if old, ok := s.checkpoints[key]; ok {
			before, err := trail.ParseCheckpoint([]byte(old))
			if err != nil {
				return err
			}
			if c.Time.Before(before.Time) || c.Chain.Sequence < before.Chain.Sequence {
				return store.ErrTrailHead
			}
		}
		s.checkpoints[key] = string(text)
		return nil
	})
}

// world is all that a Job has around it.
type world struct {
	t       testing.TB
	log     *memoryLog
	state   *memoryState
	root    string
	storage *objectstoretest.Faulty
	options Options
	logged  *bytes.Buffer

	mu     sync.Mutex
	trails map[trailID]*directory.Trail
}

// signer is one key for all tests: making one takes long.
var signer = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newWorld(t testing.TB) *world {
	t.Helper()
	key, err := signer()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, log: &memoryLog{}, state: newState(key), root: t.TempDir(), trails: map[trailID]*directory.Trail{}, logged: &bytes.Buffer{}}
	if err := os.Mkdir(filepath.Join(w.root, bucket), 0o700); err != nil {
		t.Fatal(err)
	}
	w.storage = &objectstoretest.Faulty{Store: objectstore.Folder(w.root)}
	w.options = Options{
		Trails: w.all, Log: w.log, State: w.state, Storage: w.storage, Every: 5 * time.Minute, DigestEvery: time.Hour,
		Logger: slog.New(slog.NewTextHandler(w.logged, nil)),
	}
	return w
}

func (w *world) all() iter.Seq2[string, *directory.Trail] {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := maps.Clone(w.trails)
	return func(yield func(string, *directory.Trail) bool) {
		for id, t := range now {
			if !yield(id.account, t) {
				return
			}
		}
	}
}

// set makes or changes a trail; deleted ones are nil.
func (w *world) set(account, id string, t *directory.Trail) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t == nil {
		delete(w.trails, trailID{account, id})
		return
	}
	w.trails[trailID{account, id}] = t
}

// logging is a trail that was started now.
func logging(id, name string) *directory.Trail {
	now := time.Now().UTC().Truncate(time.Second)
	return &directory.Trail{
		ID: id, Name: name, Region: region, Created: now, Bucket: bucket, GlobalEvents: true, MultiRegion: true, Validation: true, Logging: true, Started: now,
	}
}

func (w *world) job() *Job {
	w.t.Helper()
	j, err := New(w.t.Context(), w.options)
	if err != nil {
		w.t.Fatal(err)
	}
	return j
}

// run runs a Job for that long and then drains it, as the server does.
func (w *world) run(during func(j *Job)) {
	w.t.Helper()
	j := w.job()
	ctx, cancel := context.WithCancel(w.t.Context())
	var group sync.WaitGroup
	group.Go(func() { j.Run(ctx) })
	during(j)
	cancel()
	group.Wait()
	if err := j.Drain(w.t.Context()); err != nil {
		w.t.Errorf("Drain: %v", err)
	}
}

// unzip gives what an object says.
func (w *world) unzip(name string) []byte {
	w.t.Helper()
	o, err := w.storage.Get(w.t.Context(), bucket, name)
	if err != nil {
		w.t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(o.Data))
	if err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	return text
}

func (w *world) names(prefix string) (names []string) {
	w.t.Helper()
	page, err := w.storage.List(w.t.Context(), bucket, prefix, "")
	if err != nil {
		w.t.Fatal(err)
	}
	for _, o := range page {
		names = append(names, o.Name)
	}
	return names
}

// delivered gives the ids of the events in the log files below a prefix, sorted by their number.
func (w *world) delivered(prefix string) (ids []string) {
	w.t.Helper()
	for _, name := range w.names(prefix) {
		if !strings.Contains(name, "/CloudTrail-Digest/") {
			ids = append(ids, w.ids(name)...)
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return numberOf(w.t, a) - numberOf(w.t, b) })
	return ids
}

func (w *world) ids(name string) (ids []string) {
	var file struct{ Records []struct{ EventID string } }
	if err := json.Unmarshal(w.unzip(name), &file); err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	for _, r := range file.Records {
		ids = append(ids, r.EventID)
	}
	return ids
}

func numberOf(t testing.TB, id string) (n int) {
	t.Helper()
	if _, err := fmt.Sscanf(id, "event-%d", &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// digests checks the chain of a trail's digests, and that each names its log files as they are. It gives them in order.
func (w *world) digests(prefix string) (chain []*trail.Digest) {
	w.t.Helper()
	var before *trail.Digest
	var last trail.PreviousDigest
	var place trail.ChainPoint
	for _, name := range w.names(prefix) {
		if !strings.Contains(name, "/CloudTrail-Digest/") {
			continue
		}
		text := w.unzip(name)
		d, err := trail.ParseDigest(text)
		if err != nil {
			w.t.Fatalf("%s: %v", name, err)
		}
		info, err := w.storage.Head(w.t.Context(), bucket, name)
		signature := info.Metadata[trail.MetadataSignature]
		if err = errors.Join(err, d.VerifySignature(&w.state.key.PublicKey, text, signature)); err != nil || d.Object != name || d.Bucket != bucket {
			w.t.Errorf("%s: says that it is %s/%s; %v", name, d.Bucket, d.Object, err)
		}
		switch {
		case before == nil && d.Previous != nil, before != nil && (d.Previous == nil || *d.Previous != last):
			w.t.Errorf("%s: previous digest %+v, want %+v", name, d.Previous, last)
		case before != nil && d.Start.Before(before.End):
			w.t.Errorf("%s begins at %v, before the end of the one before it, %v", name, d.Start, before.End)
		case d.Warder.Before != place:
			w.t.Errorf("%s begins at %+v of the chain, want %+v", name, d.Warder.Before, place)
		}
		for i, f := range d.LogFiles {
			place = w.logFile(f, d.Warder.Files[i], place)
		}
		if d.Warder.After != place {
			w.t.Errorf("%s ends at %+v of the chain, want %+v", name, d.Warder.After, place)
		}
		before, last = d, trail.PreviousDigest{Bucket: bucket, Object: name, Hash: trail.HashText(text), Signature: signature}
		chain = append(chain, d)
	}
	return chain
}

// logFile checks one file and gives the chain after it.
func (w *world) logFile(f trail.LogFile, r trail.FileRecords, place trail.ChainPoint) trail.ChainPoint {
	w.t.Helper()
	text := w.unzip(f.Object)
	if trail.HashText(text) != f.Hash {
		w.t.Errorf("%s has another hash", f.Object)
	}
	var file struct{ Records []json.RawMessage }
	if err := json.Unmarshal(text, &file); err != nil || len(file.Records) != r.Count() {
		w.t.Errorf("%s has %d records, its digest says %d; %v", f.Object, len(file.Records), r.Count(), err)
	}
	for _, line := range file.Records {
		place = trail.ChainPoint{Sequence: place.Sequence + 1, Hash: place.Hash.Next(line)}
	}
	return place
}

// crashStore asks before and after each Put whether the process still runs.
type crashStore struct {
	objectstore.Store
	chance func(after bool) error
}

func (s crashStore) Put(ctx context.Context, bucket, name string, o objectstore.Object) error {
	if err := s.chance(false); err != nil {
		return err
	}
	if err := s.Store.Put(ctx, bucket, name, o); err != nil {
		return err
	}
	return s.chance(true)
}

// verify has the bucket verified as warder trail verify does it, against the checkpoint that the state knows.
func (w *world) verify(account, name string) {
	w.t.Helper()
	c, err := w.state.Checkpoint(w.t.Context(), account, name)
	if err != nil || c == nil {
		w.t.Fatalf("checkpoint %v, %v", c, err)
	}
	v, err := trail.Verify(w.t.Context(), os.DirFS(filepath.Join(w.root, bucket)), trail.VerifyOptions{
		Keys: []*rsa.PublicKey{&w.state.key.PublicKey}, Checkpoints: []*trail.Checkpoint{c},
	})
	if err != nil || len(v.Problems) > 0 || v.Unnamed > 0 || v.Checkpoints != 1 {
		w.t.Errorf("verify: %v\n%+v", err, v)
	}
}
