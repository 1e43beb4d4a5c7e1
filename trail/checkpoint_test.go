package trail

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"
)

func testCheckpoint() *Checkpoint {
	return &Checkpoint{
		AccountID: "111122223333", Trail: "main", Time: at("2025-08-17T15:01:31Z"),
		Digest: *publishedDigest().Previous,
		Chain:  ChainPoint{Sequence: 7, Hash: Hash{1}}, Log: Head{Sequence: 9, Hash: Hash{2}, Time: at("2025-08-17T15:01:30Z")},
	}
}

func TestCheckpoint(t *testing.T) {
	c, key := testCheckpoint(), testKey()
	if _, err := c.Encode(); err == nil {
		t.Error("written without a signature")
	}
	if err := c.Sign(key); err != nil {
		t.Fatal(err)
	}
	text, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	read, err := ParseCheckpoint(text)
	if err != nil || !reflect.DeepEqual(read, c) {
		t.Fatalf("read back %+v, %v", read, err)
	}
	if err := read.VerifySignature(&key.PublicKey); err != nil {
		t.Error(err)
	}
}

// Every member is covered by the signature.
func TestCheckpointSignatureCovers(t *testing.T) {
	key := testKey()
	signed := testCheckpoint()
	if err := signed.Sign(key); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Checkpoint){
		"account":          func(c *Checkpoint) { c.AccountID = "1" },
		"trail":            func(c *Checkpoint) { c.Trail = "x" },
		"time":             func(c *Checkpoint) { c.Time = c.Time.Add(time.Second) },
		"bucket":           func(c *Checkpoint) { c.Digest.Bucket = "x" },
		"object":           func(c *Checkpoint) { c.Digest.Object = "x" },
		"hash":             func(c *Checkpoint) { c.Digest.Hash = Hash{}.String() },
		"digest signature": func(c *Checkpoint) { c.Digest.Signature = "00" },
		"chain sequence":   func(c *Checkpoint) { c.Chain.Sequence++ },
		"chain hash":       func(c *Checkpoint) { c.Chain.Hash[0]++ },
		"log sequence":     func(c *Checkpoint) { c.Log.Sequence++ },
		"log hash":         func(c *Checkpoint) { c.Log.Hash[0]++ },
		"log time":         func(c *Checkpoint) { c.Log.Time = time.Time{} },
		"key":              func(c *Checkpoint) { c.KeyFingerprint = "x" },
	} {
		changed := *signed
		change(&changed)
		if changed.VerifySignature(&key.PublicKey) == nil {
			t.Errorf("%s is not covered", name)
		}
	}
}

func TestCheckpointRefused(t *testing.T) {
	c := testCheckpoint()
	if err := c.Sign(testKey()); err != nil {
		t.Fatal(err)
	}
	good, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range [][2]string{
		{`"version": 1`, `"version": 2`}, {`"version": 1`, `"version": 1, "version": 1`}, {`"version": 1`, `"version": 1, "more": 1`},
		{`"trail": "main"`, `"trail": "ma\nin"`}, {`"trail": "main"`, `"trail": ""`}, {"SHA256withRSA", "none"},
		{`"signature": "` + c.Signature[:8], `"signature": "zz` + c.Signature[:6]}, {`:31Z"`, `:31.0Z"`},
	} {
		text := strings.Replace(string(good), r[0], r[1], 1)
		if text == string(good) {
			t.Errorf("%v changes nothing", r)
		}
		if _, err := ParseCheckpoint([]byte(text)); err == nil {
			t.Errorf("%v: taken", r)
		}
	}
	c.Trail = "a\nb"
	if c.Sign(testKey()) == nil {
		t.Error("signed a name of two lines")
	}
}

// FuzzCheckpoint: whatever is read is written as the same, and reads back.
func FuzzCheckpoint(f *testing.F) {
	c := testCheckpoint()
	if err := c.Sign(testKey()); err != nil {
		f.Fatal(err)
	}
	good, err := c.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ParseCheckpoint(text)
		if err != nil {
			return
		}
		once, err := c.Encode()
		if err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		again, err := ParseCheckpoint(once)
		if err != nil {
			t.Fatalf("%v: %s", err, once)
		}
		if twice, err := again.Encode(); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%v\n%s\n%s", err, once, twice)
		}
	})
}
