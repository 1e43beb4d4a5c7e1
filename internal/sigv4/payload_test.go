package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/seal"
)

var payloadTime = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func s3Signer() *Signer {
	return &Signer{AccessKeyID: "AKIDEXAMPLE", Secret: seal.NewSecret([]byte("secret")), Region: "us-east-1", Service: "s3"}
}

func hashOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

// A signature over a body that somebody else has hashed is as good as one over the body, and no better.
func TestBodyHashedElsewhere(t *testing.T) {
	sign := func(declared string) Request {
		r := Request{Method: "PUT", RawTarget: "/b/k", Host: "h", Header: map[string][]string{}, Body: []byte("hello"), PathAsSent: true}
		if declared != "" {
			r.Header["X-Amz-Content-Sha256"] = []string{declared}
		}
		if err := s3Signer().Sign(&r, payloadTime); err != nil {
			t.Fatal(err)
		}
		r.Body = nil
		return r
	}
	for name, test := range map[string]struct {
		declared, hash string
		opts           bool
		ok, signed     bool
	}{
		"the body's hash":                  {"", hashOf("hello"), false, true, true},
		"declared too":                     {hashOf("hello"), hashOf("hello"), false, true, true},
		"another body":                     {"", hashOf("hullo"), false, false, true},
		"another body than declared":       {hashOf("hello"), hashOf("hullo"), false, false, true},
		"no hash is that of an empty body": {"", "", false, false, true},
		"unsigned, not taken":              {"UNSIGNED-PAYLOAD", hashOf("hello"), false, false, false},
		"unsigned, taken":                  {"UNSIGNED-PAYLOAD", hashOf("other"), true, true, false},
		"streaming, not taken":             {"STREAMING-UNSIGNED-PAYLOAD-TRAILER", hashOf("hello"), false, false, false},
		"streaming, taken":                 {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "", true, true, false},
		"a word of no meaning":             {"STREAMING-ANYTHING", hashOf("hello"), true, false, true},
		"taken where nobody needs it":      {hashOf("hello"), hashOf("hello"), true, true, true},
		"taking does not loosen a hash":    {hashOf("hello"), hashOf("hullo"), true, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "a word of no meaning" {
				test.declared = "UNSIGNED-PAYLOAD" // signed as this, then changed
			}
			r := sign(test.declared)
			if name == "a word of no meaning" {
				r.Header["X-Amz-Content-Sha256"] = []string{"STREAMING-ANYTHING"}
			}
			r.BodySHA256 = test.hash
			c, err := Parse(&r)
			if err != nil {
				t.Fatal(err)
			}
			err = c.Verify(seal.NewSecret([]byte("secret")), payloadTime, Rules{Skew: Skew, Services: []string{"s3"}, UnsignedPayload: test.opts}, nil)
			if (err == nil) != test.ok || err != nil && !errors.Is(err, ErrMismatch) {
				t.Errorf("verified: %v, want %v", err, test.ok)
			}
			if c.PayloadSigned() != test.signed {
				t.Errorf("payload signed %v", c.PayloadSigned())
			}
		})
	}
}

// S3 presigns without a word about the body.
func TestPresignedForS3(t *testing.T) {
	r := &Request{Method: "PUT", RawTarget: "/b/a//%2E./k%20k?x-id=PutObject", Host: "h", PathAsSent: true}
	r.Header = map[string][]string{}
	s := s3Signer()
	c, err := s.claim(r, payloadTime)
	if err != nil {
		t.Fatal(err)
	}
	c.Presigned = true
	if got := c.unsignedPayload(); got != "UNSIGNED-PAYLOAD" {
		t.Fatalf("the payload counts as %q", got)
	}
	if got := string(appendPath(nil, c.path, true)); got != "/b/a//../k%20k" {
		t.Errorf("canonical path %s", got)
	}
	if got := string(appendPath(nil, "/a%2fb%7E(c)", true)); got != "/a%2Fb~%28c%29" {
		t.Errorf("canonical path %s", got)
	}
	for _, target := range []string{"/b//k", "/b/../k", "/./k"} {
		if _, _, err := parseTarget(target, false); err == nil {
			t.Errorf("%s was taken for a service that is not S3", target)
		}
	}
	for _, target := range []string{"/b/%zz", "/b/%0a", "/b/%00"} {
		if _, _, err := parseTarget(target, true); err == nil {
			t.Errorf("%s was taken", target)
		}
	}
}

// FuzzPathAsSent: a path in S3's form has one canonical spelling, which is its own.
func FuzzPathAsSent(f *testing.F) {
	for _, path := range []string{"", "b/k", "b//../k", "a%2fb%7E(c)", "%e2%82%ac", "a b", "%zz", "a?b=c"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, text string) {
		path, _, err := parseTarget("/"+text, true)
		if err != nil {
			return
		}
		// Escapes make the canonical path up to three times as long: the limit on targets does not hold for it.
		once := string(appendPath(nil, path, true))
		if strings.Contains(once, "?") {
			t.Fatalf("%q: canonical %q", path, once)
		}
		if err := checkPath(once, true); err != nil {
			t.Fatalf("%q: canonical %q, %v", path, once, err)
		}
		if again := string(appendPath(nil, once, true)); again != once {
			t.Fatalf("%q: canonical %q, then %q", path, once, again)
		}
	})
}
