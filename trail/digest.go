package trail

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// Names of algorithms in digests, and the metadata of a digest's object: its signature in hexadecimal digits, and the
// algorithm. The keys are in lower case as S3 gives them back; the AWS CLI finds no others.
const (
	HashAlgorithm        = "SHA-256"
	SignatureAlgorithm   = "SHA256withRSA"
	MetadataSignature    = "signature"
	MetadataSignatureAlg = "signature-algorithm"
)

// MaxDigest bounds the text of a digest that is read, in bytes: some five million records in Warder's, and many times
// what CloudTrail writes in an hour.
const MaxDigest = 64 << 20

// Digest is CloudTrail's digest file: it names the log files that a trail delivered between two times, each with its
// hash, and the digest before it, so that digests are a chain. Times are UTC, whole seconds.
type Digest struct {
	AccountID  string
	Start, End time.Time
	// Bucket and Object are where the digest lies; the signature covers them.
	Bucket, Object string
	// NewestEvent and OldestEvent are event times; zero without log files.
	NewestEvent, OldestEvent time.Time
	// Previous is the digest before this one; nil for a trail's first.
	Previous *PreviousDigest
	// KeyFingerprint says which public key verifies the signature.
	KeyFingerprint string
	LogFiles       []LogFile
	// Warder is what Warder adds to CloudTrail's members; nil in CloudTrail's own.
	Warder *DigestRecords
}

// PreviousDigest is a digest as its successor names it.
type PreviousDigest struct {
	Bucket, Object string
	Hash           string // SHA-256 of its text, hexadecimal
	Signature      string // hexadecimal
}

// LogFile is a delivered log file as a digest names it.
type LogFile struct {
	Bucket, Object           string
	Hash                     string // SHA-256 of its text, hexadecimal
	NewestEvent, OldestEvent time.Time
}

// DigestRecords is the "warder" member of a digest: a hash chain over the records that the trail delivered, in the order
// of the digest's log files and of the records in each. It tells which record of a file is wrong, where CloudTrail's
// members tell which file.
type DigestRecords struct {
	// Trail is the trail's name.
	Trail string `json:"trail"`
	// Before is the chain before the first record of this digest: the previous one's After, or zero. After is the chain
	// after the last. Sequences count the records that the trail has delivered.
	Before ChainPoint `json:"before"`
	After  ChainPoint `json:"after"`
	// Log is the head of the server's own log when the digest was made: every record up to it that the trail takes is
	// delivered.
	Log Head `json:"log"`
	// Files has one element for each of the digest's log files, in their order.
	Files []FileRecords `json:"files"`
}

// ChainPoint is a place in the chain of delivered records.
type ChainPoint struct {
	Sequence uint64 `json:"sequence"`
	Hash     Hash   `json:"hash"`
}

// FileRecords tells the records of one log file.
type FileRecords struct {
	// Tags are the first TagSize bytes of each record's SHA-256, one after the other. They say where a changed file
	// differs; that it differs at all, its whole hash says.
	Tags []byte `json:"tags"`
}

// TagSize is the length in bytes of a record's tag.
const TagSize = 8

// Count is the number of records.
func (f FileRecords) Count() int { return len(f.Tags) / TagSize }

// wireDigest has CloudTrail's members in CloudTrail's order.
type wireDigest struct {
	AccountID          string         `json:"awsAccountId"`
	Start              wireTime       `json:"digestStartTime"`
	End                wireTime       `json:"digestEndTime"`
	Bucket             string         `json:"digestS3Bucket"`
	Object             string         `json:"digestS3Object"`
	KeyFingerprint     string         `json:"digestPublicKeyFingerprint"`
	SignatureAlgorithm string         `json:"digestSignatureAlgorithm"`
	NewestEvent        *wireTime      `json:"newestEventTime"`
	OldestEvent        *wireTime      `json:"oldestEventTime"`
	PreviousBucket     *string        `json:"previousDigestS3Bucket"`
	PreviousObject     *string        `json:"previousDigestS3Object"`
	PreviousHash       *string        `json:"previousDigestHashValue"`
	PreviousHashAlg    *string        `json:"previousDigestHashAlgorithm"`
	PreviousSignature  *string        `json:"previousDigestSignature"`
	LogFiles           []wireLogFile  `json:"logFiles"`
	Warder             *DigestRecords `json:"warder,omitempty"`
}

type wireLogFile struct {
	Bucket        string    `json:"s3Bucket"`
	Object        string    `json:"s3Object"`
	Hash          string    `json:"hashValue"`
	HashAlgorithm string    `json:"hashAlgorithm"`
	NewestEvent   *wireTime `json:"newestEventTime"`
	OldestEvent   *wireTime `json:"oldestEventTime"`
}

// wireTime is a time in CloudTrail's one form.
type wireTime time.Time

func (t wireTime) MarshalText() ([]byte, error) {
	return time.Time(t).UTC().AppendFormat(nil, timeForm), nil
}

func (t *wireTime) UnmarshalText(text []byte) error {
	at, err := time.Parse(timeForm, string(text))
	if err != nil || at.Format(timeForm) != string(text) { // Parse takes fractions of a second
		return fmt.Errorf("%.40q is not a time like %s", text, timeForm)
	}
	*t = wireTime(at)
	return nil
}

func wireOrNull(t time.Time) *wireTime {
	if t.IsZero() {
		return nil
	}
	w := wireTime(t)
	return &w
}

func (t *wireTime) orZero() time.Time {
	if t == nil {
		return time.Time{}
	}
	return time.Time(*t)
}

// Encode is the digest's text: what is hashed and signed, and then delivered compressed. It fails for a digest that
// ParseDigest would not take back.
func (d *Digest) Encode() ([]byte, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	w := wireDigest{
		AccountID: d.AccountID, Start: wireTime(d.Start), End: wireTime(d.End), Bucket: d.Bucket, Object: d.Object,
		KeyFingerprint: d.KeyFingerprint, SignatureAlgorithm: SignatureAlgorithm,
		NewestEvent: wireOrNull(d.NewestEvent), OldestEvent: wireOrNull(d.OldestEvent),
		LogFiles: make([]wireLogFile, len(d.LogFiles)), Warder: d.Warder,
	}
	if p := d.Previous; p != nil {
		algorithm := HashAlgorithm
		w.PreviousBucket, w.PreviousObject, w.PreviousHash = &p.Bucket, &p.Object, &p.Hash
		w.PreviousHashAlg, w.PreviousSignature = &algorithm, &p.Signature
	}
	for i, f := range d.LogFiles {
		w.LogFiles[i] = wireLogFile{f.Bucket, f.Object, f.Hash, HashAlgorithm, wireOrNull(f.NewestEvent), wireOrNull(f.OldestEvent)}
	}
	text, err := json.Marshal(&w)
	if err != nil {
		return nil, fmt.Errorf("trail: digest %q cannot be written: %w", d.Object, err)
	}
	if len(text) > MaxDigest {
		return nil, fmt.Errorf("trail: digest %q has %d bytes, more than %d", d.Object, len(text), MaxDigest)
	}
	return text, nil
}

// ParseDigest reads the text of a digest. Members that CloudTrail may add are passed over; a member that is there twice,
// a wrong type, an algorithm other than CloudTrail's and times in another form are errors.
func ParseDigest(text []byte) (*Digest, error) {
	if len(text) > MaxDigest {
		return nil, fmt.Errorf("trail: not a digest: %d bytes, more than %d", len(text), MaxDigest)
	}
	var w wireDigest
	if err := json.Unmarshal(text, &w); err != nil {
		return nil, fmt.Errorf("trail: not a digest: %w", err)
	}
	d, err := w.digest()
	if err == nil {
		err = d.check()
	}
	if err != nil {
		return nil, fmt.Errorf("trail: not a digest: %w", err)
	}
	return d, nil
}

func (w *wireDigest) digest() (*Digest, error) {
	if w.SignatureAlgorithm != SignatureAlgorithm {
		return nil, fmt.Errorf("its signature algorithm is %.40q, not %s", w.SignatureAlgorithm, SignatureAlgorithm)
	}
	d := &Digest{
		AccountID: w.AccountID, Start: time.Time(w.Start), End: time.Time(w.End), Bucket: w.Bucket, Object: w.Object,
		NewestEvent: w.NewestEvent.orZero(), OldestEvent: w.OldestEvent.orZero(),
		KeyFingerprint: w.KeyFingerprint, Warder: w.Warder,
	}
	var err error
	if d.Previous, err = w.previous(); err != nil {
		return nil, err
	}
	for _, f := range w.LogFiles {
		if f.HashAlgorithm != HashAlgorithm {
			return nil, fmt.Errorf("the hash algorithm of log file %.200q is %.40q, not %s", f.Object, f.HashAlgorithm, HashAlgorithm)
		}
		d.LogFiles = append(d.LogFiles, LogFile{f.Bucket, f.Object, f.Hash, f.NewestEvent.orZero(), f.OldestEvent.orZero()})
	}
	return d, nil
}

// previous takes all members about the previous digest or none.
func (w *wireDigest) previous() (*PreviousDigest, error) {
	set := 0
	for _, m := range []*string{w.PreviousBucket, w.PreviousObject, w.PreviousHash, w.PreviousHashAlg, w.PreviousSignature} {
		if m != nil {
			set++
		}
	}
	switch {
	case set == 0:
		return nil, nil
	case set < 5:
		return nil, errors.New("it names its previous digest in part")
	case *w.PreviousHashAlg != HashAlgorithm:
		return nil, fmt.Errorf("the hash algorithm of its previous digest is %.40q, not %s", *w.PreviousHashAlg, HashAlgorithm)
	}
	return &PreviousDigest{*w.PreviousBucket, *w.PreviousObject, *w.PreviousHash, *w.PreviousSignature}, nil
}

// check refuses what makes no sense, so that nobody else need look.
func (d *Digest) check() error {
	switch {
	case d.Object == "" || d.Bucket == "":
		return errors.New("it does not say where it lies")
	case strings.ContainsAny(d.Object+d.Bucket, "\n\r"):
		return errors.New("its name has a line break")
	case d.Start.IsZero() || d.End.IsZero() || d.End.Before(d.Start):
		return errors.New("its times are not in order")
	case d.KeyFingerprint == "":
		return errors.New("it does not name its key")
	}
	if p := d.Previous; p != nil {
		if p.Bucket == "" || p.Object == "" || !isHex(p.Hash, sha256.Size) || !isSignature(p.Signature) {
			return errors.New("what it says of its previous digest is not well formed")
		}
	}
	for _, f := range d.LogFiles {
		if f.Bucket == "" || f.Object == "" || !isHex(f.Hash, sha256.Size) {
			return fmt.Errorf("what it says of log file %.200q is not well formed", f.Object)
		}
	}
	return d.checkRecords()
}

// checkRecords makes sure that the numbers of the "warder" member fit each other.
func (d *Digest) checkRecords() error {
	w := d.Warder
	if w == nil {
		return nil
	}
	if len(w.Files) != len(d.LogFiles) {
		return fmt.Errorf("it tells the records of %d log files and names %d", len(w.Files), len(d.LogFiles))
	}
	count := uint64(0)
	for i, f := range w.Files {
		if len(f.Tags)%TagSize != 0 {
			return fmt.Errorf("the tags of log file %.200q are cut off", d.LogFiles[i].Object)
		}
		count += uint64(f.Count())
	}
	if w.After.Sequence < w.Before.Sequence || w.After.Sequence-w.Before.Sequence != count {
		return fmt.Errorf("it tells %d records and counts from %d to %d", count, w.Before.Sequence, w.After.Sequence)
	}
	return nil
}

// StringToSign is what the signature of a digest covers, as CloudTrail makes it: when it ends, where it lies, the SHA-256
// of its text, and the signature of the digest before it, on four lines. text is what Encode gave, or what was read.
func (d *Digest) StringToSign(text []byte) string {
	previous := "null"
	if d.Previous != nil {
		previous = d.Previous.Signature
	}
	return strings.Join([]string{
		d.End.UTC().Format(timeForm), d.Bucket + "/" + d.Object, HashText(text), previous,
	}, "\n")
}

// HashText is the SHA-256 of a file's text before compression, in hexadecimal digits, as digests name it.
func HashText(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
