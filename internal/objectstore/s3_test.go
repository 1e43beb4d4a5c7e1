package objectstore_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/objectstore"
)

// The contract runs against an S3 server that is not ours in the folder acceptance. Here is what goes over the wire.

const keyID, secret = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

func writeKeys(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func profile(id, secret string) string {
	return "[default]\naws_access_key_id = " + id + "\naws_secret_access_key = " + secret + "\n"
}

// wire is a server that answers from a script, and keeps what it was asked.
type wire struct {
	mu     sync.Mutex
	script []answer // one for each call but those for the bucket's location
	calls  []*http.Request
	bodies []string
}

type answer struct {
	status int
	code   string // of S3, in an error's body
}

func (w *wire) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := r.URL.Query()["location"]; ok {
		_, _ = io.WriteString(out, `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></LocationConstraint>`)
		return
	}
	body, _ := io.ReadAll(r.Body)
	w.calls, w.bodies = append(w.calls, r), append(w.bodies, string(body))
	if len(w.script) == 0 {
		out.WriteHeader(http.StatusTeapot)
		return
	}
	a := w.script[0]
	w.script = w.script[1:]
	out.WriteHeader(a.status)
	if a.code != "" {
		_, _ = io.WriteString(out, "<Error><Code>"+a.code+"</Code><Message>a message</Message><BucketName>trail-bucket</BucketName></Error>")
	}
}

// serve starts the server and a Store of it.
func serve(t *testing.T, script ...answer) (*wire, objectstore.Store) {
	t.Helper()
	w := &wire{script: script}
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "credentials")
	writeKeys(t, file, profile(keyID, secret))
	s, err := objectstore.S3(server.URL, file)
	if err != nil {
		t.Fatal(err)
	}
	return w, s
}

func TestS3Put(t *testing.T) {
	w, s := serve(t, answer{status: 503, code: "SlowDown"}, answer{status: 200})
	o := objectstore.Object{Data: []byte("data"), Metadata: map[string]string{"signature": "ab", "signature-algorithm": "SHA256withRSA"}}
	if err := s.Put(t.Context(), "trail-bucket", "AWSLogs/x.json.gz", o); err != nil {
		t.Fatal(err)
	}
	if len(w.calls) != 2 || w.bodies[1] != "data" {
		t.Fatalf("%d calls, bodies %q: a busy storage is to be asked again", len(w.calls), w.bodies)
	}
	r := w.calls[1]
	if r.Method != http.MethodPut || r.URL.Path != "/trail-bucket/AWSLogs/x.json.gz" {
		t.Errorf("%s %s", r.Method, r.URL)
	}
	for key, want := range map[string]string{
		"If-None-Match": "*", "Content-Type": "application/json", "Content-Encoding": "gzip",
		"X-Amz-Content-Sha256": "3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7",
	} {
		if got := r.Header.Get(key); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}

// Go's server writes header names its own way, so this looks at the bytes.
func TestS3MetadataInLowerCase(t *testing.T) {
	var sent strings.Builder
	listener, reply := rawServer(t, &sent)
	file := filepath.Join(t.TempDir(), "credentials")
	writeKeys(t, file, profile(keyID, secret))
	s, err := objectstore.S3("http://"+listener, file)
	if err != nil {
		t.Fatal(err)
	}
	o := objectstore.Object{Data: []byte("data"), Metadata: map[string]string{"signature-algorithm": "SHA256withRSA"}}
	if err := s.Put(t.Context(), "trail-bucket", "x", o); err != nil {
		t.Fatal(err)
	}
	<-reply
	if text := sent.String(); !strings.Contains(text, "\r\nx-amz-meta-signature-algorithm: SHA256withRSA\r\n") {
		t.Errorf("sent:\n%s", text)
	}
}

func TestS3Errors(t *testing.T) {
	for _, test := range []struct {
		answer answer
		want   error
		code   string
	}{
		{answer{412, "PreconditionFailed"}, objectstore.ErrExists, "PreconditionFailed"},
		{answer{404, "NoSuchBucket"}, objectstore.ErrNoBucket, "NoSuchBucket"},
		{answer{403, "AccessDenied"}, objectstore.ErrDenied, "AccessDenied"},
		{answer{403, "InvalidAccessKeyId"}, objectstore.ErrDenied, "InvalidAccessKeyId"},
		{answer{507, "XMinioStorageFull"}, nil, "XMinioStorageFull"},
	} {
		_, s := serve(t, test.answer)
		err := s.Put(t.Context(), "trail-bucket", "x", objectstore.Object{Data: []byte("x")})
		if err == nil || test.want != nil && !errors.Is(err, test.want) || objectstore.ErrorCode(err) != test.code {
			t.Errorf("%+v: %v, code %s", test.answer, err, objectstore.ErrorCode(err))
		}
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error has the secret: %v", err)
		}
	}
}

func TestS3Down(t *testing.T) {
	server := httptest.NewServer(nil)
	url := server.URL
	server.Close()
	file := filepath.Join(t.TempDir(), "credentials")
	writeKeys(t, file, profile(keyID, secret))
	s, err := objectstore.S3(url, file)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Put(t.Context(), "trail-bucket", "x", objectstore.Object{})
	if err == nil || objectstore.ErrorCode(err) != "ServiceUnavailable" {
		t.Errorf("%v, code %s", err, objectstore.ErrorCode(err))
	}
}

// Keys that are replaced in their file are used from then on.
func TestS3RenewedKeys(t *testing.T) {
	w := &wire{script: []answer{{status: 200}, {status: 200}}}
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "credentials")
	writeKeys(t, file, profile("FIRSTKEY", secret))
	s, err := objectstore.S3(server.URL, file)
	if err != nil {
		t.Fatal(err)
	}
	for i, key := range []string{"FIRSTKEY", "SECONDKEY"} {
		writeKeys(t, file, profile(key, secret))
		if err := os.Chtimes(file, time.Time{}, time.Unix(int64(1_000_000+i), 0)); err != nil {
			t.Fatal(err)
		}
		if err := s.Put(t.Context(), "trail-bucket", "x", objectstore.Object{}); err != nil {
			t.Fatal(err)
		}
		if got := w.calls[i].Header.Get("Authorization"); !strings.Contains(got, "Credential="+key+"/") {
			t.Errorf("call %d: %s", i, got)
		}
	}
}

func TestS3Refuses(t *testing.T) {
	good := filepath.Join(t.TempDir(), "good")
	writeKeys(t, good, profile(keyID, secret))
	for _, url := range []string{"", "s3.example.org", "ftp://s3.example.org", "https://", "https://a:" + secret + "@s3.example.org", "https://s3.example.org/bucket", "https://s3.example.org?x=1"} {
		if _, err := objectstore.S3(url, good); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%q: %v", url, err)
		}
	}
	for i, text := range []string{"", "[other]\naws_access_key_id = a\naws_secret_access_key = " + secret, "aws_secret_access_key " + secret,
		"[default]\naws_secret_access_key = " + secret, "[default]\naws_access_key_id = " + keyID, secret} {
		file := filepath.Join(t.TempDir(), "bad")
		writeKeys(t, file, text)
		if _, err := objectstore.S3("https://s3.example.org", file); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("credentials %d: %v", i, err)
		}
	}
	if _, err := objectstore.S3("https://s3.example.org", filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without a file: %v", err)
	}
}
