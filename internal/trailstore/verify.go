package trailstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/trail"
)

// VerifyOptions of VerifyLog.
type VerifyOptions struct {
	// Keyring has the keys of the chain; needed.
	Keyring *seal.Keyring
	// Known gives what the state knows now; needed. It is asked again where a server may have gone on meanwhile.
	Known func() (Known, error)
	// Anchors are heads that the log once had, from checkpoints.
	Anchors []Anchor
	// Progress, where given, is told how many bytes of all are read.
	Progress func(done, all int64)
}

// Anchor is a head of the log that was kept somewhere; Name says where.
type Anchor struct {
	Name string
	Head trail.Head
}

// LogVerification is what VerifyLog found.
type LogVerification struct {
	Segments int        `json:"segments"`
	Records  uint64     `json:"records"` // that match the chain
	First    uint64     `json:"first"`   // sequence of the oldest record
	End      trail.Head `json:"end"`     // the newest record that matches the chain; its time is not told
	// Noted is the newest record that the state knows of.
	Noted trail.Head `json:"noted"`
	// Unchained are records at the end that have no value in the chain: a server is just writing them, or a crash kept
	// them from it.
	Unchained uint64 `json:"unchained"`
	// Unfinished: the last line has no end. It was never acknowledged.
	Unfinished bool         `json:"unfinished"`
	Problems   []LogProblem `json:"problems"` // the first of each segment
}

// LogProblem is a place where the log is not what was written.
type LogProblem struct {
	File string `json:"file"`
	// Record is the sequence of the first wrong record; 0 where the whole file is.
	Record uint64 `json:"record,omitempty"`
	Offset int64  `json:"offset"` // of the record's line in the segment, in bytes
	Kind   string `json:"kind"`   // changed, missing, reordered, added, cut off, chain
	Text   string `json:"text"`
}

// VerifyLog compares the log in dir with its chain and with what the state knows. A server may write it at the same time. An
// error says that it could not look; what is wrong with the log are problems.
func VerifyLog(ctx context.Context, dir string, o VerifyOptions) (*LogVerification, error) {
	known, err := o.Known()
	if err != nil {
		return nil, err
	}
	firsts, err := segments(dir)
	if err != nil {
		return nil, fmt.Errorf("trailstore: no trail to verify: %w", err)
	}
	later, err := o.Known() // what retention removed before the folder was listed
	if err != nil {
		return nil, err
	}
	known.Removed = later.Removed
	v := &verifier{ctx: ctx, dir: dir, o: o, known: known, found: &LogVerification{Segments: len(firsts), Noted: known.Head, Problems: []LogProblem{}}}
	if err := v.orphans(firsts); err != nil {
		return nil, err
	}
	for i, first := range firsts {
		v.all += v.size(first)
		if i == 0 {
			v.found.First = first
			v.check(segmentName(first), known.checkFirst(first), "missing")
		}
	}
	for i, first := range firsts {
		next := uint64(0)
		if i+1 < len(firsts) {
			next = firsts[i+1]
		}
		if err := v.segment(first, next); err != nil {
			return nil, err
		}
	}
	v.end(firsts)
	return v.found, nil
}

type verifier struct {
	ctx       context.Context
	dir       string
	o         VerifyOptions
	known     Known
	found     *LogVerification
	before    trail.Hash
	anchored  bool // before is the value at the end of the segment before, which was well
	last      uint64
	done, all int64
}

func (v *verifier) size(first uint64) int64 {
	info, err := os.Stat(filepath.Join(v.dir, segmentName(first)))
	if err != nil {
		return 0 // removed meanwhile; segment looks again
	}
	return info.Size()
}

func (v *verifier) add(p LogProblem) { v.found.Problems = append(v.found.Problems, p) }

// check makes a problem of an ErrDamaged about a whole file.
func (v *verifier) check(file string, err error, kind string) {
	if err != nil {
		v.add(LogProblem{File: file, Kind: kind, Text: problemText(err)})
	}
}

func problemText(err error) string { return strings.TrimPrefix(err.Error(), ErrDamaged.Error()+": ") }

// orphans finds chains whose segment is gone. One without values is what a crash may leave.
func (v *verifier) orphans(firsts []uint64) error {
	there := make(map[string]bool, len(firsts))
	for _, first := range firsts {
		there[chainName(first)] = true
	}
	entries, err := os.ReadDir(v.dir)
	if err != nil {
		return fmt.Errorf("trailstore: %w", err)
	}
	for _, e := range entries {
		name := e.Name()
		first, ok := parseSegmentName(strings.TrimSuffix(name, chainSuffix) + segmentSuffix)
		if !ok || !strings.HasSuffix(name, chainSuffix) || there[name] || first <= v.known.Removed {
			continue
		}
		if info, err := e.Info(); err == nil && info.Size() > chainHeader && v.size(first) == 0 {
			v.add(LogProblem{File: segmentName(first), Record: first, Kind: "missing", Text: fmt.Sprintf("it is missing, and %s tells of %d records in it", name, (info.Size()-chainHeader)/valueSize)})
		}
	}
	return nil
}

// segment verifies one segment; next is 0 for the newest.
func (v *verifier) segment(first, next uint64) error {
	f, err := os.Open(filepath.Join(v.dir, segmentName(first)))
	if errors.Is(err, fs.ErrNotExist) {
		return v.gone(first, next)
	} else if err != nil {
		return fmt.Errorf("trailstore: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	// However fast a server writes: a line that was there before the chain was read has its value or never will, and a
	// value has its line when the size is asked again.
	before, err := f.Stat()
	if err != nil {
		return fmt.Errorf("trailstore: %w", err)
	}
	chain, err := v.loadChain(first, next, f)
	if err != nil {
		return err
	}
	after, err := f.Stat()
	if err != nil {
		return fmt.Errorf("trailstore: %w", err)
	}
	s := &segmentCheck{verifier: v, first: first, next: next, settled: before.Size(), size: after.Size(), chain: chain}
	if chain == nil || !s.begin() {
		v.anchored = false
		return v.advance(s.size)
	}
	if err := s.run(f); err != nil {
		return err
	}
	v.last = max(v.last, s.link.sequence)
	return nil
}

// gone is called for a segment that was listed and is not there: retention may have removed it since.
func (v *verifier) gone(first, next uint64) error {
	now, err := v.o.Known()
	if err != nil {
		return err
	}
	if next == 0 || next-1 > now.Removed {
		v.add(LogProblem{File: segmentName(first), Record: first, Kind: "missing", Text: "it was removed while the log was verified"})
	}
	v.anchored = false
	return nil
}

// loadChain gives nil after it told a problem. A crash may keep the whole chain of a new segment, of which the state knows
// no record, from the disk.
func (v *verifier) loadChain(first, next uint64, segment *os.File) (*chainFile, error) {
	info, err := segment.Stat()
	if err != nil {
		return nil, fmt.Errorf("trailstore: %w", err)
	}
	open := func(name string) (file, error) {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		return f, nil
	}
	most := info.Size() + maxBatchBytes + trail.MaxParse // one batch may come meanwhile; what comes later is not read
	f, chain, err := loadChain(open, v.dir, first, most)
	if err := closeFile(f); err != nil {
		return nil, fmt.Errorf("trailstore: %w", err)
	}
	switch {
	case err == nil:
		return chain, nil
	case errors.Is(err, errNoChain) && next == 0 && v.known.Head.Sequence < first && (v.anchored || v.known.Head.Sequence == first-1):
		before := v.before
		if !v.anchored {
			before = v.known.Head.Hash
		}
		return &chainFile{number: v.o.Keyring.Newest(), before: before}, nil
	case errors.Is(err, errNoChain):
		v.add(LogProblem{File: chainName(first), Record: first, Kind: "chain", Text: "it is missing, or empty; its segment cannot be verified"})
	case errors.Is(err, ErrDamaged):
		v.check(chainName(first), err, "chain")
	default:
		return nil, err
	}
	return nil, nil
}

func (v *verifier) advance(n int64) error {
	v.done += n
	if v.o.Progress != nil {
		v.o.Progress(v.done, v.all)
	}
	return context.Cause(v.ctx)
}

// anchor compares the chain's value at a record with every head that has its place.
func (v *verifier) anchor(sequence uint64, value trail.Hash) string {
	if err := v.known.checkValue(sequence, value); err != nil {
		return problemText(err)
	}
	for _, a := range v.o.Anchors {
		if a.Head.Sequence == sequence && a.Head.Hash != value {
			return fmt.Sprintf("the chain's value is not the one in %s: the log is another one", a.Name)
		}
	}
	return ""
}

// end compares the log's end with the heads.
func (v *verifier) end(firsts []uint64) {
	last := v.last
	name := segmentName(v.known.Removed + 1)
	if len(firsts) > 0 {
		name = segmentName(firsts[len(firsts)-1])
	} else if v.known.Removed >= v.known.Head.Sequence {
		last = v.known.Head.Sequence
	}
	if len(v.found.Problems) > 0 {
		return // what is behind it is not known
	}
	if err := v.known.checkEnd(last); err != nil {
		kind := "cut off"
		if last > v.known.Head.Sequence {
			kind = "added"
		}
		v.add(LogProblem{File: name, Record: min(last, v.known.Head.Sequence) + 1, Kind: kind, Text: problemText(err)})
		return
	}
	if v.known.Closed && v.found.Unfinished {
		v.add(LogProblem{File: name, Record: last + 1, Kind: "added", Text: fmt.Sprintf("it goes on after record %d, with which the log was closed", last)})
	}
	for _, a := range v.o.Anchors {
		if a.Head.Sequence > last {
			v.add(LogProblem{File: name, Record: last + 1, Kind: "cut off", Text: fmt.Sprintf("the log ends with record %d, and %s knows of records up to %d: the newest were cut off", last, a.Name, a.Head.Sequence)})
		}
	}
}
