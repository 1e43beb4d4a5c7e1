package trailstore

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/warder-iam/warder/trail"
)

// op is something that was done to the disk, or a mark of what was promised after it.
type op struct {
	kind string // create, replace, write, truncate, sync, syncdir; acknowledged, known
	node int    // the file, whatever its name
	name string
	off  int64
	data []byte
	n    int // events that are acknowledged
	head Known
}

// recordingDisk does everything and keeps what it did.
type recordingDisk struct {
	osDisk
	mu    sync.Mutex
	ops   []op
	nodes map[string]int // by present name
	count int
}

func (d *recordingDisk) record(o op) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ops = append(d.ops, o)
}

func (d *recordingDisk) made(kind, name string, f file, err error) (file, error) {
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	d.count++
	node := d.count
	d.nodes[name] = node
	d.mu.Unlock()
	d.record(op{kind: kind, node: node, name: filepath.Base(name)})
	return &recordingFile{file: f, disk: d, node: node}, nil
}

func (d *recordingDisk) Create(name string) (file, error) {
	f, err := d.osDisk.Create(name)
	return d.made("create", name, f, err)
}

func (d *recordingDisk) Replace(name string) (file, error) {
	f, err := d.osDisk.Replace(name)
	return d.made("replace", name, f, err)
}

func (d *recordingDisk) Open(name string) (file, error) {
	f, err := d.osDisk.Open(name)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return &recordingFile{file: f, disk: d, node: d.nodes[name]}, nil
}

func (d *recordingDisk) SyncDir(name string) error {
	err := d.osDisk.SyncDir(name)
	d.record(op{kind: "syncdir"})
	return err
}

type recordingFile struct {
	file
	disk *recordingDisk
	node int
}

func (f *recordingFile) WriteAt(p []byte, off int64) (int, error) {
	f.disk.record(op{kind: "write", node: f.node, off: off, data: bytes.Clone(p)})
	return f.file.WriteAt(p, off)
}

func (f *recordingFile) Truncate(size int64) error {
	f.disk.record(op{kind: "truncate", node: f.node, off: size})
	return f.file.Truncate(size)
}

func (f *recordingFile) Sync() error {
	err := f.file.Sync()
	f.disk.record(op{kind: "sync", node: f.node})
	return err
}

// crash is what the disk may hold after some operations: everything that was synced, and of the rest what choose says.
type crash struct {
	durable map[int][]byte
	pending map[int][]op
	names   map[string]int
	renamed []op
}

// after goes through operations and gives what was promised by then.
func (c *crash) after(ops []op) (acknowledged int, known Known) {
	c.durable, c.pending, c.names, c.renamed = map[int][]byte{}, map[int][]op{}, map[string]int{}, nil
	for _, o := range ops {
		switch o.kind {
		case "create", "replace":
			c.renamed = append(c.renamed, o)
		case "write", "truncate":
			c.pending[o.node] = append(c.pending[o.node], o)
		case "sync":
			for _, p := range c.pending[o.node] {
				c.durable[o.node] = p.apply(c.durable[o.node], len(p.data), false)
			}
			delete(c.pending, o.node)
		case "syncdir":
			for _, p := range c.renamed {
				c.names[p.name] = p.node
			}
			c.renamed = nil
		case "acknowledged":
			acknowledged = o.n
		case "known":
			known = o.head
		}
	}
	return acknowledged, known
}

// apply does the first n bytes of a write, or a truncation; blank: what is written are zeros.
func (o *op) apply(content []byte, n int, blank bool) []byte {
	if o.kind == "truncate" {
		return content[:min(int(o.off), len(content))]
	}
	end := int(o.off) + n
	if len(content) < end {
		content = append(bytes.Clone(content), make([]byte, end-len(content))...)
	}
	content = bytes.Clone(content)
	if blank {
		clear(content[o.off:end])
	} else {
		copy(content[o.off:end], o.data[:n])
	}
	return content
}

// files are what is there after the crash. all: everything that was not synced came to the disk all the same; none:
// nothing; otherwise any part of it, in any order. Within a sector a write is whole, so a value of the chain is.
func (c *crash) files(how string, r *rand.Rand) files {
	happens := func() bool { return how == "all" || how == "some" && r.IntN(2) == 0 }
	names := map[string]int{}
	for name, node := range c.names {
		names[name] = node
	}
	for _, o := range c.renamed {
		if happens() {
			names[o.name] = o.node
		}
	}
	there := files{}
	for name, node := range names {
		content := bytes.Clone(c.durable[node])
		for _, o := range c.pending[node] {
			switch {
			case how == "all" || how == "some" && r.IntN(3) == 0:
				content = o.apply(content, len(o.data), false)
			case how == "some" && o.kind == "write":
				n := r.IntN(len(o.data) + 1)
				if filepath.Ext(name) == chainSuffix {
					n = n / valueSize * valueSize
				}
				content = o.apply(content, n, r.IntN(2) == 0)
			}
		}
		there[name] = content
	}
	return there
}

// scenario writes a trail over three starts, with rotations, and says after each step what was promised.
func scenario(t *testing.T) []op {
	t.Helper()
	dir, disk := t.TempDir(), &recordingDisk{nodes: map[string]int{}}
	known, next := Known{}, 1
	for start := range 3 {
		s := open(t, dir, Options{disk: disk, SegmentBytes: int64(len(lines(t, 1, 4))), Known: known})
		known.Closed = false
		disk.record(op{kind: "known", head: known})
		for i := range 5 {
			n := 1 + (i+start)%3
			batch := make([]*trail.Event, n)
			for j := range batch {
				batch[j] = event(next + j)
			}
			if err := s.Append(t.Context(), batch...); err != nil {
				t.Fatal(err)
			}
			next += n
			disk.record(op{kind: "acknowledged", n: next - 1})
			if i%3 == 1 {
				head, err := s.SyncChain(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				known.Head = head
				disk.record(op{kind: "known", head: known})
			}
		}
		closeStore(t, s)
		if start < 2 { // the last start is killed
			known = Known{Head: s.Head(), Closed: true}
			disk.record(op{kind: "known", head: known})
		}
	}
	return disk.ops
}

// Wherever a crash cuts the sequence of writes and syncs, and whatever of the unsynced part came to the disk: the trail
// verifies, opens, has every acknowledged event, and goes on.
func TestCutAtEveryPoint(t *testing.T) {
	ops := scenario(t)
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(1, 2))
	for cut := range len(ops) + 1 {
		var c crash
		acknowledged, known := c.after(ops[:cut])
		for _, how := range []string{"all", "none", "some"} {
			f := c.files(how, r)
			f.put(t, dir)
			what := fmt.Sprintf("cut at %d of %d, %s of the rest, %d acknowledged, head %d", cut, len(ops), how, acknowledged, known.Head.Sequence)
			v := verifyLog(t, dir, known)
			if len(v.Problems) > 0 {
				t.Fatalf("%s: %+v", what, v.Problems)
			}
			s, err := Open(dir, keyed(Options{Known: known}))
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			got := len(ids(t, dir, All()))
			if got < acknowledged {
				t.Fatalf("%s: %d events are there", what, got)
			}
			appendEvents(t, s, got+1)
			closeStore(t, s)
			wantIDs(t, ids(t, dir, All()), numbered(1, got+1))
			if v := verifyLog(t, dir, Known{Head: s.Head(), Closed: true}); len(v.Problems) > 0 || v.Records != uint64(got+1) {
				t.Fatalf("%s, then: %+v", what, v)
			}
		}
	}
}

// A log from before there were chains gets them at its first start, once; a start that was cut short goes on where it was.
func TestLogWithoutChain(t *testing.T) {
	dir, whole, _ := testLog(t)
	for name := range whole {
		if filepath.Ext(name) == chainSuffix {
			delete(whole, name)
		}
	}
	for _, have := range [][]uint64{nil, {1}, {1, 5}, {1, 5, 9}} {
		f := files{}
		for name, content := range whole {
			f[name] = content
		}
		f.put(t, dir)
		s := open(t, dir, Options{})
		closeStore(t, s)
		if s.Recovered().Chained != 11 || s.Head().Sequence != 11 {
			t.Errorf("chained %d, head %+v", s.Recovered().Chained, s.Head())
		}
		made := readFiles(t, dir)
		for _, first := range have {
			f[chainName(first)] = made[chainName(first)]
		}
		f.put(t, dir)
		s = open(t, dir, Options{})
		appendEvents(t, s, 12)
		closeStore(t, s)
		if v := verifyLog(t, dir, Known{Head: s.Head(), Closed: true}); len(v.Problems) > 0 || v.Records != 12 {
			t.Errorf("%v were there: %+v", have, v)
		}
		if _, err := os.Stat(filepath.Join(dir, chainName(9))); errors.Is(err, fs.ErrNotExist) {
			t.Error("no chain")
		}
	}
}

// A state that is older than the log is told: how many records it did not know, over which time.
func TestOlderState(t *testing.T) {
	dir, whole, _ := testLog(t)
	for _, sequence := range []int{2, 6, 10} { // in a segment that is not read, in the one before the newest, in that
		first := (sequence-1)/4*4 + 1
		value := whole[chainName(uint64(first))][chainHeader+(sequence-first)*valueSize:][:valueSize]
		head := trail.Head{Sequence: uint64(sequence), Hash: trail.Hash(value), Time: event(sequence).EventTime}
		s := open(t, dir, Options{Known: Known{Head: head}})
		closeStore(t, s)
		want := Recovery{Unknown: uint64(11 - sequence), Span: time.Duration(11-sequence-1) * time.Second}
		if sequence == 2 {
			want.Span += time.Second // from the head on: what followed is not read
		}
		if got := s.Recovered(); got.Unknown != want.Unknown || got.Span != want.Span || got.Chained != 0 {
			t.Errorf("head %d: %+v, want %+v", sequence, got, want)
		}
	}
}
