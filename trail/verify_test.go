package trail

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"maps"
	mrand "math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func packed(t testing.TB, text []byte) []byte { return compressed(t, text, len(text)+1) }

// delivery makes the files of a trail: digests of two log files with three records each.
type delivery struct {
	t        testing.TB
	fsys     fstest.MapFS
	root     string // before the objects' names
	prefix   string
	account  string
	trail    string
	warder   bool // else as CloudTrail's lie in a folder: without metadata and without Warder's member
	key      *rsa.PrivateKey
	at       time.Time
	previous *PreviousDigest
	chain    ChainPoint
	newest   *Digest
}

func newDelivery(t testing.TB, fsys fstest.MapFS) *delivery {
	return &delivery{t: t, fsys: fsys, account: "111122223333", trail: "main", warder: true, key: testKey(), at: at("2026-01-01T00:00:00Z")}
}

func (d *delivery) put(name string, data []byte) { d.fsys[d.root+name] = &fstest.MapFile{Data: data} }

func (d *delivery) line() []byte {
	return fmt.Appendf(nil, `{"eventID":"%s-%d","eventName":"ListUsers","requestParameters":{"a":["]}\"\\",{}]}}`, d.trail, d.chain.Sequence)
}

func (d *delivery) log(at time.Time) (LogFile, FileRecords) {
	var b bytes.Buffer
	z := NewGzipWriter(&b)
	l := NewLogWriter(z, d.chain)
	for range 3 {
		if err := l.Append(d.line(), at); err != nil {
			d.t.Fatal(err)
		}
		d.chain.Sequence++
	}
	written, err := l.Close()
	if err != nil {
		d.t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		d.t.Fatal(err)
	}
	d.chain = written.Chain
	f := written.File
	f.Bucket, f.Object = "records", d.prefix+LogObjectName(d.account, "us-east-1", at, fmt.Sprintf("%016d", d.chain.Sequence))
	d.put(f.Object, b.Bytes())
	return f, written.Records
}

// digest delivers an hour.
func (d *delivery) digest() {
	end := d.at.Add(time.Hour)
	before := d.chain
	g := &Digest{
		AccountID: d.account, Start: d.at, End: end, Bucket: "records", Previous: d.previous, KeyFingerprint: Fingerprint(&d.key.PublicKey),
		Object: d.prefix + DigestObjectName(d.account, "us-east-1", d.trail, "us-east-1", end),
	}
	w := &DigestRecords{Trail: d.trail, Before: before}
	for i := range 2 {
		f, r := d.log(d.at.Add(time.Duration(i+1) * 20 * time.Minute))
		g.LogFiles, w.Files = append(g.LogFiles, f), append(w.Files, r)
	}
	w.After = d.chain
	if d.warder {
		g.Warder = w
	}
	d.finish(g)
}

func (d *delivery) finish(g *Digest) {
	text, err := g.Encode()
	if err != nil {
		d.t.Fatal(err)
	}
	signature, err := g.Sign(d.key, text)
	if err != nil {
		d.t.Fatal(err)
	}
	d.put(g.Object, packed(d.t, text))
	if d.warder {
		metadata, err := json.Marshal(map[string]string{MetadataSignature: signature, MetadataSignatureAlg: SignatureAlgorithm})
		if err != nil {
			d.t.Fatal(err)
		}
		d.put(g.Object+MetadataSuffix, append(metadata, '\n'))
	}
	d.previous, d.at, d.newest = &PreviousDigest{g.Bucket, g.Object, HashText(text), signature}, g.End, g
}

func (d *delivery) checkpoint() *Checkpoint {
	c := &Checkpoint{AccountID: d.account, Trail: d.trail, Time: d.at, Digest: *d.previous, Chain: d.chain}
	if err := c.Sign(d.key); err != nil {
		d.t.Fatal(err)
	}
	return c
}

func verify(t testing.TB, fsys fstest.MapFS, o VerifyOptions) *Verification {
	t.Helper()
	if o.Keys == nil {
		o.Keys = []*rsa.PublicKey{&testKey().PublicKey}
	}
	v, err := Verify(t.Context(), fsys, o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func threeHours(t testing.TB) (*delivery, fstest.MapFS) {
	fsys := fstest.MapFS{}
	d := newDelivery(t, fsys)
	for range 3 {
		d.digest()
	}
	return d, fsys
}

func TestVerifyWhole(t *testing.T) {
	d, fsys := threeHours(t)
	var done, all int64
	v := verify(t, fsys, VerifyOptions{Checkpoints: []*Checkpoint{d.checkpoint()}, Progress: func(d, a int64) { done, all = d, a }})
	if len(v.Problems) > 0 || len(v.Trails) != 1 || v.Checkpoints != 1 || v.Unnamed != 0 {
		t.Fatalf("%+v", v)
	}
	got := v.Trails[0]
	want := TrailVerification{
		AccountID: "111122223333", Region: "us-east-1", Trail: "main", Bucket: "records", From: at("2026-01-01T00:00:00Z"), To: d.at,
		Digests: 3, LogFiles: 6, Records: 18, Signed: 3, Newest: d.newest.Object,
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if done != all || all == 0 {
		t.Errorf("progress ended with %d of %d", done, all)
	}
	v, err := Verify(t.Context(), fsys, VerifyOptions{})
	if err != nil || len(v.Problems) > 0 || v.Trails[0].NoKey != 3 || v.Trails[0].Signed != 0 {
		t.Errorf("without keys: %+v, %v", v, err)
	}
	if _, err := Verify(t.Context(), fstest.MapFS{"x.json.gz": {}}, VerifyOptions{}); err == nil {
		t.Error("a folder without digests was verified")
	}
}

// CloudTrail's own in a folder: no metadata, no member of Warder's; all but the newest digest are proven by signature.
func TestVerifyCloudTrail(t *testing.T) {
	fsys := fstest.MapFS{}
	d := newDelivery(t, fsys)
	d.warder, d.prefix, d.root = false, "some/prefix/", "downloads/"
	for range 3 {
		d.digest()
	}
	v := verify(t, fsys, VerifyOptions{})
	if len(v.Problems) > 0 || v.Trails[0].Signed != 2 || v.Trails[0].Unsigned != 1 {
		t.Fatalf("%+v", v)
	}
	// Any file but the newest digest and what it names may not change by a bit of its text; those by no bit that the hashes cover.
	for _, name := range slices.Sorted(maps.Keys(fsys)) {
		changed := maps.Clone(fsys)
		changed[name] = &fstest.MapFile{Data: packed(t, []byte("{}"))}
		if v := verify(t, changed, VerifyOptions{}); len(v.Problems) == 0 || !slices.ContainsFunc(v.Problems, func(p Problem) bool { return p.File == name }) {
			t.Errorf("%s: %+v", name, v.Problems)
		}
	}
}

// The same files, seen from folders above and below the bucket, and several trails, accounts and buckets in one tree.
func TestVerifyTrees(t *testing.T) {
	for _, root := range []string{"", "records/", "a/b/records/"} {
		fsys := fstest.MapFS{}
		for _, of := range []struct{ account, trail, prefix string }{{"111122223333", "main", ""}, {"111122223333", "other_trail", "p/"}, {"444455556666", "main", ""}} {
			d := newDelivery(t, fsys)
			d.root, d.account, d.trail, d.prefix = root, of.account, of.trail, of.prefix
			d.digest()
			d.digest()
		}
		v := verify(t, fsys, VerifyOptions{})
		if len(v.Problems) > 0 || len(v.Trails) != 3 || v.Unnamed != 0 {
			t.Errorf("root %q: %+v", root, v)
		}
	}
	_, fsys := threeHours(t)
	below := fstest.MapFS{}
	for name, f := range fsys {
		below[strings.TrimPrefix(name, "AWSLogs/111122223333/")] = f
	}
	if v := verify(t, below, VerifyOptions{}); len(v.Problems) > 0 || v.Trails[0].LogFiles != 6 {
		t.Errorf("below the bucket: %+v", v)
	}
}

// A trail that was stopped for a while, and times that bound what is verified.
func TestVerifyGapsAndTimes(t *testing.T) {
	d, fsys := threeHours(t)
	stopped := d.at
	d.at, d.previous = d.at.Add(5*time.Hour), nil
	d.log(stopped.Add(2 * time.Hour)) // delivered while no digests were made
	d.digest()
	v := verify(t, fsys, VerifyOptions{})
	if len(v.Problems) > 0 || len(v.Trails[0].Gaps) != 1 || v.Trails[0].Gaps[0] != (Gap{stopped, stopped.Add(5 * time.Hour)}) || v.Unnamed != 1 {
		t.Errorf("gap: %+v", v)
	}
	first := parseNames(fsys)[0]
	delete(fsys, first)
	delete(fsys, first+MetadataSuffix)
	if v := verify(t, fsys, VerifyOptions{}); len(v.Problems) == 0 || v.Problems[0].File != first || v.Problems[0].Kind != "missing" {
		t.Errorf("without the oldest digest: %+v", v.Problems)
	}
	if v := verify(t, fsys, VerifyOptions{Start: at("2026-01-01T01:00:00Z")}); len(v.Problems) > 0 || v.Trails[0].Digests != 3 {
		t.Errorf("from its end on: %+v", v)
	}
	if v := verify(t, fsys, VerifyOptions{Start: at("2026-01-01T01:00:00Z"), End: at("2026-01-01T02:30:00Z")}); len(v.Problems) > 0 || v.Trails[0].Digests != 2 {
		t.Errorf("for a time: %+v", v)
	}
}

// parseNames are the digests by time.
func parseNames(fsys fstest.MapFS) (digests []string) {
	for _, name := range slices.Sorted(maps.Keys(fsys)) {
		if _, _, _, ok := parseDigestName(name); ok {
			digests = append(digests, name)
		}
	}
	return digests
}

// Cutting off the newest digests leaves a whole chain; a checkpoint tells.
func TestVerifyCutOff(t *testing.T) {
	d, fsys := threeHours(t)
	c := d.checkpoint()
	names := parseNames(fsys)
	for n := range names {
		cut := maps.Clone(fsys)
		for _, name := range names[n:] {
			delete(cut, name)
			delete(cut, name+MetadataSuffix)
		}
		v := verify(t, cut, VerifyOptions{Checkpoints: []*Checkpoint{c}})
		if len(v.Problems) == 0 || v.Problems[len(v.Problems)-1].Kind != "cut off" || v.Problems[len(v.Problems)-1].File != names[2] {
			t.Errorf("%d digests: %+v", n, v.Problems)
		}
	}
	forged := *c
	forged.Time = forged.Time.Add(time.Second)
	if v := verify(t, fsys, VerifyOptions{Checkpoints: []*Checkpoint{&forged}}); len(v.Problems) != 1 || v.Problems[0].Kind != "signature" {
		t.Errorf("forged: %+v", v.Problems)
	}
	other := *c
	other.Chain.Hash[0]++
	if err := other.Sign(d.key); err != nil {
		t.Fatal(err)
	}
	if v := verify(t, fsys, VerifyOptions{Checkpoints: []*Checkpoint{&other}}); len(v.Problems) != 1 || v.Problems[0].Kind != "changed" {
		t.Errorf("another chain: %+v", v.Problems)
	}
}

// Somebody without the key who makes all anew, hashes and digests: only the signature tells, and the key must be a given one.
func TestVerifyForged(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	fsys := fstest.MapFS{}
	d := newDelivery(t, fsys)
	d.key = key
	d.digest()
	d.digest()
	if v := verify(t, fsys, VerifyOptions{}); len(v.Problems) != 2 || v.Problems[0].Kind != "signature" {
		t.Errorf("%+v", v.Problems)
	}
}

// Records of one log file that were changed, left out, doubled, or changed places are told with their number.
func TestVerifyNamesRecords(t *testing.T) {
	d, fsys := threeHours(t)
	name := d.newest.LogFiles[1].Object
	line := func(i int) []byte {
		e := *d
		e.chain.Sequence = d.chain.Sequence - 3 + uint64(i)
		return e.line()
	}
	lines := [][]byte{line(0), line(1), line(2)}
	for what, c := range map[string]struct {
		lines  [][]byte
		kind   string
		record int
	}{
		"changed":       {[][]byte{lines[0], bytes.Replace(lines[1], []byte("List"), []byte("Make"), 1), lines[2]}, "changed", 2},
		"missing":       {[][]byte{lines[1], lines[2]}, "missing", 1},
		"two missing":   {[][]byte{lines[2]}, "missing", 1},
		"cut off":       {[][]byte{lines[0], lines[1]}, "cut off", 3},
		"all missing":   {nil, "cut off", 1},
		"swapped":       {[][]byte{lines[0], lines[2], lines[1]}, "reordered", 2},
		"added":         {[][]byte{lines[0], []byte(`{"a":1}`), lines[1], lines[2]}, "added", 2},
		"added at last": {append(slices.Clone(lines), []byte(`{"a":1}`)), "added", 4},
		"doubled":       {[][]byte{lines[0], lines[0], lines[1], lines[2]}, "added", 2},
	} {
		changed := maps.Clone(fsys)
		changed[name] = &fstest.MapFile{Data: packed(t, []byte(recordsBegin+string(bytes.Join(c.lines, []byte{','}))+recordsEnd))}
		v := verify(t, changed, VerifyOptions{})
		if len(v.Problems) != 1 || v.Problems[0].Kind != c.kind || v.Problems[0].Record != c.record || v.Problems[0].File != name {
			t.Errorf("%s: %+v", what, v.Problems)
		}
	}
	spaced := maps.Clone(fsys)
	spaced[name] = &fstest.MapFile{Data: packed(t, []byte(recordsBegin+" "+string(bytes.Join(lines, []byte{','}))+recordsEnd))}
	if v := verify(t, spaced, VerifyOptions{}); len(v.Problems) != 1 || v.Problems[0].Kind == "" {
		t.Errorf("white space: %+v", v.Problems)
	}
}

// Every byte of every delivered file counts, those of gzip's frame too; the file is named.
func TestVerifyEveryByte(t *testing.T) {
	fsys := fstest.MapFS{}
	d := newDelivery(t, fsys)
	d.digest()
	d.digest()
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(fsys)) {
		whole := fsys[name].Data
		stride, kind := 1, path.Ext(name)+path.Dir(path.Dir(path.Dir(name)))
		if seen[kind] {
			stride = 11 // others of its kind are no different
		}
		seen[kind] = true
		try := func(what string, data []byte) {
			t.Helper()
			changed := maps.Clone(fsys)
			changed[name] = &fstest.MapFile{Data: data}
			v := verify(t, changed, VerifyOptions{})
			if !slices.ContainsFunc(v.Problems, func(p Problem) bool { return p.File == name || p.File+MetadataSuffix == name }) {
				t.Fatalf("%s, %s: %+v", path.Base(name), what, v.Problems)
			}
		}
		for i := 0; i < len(whole); i += stride {
			b := bytes.Clone(whole)
			b[i] ^= 1 << (i % 8)
			try(fmt.Sprintf("bit %d of byte %d", i%8, i), b)
			if i%11 == 0 {
				try(fmt.Sprintf("cut at %d", i), whole[:i])
				try(fmt.Sprintf("without byte %d", i), slices.Delete(bytes.Clone(whole), i, i+1))
			}
		}
		for bit := range 8 * min(len(whole), 16) { // of the last bytes, which gzip fills up
			b := bytes.Clone(whole)
			b[len(b)-1-bit/8] ^= 1 << (bit % 8)
			try(fmt.Sprintf("bit %d from the end", bit), b)
		}
		try("something after it", append(bytes.Clone(whole), 0))
		try("twice", append(bytes.Clone(whole), whole...))
	}
}

// Whatever is done to the files of a tree, in whatever combination, without the key: it is found.
func TestVerifyAnyChange(t *testing.T) {
	d, whole := threeHours(t)
	checkpoint := d.checkpoint()
	names := slices.Sorted(maps.Keys(whole))
	rounds := 600
	if testing.Short() {
		rounds = 100
	}
	for seed := range uint64(rounds) {
		r := mrand.New(mrand.NewPCG(seed, 6))
		fsys := maps.Clone(whole)
		for range 1 + r.IntN(3) {
			meddle(r, fsys, names[r.IntN(len(names))], names[r.IntN(len(names))])
		}
		if maps.EqualFunc(fsys, whole, func(a, b *fstest.MapFile) bool { return bytes.Equal(a.Data, b.Data) }) {
			continue
		}
		if len(parseNames(fsys)) == 0 {
			continue
		}
		if v := verify(t, fsys, VerifyOptions{Checkpoints: []*Checkpoint{checkpoint}}); len(v.Problems) == 0 && !onlyMetadataGone(fsys, whole) {
			t.Fatalf("seed %d: not found", seed)
		}
	}
}

// onlyMetadataGone: signatures that are not there are told as such, and are no problem where a later digest names them.
func onlyMetadataGone(fsys, whole fstest.MapFS) bool {
	for name, f := range whole {
		g, there := fsys[name]
		if !there && strings.HasSuffix(name, MetadataSuffix) {
			continue
		}
		if !there || !bytes.Equal(f.Data, g.Data) {
			return false
		}
	}
	return len(fsys) <= len(whole)
}

func meddle(r *mrand.Rand, fsys fstest.MapFS, name, other string) {
	f, ok := fsys[name]
	g, both := fsys[other]
	if !ok {
		return
	}
	b := bytes.Clone(f.Data)
	i, j := r.IntN(len(b)+1), r.IntN(len(b)+1)
	i, j = min(i, j), max(i, j)
	switch r.IntN(8) {
	case 0:
		b = slices.Delete(b, i, j)
	case 1:
		clear(b[i:j])
	case 2:
		b = slices.Insert(b, i, b[i:j]...)
	case 3:
		b = b[:i]
	case 4:
		delete(fsys, name)
		return
	case 5: // two files change names
		if both {
			fsys[name], fsys[other] = g, f
		}
		return
	case 6: // a copy under another's name
		if both {
			b = g.Data
		}
	case 7:
		if len(b) > 0 {
			b[r.IntN(len(b))] ^= byte(1 + r.IntN(255))
		}
	}
	fsys[name] = &fstest.MapFile{Data: b}
}
