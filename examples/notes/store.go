package main

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/warder-iam/warder/authz/authzhttp"
)

const (
	maxObject  = 5 << 20 // bytes
	maxObjects = 10_000
	maxKey     = 1024
	maxList    = 1000
)

// object is what a bucket keeps under a key.
type object struct {
	content  []byte
	media    string
	etag     string
	modified time.Time
	owner    string // who put it
}

// store keeps buckets in memory. It checks nothing: its guard did.
type store struct {
	log *slog.Logger

	mu      sync.RWMutex
	buckets map[string]map[string]*object
	made    map[string]time.Time // buckets
	count   int
}

func newStore(log *slog.Logger) *store {
	return &store{log: log, buckets: map[string]map[string]*object{}, made: map[string]time.Time{}}
}

var (
	noSuchBucket = &authzhttp.Refusal{Status: http.StatusNotFound, Code: "NoSuchBucket", Message: "The specified bucket does not exist"}
	noSuchKey    = &authzhttp.Refusal{Status: http.StatusNotFound, Code: "NoSuchKey", Message: "The specified key does not exist."}
	bucketOwned  = &authzhttp.Refusal{Status: http.StatusConflict, Code: "BucketAlreadyOwnedByYou", Message: "Your previous request to create the named bucket succeeded and you already own it."}
	full         = &authzhttp.Refusal{Status: http.StatusServiceUnavailable, Code: "SlowDown", Message: "The store is full."}
)

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	op, err := read(r)
	if err == nil {
		caller := authzhttp.CallerOf(r.Context())
		s.log.Info("allowed", "action", op.action, "bucket", op.bucket, "key", op.key, "caller", caller.ARN, "decision", caller.DecisionID)
		err = s.do(w, r, op, caller)
	}
	var refusal *authzhttp.Refusal
	switch {
	case errors.As(err, &refusal):
		authzhttp.XMLErrors(w, r, refusal)
	case err != nil:
		s.log.Error("failed", "error", err.Error())
		http.Error(w, "internal error", http.StatusInternalServerError)
	}
}

func (s *store) do(w http.ResponseWriter, r *http.Request, op *operation, caller *authzhttp.Caller) error {
	switch op.action {
	case "s3:CreateBucket":
		return s.create(op)
	case listBuckets:
		return s.listBuckets(w)
	case "s3:ListBucket":
		return s.list(w, r, op)
	case "s3:PutObject":
		return s.put(w, r, op, caller)
	case "s3:DeleteObject":
		return s.remove(w, op)
	default:
		return s.get(w, r, op)
	}
}

func (s *store) create(op *operation) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.buckets[op.bucket] != nil:
		return bucketOwned
	case len(s.buckets) >= maxObjects:
		return full
	}
	s.buckets[op.bucket], s.made[op.bucket] = map[string]*object{}, time.Now().UTC().Truncate(time.Second)
	return nil
}

func (s *store) put(w http.ResponseWriter, r *http.Request, op *operation, caller *authzhttp.Caller) error {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	sum := md5.Sum(content) // S3's ETag; nothing relies on it
	o := &object{
		content: content, media: r.Header.Get("Content-Type"), etag: `"` + hex.EncodeToString(sum[:]) + `"`,
		modified: time.Now().UTC().Truncate(time.Second), owner: caller.ARN,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	objects := s.buckets[op.bucket]
	if objects == nil {
		return noSuchBucket
	}
	if objects[op.key] == nil {
		if s.count >= maxObjects {
			return full
		}
		s.count++
	}
	objects[op.key] = o
	w.Header().Set("ETag", o.etag)
	return nil
}

func (s *store) get(w http.ResponseWriter, r *http.Request, op *operation) error {
	s.mu.RLock()
	objects, o := s.buckets[op.bucket], s.buckets[op.bucket][op.key]
	s.mu.RUnlock()
	switch {
	case objects == nil:
		return noSuchBucket
	case o == nil:
		return noSuchKey
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	if o.media != "" {
		h.Set("Content-Type", o.media)
	}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(o.content)))
	h.Set("ETag", o.etag)
	h.Set("Last-Modified", o.modified.Format(http.TimeFormat))
	h["x-amz-meta-owner"] = []string{o.owner} // clients take the name of metadata as it is spelled
	if r.Method == http.MethodHead {
		return nil
	}
	_, _ = w.Write(o.content) // the client may be gone
	return nil
}

func (s *store) remove(w http.ResponseWriter, op *operation) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	objects := s.buckets[op.bucket]
	if objects == nil {
		return noSuchBucket
	}
	if objects[op.key] != nil {
		s.count--
		delete(objects, op.key)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// bucketList is the answer of ListBuckets. Source: Amazon S3 API Reference.
type bucketList struct {
	XMLName xml.Name       `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListAllMyBucketsResult"`
	Buckets []listedBucket `xml:"Buckets>Bucket"`
}

type listedBucket struct{ Name, CreationDate string }

func (s *store) listBuckets(w http.ResponseWriter) error {
	var l bucketList
	s.mu.RLock()
	for _, name := range slices.Sorted(maps.Keys(s.buckets)) {
		l.Buckets = append(l.Buckets, listedBucket{name, s.made[name].Format(time.RFC3339)})
	}
	s.mu.RUnlock()
	writeXML(w, l)
	return nil
}

func writeXML(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/xml")
	_, _ = io.WriteString(w, xml.Header) // the client may be gone
	_ = xml.NewEncoder(w).Encode(v)
}

// listing is the answer of ListObjectsV2. Source: Amazon S3 API Reference.
type listing struct {
	XMLName               xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	Name                  string
	Prefix                string
	Delimiter             string `xml:",omitempty"`
	EncodingType          string `xml:",omitempty"`
	MaxKeys               int
	KeyCount              int
	IsTruncated           bool
	NextContinuationToken string `xml:",omitempty"`
	Contents              []listed
	CommonPrefixes        []struct{ Prefix string }
}

type listed struct {
	Key          string
	LastModified string
	ETag         string
	Size         int
	StorageClass string
}

func (s *store) list(w http.ResponseWriter, r *http.Request, op *operation) error {
	l := listing{Name: op.bucket, Prefix: op.query.Get("prefix"), Delimiter: op.query.Get("delimiter"), MaxKeys: maxList}
	if text := op.query.Get("max-keys"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return badArgument
		}
		l.MaxKeys = min(n, maxList)
	}
	after := op.query.Get("start-after")
	if token := op.query.Get("continuation-token"); token != "" {
		raw, err := hex.DecodeString(token)
		if err != nil {
			return badArgument
		}
		after = string(raw)
	}
	s.mu.RLock()
	objects := s.buckets[op.bucket]
	if objects != nil {
		l.fill(objects, after)
	}
	s.mu.RUnlock()
	if objects == nil {
		return noSuchBucket
	}
	if r.Method == http.MethodHead {
		return nil
	}
	if op.query.Get("encoding-type") == "url" {
		l.encode()
	}
	writeXML(w, l)
	return nil
}

// fill takes the keys behind after, in order; those with the delimiter behind the prefix count as one.
func (l *listing) fill(objects map[string]*object, after string) {
	last := ""
	for _, key := range slices.Sorted(maps.Keys(objects)) {
		rest, under := strings.CutPrefix(key, l.Prefix)
		entry := key
		before, _, grouped := strings.Cut(rest, l.Delimiter)
		if grouped = grouped && l.Delimiter != ""; grouped {
			entry = l.Prefix + before + l.Delimiter
		}
		switch {
		case !under || entry <= after && after != "" || grouped && entry == last:
			continue
		case l.KeyCount == l.MaxKeys:
			if l.IsTruncated = l.KeyCount > 0; l.IsTruncated {
				l.NextContinuationToken = hex.EncodeToString([]byte(last))
			}
			return
		}
		last = entry
		l.KeyCount++
		if grouped {
			l.CommonPrefixes = append(l.CommonPrefixes, struct{ Prefix string }{entry})
			continue
		}
		o := objects[key]
		l.Contents = append(l.Contents, listed{
			Key: key, LastModified: o.modified.Format(time.RFC3339), ETag: o.etag, Size: len(o.content), StorageClass: "STANDARD",
		})
	}
}

// encode escapes what XML cannot hold, as the client asked.
func (l *listing) encode() {
	l.EncodingType = "url"
	escape := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	l.Prefix, l.Delimiter = escape(l.Prefix), escape(l.Delimiter)
	for i := range l.Contents {
		l.Contents[i].Key = escape(l.Contents[i].Key)
	}
	for i := range l.CommonPrefixes {
		l.CommonPrefixes[i].Prefix = escape(l.CommonPrefixes[i].Prefix)
	}
}
