package delivery

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/objectstore"
)

func events(numbers ...int) (ids []string) {
	for _, n := range numbers {
		ids = append(ids, fmt.Sprintf("event-%d", n))
	}
	return ids
}

func sequence(first, last int) (numbers []int) {
	for n := first; n <= last; n++ {
		numbers = append(numbers, n)
	}
	return numbers
}

func (w *world) want(prefix string, ids []string) {
	w.t.Helper()
	if got := w.delivered(prefix); !slices.Equal(got, ids) {
		w.t.Errorf("below %q are %v, want %v", prefix, got, ids)
	}
}

// stopped is a trail that was stopped now.
func stopped(t *directory.Trail) *directory.Trail {
	c := t.Clone()
	c.Logging, c.Stopped = false, time.Now().UTC().Truncate(time.Second)
	return c
}

func started(t *directory.Trail) *directory.Trail {
	c := t.Clone()
	c.Logging, c.Started = true, time.Now().UTC().Truncate(time.Second)
	return c
}

// Events of three hours arrive within their five minutes, in CloudTrail's layout, with a digest for each hour, the empty
// one too.
func TestHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.log.add(t, account, time.Now().Add(-time.Minute)) // before the trail was started
		time.Sleep(10 * time.Second)
		w.set(account, "t1", logging("t1", "main"))
		w.run(func(j *Job) {
			for hour := range 3 {
				for minute := range 60 {
					if hour != 1 && minute%7 == 3 {
						w.log.add(t, account, time.Now())
						w.log.add(t, elsewhere, time.Now())
					}
					time.Sleep(time.Minute)
				}
			}
			time.Sleep(30 * time.Second)
			if s := j.Status(account, "t1"); s.LatestDelivery.IsZero() || s.LatestDeliveryError != "" || s.LatestDigest.IsZero() {
				t.Errorf("status %+v", s)
			}
			if p := j.Problems(); p != nil {
				t.Errorf("problems %v", p)
			}
		})
		var want []string
		for _, r := range w.log.records[1:] {
			if r.Event.RecipientAccountID == account {
				want = append(want, r.Event.EventID)
			}
		}
		w.want("AWSLogs/"+account+"/", want)
		chain := w.digests("AWSLogs/")
		if len(chain) != 3 {
			t.Fatalf("%d digests", len(chain))
		}
		for i, d := range chain {
			if (len(d.LogFiles) == 0) != (i == 1) || d.End.Sub(d.Start) < time.Hour || d.End.Sub(d.Start) > time.Hour+2*time.Second {
				t.Errorf("digest %d names %d files from %v to %v", i, len(d.LogFiles), d.Start, d.End)
			}
			if i > 0 && !d.Start.Equal(chain[i-1].End) {
				t.Errorf("digest %d begins at %v, not where the last one ends", i, d.Start)
			}
		}
		first := w.names("AWSLogs/111122223333/CloudTrail/us-east-1/2000/01/01/")
		if len(first) == 0 || !strings.HasPrefix(filepath.Base(first[0]), "111122223333_CloudTrail_us-east-1_20000101T0005Z_") || len(filepath.Base(first[0])) != 73 {
			t.Errorf("log files %v", first)
		}
	})
}

// A trail that is stopped delivers what was recorded up to then, with its own StopLogging, which is recorded a moment
// later, and a last digest; started again it goes on from there, and what came between is not delivered.
func TestStopAndStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		main := logging("t1", "main")
		w.set(account, "t1", main)
		w.run(func(*Job) {
			w.log.add(t, account, time.Now())
			time.Sleep(time.Minute)
			w.log.add(t, account, time.Now())
			main = stopped(main)
			w.set(account, "t1", main)
			time.Sleep(2 * time.Second)
			w.log.add(t, account, main.Stopped) // StopLogging, from the outbox
			w.log.add(t, account, time.Now())   // not the trail's
			time.Sleep(time.Minute)
			w.want("", events(1, 2, 3))
			if chain := w.digests(""); len(chain) != 1 || chain[0].End.Sub(main.Stopped) > 2*settle {
				t.Errorf("%d digests after the stop", len(chain))
			}
			time.Sleep(3 * time.Hour)
			if n := len(w.digests("")); n != 1 {
				t.Errorf("%d digests of a stopped trail", n)
			}
			main = started(main)
			w.set(account, "t1", main)
			w.log.add(t, account, time.Now())
			time.Sleep(61 * time.Minute)
			w.log.add(t, account, main.Started.Add(-time.Hour)) // recorded late, of the time between
		})
		w.want("", events(1, 2, 3, 5))
		w.verify(account, "main")
		chain := w.digests("")
		if len(chain) != 2 || !chain[1].Start.Equal(main.Started) {
			t.Errorf("%d digests", len(chain))
		}
	})
}

// What is recorded while the storage is away arrives when it is back, said once in the log; the server is told of it.
func TestStorageDownAndBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.set(account, "t1", logging("t1", "main"))
		w.storage.FailPuts(-1, 0, objectstore.ErrDenied)
		w.run(func(j *Job) {
			for range 150 {
				w.log.add(t, account, time.Now())
				time.Sleep(time.Minute)
			}
			s := j.Status(account, "t1")
			if s.LatestDeliveryError != "AccessDenied" || s.LatestDeliveryAttempt.IsZero() || !s.LatestDelivery.IsZero() {
				t.Errorf("status %+v", s)
			}
			if p := j.Problems(); len(p) != 1 || !strings.Contains(p[0], "trail main of account 111122223333 is not delivered since 2000-01-01T00:") || !strings.HasSuffix(p[0], "AccessDenied") {
				t.Errorf("problems %q", p)
			}
			if n := w.storage.Puts(); n < 100 || n > 200 { // once a minute
				t.Errorf("%d attempts in 150 minutes", n)
			}
			if n := j.Delivered(); n != 0 {
				t.Errorf("records up to %d count as delivered", n)
			}
			w.storage.FailPuts(0, 0, nil)
			time.Sleep(6 * time.Minute)
			if s := j.Status(account, "t1"); s.LatestDeliveryError != "" || s.LatestDelivery.IsZero() {
				t.Errorf("status %+v", s)
			}
			if p := j.Problems(); p != nil {
				t.Errorf("problems %q", p)
			}
		})
		w.want("", events(sequence(1, 150)...))
		if text := w.logged.String(); strings.Count(text, "not delivered for now") != 1 || strings.Count(text, "delivered again") != 1 {
			t.Errorf("the log says\n%s", text)
		}
		if len(w.digests("")) != 1 {
			t.Error("there is to be one digest of the time without storage")
		}
	})
}

// Two trails of one account and one of another, in one bucket, do not touch each other, also where one's storage is away.
func TestTwoTrails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.set(account, "t1", logging("t1", "main"))
		second := logging("t2", "second")
		second.Selectors = []directory.EventSelector{{ReadWrite: directory.ReadOnlyEvents, Management: true}}
		w.set(account, "t2", second)
		lost := logging("t3", "lost")
		lost.Bucket, lost.Prefix = "no-such-bucket", "p"
		w.set(account, "t3", lost)
		other := logging("t1", "main")
		other.Prefix = "other/place"
		w.set(elsewhere, "t1", other)
		w.log.add(t, account, time.Now())
		w.log.add(t, elsewhere, time.Now())
		j := w.job()
		if err := j.Drain(t.Context()); !errors.Is(err, objectstore.ErrNoBucket) {
			t.Errorf("Drain: %v", err)
		}
		w.want("AWSLogs/", events(1))
		w.want("other/place/AWSLogs/"+elsewhere, events(2))
		if s := j.Status(account, "t3"); s.LatestDeliveryError != "NoSuchBucket" {
			t.Errorf("status %+v", s)
		}
		time.Sleep(2 * time.Hour)
		_ = j.Drain(t.Context()) // the same error
		if n := len(w.digests("AWSLogs/" + account + "/CloudTrail-Digest/us-east-1/2000/01/01/111122223333_CloudTrail-Digest_us-east-1_second_")); n != 1 {
			t.Errorf("%d digests of the trail without events", n)
		}
		if n := len(w.digests("other/")); n != 1 {
			t.Errorf("%d digests of the other account", n)
		}
		if n := j.Delivered(); n != 0 {
			t.Errorf("records up to %d count as delivered, and one trail has none", n)
		}
	})
}

// A deleted trail delivers what it had, and one that is made anew under its name goes on with its digests.
func TestDeletedAndMadeAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.set(account, "t1", logging("t1", "main"))
		w.storage.FailPuts(-1, 0, nil)
		w.run(func(j *Job) {
			w.log.add(t, account, time.Now())
			time.Sleep(10 * time.Second)
			w.set(account, "t1", nil)
			time.Sleep(10 * time.Second)
			w.set(account, "t2", logging("t2", "main"))
			w.log.add(t, account, time.Now())
			time.Sleep(time.Minute)
			w.storage.FailPuts(0, 0, nil)
			time.Sleep(2 * time.Hour)
			if n := j.Delivered(); n != 2 {
				t.Errorf("records up to %d count as delivered", n)
			}
		})
		w.want("", events(1, 2))
		w.verify(account, "main")
		chain := w.digests("")
		if len(chain) != 2 {
			t.Errorf("%d digests", len(chain))
		}
		if n := len(w.state.deliveries); n != 1 {
			t.Errorf("%d trails are known", n)
		}
		if n := len(w.state.files); n != 0 {
			t.Errorf("%d files are kept", n)
		}
	})
}

// A trail whose validation is switched on later has digests from then on; switched off, a last one.
func TestValidationOnAndOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		main := logging("t1", "main")
		main.Validation = false
		w.set(account, "t1", main)
		w.run(func(*Job) {
			set := func(validation bool) {
				main = main.Clone()
				main.Validation = validation
				w.set(account, "t1", main)
				time.Sleep(10 * time.Second) // a delivery of this instant has the trail as it was
			}
			step := func(digests, files int) {
				t.Helper()
				w.log.add(t, account, time.Now())
				time.Sleep(2*time.Hour - 10*time.Second) // not at the instant of a digest
				chain := w.digests("")
				n := 0
				for _, d := range chain {
					n += len(d.LogFiles)
				}
				if len(chain) != digests || n != files {
					t.Errorf("%d digests name %d files, want %d and %d", len(chain), n, digests, files)
				}
			}
			step(0, 0)
			set(true)
			step(1, 1)
			time.Sleep(5 * time.Minute)
			w.log.add(t, account, time.Now())
			time.Sleep(6 * time.Minute)
			set(false)
			step(3, 2)
		})
		w.want("", events(1, 2, 3, 4))
	})
}

// Large backlogs come in files, and digests, of bounded size.
func TestBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.options.fileRecords, w.options.fileBytes = 3, 1<<20
		w.set(account, "t1", logging("t1", "main"))
		for range 3*fullFiles + 100 {
			w.log.add(t, account, time.Now())
		}
		w.run(func(*Job) { time.Sleep(61 * time.Minute) })
		w.want("", events(sequence(1, 3*fullFiles+100)...))
		chain := w.digests("")
		if len(chain) != 2 || len(chain[0].LogFiles) != fullFiles {
			t.Errorf("%d digests", len(chain))
		}
		if n := len(w.state.files); n != 0 {
			t.Errorf("%d files are kept", n)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.options.fileRecords, w.options.fileBytes = 1000, 1000 // some three records
		w.set(account, "t1", logging("t1", "main"))
		for range 30 {
			w.log.add(t, account, time.Now())
		}
		if err := w.job().Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(w.names("")); n < 8 || n > 15 {
			t.Errorf("%d files", n)
		}
	})
}

// What the storage holds in an object's place is never overwritten, and never taken for it: the trail waits, loudly.
func TestConflict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.set(account, "t1", logging("t1", "main"))
		w.log.add(t, account, time.Now())
		w.storage.FailPuts(1, 0, nil)
		if err := w.job().Drain(t.Context()); err == nil {
			t.Fatal("nothing failed")
		}
		planned := w.job().workers[trailID{account, "t1"}].d.Plan
		var other bytes.Buffer
		z := gzip.NewWriter(&other)
		_, _ = z.Write([]byte(`{"Records":[]}`))
		_ = z.Close()
		file := filepath.Join(w.root, bucket, filepath.FromSlash(planned.Object))
		for _, content := range [][]byte{other.Bytes(), other.Bytes()[:20], []byte("no gzip"), {}} {
			if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, content, 0o600)); err != nil {
				t.Fatal(err)
			}
			w.logged.Reset()
			j := w.job()
			if err := j.Drain(t.Context()); !errors.Is(err, ErrConflict) {
				t.Errorf("Drain: %v", err)
			}
			if text, err := os.ReadFile(file); err != nil || !bytes.Equal(text, content) {
				t.Errorf("it is now %q, %v", text, err)
			}
			if s := j.Status(account, "t1"); s.LatestDeliveryError != "PreconditionFailed" {
				t.Errorf("status %+v", s)
			}
			if !strings.Contains(w.logged.String(), "level=ERROR") || !strings.Contains(w.logged.String(), "the storage holds another object") {
				t.Errorf("the log says %s", w.logged)
			}
		}
		// The same text, compressed in another way, is the object.
		text := new(bytes.Buffer)
		z, _ = gzip.NewWriterLevel(text, gzip.NoCompression)
		_, _ = z.Write(append(append([]byte(`{"Records":[`), w.log.records[0].Line...), "]}"...))
		_ = z.Close()
		if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := w.job().Drain(t.Context()); err != nil {
			t.Errorf("Drain: %v", err)
		}
		w.want("", events(1))
	})
}

// A log that lost a record which is still to be delivered is not passed over.
func TestLogLostRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.set(account, "t1", logging("t1", "main"))
		w.log.add(t, account, time.Now())
		w.storage.FailPuts(1, 0, nil)
		if err := w.job().Drain(t.Context()); err == nil {
			t.Fatal("nothing failed")
		}
		w.log.gone = 1
		j := w.job()
		if err := j.Drain(t.Context()); err == nil || !strings.Contains(err.Error(), "does not hold record 1") {
			t.Errorf("Drain: %v", err)
		}
		if s := j.Status(account, "t1"); s.LatestDeliveryError != "InternalError" {
			t.Errorf("status %+v", s)
		}
	})
}

// Each digest's checkpoint goes to the second place, and the deliveries do not wait for it.
func TestSecondPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var taken []string
		var up atomic.Bool
		w.options.SecondPlace = func(account, name string, text []byte) error {
			if !up.Load() {
				return errors.New("not mounted")
			}
			taken = append(taken, account+"/"+name+"/"+string(text))
			return nil
		}
		w.set(account, "t1", logging("t1", "main"))
		w.log.add(t, account, time.Now())
		w.run(func(j *Job) {
			time.Sleep(2*time.Hour + time.Minute)
			if p := j.Problems(); len(p) != 1 || !strings.Contains(p[0], "second place since 2000-01-01T01:") {
				t.Errorf("problems %q", p)
			}
			up.Store(true)
			time.Sleep(time.Hour)
			if p := j.Problems(); p != nil {
				t.Errorf("problems %q", p)
			}
		})
		if len(w.digests("")) != 3 || len(taken) != 1 || taken[0] != account+"/main/"+w.state.checkpoints[account+"/main"] {
			t.Errorf("taken %q", taken)
		}
		if text := w.logged.String(); strings.Count(text, "second place") != 2 {
			t.Errorf("the log says\n%s", text)
		}
	})
}

func TestNothingToDeliver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.log.add(t, account, time.Now())
		never := logging("t1", "never")
		never.Logging, never.Started = false, time.Time{}
		w.set(account, "t1", never)
		w.run(func(j *Job) {
			time.Sleep(2 * time.Hour)
			if n := j.Delivered(); n != math.MaxUint64 {
				t.Errorf("records up to %d count as delivered", n)
			}
			if s := j.Status(account, "t1"); s != (Status{}) {
				t.Errorf("status %+v", s)
			}
		})
		if names := w.names(""); names != nil {
			t.Errorf("delivered %v", names)
		}
	})
}
