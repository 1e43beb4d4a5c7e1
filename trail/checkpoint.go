package trail

import (
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// MaxCheckpoint bounds a checkpoint that is read, in bytes.
const MaxCheckpoint = 64 << 10

// Checkpoint says how far a trail had come when a digest was made. It is kept where whoever can change the delivered
// files cannot: in the state store, and signed in a second place. Whoever cuts off the newest digests leaves a chain that
// is whole but shorter than a checkpoint says.
type Checkpoint struct {
	AccountID string
	Trail     string
	Time      time.Time // UTC, whole seconds
	// Digest is the newest digest.
	Digest PreviousDigest
	// Chain is the place after the newest delivered record.
	Chain ChainPoint
	// Log is the head of the server's own log, which holds the records of all accounts.
	Log Head
	// KeyFingerprint and Signature are empty until it is signed.
	KeyFingerprint string
	Signature      string
}

type wireCheckpoint struct {
	Version            int          `json:"version"`
	AccountID          string       `json:"accountId"`
	Trail              string       `json:"trail"`
	Time               wireTime     `json:"time"`
	Digest             wireDigestAt `json:"digest"`
	Chain              ChainPoint   `json:"chain"`
	Log                wireHead     `json:"log"`
	KeyFingerprint     string       `json:"publicKeyFingerprint"`
	SignatureAlgorithm string       `json:"signatureAlgorithm"`
	Signature          string       `json:"signature"`
}

type wireDigestAt struct {
	Bucket    string `json:"s3Bucket"`
	Object    string `json:"s3Object"`
	Hash      string `json:"hashValue"`
	Signature string `json:"signature"`
}

type wireHead struct {
	Sequence uint64    `json:"sequence"`
	Hash     Hash      `json:"hash"`
	Time     *wireTime `json:"time"`
}

// StringToSign is what the signature of a checkpoint covers: each of its members but the signature, on a line of its own.
// The first line tells it from everything else that the key signs.
func (c *Checkpoint) StringToSign() string {
	return strings.Join([]string{
		"warder trail checkpoint 1", c.AccountID, c.Trail, c.Time.UTC().Format(timeForm),
		c.Digest.Bucket, c.Digest.Object, c.Digest.Hash, c.Digest.Signature,
		strconv.FormatUint(c.Chain.Sequence, 10), c.Chain.Hash.String(),
		strconv.FormatUint(c.Log.Sequence, 10), c.Log.Hash.String(), c.Log.Time.UTC().Format(timeForm),
		c.KeyFingerprint,
	}, "\n")
}

// Sign signs the checkpoint.
func (c *Checkpoint) Sign(key *rsa.PrivateKey) error {
	c.KeyFingerprint = Fingerprint(&key.PublicKey)
	if err := c.check(); err != nil {
		return fmt.Errorf("trail: checkpoint: %w", err)
	}
	signature, err := sign(key, c.StringToSign())
	if err != nil {
		return err
	}
	c.Signature = signature
	return nil
}

// VerifySignature checks the signature of a checkpoint that was read.
func (c *Checkpoint) VerifySignature(key *rsa.PublicKey) error {
	return verifySignature(key, c.StringToSign(), c.Signature)
}

// Encode is the checkpoint's text, indented for people. It fails for one that is not signed.
func (c *Checkpoint) Encode() ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("trail: checkpoint: %w", err)
	}
	if c.Signature == "" {
		return nil, errors.New("trail: checkpoint: it is not signed")
	}
	w := wireCheckpoint{
		Version: 1, AccountID: c.AccountID, Trail: c.Trail, Time: wireTime(c.Time),
		Digest: wireDigestAt(c.Digest), Chain: c.Chain, Log: wireHead{c.Log.Sequence, c.Log.Hash, wireOrNull(c.Log.Time)},
		KeyFingerprint: c.KeyFingerprint, SignatureAlgorithm: SignatureAlgorithm, Signature: c.Signature,
	}
	text, err := json.Marshal(&w, jsontext.WithIndent("  "))
	if err != nil {
		return nil, fmt.Errorf("trail: checkpoint: %w", err)
	}
	return append(text, '\n'), nil
}

// ParseCheckpoint reads what Encode wrote. It does not verify the signature.
func ParseCheckpoint(text []byte) (*Checkpoint, error) {
	if len(text) > MaxCheckpoint {
		return nil, fmt.Errorf("trail: not a checkpoint: %d bytes, more than %d", len(text), MaxCheckpoint)
	}
	var w wireCheckpoint
	if err := json.Unmarshal(text, &w, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("trail: not a checkpoint: %w", err)
	}
	if w.Version != 1 || w.SignatureAlgorithm != SignatureAlgorithm {
		return nil, fmt.Errorf("trail: not a checkpoint: version %d with signature algorithm %.40q; 1 with %s is known", w.Version, w.SignatureAlgorithm, SignatureAlgorithm)
	}
	c := &Checkpoint{
		AccountID: w.AccountID, Trail: w.Trail, Time: time.Time(w.Time), Digest: PreviousDigest(w.Digest), Chain: w.Chain,
		Log: Head{w.Log.Sequence, w.Log.Hash, w.Log.Time.orZero()}, KeyFingerprint: w.KeyFingerprint, Signature: w.Signature,
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("trail: not a checkpoint: %w", err)
	}
	if !isSignature(c.Signature) {
		return nil, errors.New("trail: not a checkpoint: its signature is not in hexadecimal digits")
	}
	return c, nil
}

func (c *Checkpoint) check() error {
	for _, s := range []string{c.AccountID, c.Trail, c.Digest.Bucket, c.Digest.Object, c.KeyFingerprint} {
		if s == "" || strings.ContainsAny(s, "\r\n") {
			return fmt.Errorf("one of its names is empty or has a line break: %.200q", s)
		}
	}
	if c.Time.IsZero() {
		return errors.New("it has no time")
	}
	if !isHex(c.Digest.Hash, sha256.Size) || !isSignature(c.Digest.Signature) {
		return errors.New("what it says of its digest is not well formed")
	}
	return nil
}

// isSignature reports whether s is bytes in hexadecimal digits.
func isSignature(s string) bool { return s != "" && isHex(s, len(s)/2) }
