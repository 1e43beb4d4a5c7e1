package delivery

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/warder-iam/warder/internal/objectstore"
	"github.com/warder-iam/warder/trail"
)

// A trail with the longest name, below the longest prefix, is delivered with its digests, and none of its objects' names is
// too long in the region with the longest name.
func TestLongestNames(t *testing.T) {
	name, prefix := strings.Repeat("n", 128), strings.Repeat("p", 200)
	if err := objectstore.CheckName(objectName(prefix, trail.DigestObjectName(account, "ap-southeast-1", name, "ap-southeast-1", time.Time{}))); err != nil {
		t.Error(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		long := logging("t1", name)
		long.Prefix = prefix
		w.set(account, "t1", long)
		w.run(func(*Job) {
			w.log.add(t, account, time.Now())
			time.Sleep(61 * time.Minute)
			w.log.add(t, account, time.Now())
			time.Sleep(10 * time.Minute)
		})
		w.want("", events(1, 2))
		if n := len(w.digests("")); n != 1 {
			t.Errorf("%d digests", n)
		}
	})
}

// A digest whose name the storage does not take, here since a folder stands there, does not end the trail: what it was to
// tell is told by the next one, under another name, and the status has the error until then.
func TestNameNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.set(account, "t1", logging("t1", "main"))
		w.log.add(t, account, time.Now())
		if err := w.job().Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		taken := filepath.Join(w.root, bucket, filepath.FromSlash(trail.DigestObjectName(account, region, "main", region, time.Now())))
		if err := os.MkdirAll(taken, 0o700); err != nil {
			t.Fatal(err)
		}
		j := w.job()
		if err := j.Drain(t.Context()); !errors.Is(err, objectstore.ErrName) {
			t.Fatalf("Drain: %v", err)
		}
		if s := j.Status(account, "t1"); s.LatestDigestError != "InvalidArgument" {
			t.Errorf("status %+v", s)
		}
		time.Sleep(time.Second)
		w.log.add(t, account, time.Now())
		w.run(func(j *Job) {
			time.Sleep(time.Minute)
			if s := j.Status(account, "t1"); s.LatestDigestError != "" || s.LatestDigest.IsZero() {
				t.Errorf("status %+v", s)
			}
			if n := j.Delivered(); n != 2 {
				t.Errorf("records up to %d count as delivered", n)
			}
		})
		w.want("", events(1, 2))
		w.verify(account, "main")
		if n := len(w.digests("")); n != 1 {
			t.Errorf("%d digests", n)
		}
	})
}

// A storage that takes no name below a trail's prefix holds up neither the change of the prefix nor the trail's end.
func TestPrefixNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		main := logging("t1", "main")
		w.set(account, "t1", main)
		w.storage.FailPuts(-1, 0, objectstore.ErrName)
		w.log.add(t, account, time.Now())
		w.run(func(j *Job) {
			time.Sleep(time.Minute)
			main = main.Clone()
			main.Prefix = "other"
			w.set(account, "t1", main)
			time.Sleep(time.Minute)
			w.storage.FailPuts(0, 0, nil)
			time.Sleep(2 * time.Minute)
			w.want("other/", events(1))
			if p := j.Problems(); p != nil {
				t.Errorf("problems %v", p)
			}
		})
		w.digests("")
	})
}
