package trail

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// readDigest is a digest that was read, and how it stands with its signature.
type readDigest struct {
	*Digest
	path  string
	hash  string // of its text
	sign  string // string to sign
	above string // what the path has before the object's name; a tree may lie below the bucket, then below says what is cut
	below string
	// signature is what the metadata beside it say; "" where there are none.
	signature string
	signed    bool // a key verified it
	past      bool // it begins after what is verified: it is read for what it says of those before it
}

// chain verifies the digests of one trail, oldest first, and their log files.
func (v *verifier) chain(c *digestChain) error {
	result := TrailVerification{AccountID: c.account, Region: c.region, Trail: c.trail}
	var last *readDigest // the digest before, nil where it could not be read
	for i, name := range c.files {
		d, err := v.readDigest(name)
		if err != nil {
			return err
		}
		if d != nil {
			v.link(c, d, last, i, &result)
			c.digests = append(c.digests, d)
			if err := v.logFiles(d, &result); err != nil {
				return err
			}
			result.add(d)
			d.forget()
		}
		last = d
	}
	v.signatures(c, &result)
	v.found.Trails = append(v.found.Trails, result)
	return nil
}

// add counts a digest that is in the time that is verified.
func (t *TrailVerification) add(d *readDigest) {
	if d.past {
		return
	}
	if t.Digests == 0 {
		t.From = d.Start
	}
	t.Digests++
	t.Bucket, t.To, t.Newest = d.Bucket, d.End, d.Object
}

// forget gives up what is long and was checked: a tree has many digests.
func (d *readDigest) forget() {
	d.LogFiles = nil
	if d.Warder != nil {
		d.Warder.Files = nil
	}
}

// readDigest gives nil after it told a problem.
func (v *verifier) readDigest(name digestName) (*readDigest, error) {
	data, err := readObject(v.fsys, name.path, maxObject)
	if err == nil {
		err = v.advance(name.path)
		if err != nil {
			return nil, err
		}
		var d *readDigest
		if d, err = openDigest(name, data); err == nil {
			err = v.metadata(d)
		}
		if err == nil {
			d.past = !v.o.End.IsZero() && d.Start.After(v.o.End)
			return d, nil
		}
	}
	kind := "unreadable"
	if changed, ok := errors.AsType[*changedError](err); ok {
		kind = changed.kind
	}
	v.problem(Problem{File: name.path, Kind: kind, Text: err.Error()})
	return nil, nil
}

// changedError is about a digest that can be read and is not as or where it was delivered.
type changedError struct{ kind, text string }

func (e *changedError) Error() string { return e.text }

func openDigest(name digestName, data []byte) (*readDigest, error) {
	var text bytes.Buffer
	if err := gunzip(&text, data, MaxDigest); err != nil {
		return nil, err
	}
	parsed, err := ParseDigest(text.Bytes())
	if err != nil {
		return nil, err
	}
	if parsed.longest() > maxDigestName {
		return nil, fmt.Errorf("one of its names has more than %d bytes", maxDigestName)
	}
	d := &readDigest{Digest: parsed, path: name.path, hash: HashText(text.Bytes()), sign: parsed.StringToSign(text.Bytes())}
	switch above, isAbove := strings.CutSuffix(name.path, d.Object); {
	case isAbove && (above == "" || strings.HasSuffix(above, "/")):
		d.above = above
	case strings.HasSuffix(d.Object, "/"+name.path):
		d.below = strings.TrimSuffix(d.Object, name.path)
	default:
		return nil, &changedError{"moved", "it was moved: it says that it is " + d.Object}
	}
	// Digests are put in order, and left out, by the times in their names.
	if !d.End.Equal(name.end) {
		return nil, &changedError{"changed", fmt.Sprintf("it says that it ends at %s, which is not the time in its name", d.End.Format(timeForm))}
	}
	if parsed.Warder != nil {
		err = strictGzip(data, func(data []byte) bool {
			var again bytes.Buffer
			return gunzip(&again, data, MaxDigest) == nil && bytes.Equal(again.Bytes(), text.Bytes())
		})
	}
	return d, err
}

// maxDigestName bounds what is kept of each digest, in bytes: many times an object's name or a signature.
const maxDigestName = 8 << 10

// longest is the length of the longest of what is kept of a digest.
func (d *Digest) longest() int {
	names := []int{len(d.AccountID), len(d.Bucket), len(d.Object), len(d.KeyFingerprint)}
	if p := d.Previous; p != nil {
		names = append(names, len(p.Bucket), len(p.Object), len(p.Signature))
	}
	if d.Warder != nil {
		names = append(names, len(d.Warder.Trail))
	}
	return slices.Max(names)
}

// metadata reads the signature beside a digest, where it is.
func (v *verifier) metadata(d *readDigest) error {
	name := d.path + MetadataSuffix
	if _, ok := v.sizes[name]; !ok {
		return nil
	}
	text, err := readObject(v.fsys, name, MaxCheckpoint)
	if err != nil {
		return err
	}
	var values map[string]string
	if err := json.Unmarshal(text, &values); err != nil {
		return fmt.Errorf("its metadata, %s: %w", name, err)
	}
	// As Warder writes it, or laid out by somebody else for people to read.
	canonical, err := json.Marshal(values, json.Deterministic(true))
	if err != nil {
		return err
	}
	if !bytes.Equal(text, append(canonical, '\n')) && !bytes.ContainsAny(bytes.TrimSpace(text), " \t\n") {
		return &changedError{"changed", "its metadata, " + name + ", were changed"}
	}
	if values[MetadataSignatureAlg] != SignatureAlgorithm || !isSignature(values[MetadataSignature]) {
		return fmt.Errorf("its metadata, %s, hold no signature of %s", name, SignatureAlgorithm)
	}
	d.signature = values[MetadataSignature]
	return nil
}

// link checks a digest against the one before it.
func (v *verifier) link(c *digestChain, d, last *readDigest, index int, result *TrailVerification) {
	if d.AccountID != c.account {
		v.problem(Problem{File: d.path, Kind: "changed", Text: fmt.Sprintf("it is that of account %s", d.AccountID)})
	}
	if last != nil && !last.past && (d.Previous == nil || d.Start.After(last.End)) {
		result.Gaps = append(result.Gaps, Gap{last.End, d.Start})
	}
	switch p := d.Previous; {
	case p == nil:
	case last != nil && p.Object == last.Object:
		v.compare(d, last)
	case last == nil && index > 0 && strings.HasSuffix(p.Object, relative(c.files[index-1].path, d)):
		// it could not be read, which was told
	case index == 0 && !v.o.Start.IsZero() && !d.Start.After(v.o.Start):
	default:
		v.outOfPlace(c, d, index)
	}
}

// relative is a path as a part of the object's name that the digest's neighbour has.
func relative(name string, d *readDigest) string { return strings.TrimPrefix(name, d.above) }

// compare checks what a digest says of the one before it, which is there.
func (v *verifier) compare(d, last *readDigest) {
	p := d.Previous
	switch {
	case p.Bucket != last.Bucket:
		v.problem(Problem{File: last.path, Kind: "changed", Text: fmt.Sprintf("it says that it is in bucket %s, and the digest after it, %s, names bucket %s", last.Bucket, d.path, p.Bucket)})
	case p.Hash != last.hash:
		v.problem(Problem{File: last.path, Kind: "changed", Text: "its text does not have the hash that the digest after it, " + d.path + ", names"})
	case last.signature != "" && last.signature != p.Signature:
		v.problem(Problem{File: last.path + MetadataSuffix, Kind: "changed", Text: "the signature is not the one that the digest after it, " + d.path + ", names"})
	case d.Start.Before(last.End):
		v.problem(Problem{File: d.path, Kind: "changed", Text: "it begins before the digest before it ends"})
	case d.Warder != nil && last.Warder != nil && d.Warder.Before != last.Warder.After:
		v.problem(Problem{File: d.path, Kind: "changed", Text: fmt.Sprintf("its records begin after %d, the digest before it ends with %d", d.Warder.Before.Sequence, last.Warder.After.Sequence)})
	}
}

// outOfPlace tells of a digest whose predecessor is not the one that it names.
func (v *verifier) outOfPlace(c *digestChain, d *readDigest, index int) {
	missing := d.above + strings.TrimPrefix(d.Previous.Object, d.below)
	if i := slices.IndexFunc(c.files[:index], func(f digestName) bool { return f.path == missing }); i >= 0 {
		for _, extra := range c.files[i+1 : index] {
			v.problem(Problem{File: extra.path, Kind: "added", Text: "no digest of the chain names it: it was added, or renamed"})
		}
		return
	}
	text := "the digest is missing; the one after it, " + d.path + ", names it"
	if index == 0 {
		text += ". If older digests are meant not to be there, say from when on to verify"
	}
	v.problem(Problem{File: missing, Kind: "missing", Text: text})
}

// signatures verifies each digest's signature. One that is not known is no problem where it cannot be: with the newest digest,
// which nothing names yet. But some digest must be signed by a key; else whoever has none could make all of them.
func (v *verifier) signatures(c *digestChain, result *TrailVerification) {
	signed := 0
	for i, d := range c.digests {
		signature, key := v.signature(c, i), v.keys[d.KeyFingerprint]
		switch {
		case len(v.keys) == 0:
			d.count(&result.NoKey)
		case key == nil:
			v.problem(Problem{File: d.path, Kind: "signature", Text: "it is signed by key " + d.KeyFingerprint + ", which is not among the given"})
		case signature == "" && i == len(c.digests)-1 && signed > 0:
			d.count(&result.Unsigned)
		case signature == "":
			v.problem(Problem{File: d.path, Kind: "signature", Text: "nothing proves who made it: no digest after it names its signature, and its object's metadata are not here"})
		case verifySignature(key, d.sign, signature) != nil:
			v.problem(Problem{File: d.path, Kind: "signature", Text: "the signature is wrong: the digest was changed, or signed by somebody else"})
		default:
			d.signed = true
			signed++
			d.count(&result.Signed)
		}
	}
}

// count adds a digest to a number of those in the time that is verified.
func (d *readDigest) count(n *int) {
	if !d.past {
		*n++
	}
}

// signature of a digest is in its metadata, or else its successor or a checkpoint names it; "" where none does. Only a key
// tells whether it is good, so it is all the same who names it.
func (v *verifier) signature(c *digestChain, i int) string {
	d := c.digests[i]
	if d.signature != "" {
		return d.signature
	}
	if i+1 < len(c.digests) {
		if p := c.digests[i+1].Previous; p != nil && p.Object == d.Object {
			return p.Signature
		}
	}
	for _, p := range v.o.Checkpoints {
		if p.Digest.Object == d.Object && p.Digest.Bucket == d.Bucket {
			return p.Digest.Signature
		}
	}
	return ""
}

// logFiles checks the log files that a digest names, and the chain of their records.
func (v *verifier) logFiles(d *readDigest, result *TrailVerification) error {
	for _, f := range d.LogFiles {
		v.named[d.place(f)] = true
	}
	if d.past {
		return nil
	}
	wrong := len(v.found.Problems)
	var chain Hash
	if d.Warder != nil {
		chain = d.Warder.Before.Hash
	}
	for i, f := range d.LogFiles {
		name := d.place(f)
		result.LogFiles++
		l := logCheck{file: f, chain: chain}
		if d.Warder != nil {
			l.records = &d.Warder.Files[i]
			result.Records += uint64(l.records.Count())
		}
		if _, ok := v.sizes[name]; !ok {
			v.problem(Problem{File: name, Kind: "missing", Text: "the log file is missing; digest " + d.path + " names it"})
			continue
		}
		if p := l.check(v.fsys, name); p != nil {
			p.File = name
			v.problem(*p)
		}
		chain = l.chain
		if err := v.advance(name); err != nil {
			return err
		}
	}
	if d.Warder != nil && chain != d.Warder.After.Hash && len(v.found.Problems) == wrong {
		v.problem(Problem{File: d.path, Kind: "changed", Text: "the chain of its records is not that of its log files"})
	}
	return nil
}

// place is the path of an object that the digest names. Another bucket lies beside the digest's, in a folder of buckets.
func (d *readDigest) place(f LogFile) string {
	above := d.above
	if beside, ok := strings.CutSuffix(above, d.Bucket+"/"); ok && f.Bucket != d.Bucket {
		above = beside + f.Bucket + "/"
	}
	return above + strings.TrimPrefix(f.Object, d.below)
}
