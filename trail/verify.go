package trail

import (
	"cmp"
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// VerifyOptions of Verify. The zero value checks all that can be checked without keys.
type VerifyOptions struct {
	// Keys verify signatures; without any, signatures are not verified, and the result says so.
	Keys []*rsa.PublicKey
	// Start and End bound what is verified: digests that cover some time between them. Zero: no bound. Without Start, the
	// oldest digest that is there must be the trail's first. Of later digests than End's the links and signatures are
	// verified, since they tell what comes before them, and not the log files.
	Start, End time.Time
	// Checkpoints are digests that must be there: what the state knows, or what was kept in a second place.
	Checkpoints []*Checkpoint
	// Progress, where given, is told how many bytes of how many are read.
	Progress func(done, all int64)
}

// Verification is what Verify found.
type Verification struct {
	Trails   []TrailVerification `json:"trails"`
	Problems []Problem           `json:"problems"` // in the order of the digests
	// Unnamed are log files that no digest names though one might: newer than the newest digest, or of a trail without
	// digests.
	Unnamed int `json:"unnamed"`
	// Checkpoints is how many were met.
	Checkpoints int `json:"checkpoints"`
	// Interrupted is how many digests were on their way when the server was killed: their metadata are there, and a
	// checkpoint tells that the one before is the newest that was delivered. A server that starts again delivers them.
	Interrupted int `json:"interrupted"`
}

// TrailVerification is one chain of digests: those of one trail over the log files of one account and region.
type TrailVerification struct {
	AccountID string    `json:"accountId"`
	Region    string    `json:"region"`
	Trail     string    `json:"trail"`
	Bucket    string    `json:"bucket"`
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	Digests   int       `json:"digests"`
	LogFiles  int       `json:"logFiles"`
	Records   uint64    `json:"records"` // of Warder's: CloudTrail's digests do not count them
	// Signed is how many digests have a signature that was verified by a key. Unsigned is 1 where that of the newest is not
	// known: its object's metadata are not there. NoKey were not verified since no key was given. Others are problems.
	Signed   int `json:"signed"`
	Unsigned int `json:"unsigned"`
	NoKey    int `json:"noKey"`
	// Gaps are times between two digests that neither covers, or where the later does not name the earlier: the trail was
	// stopped, or without validation.
	Gaps []Gap `json:"gaps,omitempty"`
	// Newest is the name of the newest digest.
	Newest string `json:"newest"`
}

// Gap is a time that no digest covers.
type Gap struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Problem is a place where the delivery is not what was delivered.
type Problem struct {
	// File is the path in the tree of what is wrong, or of what is missing.
	File string `json:"file"`
	// Record is the first wrong record in the file, from 1; 0 where that is not known.
	Record int `json:"record,omitempty"`
	// Kind is changed, missing, reordered, added, cut off, moved, signature or unreadable.
	Kind string `json:"kind"`
	Text string `json:"text"`
}

// MetadataSuffix is what the name of the file has at its end that keeps a digest's metadata beside it, in a folder: a JSON
// object of MetadataSignature and MetadataSignatureAlg.
const MetadataSuffix = ".metadata.json"

// Verify checks a tree of delivered files, Warder's or CloudTrail's: a bucket, or any folder of one, or a folder of
// buckets. Digests are checked against each other, their signatures by the keys, log files by their digests. An error says
// that it could not look; what is wrong with the files are problems.
//
// CloudTrail keeps a digest's signature in its object's metadata, which is lost where files are copied to a folder. Each
// digest also has its predecessor's signature, so that all but the newest are verified without.
func Verify(ctx context.Context, fsys fs.FS, o VerifyOptions) (*Verification, error) {
	v := &verifier{
		ctx: ctx, fsys: fsys, o: o, sizes: map[string]int64{}, keys: map[string]*rsa.PublicKey{}, named: map[string]bool{},
		found: &Verification{Trails: []TrailVerification{}, Problems: []Problem{}},
	}
	for _, key := range o.Keys {
		v.keys[Fingerprint(key)] = key
	}
	if err := v.list(); err != nil {
		return nil, err
	}
	chains := v.chains()
	if len(chains) == 0 && len(o.Checkpoints) == 0 {
		return nil, fmt.Errorf("trail: no digest file is there: their names are like …_CloudTrail-Digest_….json.gz")
	}
	for _, c := range chains {
		if err := v.chain(c); err != nil {
			return nil, err
		}
	}
	v.orphans(chains)
	v.unnamed(chains)
	v.checkpoints(chains)
	if v.idle() {
		return nil, errors.New("trail: no digest is of that time: nothing was verified")
	}
	return v.found, nil
}

type verifier struct {
	ctx       context.Context
	fsys      fs.FS
	o         VerifyOptions
	keys      map[string]*rsa.PublicKey // by fingerprint
	sizes     map[string]int64          // of every file
	named     map[string]bool           // log files that a digest names
	done, all int64
	found     *Verification
}

func (v *verifier) problem(p Problem) { v.found.Problems = append(v.found.Problems, p) }

// idle: nothing was there to be right or wrong.
func (v *verifier) idle() bool {
	some := slices.ContainsFunc(v.found.Trails, func(t TrailVerification) bool { return t.Digests > 0 })
	return !some && len(v.found.Problems) == 0 && v.found.Checkpoints == 0
}

func (v *verifier) list() error {
	err := fs.WalkDir(v.fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return v.ctx.Err()
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		v.sizes[name] = info.Size()
		if strings.HasSuffix(name, objectSuffix) {
			v.all += info.Size()
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("trail: %w", err)
	}
	return nil
}

// advance notes that a file was read.
func (v *verifier) advance(name string) error {
	v.done += v.sizes[name]
	if v.o.Progress != nil {
		v.o.Progress(v.done, v.all)
	}
	return context.Cause(v.ctx)
}

const (
	objectSuffix   = ".json.gz"
	digestMark     = "_CloudTrail-Digest_"
	logMark        = "_CloudTrail_"
	backfillSuffix = "_backfill"
)

// digestChain is the digests of one trail, by their names.
type digestChain struct {
	key                    string // see parseDigestName
	account, region, trail string
	backfill               bool
	files                  []digestName // oldest first
	digests                []*readDigest
}

// digestName is a digest's path and what it says.
type digestName struct {
	path string
	end  time.Time
}

// chains finds the digests by their names.
func (v *verifier) chains() []*digestChain {
	byName := map[string]*digestChain{}
	for name := range v.sizes {
		key, c, end, ok := parseDigestName(name)
		if !ok || !v.o.Start.IsZero() && !end.After(v.o.Start) {
			continue
		}
		if byName[key] == nil {
			c.key, byName[key] = key, c
		}
		byName[key].files = append(byName[key].files, digestName{name, end})
	}
	chains := make([]*digestChain, 0, len(byName))
	for _, key := range sortedKeys(byName) {
		c := byName[key]
		slices.SortFunc(c.files, func(a, b digestName) int { return cmp.Or(a.end.Compare(b.end), strings.Compare(a.path, b.path)) })
		chains = append(chains, c)
	}
	return chains
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// parseDigestName takes apart AWSLogs/…/<account>_CloudTrail-Digest_<region>_<trail>_<home region>_<time>.json.gz. key is
// the same for the digests of one trail: the folder that the days are in, and the name without its time.
func parseDigestName(name string) (key string, c *digestChain, end time.Time, ok bool) {
	dir, base := path.Split(name)
	stem, isObject := strings.CutSuffix(base, objectSuffix)
	account, rest, isDigest := strings.Cut(stem, digestMark)
	if !isObject || !isDigest {
		return "", nil, end, false
	}
	rest, backfill := strings.CutSuffix(rest, backfillSuffix)
	at := strings.LastIndexByte(rest, '_')
	if at < 0 {
		return "", nil, end, false
	}
	end, err := time.Parse(digestNameForm, rest[at+1:])
	if err != nil {
		return "", nil, end, false
	}
	region, trailName, _ := strings.Cut(rest[:at], "_")
	if i := strings.LastIndexByte(trailName, '_'); i >= 0 {
		trailName = trailName[:i]
	}
	dir = strings.TrimSuffix(dir, end.Format(dayForm)+"/")
	c = &digestChain{account: account, region: region, trail: trailName, backfill: backfill}
	return fmt.Sprintf("%s\x00%s\x00%v", dir, rest[:at], backfill), c, end, true
}

// unnamed finds log files that no digest names. Where the digests of the account and region are Warder's and cover the
// file's time, somebody else put it there.
func (v *verifier) unnamed(chains []*digestChain) {
	for _, name := range sortedKeys(v.sizes) {
		dir, base := path.Split(name)
		stem, isObject := strings.CutSuffix(base, objectSuffix)
		account, rest, isLog := strings.Cut(stem, logMark)
		if !isObject || !isLog || v.named[name] {
			continue
		}
		region, rest, _ := strings.Cut(rest, "_")
		stamp, _, _ := strings.Cut(rest, "_")
		at, err := time.Parse(logNameForm, stamp)
		if err != nil || !v.o.Start.IsZero() && at.Before(v.o.Start) {
			continue
		}
		covered := slices.ContainsFunc(chains, func(c *digestChain) bool {
			return c.account == account && c.region == region && c.covers(dir, at)
		})
		if covered {
			v.problem(Problem{File: name, Kind: "added", Text: "no digest names this log file"})
		} else {
			v.found.Unnamed++
		}
	}
}

// covers tells whether a log file of Warder's that was delivered to a folder at a time, in whole minutes, must be named by
// a digest of the chain.
func (c *digestChain) covers(dir string, at time.Time) bool {
	if len(c.digests) == 0 {
		return false
	}
	first, last, after := c.digests[0], c.digests[len(c.digests)-1], at.Add(time.Minute)
	if first.Warder == nil || !strings.HasPrefix(dir, first.above) || at.Before(first.Start) || after.After(last.End) {
		return false
	}
	for i, d := range c.digests[1:] {
		if after.After(c.digests[i].End) && at.Before(d.Start) {
			return false
		}
	}
	return true
}

// orphans finds metadata whose digest is gone.
func (v *verifier) orphans(chains []*digestChain) {
	byChain := map[string][]digestName{}
	for _, name := range sortedKeys(v.sizes) {
		object, isMetadata := strings.CutSuffix(name, MetadataSuffix)
		if _, there := v.sizes[object]; !isMetadata || there {
			continue
		}
		if key, _, end, ok := parseDigestName(object); ok && (v.o.Start.IsZero() || end.After(v.o.Start)) {
			byChain[key] = append(byChain[key], digestName{object, end})
		}
	}
	for _, key := range sortedKeys(byChain) {
		gone := byChain[key]
		if len(gone) == 1 && slices.ContainsFunc(chains, func(c *digestChain) bool { return c.key == key && v.endsBefore(c, gone[0].end) }) {
			v.found.Interrupted++
			continue
		}
		for _, d := range gone {
			v.problem(Problem{File: d.path, Kind: "missing", Text: "the digest is missing, its metadata are there: it was removed, or the server was killed as it delivered it and has not been started again"})
		}
	}
}

// endsBefore tells whether a checkpoint has the chain's newest digest for the newest that was delivered, so that one of a
// later time can only have been on its way.
func (v *verifier) endsBefore(c *digestChain, later time.Time) bool {
	if len(c.digests) == 0 {
		return false
	}
	newest := c.digests[len(c.digests)-1]
	return later.After(newest.End) && slices.ContainsFunc(v.o.Checkpoints, func(p *Checkpoint) bool {
		return p.Digest.Object == newest.Object && p.Digest.Bucket == newest.Bucket && p.Digest.Hash == newest.hash && v.checkpointSignature(p) == nil
	})
}

// checkpoints makes sure that the digests which were noted elsewhere are there.
func (v *verifier) checkpoints(chains []*digestChain) {
	for _, c := range v.o.Checkpoints {
		met, p := v.checkpoint(c, chains)
		if p != nil {
			v.problem(*p)
		} else if met {
			v.found.Checkpoints++
		}
	}
}

// checkpoint looks for the digest of a checkpoint. It is not met, and nothing is wrong, where that is outside of what is
// verified.
func (v *verifier) checkpoint(c *Checkpoint, chains []*digestChain) (met bool, _ *Problem) {
	if p := v.checkpointSignature(c); p != nil {
		return false, p
	}
	if !v.o.Start.IsZero() && !c.Time.After(v.o.Start) {
		return false, nil
	}
	var newest, proven time.Time // where the trail's digests end, and those that a key signed
	for _, chain := range chains {
		for _, d := range chain.digests {
			if d.Object == c.Digest.Object && d.Bucket == c.Digest.Bucket {
				if d.hash != c.Digest.Hash || d.Warder != nil && d.Warder.After != c.Chain {
					return false, &Problem{File: d.path, Kind: "changed", Text: "it is not the digest of which the checkpoint of " + c.Time.Format(timeForm) + " tells"}
				}
				return true, nil
			}
			if chain.account != c.AccountID || chain.trail != c.Trail {
				continue
			}
			newest = slices.MaxFunc([]time.Time{newest, d.End}, time.Time.Compare)
			if d.signed || len(v.keys) == 0 {
				proven = slices.MaxFunc([]time.Time{proven, d.End}, time.Time.Compare)
			}
		}
	}
	if end := v.o.End; !end.IsZero() && c.Time.After(end) && !proven.Before(end) {
		return false, nil // a part of the trail that goes as far as it is verified
	}
	text := fmt.Sprintf("it is missing, and a checkpoint of %s tells of it", c.Time.Format(timeForm))
	if newest.Before(c.Time) {
		return false, &Problem{File: c.Digest.Object, Kind: "cut off", Text: text + ": the newest digests were removed, with all that came before it and is not there"}
	}
	return false, &Problem{File: c.Digest.Object, Kind: "missing", Text: text}
}

// checkpointSignature comes before all that a checkpoint says.
func (v *verifier) checkpointSignature(c *Checkpoint) *Problem {
	key := v.keys[c.KeyFingerprint]
	switch {
	case len(v.keys) == 0:
	case key == nil:
		return &Problem{File: c.Digest.Object, Kind: "signature", Text: "the checkpoint is signed by key " + c.KeyFingerprint + ", which is not among the given"}
	case c.VerifySignature(key) != nil:
		return &Problem{File: c.Digest.Object, Kind: "signature", Text: "the signature of the checkpoint is wrong: the checkpoint was changed"}
	}
	return nil
}
