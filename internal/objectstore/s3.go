package objectstore

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// s3 keeps objects in S3-compatible storage.
type s3 struct{ core *minio.Core }

const (
	// callTimeout bounds one call with its retries, callAttempts their number: between them are pauses that grow up to a
	// second. Whoever calls waits longer before the next call.
	callTimeout  = 2 * time.Minute
	callAttempts = 4

	dialTimeout     = 10 * time.Second
	responseTimeout = 30 * time.Second
	idleTimeout     = time.Minute
)

// S3 is a Store in the S3-compatible storage at an https URL, or an http one for storage on the same machine or in a network
// that is trusted. Buckets are parts of the path, not of the host's name, as all such storage takes it. credentialsFile has
// AWS's form, and its profile default counts. It is read now, and anew when it changes.
func S3(endpoint, credentialsFile string) (Store, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("objectstore: %q is no URL such as https://s3.example.org", redactedURL(endpoint))
	}
	keys := &keyFile{name: credentialsFile}
	if _, err := keys.RetrieveWithCredContext(nil); err != nil {
		return nil, err
	}
	core, err := minio.NewCore(u.Host, &minio.Options{
		Creds: credentials.New(keys), Secure: u.Scheme == "https", Transport: newTransport(),
		BucketLookup: minio.BucketLookupPath, MaxRetries: callAttempts,
	})
	if err != nil {
		return nil, fmt.Errorf("objectstore: %w", err)
	}
	return &s3{core}, nil
}

// redactedURL is a URL for messages: without what may be a password.
func redactedURL(endpoint string) string {
	if at := strings.LastIndexByte(endpoint, '@'); at >= 0 {
		return "…" + endpoint[at:]
	}
	return endpoint
}

// newTransport is a transport with a bound on every wait, which leaves compressed objects compressed.
func newTransport() http.RoundTripper {
	return lowerCase{&http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSHandshakeTimeout:   dialTimeout,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
		ResponseHeaderTimeout: responseTimeout,
		IdleConnTimeout:       idleTimeout,
		MaxIdleConnsPerHost:   8,
		DisableCompression:    true,
	}}
}

// lowerCase sends the keys of user metadata in lower case. Some storage gives them back as they were sent, and the AWS CLI
// finds a digest's signature under its lower-case name alone.
type lowerCase struct{ http.RoundTripper }

func (t lowerCase) RoundTrip(r *http.Request) (*http.Response, error) {
	out := *r
	out.Header = make(http.Header, len(r.Header))
	for key, values := range r.Header {
		if lower := strings.ToLower(key); strings.HasPrefix(lower, metadataHeader) {
			key = lower
		}
		out.Header[key] = values
	}
	return t.RoundTripper.RoundTrip(&out)
}

const metadataHeader = "x-amz-meta-"

func (s *s3) Put(ctx context.Context, bucket, name string, object Object) error {
	if err := checkObject(bucket, name, object); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	// The client need not sign the body piece by piece: it has the hash of all, in the one form that all such storage takes.
	options := minio.PutObjectOptions{UserMetadata: object.Metadata, DisableContentSha256: true}
	options.ContentType, options.ContentEncoding = contentType(name)
	options.SetMatchETagExcept("*")
	sum := sha256.Sum256(object.Data)
	_, err := s.core.PutObject(ctx, bucket, name, bytes.NewReader(object.Data), int64(len(object.Data)), "", hex.EncodeToString(sum[:]), options)
	return s3Failed(name, err)
}

// contentType is what CloudTrail's objects have.
func contentType(name string) (kind, encoding string) {
	name, compressed := strings.CutSuffix(name, ".gz")
	if compressed {
		encoding = "gzip"
	}
	if strings.HasSuffix(name, ".json") {
		return "application/json", encoding
	}
	return "application/octet-stream", encoding
}

func (s *s3) Get(ctx context.Context, bucket, name string) (Object, error) {
	if err := checkNames(bucket, name); err != nil {
		return Object{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	body, info, _, err := s.core.GetObject(ctx, bucket, name, minio.GetObjectOptions{})
	if err != nil {
		return Object{}, s3Failed(name, err)
	}
	defer func() { _ = body.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(body, MaxObject+1))
	if err != nil {
		return Object{}, s3Failed(name, err)
	}
	if len(data) > MaxObject {
		return Object{}, fmt.Errorf("%w: %s", ErrTooLarge, name)
	}
	return Object{Data: data, Metadata: lowered(info.UserMetadata)}, nil
}

func (s *s3) Head(ctx context.Context, bucket, name string) (Info, error) {
	if err := checkNames(bucket, name); err != nil {
		return Info{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	info, err := s.core.StatObject(ctx, bucket, name, minio.StatObjectOptions{})
	if errors.Is(s3Failed(name, err), ErrNotFound) { // the answer has no body that tells one from the other
		if _, err := s.list(ctx, bucket, name, "", 1); err != nil {
			return Info{}, err
		}
	}
	if err != nil {
		return Info{}, s3Failed(name, err)
	}
	return Info{Name: name, Size: info.Size, Metadata: lowered(info.UserMetadata)}, nil
}

// lowered has the keys in lower case: HTTP gives them with capitals.
func lowered(metadata map[string]string) map[string]string {
	if len(metadata) == 0 {
		return nil
	}
	out := make(map[string]string, len(metadata))
	for key, value := range metadata {
		out[strings.ToLower(key)] = value
	}
	return out
}

func (s *s3) List(ctx context.Context, bucket, prefix, after string) ([]Info, error) {
	if err := CheckBucket(bucket); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return s.list(ctx, bucket, prefix, after, MaxPage)
}

func (s *s3) list(ctx context.Context, bucket, prefix, after string, most int) (page []Info, err error) {
	options := minio.ListObjectsOptions{Prefix: prefix, StartAfter: after, Recursive: true, MaxKeys: most}
	for info := range s.core.ListObjectsIter(ctx, bucket, options) {
		if info.Err != nil {
			return nil, s3Failed(prefix, info.Err)
		}
		if CheckName(info.Key) != nil { // not one that was put here
			continue
		}
		if page = append(page, Info{Name: info.Key, Size: info.Size}); len(page) == most {
			break
		}
	}
	if len(page) < most && ctx.Err() != nil { // the client ends the list then without an error
		return nil, fmt.Errorf("objectstore: %w", context.Cause(ctx))
	}
	return page, nil
}

// s3Error is an answer of the storage.
type s3Error struct {
	code string
	err  error
}

func (e *s3Error) Error() string  { return "objectstore: " + e.code + ": " + e.err.Error() }
func (e *s3Error) Unwrap() error  { return e.err }
func (e *s3Error) S3Code() string { return e.code }

// s3Failed gives an error of the client its kind.
func s3Failed(name string, err error) error {
	if err == nil {
		return nil
	}
	var answer minio.ErrorResponse
	if !errors.As(err, &answer) {
		return fmt.Errorf("objectstore: %w", err)
	}
	switch {
	case answer.Code == "NoSuchBucket":
		return fmt.Errorf("%w: %s", ErrNoBucket, answer.BucketName)
	case answer.Code == "PreconditionFailed" || answer.StatusCode == http.StatusPreconditionFailed:
		return fmt.Errorf("%w: %s", ErrExists, name)
	case answer.Code == "NoSuchKey" || answer.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%w: %s", ErrNotFound, name)
	case answer.StatusCode == http.StatusForbidden || answer.StatusCode == http.StatusUnauthorized:
		err = fmt.Errorf("%w: %w", ErrDenied, err)
	}
	return &s3Error{answer.Code, err}
}
