package trail

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"crypto/x509"
)

// testKey makes one key for all tests: that takes a while.
var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

// publishedDigest has the values of testdata/digest.json.
func publishedDigest() *Digest {
	const day = "us-east-2/2025/08/17/"
	return &Digest{
		AccountID: "111122223333", Start: at("2025-08-17T14:01:31Z"), End: at("2025-08-17T15:01:31Z"),
		Bucket:      "records",
		Object:      "AWSLogs/111122223333/CloudTrail-Digest/" + day + "111122223333_CloudTrail-Digest_us-east-2_main_us-east-2_20250817T150131Z.json.gz",
		NewestEvent: at("2025-08-17T14:52:27Z"), OldestEvent: at("2025-08-17T14:42:27Z"),
		Previous: &PreviousDigest{
			Bucket:    "records",
			Object:    "AWSLogs/111122223333/CloudTrail-Digest/" + day + "111122223333_CloudTrail-Digest_us-east-2_main_us-east-2_20250817T140131Z.json.gz",
			Hash:      strings.Repeat("97fb791cf91ffc44", 4),
			Signature: strings.Repeat("50887ccf", 64),
		},
		KeyFingerprint: "31e8b5433410dfb61a9dc45cc65b22ff",
		LogFiles: []LogFile{{
			Bucket: "records", Object: "AWSLogs/111122223333/CloudTrail/" + day + "111122223333_CloudTrail_us-east-2_20250817T1445Z_9nYN7gp2eWAJHIfT.json.gz",
			Hash: strings.Repeat("9bb6196fc6b84d6f", 4), NewestEvent: at("2025-08-17T14:52:27Z"), OldestEvent: at("2025-08-17T14:42:27Z"),
		}},
	}
}

// A digest is written with CloudTrail's members in CloudTrail's order, and what CloudTrail writes is read.
func TestDigestForm(t *testing.T) {
	published, err := os.ReadFile("testdata/digest.json")
	if err != nil {
		t.Fatal(err)
	}
	d := publishedDigest()
	text, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if want := compact(published); string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	read, err := ParseDigest(published)
	if err != nil {
		t.Fatal(err)
	}
	again, err := read.Encode()
	if err != nil || !bytes.Equal(text, again) {
		t.Errorf("read back: %s, %v", again, err)
	}
}

// compact joins the lines of an indented JSON text whose strings hold no such spaces.
func compact(text []byte) string {
	return strings.NewReplacer("\n", "", "  ", "", `": `, `":`).Replace(strings.TrimSpace(string(text)))
}

func TestFirstDigest(t *testing.T) {
	d := publishedDigest()
	d.Previous, d.LogFiles, d.NewestEvent, d.OldestEvent = nil, nil, time.Time{}, time.Time{}
	text, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"previousDigestS3Bucket":null`, `"previousDigestSignature":null`, `"newestEventTime":null`, `"logFiles":[]`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	if got := d.StringToSign(text); !strings.HasSuffix(got, "\nnull") {
		t.Errorf("string to sign: %q", got)
	}
}

// The documented recipe: end, path, hash of the uncompressed text, previous signature.
func TestStringToSign(t *testing.T) {
	d := publishedDigest()
	text, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	want := "2025-08-17T15:01:31Z\nrecords/" + d.Object + "\n" + hex.EncodeToString(sum[:]) + "\n" + strings.Repeat("50887ccf", 64)
	if got := d.StringToSign(text); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestObjectNames(t *testing.T) {
	when := time.Date(2025, 8, 17, 16, 1, 31, 5, time.FixedZone("", 3600))
	d := publishedDigest()
	if got := DigestObjectName("111122223333", "us-east-2", "main", "us-east-2", when); got != d.Object {
		t.Errorf("digest: %s", got)
	}
	if got := LogObjectName("111122223333", "us-east-2", when.Add(-16*time.Minute), "9nYN7gp2eWAJHIfT"); got != d.LogFiles[0].Object {
		t.Errorf("log: %s", got)
	}
}

// The key and the fingerprint that AWS's documentation of list-public-keys shows.
func TestFingerprint(t *testing.T) {
	const value = "MIIBCgKCAQEAlSS3cl92HDycr/MTj0moOhas8habjrraXw+KzlWF0axSI2tcF+3iJ9BKQAVSKxGwxwu3m0wG3J+kUl1xboEcEPHYoIYMbgfSw7KGnuDK" +
		"wkLzsQWhUJ0cIbOHASox1vv/5fNXkrHhGbDCHeVXm804c83nvHUEFYThr1PfyP/8HwrCtR3FX5OANtQCP61C1nJtSSkC8JSQUOrIP4CuwJjc+4WGDk+BGH5m9iuiAKki" +
		"pEHWmUl8/P7XpfpWQuk4h8g3pXZOrNXr08lbh4d39svj7UqdhvOXoBISp9t/EXYuePGEtBdrKD9Dz+VHwyUPtBQvYr9BnkF88qBnaPNhS44rzwIDAQAB"
	der, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.ParsePKCS1PublicKey(der)
	if err != nil {
		t.Fatal(err)
	}
	if got := Fingerprint(key); got != "7f3f401420072e50a65a141430817ab3" {
		t.Errorf("got %s", got)
	}
}

func TestSign(t *testing.T) {
	key := testKey()
	d := publishedDigest()
	text, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Sign(key, text); err == nil {
		t.Error("signed by a key that the digest does not name")
	}
	d.KeyFingerprint = Fingerprint(&key.PublicKey)
	if text, err = d.Encode(); err != nil {
		t.Fatal(err)
	}
	signature, err := d.Sign(key, text)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.VerifySignature(&key.PublicKey, text, signature); err != nil {
		t.Error(err)
	}
	for i := range text {
		changed := bytes.Clone(text)
		changed[i] ^= 1
		if d.VerifySignature(&key.PublicKey, changed, signature) == nil {
			t.Fatalf("byte %d is not covered", i)
		}
	}
	moved := *d
	moved.Object += "x"
	if moved.VerifySignature(&key.PublicKey, text, signature) == nil {
		t.Error("the name is not covered")
	}
}

func TestDigestRefused(t *testing.T) {
	good, err := os.ReadFile("testdata/digest.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new string }{
		{"member twice", `"digestS3Bucket": "records",`, `"digestS3Bucket": "records", "digestS3Bucket": "other",`},
		{"other hash algorithm", `"hashAlgorithm": "SHA-256"`, `"hashAlgorithm": "MD5"`},
		{"other algorithm of the previous", `"previousDigestHashAlgorithm": "SHA-256"`, `"previousDigestHashAlgorithm": "MD5"`},
		{"other signature algorithm", `"SHA256withRSA"`, `"none"`},
		{"previous in part", `"previousDigestS3Bucket": "records"`, `"previousDigestS3Bucket": null`},
		{"time with a fraction", `"digestEndTime": "2025-08-17T15:01:31Z"`, `"digestEndTime": "2025-08-17T15:01:31.5Z"`},
		{"time of another zone", `"digestEndTime": "2025-08-17T15:01:31Z"`, `"digestEndTime": "2025-08-17T15:01:31+00:00"`},
		{"ends before it starts", `"digestEndTime": "2025-08-17T15`, `"digestEndTime": "2025-08-17T13`},
		{"no end", `"digestEndTime"`, `"other"`},
		{"no name", `"digestS3Object"`, `"other"`},
		{"name of two lines", `"digestS3Bucket": "records"`, `"digestS3Bucket": "rec\nords"`},
		{"no key", `"digestPublicKeyFingerprint"`, `"other"`},
		{"hash in capitals", strings.Repeat("9bb6196fc6b84d6f", 4), strings.Repeat("9BB6196FC6B84D6F", 4)},
		{"empty signature", strings.Repeat("50887ccf", 64), ""},
		{"wrong type", `"logFiles": [`, `"logFiles": 5, "x": [`},
	} {
		text := strings.Replace(string(good), c.old, c.new, 1)
		if text == string(good) {
			t.Errorf("%s: the test changes nothing", c.name)
		}
		if d, err := ParseDigest([]byte(text)); err == nil {
			t.Errorf("%s: taken: %+v", c.name, d)
		}
	}
}

func TestRecordsMustFit(t *testing.T) {
	d := publishedDigest()
	fit := DigestRecords{Trail: "main", Before: ChainPoint{Sequence: 5}, After: ChainPoint{Sequence: 7}, Files: []FileRecords{{make([]byte, 2*TagSize)}}}
	d.Warder = &fit
	if _, err := d.Encode(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*DigestRecords){
		"a file too many":  func(r *DigestRecords) { r.Files = append(r.Files, FileRecords{}) },
		"part of a tag":    func(r *DigestRecords) { r.Files = []FileRecords{{make([]byte, 2*TagSize+1)}} },
		"a record missing": func(r *DigestRecords) { r.After.Sequence++ },
		"backwards":        func(r *DigestRecords) { r.Before.Sequence = 9 },
	} {
		bad := fit
		spoil(&bad)
		d.Warder = &bad
		if _, err := d.Encode(); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// A log file is CloudTrail's, its hash that of the text, and its chain that of its lines.
func TestLogWriter(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	l := NewLogWriter(z, ChainPoint{Sequence: 3, Hash: Hash{9}})
	chain := Hash{9}
	for i, line := range []string{`{"eventID":"a"}`, `{"eventID":"b"}`} {
		if err := l.Append([]byte(line), at("2025-08-17T14:42:27Z").Add(-time.Duration(i)*time.Hour)); err != nil {
			t.Fatal(err)
		}
		chain = chain.Next([]byte(line))
	}
	written, err := l.Close()
	if err != nil {
		t.Fatal(err)
	}
	const text = `{"Records":[{"eventID":"a"},{"eventID":"b"}]}`
	if written.File.Hash != HashText([]byte(text)) {
		t.Error("the hash is not that of the text")
	}
	if written.Chain != (ChainPoint{5, chain}) || written.Records.Count() != 2 {
		t.Errorf("chain %+v", written)
	}
	if written.File.OldestEvent != at("2025-08-17T13:42:27Z") || written.File.NewestEvent != at("2025-08-17T14:42:27Z") {
		t.Errorf("times %+v", written.File)
	}
	if _, err := NewLogWriter(z, ChainPoint{}).Close(); err == nil {
		t.Error("an empty log file")
	}
}

func TestHashText(t *testing.T) {
	h := Hash{}.Next([]byte("x"))
	var back Hash
	if err := back.UnmarshalText([]byte(h.String())); err != nil || back != h {
		t.Errorf("%v, %v", back, err)
	}
	for _, bad := range []string{"", h.String()[1:], h.String() + "0", strings.ToUpper(h.String()), "g" + h.String()[1:]} {
		if back.UnmarshalText([]byte(bad)) == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	if h == h.Next(nil) || !(Hash{}).IsZero() || h.IsZero() {
		t.Error("the chain stands still")
	}
}

// FuzzDigest: whatever is read can be written, and reads back as the same.
func FuzzDigest(f *testing.F) {
	good, err := os.ReadFile("testdata/digest.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(strings.Replace(string(good), `"logFiles"`, `"warder":{"files":[{"tags":"AAAAAAAAAAA="}],"after":{"sequence":1}},"logFiles"`, 1)))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := ParseDigest(text)
		if err != nil {
			return
		}
		once, err := d.Encode()
		if err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		again, err := ParseDigest(once)
		if err != nil {
			t.Fatalf("%v: %s", err, once)
		}
		twice, err := again.Encode()
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%v\n%s\n%s", err, once, twice)
		}
	})
}
