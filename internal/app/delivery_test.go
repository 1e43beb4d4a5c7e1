package app

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

// startTrail makes a trail of the account that delivers to a bucket.
func startTrail(t *testing.T, a *App, bucket string) {
	t.Helper()
	change := &store.Change{Account: "123456789012", Judged: a.store.Snapshot().Revision()}
	_, err := a.store.Update(t.Context(), change, func(tx *store.Tx) ([]byte, error) {
		return nil, tx.Put(&directory.Trail{
			ID: "T1", Name: "main", Region: Region, Created: tx.Now(), Bucket: bucket, GlobalEvents: true, MultiRegion: true,
			Validation: true, Logging: true, Started: tx.Now(),
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// deliveredEvents are the names of the events in the log files below a folder, and the number of digests there.
func deliveredEvents(t *testing.T, root string) (names []string, digests int) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".json.gz") {
			return err
		}
		if strings.Contains(name, "CloudTrail-Digest") {
			digests++
			return nil
		}
		packed, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			return err
		}
		text, err := io.ReadAll(z)
		if err != nil {
			return err
		}
		var file struct{ Records []*trail.Event }
		if err := json.Unmarshal(text, &file); err != nil {
			return err
		}
		for _, e := range file.Records {
			names = append(names, e.EventName)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names, digests
}

// A trail delivers while the server runs, what is left when it stops, and its digests; the checkpoint lies in its place.
func TestTrailIsDelivered(t *testing.T) {
	p := newPlace(t)
	root := t.TempDir()
	storage, checkpoints := filepath.Join(root, "storage"), filepath.Join(root, "checkpoints")
	if err := errors.Join(os.MkdirAll(filepath.Join(storage, "trail-bucket"), 0o700), os.Mkdir(checkpoints, 0o700)); err != nil {
		t.Fatal(err)
	}
	p.Deliveries = Deliveries{Storage: storage, Every: time.Second, DigestEvery: time.Second, Checkpoint: checkpoints}
	a := p.start(t)
	startTrail(t, a, "trail-bucket")
	k, c := p.adminKey(t), client(t)
	call(t, c, a.Endpoint().URL, k, "iam", createBob)
	until(t, "digest", func() bool { names, digests := deliveredEvents(t, storage); return len(names) > 0 && digests > 1 })
	call(t, c, a.Endpoint().URL, k, "sts", callerIdentity)
	stop(t, a)
	names, digests := deliveredEvents(t, storage)
	slices.Sort(names)
	if i := slices.Index(names, "CreateAccount"); i >= 0 { // it was made in the second in which the trail began
		names = slices.Delete(names, i, i+1)
	}
	if !slices.Equal(names, []string{"CreateUser", "GetCallerIdentity"}) {
		t.Errorf("delivered %v", names)
	}
	text, err := os.ReadFile(filepath.Join(checkpoints, "123456789012_main_checkpoint.json"))
	if err != nil {
		t.Fatal(err)
	}
	if point, err := trail.ParseCheckpoint(text); err != nil || point.Chain.Sequence == 0 && digests < 2 {
		t.Errorf("checkpoint %+v, %v", point, err)
	}
}

// A bucket that is not there makes the server say so, and not unready.
func TestTrailIsNotDelivered(t *testing.T) {
	p := newPlace(t)
	p.Deliveries = Deliveries{Storage: t.TempDir(), Every: time.Second}
	a := p.start(t)
	startTrail(t, a, "no-such-bucket")
	c := client(t)
	call(t, c, a.Endpoint().URL, p.adminKey(t), "iam", createBob)
	until(t, "warning", func() bool {
		status, body := get(t, c, a.Endpoint().URL+"/readyz")
		return status == 200 && strings.Contains(body, "trail main of account 123456789012 is not delivered since ") && strings.Contains(body, ": NoSuchBucket")
	})
	stop(t, a)
	if n := strings.Count(p.log.String(), "the trail is not delivered for now"); n != 1 {
		t.Errorf("said %d times:\n%s", n, p.log.String())
	}
}

func TestDeliveriesRefused(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("[default]\naws_secret_access_key = planted-secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		deliveries Deliveries
		words      []string
	}{
		{Deliveries{Storage: filepath.Join(dir, "none")}, []string{"trail-storage", "no directory"}},
		{Deliveries{Storage: file}, []string{"trail-storage", "no directory"}},
		{Deliveries{Storage: "https://s3.example.org"}, []string{"trail-storage-credentials", "needs credentials"}},
		{Deliveries{Storage: dir, Credentials: file}, []string{"trail-storage-credentials", "only storage behind a URL"}},
		{Deliveries{Storage: "https://s3.example.org/path", Credentials: file}, []string{"trail-storage", "no URL"}},
		{Deliveries{Storage: "https://s3.example.org", Credentials: file}, []string{"trail-storage", "no profile"}},
		{Deliveries{Storage: "https://s3.example.org", Credentials: filepath.Join(dir, "none")}, []string{"trail-storage", "no such file"}},
		{Deliveries{Every: time.Millisecond}, []string{"deliver-every", "1ms is not between"}},
		{Deliveries{DigestEvery: 25 * time.Hour}, []string{"digest-every", "25h0m0s is not between"}},
		{Deliveries{Checkpoint: filepath.Join(dir, "none")}, []string{"checkpoint", "no directory"}},
	} {
		p := newPlace(t)
		p.Deliveries = test.deliveries
		if err := p.fails(t, test.words...); strings.Contains(err.Error(), "planted-secret") {
			t.Errorf("the error shows a secret: %v", err)
		}
	}
	p := newPlace(t)
	p.Deliveries.Checkpoint = filepath.Join(p.Data, "checkpoints")
	p.fails(t, "checkpoint", "lies in the data directory")
}
