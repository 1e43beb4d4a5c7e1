package trail

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// told reports whether there is a problem of a kind with a file.
func told(v *Verification, file, kind string) bool {
	return slices.ContainsFunc(v.Problems, func(p Problem) bool { return p.File == file && p.Kind == kind })
}

// without is a tree less the files whose names have one of the parts.
func without(fsys fstest.MapFS, parts ...string) fstest.MapFS {
	rest := maps.Clone(fsys)
	maps.DeleteFunc(rest, func(name string, _ *fstest.MapFile) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(name, part) })
	})
	return rest
}

// rewrite changes a digest as somebody does who has no key.
func rewrite(t *testing.T, fsys fstest.MapFS, name string, change func(*Digest)) fstest.MapFS {
	t.Helper()
	var text bytes.Buffer
	if err := gunzip(&text, fsys[name].Data, MaxDigest); err != nil {
		t.Fatal(err)
	}
	d, err := ParseDigest(text.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	change(d)
	again, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	changed := maps.Clone(fsys)
	changed[name] = &fstest.MapFile{Data: packed(t, again)}
	return changed
}

// Digests that name the key, no predecessor, and have no metadata: nobody needs a key to make them.
func TestVerifyUnsigned(t *testing.T) {
	for _, warder := range []bool{true, false} {
		for _, trails := range []int{1, 3} {
			whole := fstest.MapFS{}
			for i := range trails {
				d := newDelivery(t, whole)
				d.warder, d.trail = warder, fmt.Sprintf("main%d", i)
				for range 4 - trails {
					d.digest()
					d.previous = nil
				}
			}
			fsys := without(whole, MetadataSuffix)
			v := verify(t, fsys, VerifyOptions{})
			for _, name := range parseNames(fsys) {
				if !told(v, name, "signature") {
					t.Errorf("Warder's %v, %d trails: %s is taken without a signature: %+v", warder, trails, name, v.Problems)
				}
			}
		}
	}
	d, fsys := threeHours(t)
	d.previous = nil
	d.digest() // this and the next come after signed ones, and only the next is the newest
	d.previous = nil
	d.digest()
	names := parseNames(fsys)
	forged := without(fsys, names[3]+MetadataSuffix, names[4]+MetadataSuffix)
	if v := verify(t, forged, VerifyOptions{}); len(v.Problems) != 1 || !told(v, names[3], "signature") || v.Trails[0].Signed != 3 || v.Trails[0].Unsigned != 1 {
		t.Errorf("after signed ones: %+v", v)
	}
}

// A checkpoint names the signature of the newest digest, which then is proven.
func TestVerifyNewestByCheckpoint(t *testing.T) {
	fsys := fstest.MapFS{}
	d := newDelivery(t, fsys)
	d.digest()
	bare := without(fsys, MetadataSuffix)
	c := d.checkpoint()
	if v := verify(t, bare, VerifyOptions{Checkpoints: []*Checkpoint{c}}); len(v.Problems) > 0 || v.Trails[0].Signed != 1 {
		t.Errorf("%+v", v)
	}
	forged := rewrite(t, bare, d.newest.Object, func(g *Digest) { g.Start = g.Start.Add(time.Second) })
	if v := verify(t, forged, VerifyOptions{Checkpoints: []*Checkpoint{c}}); !told(v, d.newest.Object, "signature") {
		t.Errorf("forged: %+v", v.Problems)
	}
}

// No digest can say that it is outside of what is verified, and none can be taken away at the end of it.
func TestVerifyEndForged(t *testing.T) {
	d, whole := threeHours(t)
	d.digest()
	d.digest()
	names, end := parseNames(whole), at("2026-01-01T02:30:00Z")
	for what, fsys := range map[string]fstest.MapFS{"with metadata": whole, "without": without(whole, MetadataSuffix)} {
		o := VerifyOptions{End: end}
		if v := verify(t, fsys, o); len(v.Problems) > 0 || v.Trails[0].Digests != 3 || v.Trails[0].Signed != 3 || v.Trails[0].Newest != names[2] || v.Trails[0].LogFiles != 6 {
			t.Errorf("%s: %+v", what, v)
		}
		for i := range 3 {
			late := rewrite(t, fsys, names[i], func(g *Digest) {
				g.Start = end.Add(time.Second)
				if g.End.Before(g.Start) {
					g.End = g.Start
				}
			})
			kind := "changed" // the time in its name is another
			if i == 2 {
				kind = "signature"
			}
			if v := verify(t, late, o); !told(v, names[i], kind) {
				t.Errorf("%s: digest %d begins later: %+v", what, i, v.Problems)
			}
			cut := without(fsys, names[i])
			for _, name := range names[i+1 : 3] {
				cut = without(cut, name)
			}
			if v := verify(t, cut, o); !told(v, names[2], "missing") {
				t.Errorf("%s: digests from %d on are gone: %+v", what, i, v.Problems)
			}
		}
	}
}

// What comes after the end is not read but for its digests.
func TestVerifyEnd(t *testing.T) {
	d, fsys := threeHours(t)
	log := d.newest.LogFiles[0].Object
	fsys[log] = &fstest.MapFile{Data: []byte("x")}
	if v := verify(t, fsys, VerifyOptions{End: at("2026-01-01T01:30:00Z")}); len(v.Problems) > 0 || v.Trails[0].Digests != 2 || v.Unnamed > 0 {
		t.Errorf("%+v", v)
	}
	if v := verify(t, fsys, VerifyOptions{End: at("2026-01-01T02:00:00Z")}); !told(v, log, "cut off") {
		t.Errorf("%+v", v.Problems)
	}
	for _, o := range []VerifyOptions{{End: at("2025-01-01T00:00:00Z")}, {Start: at("2027-01-01T00:00:00Z")}, {Start: at("2027-01-01T00:00:00Z"), Checkpoints: []*Checkpoint{d.checkpoint()}}} {
		if v, err := Verify(t.Context(), fsys, o); err == nil {
			t.Errorf("nothing of that time, and verified: %+v", v)
		}
	}
}

// A checkpoint holds for a part of the trail too: unless a signed digest goes as far as the end, its own must be there.
func TestVerifyCheckpointAndTimes(t *testing.T) {
	d, whole := threeHours(t)
	c, names := d.checkpoint(), parseNames(whole)
	for _, test := range []struct {
		what string
		fsys fstest.MapFS
		end  string
		kind string // "" for none
		met  int
	}{
		{"whole", whole, "2026-01-01T01:30:00Z", "", 1},
		{"a part to the end", without(whole, names[2]), "2026-01-01T02:00:00Z", "", 0},
		{"cut off before the end", without(whole, names[1], names[2]), "2026-01-01T01:30:00Z", "cut off", 0},
		{"the last is not signed", without(whole, names[2], names[1]+MetadataSuffix), "2026-01-01T01:30:00Z", "cut off", 0},
	} {
		v := verify(t, test.fsys, VerifyOptions{End: at(test.end), Checkpoints: []*Checkpoint{c}})
		if v.Checkpoints != test.met || test.kind == "" && len(v.Problems) > 0 || test.kind != "" && !told(v, names[2], test.kind) {
			t.Errorf("%s: %+v", test.what, v)
		}
	}
	dated := *c
	dated.Time = d.at.Add(-24 * time.Hour)
	if v := verify(t, whole, VerifyOptions{Start: at("2026-01-01T00:30:00Z"), Checkpoints: []*Checkpoint{&dated}}); !told(v, names[2], "signature") {
		t.Errorf("a checkpoint that was given another time: %+v", v.Problems)
	}
}

// The next digest's word holds only for the same object in the same bucket; there is no need of a key to see that.
func TestVerifyPreviousBucket(t *testing.T) {
	_, fsys := threeHours(t)
	names := parseNames(fsys)
	other := rewrite(t, fsys, names[2], func(g *Digest) { g.Previous.Bucket, g.Previous.Hash = "other", HashText(nil) })
	v, err := Verify(t.Context(), other, VerifyOptions{})
	if err != nil || !told(v, names[1], "changed") {
		t.Errorf("%+v, %v", v, err)
	}
}

// What little data become when they are unpacked is not held.
func TestVerifyBombs(t *testing.T) {
	d, fsys := threeHours(t)
	f := d.newest.LogFiles[1]
	bomb := packed(t, []byte(recordsBegin+"{}"+strings.Repeat(",{}", 1<<18)+recordsEnd))
	fsys[f.Object] = &fstest.MapFile{Data: bomb}
	l := logCheck{file: f, records: &FileRecords{Tags: make([]byte, 3*TagSize)}}
	if p := l.check(fsys, f.Object); p == nil || len(l.tags) != 4*TagSize || cap(l.tags) > 1<<10 {
		t.Errorf("%v, and %d bytes are held", p, cap(l.tags))
	}
	if v := verify(t, fsys, VerifyOptions{}); !told(v, f.Object, "changed") {
		t.Errorf("%+v", v.Problems)
	}
	long := rewrite(t, fsys, d.newest.Object, func(g *Digest) { g.Previous.Signature = strings.Repeat("00", maxDigestName) })
	if v := verify(t, long, VerifyOptions{}); !told(v, d.newest.Object, "unreadable") {
		t.Errorf("%+v", v.Problems)
	}
}

// A digest whose metadata alone are there was on its way when the server was killed, where a checkpoint has the one before for
// the newest; else it was removed.
func TestVerifyInterrupted(t *testing.T) {
	whole := fstest.MapFS{}
	d := newDelivery(t, whole)
	d.digest()
	d.digest()
	checkpoint, forged := d.checkpoint(), d.checkpoint()
	d.digest()
	forged.Signature = d.checkpoint().Signature
	second, third := parseNames(whole)[1], parseNames(whole)[2]
	but := func(names ...string) fstest.MapFS {
		rest := maps.Clone(whole)
		for _, name := range names {
			delete(rest, name)
		}
		return rest
	}
	tests := []struct {
		name        string
		fsys        fstest.MapFS
		checkpoint  *Checkpoint
		interrupted int
		missing     []string
	}{
		{"on its way", but(third), checkpoint, 1, nil},
		{"removed, since it is noted", but(third), d.checkpoint(), 0, []string{third}},
		{"nothing is known", but(third), nil, 0, []string{third}},
		{"the checkpoint is forged", but(third), forged, 0, []string{third}},
		{"there, and delivered after the checkpoint", whole, checkpoint, 0, nil},
		{"two at once", but(second, third), checkpoint, 0, []string{second, third}},
		{"one in between", but(second), checkpoint, 0, []string{second}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var o VerifyOptions
			if test.checkpoint != nil {
				o.Checkpoints = []*Checkpoint{test.checkpoint}
			}
			v := verify(t, test.fsys, o)
			if v.Interrupted != test.interrupted || (len(test.missing) == 0) != (len(v.Problems) == 0) {
				t.Errorf("%d were interrupted, want %d; problems: %+v", v.Interrupted, test.interrupted, v.Problems)
			}
			for _, name := range test.missing {
				if !told(v, name, "missing") && !told(v, name, "cut off") {
					t.Errorf("%s is not told: %+v", name, v.Problems)
				}
			}
		})
	}
}
