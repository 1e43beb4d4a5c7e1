package main

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/trail"
)

// TestTrailPage runs the sections of docs/trail.md about the chain and about verify.
func TestTrailPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/trail.md")
	if err != nil {
		t.Fatal(err)
	}
	p := newPage(t)
	logOfTwo(t, filepath.Join(p.dir, "data"), filepath.Join(p.dir, "master.key"))
	p.env = append(p.env, "WARDER_MASTER_KEY_FILE="+filepath.Join(p.dir, "master.key"))
	deliverLikeCloudTrail(t, p.dir)
	_, rest, _ := strings.Cut(string(text), "\n## Verify\n")
	section, _, found := strings.Cut(rest, "\n## ")
	if !found {
		t.Fatal("the page has no section about verify")
	}
	p.all([]byte(section), 4)
}

// logOfTwo makes a data directory whose trail has two records.
func logOfTwo(t *testing.T, data, master string) {
	t.Helper()
	config := app.Config{
		Data: data, MasterKeyFile: master, Listen: "127.0.0.1:0", AccountID: "111122223333",
		AdminCredentials: filepath.Join(filepath.Dir(data), "admin"), LogFormat: "json",
	}
	a, err := app.Start(t.Context(), config, app.Output{Text: io.Discard, Log: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	if code, text, err := callerIdentity(a.Endpoint().URL, config.AdminCredentials); err != nil || code != http.StatusOK {
		t.Errorf("GetCallerIdentity: %d %s, %v", code, text, err)
	}
	if err := a.Stop(); err != nil {
		t.Fatal(err)
	}
}

// deliverLikeCloudTrail writes three hours of digests and log files as a copy of CloudTrail's has them, without metadata,
// and the list of the key.
func deliverLikeCloudTrail(t *testing.T, dir string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	fingerprint := trail.Fingerprint(&key.PublicKey)
	put := func(name string, text []byte) {
		t.Helper()
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, err := z.Write(text)
		if err == nil {
			err = z.Close()
		}
		path := filepath.Join(dir, name)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(path), 0o700)
		}
		if err == nil {
			err = os.WriteFile(path, b.Bytes(), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	const account, region = "111122223333", "us-east-1"
	var previous *trail.PreviousDigest
	for hour := range 3 {
		start := time.Date(2026, 1, 1, hour, 0, 0, 0, time.UTC)
		d := trail.Digest{
			AccountID: account, Start: start, End: start.Add(time.Hour), Bucket: "b", Previous: previous, KeyFingerprint: fingerprint,
			Object: trail.DigestObjectName(account, region, "main", region, start.Add(time.Hour)),
		}
		for half := range 2 {
			at := start.Add(time.Duration(half) * 30 * time.Minute)
			log := fmt.Appendf(nil, `{"Records":[{"eventID":"%d-%d","eventName":"ListUsers"}]}`, hour, half)
			f := trail.LogFile{Bucket: "b", Object: trail.LogObjectName(account, region, at, "abcdefghijklmnop"), Hash: trail.HashText(log), NewestEvent: at, OldestEvent: at}
			put(f.Object, log)
			d.LogFiles = append(d.LogFiles, f)
		}
		text, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		signature, err := d.Sign(key, text)
		if err != nil {
			t.Fatal(err)
		}
		put(d.Object, text)
		previous = &trail.PreviousDigest{Bucket: d.Bucket, Object: d.Object, Hash: trail.HashText(text), Signature: signature}
	}
	list := fmt.Sprintf(`{"PublicKeyList":[{"Value":"%s","Fingerprint":"%s"}]}`, base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PublicKey(&key.PublicKey)), fingerprint)
	if err := os.WriteFile(filepath.Join(dir, "keys.json"), []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
}
