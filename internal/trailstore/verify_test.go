package trailstore

import (
	"bytes"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/trail"
)

// files are the files of a log by name.
type files map[string][]byte

func readFiles(t testing.TB, dir string) files {
	t.Helper()
	f := files{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == lockName {
			continue
		}
		if f[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// put makes dir hold exactly f.
func (f files) put(t testing.TB, dir string) {
	t.Helper()
	there := readFiles(t, dir)
	for name := range there {
		if content, ok := f[name]; !ok || !bytes.Equal(content, there[name]) { // to write over it would sync it
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, content := range f {
		if old, ok := there[name]; ok && bytes.Equal(old, content) {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func verifyLog(t testing.TB, dir string, known Known, anchors ...Anchor) *LogVerification {
	t.Helper()
	v, err := VerifyLog(t.Context(), dir, VerifyOptions{
		Keyring: testKeys().ring, Known: func() (Known, error) { return known, nil }, Anchors: anchors,
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// testLog is a log of three segments, of 4, 4 and 3 records, and what the state knows when it was closed.
func testLog(t testing.TB) (string, files, Known) {
	t.Helper()
	dir := t.TempDir()
	s := open(t, dir, Options{SegmentBytes: int64(len(lines(t, 1, 4)))})
	appendEvents(t, s, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
	closeStore(t, s)
	f := readFiles(t, dir)
	if len(f) != 6 {
		t.Fatalf("files: %v", slices.Collect(maps.Keys(f)))
	}
	return dir, f, Known{Head: s.Head(), Closed: true}
}

func TestVerifyWholeLog(t *testing.T) {
	dir, _, known := testLog(t)
	v := verifyLog(t, dir, known, Anchor{"here", known.Head})
	if len(v.Problems) > 0 || v.Records != 11 || v.First != 1 || v.End.Sequence != 11 || v.End.Hash != known.Head.Hash || v.Segments != 3 || v.Unchained > 0 || v.Unfinished {
		t.Errorf("%+v", v)
	}
	if known.Head.Time != event(11).EventTime.UTC() {
		t.Errorf("time of the head: %v", known.Head.Time)
	}
}

// place is the record whose line, or whose value, has that byte of a file.
func place(f files, name string, at int) (record uint64) {
	first, _ := parseSegmentName(strings.TrimSuffix(strings.TrimSuffix(name, chainSuffix), segmentSuffix) + segmentSuffix)
	if strings.HasSuffix(name, chainSuffix) {
		return first + uint64(max(at-chainHeader, 0)/valueSize)
	}
	return first + uint64(bytes.Count(f[name][:at], []byte{'\n'}))
}

// stride is how many bytes apart a test tries: every one of the middle segment, and some of the others, which are no
// different.
func stride(name string) int {
	if name == segmentName(5) || name == chainName(5) {
		return 1
	}
	return 7
}

// Every single byte counts: a flipped bit in any file is found, and the record is named.
func TestVerifyFindsFlippedBits(t *testing.T) {
	dir, whole, known := testLog(t)
	for _, name := range slices.Sorted(maps.Keys(whole)) {
		for i := 0; i < len(whole[name]); i += stride(name) {
			f := maps.Clone(whole)
			f[name] = bytes.Clone(f[name])
			f[name][i] ^= 1 << (i % 8)
			f.put(t, dir)
			v := verifyLog(t, dir, known)
			if len(v.Problems) != 1 {
				t.Fatalf("%s, byte %d: %+v", name, i, v.Problems)
			}
			p, want := v.Problems[0], place(whole, name, i)
			if p.Record != want && (p.Record != 0 || i >= chainHeader || p.File != name) {
				t.Fatalf("%s, byte %d: record %d is named, it is %d: %+v", name, i, p.Record, want, p)
			}
		}
	}
}

// However a file is cut off, also together with its chain, it is found, and the first missing record is named.
func TestVerifyFindsTruncation(t *testing.T) {
	dir, whole, known := testLog(t)
	check := func(f files, want uint64) {
		t.Helper()
		f.put(t, dir)
		v := verifyLog(t, dir, known)
		if len(v.Problems) == 0 || v.Problems[0].Record != want && v.Problems[0].Record != 0 {
			t.Fatalf("record %d: %+v", want, v.Problems)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(whole)) {
		for i := 0; i < len(whole[name]); i += stride(name) {
			f := maps.Clone(whole)
			f[name] = f[name][:i]
			check(f, place(whole, name, i))
		}
	}
	// Whole records off the end, with their values: only the head tells.
	for n := range 3 {
		f := maps.Clone(whole)
		segment := bytes.SplitAfter(f[segmentName(9)], []byte{'\n'})
		f[segmentName(9)], f[chainName(9)] = bytes.Join(segment[:n], nil), f[chainName(9)][:chainHeader+n*valueSize]
		check(f, 9+uint64(n))
	}
	// Whole segments off the end, off the beginning, and in between.
	for _, gone := range [][]uint64{{9}, {5, 9}, {1, 5, 9}, {1}, {1, 5}, {5}} {
		f := maps.Clone(whole)
		for _, first := range gone {
			delete(f, segmentName(first))
			delete(f, chainName(first))
		}
		check(f, gone[0])
	}
}

// Lines that changed places, were left out or doubled are told as what they are.
func TestVerifyTellsLines(t *testing.T) {
	dir, whole, known := testLog(t)
	segment := bytes.SplitAfter(whole[segmentName(5)], []byte{'\n'})[:4]
	check := func(changed [][]byte, kind string, record uint64) {
		t.Helper()
		f := maps.Clone(whole)
		f[segmentName(5)] = bytes.Join(changed, nil)
		f.put(t, dir)
		v := verifyLog(t, dir, known)
		if len(v.Problems) != 1 || v.Problems[0].Kind != kind || v.Problems[0].Record != record || v.Problems[0].File != segmentName(5) {
			t.Errorf("want %s, record %d: %+v", kind, record, v.Problems)
		}
	}
	for i := range segment {
		for j := range i {
			swapped := slices.Clone(segment)
			swapped[i], swapped[j] = swapped[j], swapped[i]
			check(swapped, "reordered", 5+uint64(j))
		}
		kind := "missing"
		if i == len(segment)-1 {
			kind = "cut off"
		}
		check(slices.Delete(slices.Clone(segment), i, i+1), kind, 5+uint64(i))
		doubled := slices.Insert(slices.Clone(segment), i, segment[(i+1)%4])
		if i < 3 {
			check(doubled, "reordered", 5+uint64(i))
		} else {
			check(doubled, "added", 8)
		}
		check(slices.Insert(slices.Clone(segment), i, []byte(lines(t, 99, 99))), "added", 5+uint64(i))
		changed := slices.Clone(segment)
		changed[i] = bytes.Replace(changed[i], []byte("ListUsers"), []byte("ListRoles"), 1)
		check(changed, "changed", 5+uint64(i))
	}
	check(append(slices.Clone(segment), []byte(lines(t, 99, 99))), "added", 9)
}

// meddle makes one random change to the files, as somebody without keys can.
func meddle(r *rand.Rand, f files) {
	names := slices.Sorted(maps.Keys(f))
	if len(names) == 0 {
		return
	}
	name, other := names[r.IntN(len(names))], names[r.IntN(len(names))]
	b := bytes.Clone(f[name])
	span := func(n int) (int, int) {
		i, j := r.IntN(n+1), r.IntN(n+1)
		return min(i, j), max(i, j)
	}
	i, j := span(len(b))
	switch r.IntN(10) {
	case 0:
		b = slices.Delete(b, i, j)
	case 1:
		clear(b[i:j])
	case 2:
		b = slices.Insert(b, i, b[i:j]...)
	case 3:
		b = slices.Insert(b, r.IntN(i+1), f[other]...)
	case 4:
		k := r.IntN(i + 1)
		b = slices.Concat(b[:k], b[i:j], b[k:i], b[j:])
	case 5:
		b = b[:i]
	case 6:
		delete(f, name)
		return
	case 7: // two files change names
		f[name], f[other] = f[other], f[name]
		return
	case 8: // whole lines and their values, together
		first, ok := parseSegmentName(strings.TrimSuffix(name, chainSuffix) + segmentSuffix)
		if !ok {
			return
		}
		lines := bytes.SplitAfter(f[segmentName(first)], []byte{'\n'})
		if len(lines) < 2 || len(b) < chainHeader+len(lines)*valueSize-valueSize {
			return
		}
		n, m := span(len(lines) - 1)
		f[segmentName(first)] = bytes.Join(slices.Delete(lines, n, m), nil)
		b = slices.Delete(b, chainHeader+n*valueSize, chainHeader+m*valueSize)
	case 9:
		if len(b) > 0 {
			b[r.IntN(len(b))] ^= byte(1 + r.IntN(255))
		}
	}
	f[name] = b
}

// Whatever somebody without keys does to the files of a closed log, in whatever combination, it is found; and Open does
// not take a log whose newest two segments are not what they were, nor changes it.
func TestVerifyFindsAnyChange(t *testing.T) {
	dir, whole, known := testLog(t)
	rounds := 1500
	if testing.Short() {
		rounds = 150
	}
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 6))
		f := maps.Clone(whole)
		for range 1 + r.IntN(4) {
			meddle(r, f)
		}
		if maps.EqualFunc(f, whole, bytes.Equal) {
			continue
		}
		f.put(t, dir)
		if v := verifyLog(t, dir, known); len(v.Problems) == 0 {
			t.Fatalf("seed %d: not found: %+v", seed, v)
		}
		if _, there := f[segmentName(1)]; there && maps.EqualFunc(newer(f), newer(whole), bytes.Equal) {
			continue
		}
		if s, err := Open(dir, keyed(Options{Known: known})); !errors.Is(err, ErrDamaged) {
			if err == nil {
				_ = s.Close()
			}
			t.Fatalf("seed %d: opened: %v", seed, err)
		}
		if after := readFiles(t, dir); !maps.EqualFunc(f, after, bytes.Equal) {
			t.Fatalf("seed %d: Open changed a damaged log", seed)
		}
	}
}

// newer are the files that Open reads.
func newer(f files) files {
	f = maps.Clone(f)
	delete(f, segmentName(1))
	delete(f, chainName(1))
	return f
}

// While the state does not know of the newest records, they can be cut off, and only they; everything else is found.
func TestVerifyBehindTheHead(t *testing.T) {
	dir, whole, known := testLog(t)
	chain := whole[chainName(9)]
	known = Known{Head: trail.Head{Sequence: 9, Hash: trail.Hash(chain[chainHeader:][:valueSize])}}
	lines := bytes.SplitAfter(whole[segmentName(9)], []byte{'\n'})
	for name, change := range map[string]func(files){
		"nothing":             func(files) {},
		"cut off with values": func(f files) { f[segmentName(9)], f[chainName(9)] = lines[0], chain[:chainHeader+valueSize] },
		"values lost":         func(f files) { f[chainName(9)] = chain[:chainHeader+valueSize] },
		"values lost in part": func(f files) { f[chainName(9)] = chain[:chainHeader+valueSize+5] },
		"values never written": func(f files) {
			f[chainName(9)] = slices.Concat(chain[:chainHeader+valueSize], make([]byte, 2*valueSize))
		},
		"torn line": func(f files) {
			f[segmentName(9)], f[chainName(9)] = slices.Concat(lines[0], lines[1], lines[2][:20]), chain[:chainHeader+2*valueSize]
		},
	} {
		f := maps.Clone(whole)
		change(f)
		f.put(t, dir)
		if v := verifyLog(t, dir, known); len(v.Problems) > 0 {
			t.Errorf("%s: %+v", name, v.Problems)
		}
		s, err := Open(dir, keyed(Options{Known: known}))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		appendEvents(t, s, 12)
		closeStore(t, s)
		if v := verifyLog(t, dir, Known{Head: s.Head(), Closed: true}); len(v.Problems) > 0 || v.Unchained > 0 {
			t.Errorf("%s, then: %+v", name, v)
		}
	}
	for name, change := range map[string]func(files){
		"a known record":               func(f files) { f[segmentName(9)] = bytes.Join(lines[1:], nil) },
		"its value":                    func(f files) { f[chainName(9)] = chain[:chainHeader] },
		"its value, with the header":   func(f files) { delete(f, chainName(9)) },
		"an earlier value":             func(f files) { f[chainName(5)] = f[chainName(5)][:chainHeader+3*valueSize] },
		"a newer record":               func(f files) { f[segmentName(9)] = slices.Concat(lines[0], lines[2]) },
		"a newer line without a value": func(f files) { f[segmentName(9)] = slices.Concat(f[segmentName(9)], []byte("{}\n{}\n")) },
		"a line, its value is there":   func(f files) { f[segmentName(9)] = slices.Concat(lines[0], lines[1], lines[2][:20]) },
	} {
		f := maps.Clone(whole)
		change(f)
		f.put(t, dir)
		if v := verifyLog(t, dir, known); len(v.Problems) == 0 {
			t.Errorf("%s: not found", name)
		}
		if s, err := Open(dir, keyed(Options{Known: known})); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: Open: %v, %v", name, s, err)
		}
	}
}

// Another head, another key, an anchor that is not met.
func TestVerifyAgainstOthers(t *testing.T) {
	dir, _, known := testLog(t)
	other := known
	other.Head.Hash[0]++
	ahead := known
	ahead.Head.Sequence++
	behind := Known{Head: trail.Head{Sequence: 5, Hash: known.Head.Hash}}
	for name, k := range map[string]Known{"another value": other, "ahead": ahead, "another value before": behind} {
		if v := verifyLog(t, dir, k); len(v.Problems) == 0 {
			t.Errorf("%s: not found", name)
		}
		if s, err := Open(dir, keyed(Options{Known: k})); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: Open: %v, %v", name, s, err)
		}
	}
	for name, head := range map[string]trail.Head{"another value": other.Head, "ahead": ahead.Head, "before": behind.Head} {
		v := verifyLog(t, dir, known, Anchor{"a checkpoint", head})
		if len(v.Problems) == 0 || !strings.Contains(v.Problems[0].Text, "a checkpoint") {
			t.Errorf("%s: %+v", name, v.Problems)
		}
	}
	keyring, err := makeKeys("")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := Open(dir, Options{Keyring: keyring.ring, Known: known}); !errors.Is(err, ErrDamaged) {
		t.Errorf("another keyring: %v, %v", s, err)
	}
	if s, err := Open(dir, Options{}); err == nil {
		t.Errorf("no keyring: %v", s)
	}
}
