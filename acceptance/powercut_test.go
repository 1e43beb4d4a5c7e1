package acceptance

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// powercuts is how many images of the disk are tried: 40, or WARDER_POWERCUTS.
func powercuts(t *testing.T) int {
	t.Helper()
	text := os.Getenv("WARDER_POWERCUTS")
	if text == "" {
		return 40
	}
	n, err := strconv.Atoi(text)
	check(t, err)
	return n
}

// TestPowerCut records every write and every sync of a server under concurrent clients, from its system calls, and cuts
// the recording before and after its syncs and at its answers. Of what was not synced by then nothing came to the disk, or
// any of its sectors did. A server that starts on such a disk has every change that was acknowledged before the cut,
// wholly, and the event of every call that was answered, once.
func TestPowerCut(t *testing.T) {
	if out, err := exec.Command("strace", "-D", "-f", "-qq", "-e", "trace=none", "true").CombinedOutput(); err != nil {
		t.Skipf("strace does not work here: %v %s", err, out)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := recordServer(t, seed)
	chance := rand.New(rand.NewPCG(seed, 1))
	cuts := r.cuts()
	n := min(powercuts(t), len(cuts))
	chance.Shuffle(len(cuts), func(i, j int) { cuts[i], cuts[j] = cuts[j], cuts[i] })
	t.Logf("%d changes and syncs of files, %d answers, %d of %d cuts", len(r.ops), len(r.acks), n, len(cuts))
	for i, place := range cuts[:n] {
		t.Run(fmt.Sprintf("%d", place), func(t *testing.T) {
			keep := chance
			if i%3 == 0 {
				keep = nil
			}
			r.try(t, place, keep)
		})
		if t.Failed() {
			t.Fatalf("after %d cuts", i+1)
		}
	}
}

// recording is what a server did to its files, and what its clients know of it.
type recording struct {
	binary string
	key    credentials
	before func() *disk // the home when the recording began
	ops    []op
	acks   []acknowledgement
	lives  []*life
}

// recordServer runs a server under strace with a few writers for a while.
func recordServer(t *testing.T, seed uint64) *recording {
	t.Helper()
	w := prepare(t)
	w.launch(t)
	ctx := background(t)
	_, err := w.iam(w.Key).CreateGroup(ctx, &iam.CreateGroupInput{GroupName: new(crashGroup)})
	check(t, err)
	w.stop(t)

	r := &recording{binary: w.name, key: w.Key}
	image := readDisk(t, w.home)
	r.before = image.clone
	log := filepath.Join(t.TempDir(), "calls")
	w.name = tracer(t, w.name, log)
	w.launch(t)
	var fleet []*writer
	work, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	var answers atomic.Int32
	for i := range 4 {
		last := lastID{answers: &answers}
		f := &writer{name: fmt.Sprintf("w%d", i), chance: rand.New(rand.NewPCG(seed, uint64(i+10))), id: func() string { return last.id }}
		fleet = append(fleet, f)
		client := w.iam(w.Key, func(o *iam.Options) { o.HTTPClient = &http.Client{Transport: &last} })
		wg.Go(func() {
			if err := f.work(work, client); err != nil {
				t.Error(err)
			}
		})
	}
	time.Sleep(600 * time.Millisecond)
	eventually(t, "there are some answers", func() bool { return answers.Load() >= 40 }, w.out)
	cancel()
	wg.Wait()
	w.stop(t)
	eventually(t, "the recording is written", func() bool { _, err := os.Stat(log + ".done"); return err == nil })
	for _, f := range fleet {
		r.lives = slices.Concat(r.lives, f.lives, f.dead)
	}
	r.ops, r.acks = readOps(t, readCalls(t, log), w.home, image)
	if len(r.ops) < 50 || len(r.acks) < 20 {
		t.Fatalf("recorded %d changes and syncs of files and %d answers", len(r.ops), len(r.acks))
	}
	return r
}

// lastID remembers the request id of the newest answer, and counts them. It waits for every answer.
type lastID struct {
	id      string
	answers *atomic.Int32
}

// RoundTrip implements http.RoundTripper.
func (l *lastID) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r.WithContext(context.WithoutCancel(r.Context())))
	if err == nil {
		l.id = resp.Header.Get("x-amzn-RequestId")
		l.answers.Add(1)
	}
	return resp, err
}

// cuts are the places at which the power may go: just before and just after each sync has done its work, and with each
// answer.
func (r *recording) cuts() []int {
	places := map[int]bool{}
	for i := range r.ops {
		if o := &r.ops[i]; o.kind == opSync {
			places[o.ended-1], places[o.ended] = true, true
		}
	}
	for _, a := range r.acks {
		places[a.place] = true
	}
	return slices.Sorted(maps.Keys(places))
}

// image is the disk after a cut. Without chance nothing of what was not synced came to it.
func (r *recording) image(place int, chance *rand.Rand) *disk {
	ops := r.ops[:0:0]
	for i := range r.ops {
		if r.ops[i].ended <= place {
			ops = append(ops, r.ops[i])
		}
	}
	synced := map[int]int{} // until when the contents of a file are durable
	journal := 0            // until when names are
	for i := range ops {
		if o := &ops[i]; o.kind == opSync {
			journal = max(journal, o.begun)
			synced[o.inode] = max(synced[o.inode], o.begun)
		}
	}
	d := r.before()
	names := 0 // how many more changes of names came through: the journal keeps their order
	if chance != nil {
		names = chance.IntN(4)
	}
	for i := range ops {
		o := &ops[i]
		switch {
		case o.kind == opSync:
		case o.kind == opWrite || o.kind == opTruncate:
			switch {
			case o.ended < synced[o.inode]:
				d.apply(o, nil)
			case chance != nil:
				d.apply(o, func(int64) bool { return chance.IntN(2) == 0 })
			}
		case o.ended < journal:
			d.apply(o, nil)
		case names > 0:
			names--
			d.apply(o, nil)
		default:
			names = 0
		}
	}
	return d
}

// try starts a server on the disk of one cut.
func (r *recording) try(t *testing.T, place int, chance *rand.Rand) {
	w := &warder{name: r.binary, home: t.TempDir(), Key: r.key}
	r.image(place, chance).save(t, w.home)
	w.launch(t)
	acked, known := map[string]bool{}, map[string]bool{}
	for _, a := range r.acks {
		known[a.id] = true
		if a.sure && a.place <= place {
			acked[a.id] = true
		}
	}
	by := &witness{}
	verify(background(t), t, w.iam(w.Key, by.through(http.DefaultTransport)), []*writer{{lives: r.livesAt(acked)}})
	w.stop(t)
	w.verifyTrail(t)

	events := map[string]int{}
	for _, e := range w.trail(t) {
		events[e.RequestID]++
		if e.UserIdentity.AccessKeyID == r.key.ID && e.RequestID != "" && !known[e.RequestID] && !by.answered[e.RequestID] && !early[e.EventName] {
			t.Errorf("event %s %s of a call that nobody made", e.EventName, e.RequestID)
		}
	}
	for id := range acked {
		if events[id] != 1 {
			t.Errorf("call %s was answered and has %d events", id, events[id])
		}
	}
}

// early are the events of the key before the recording.
var early = map[string]bool{"CreateGroup": true}

// livesAt are the lives as the clients know them when those calls are acknowledged.
func (r *recording) livesAt(acked map[string]bool) []*life {
	var lives []*life
	for _, l := range r.lives {
		now := &life{name: l.name, key: l.key}
		for now.done < len(l.ids) && acked[l.ids[now.done]] {
			now.done++
		}
		now.pending = now.done < len(steps)
		lives = append(lives, now)
	}
	return lives
}

// readDisk reads a folder as it lies there.
func readDisk(t *testing.T, home string) *disk {
	t.Helper()
	d := &disk{names: map[string]int{}, content: map[int][]byte{}, folders: map[string]bool{}}
	err := filepath.WalkDir(home, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == home {
			return err
		}
		rel, err := filepath.Rel(home, path)
		switch {
		case err != nil || strings.HasSuffix(rel, "-shm"):
			return err
		case e.IsDir():
			d.folders[rel] = true
			return nil
		}
		inode := -len(d.names) - 1
		d.names[rel] = inode
		d.content[inode], err = os.ReadFile(path)
		return err
	})
	check(t, err)
	return d
}

func (d *disk) clone() *disk {
	return &disk{names: maps.Clone(d.names), content: maps.Clone(d.content), folders: maps.Clone(d.folders)}
}
