package main

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/warder-iam/warder/authz/authzhttp"
)

// operation is what a request means. It is read in one place: what Warder is asked about is what is done.
type operation struct {
	action      string // as policies have it
	bucket, key string
	query       url.Values
}

var (
	notImplemented = &authzhttp.Refusal{Status: http.StatusNotImplemented, Code: "NotImplemented", Message: "This store does not do that."}
	badBucket      = &authzhttp.Refusal{Status: http.StatusBadRequest, Code: "InvalidBucketName", Message: "The specified bucket is not valid."}
	badKey         = &authzhttp.Refusal{Status: http.StatusBadRequest, Code: "InvalidURI", Message: "The key is not valid."}
	badArgument    = &authzhttp.Refusal{Status: http.StatusBadRequest, Code: "InvalidArgument", Message: "A parameter is not valid."}
)

// listBuckets is the one action of no bucket.
const listBuckets = "s3:ListAllMyBuckets"

// actions by method, for a bucket and for an object.
var (
	bucketActions = map[string]string{http.MethodPut: "s3:CreateBucket", http.MethodGet: "s3:ListBucket", http.MethodHead: "s3:ListBucket"}
	objectActions = map[string]string{
		http.MethodPut: "s3:PutObject", http.MethodGet: "s3:GetObject", http.MethodHead: "s3:GetObject", http.MethodDelete: "s3:DeleteObject",
	}
)

// parameters that are understood; any other would change what the request means. S3 makes a request about a thing's
// policy, say, by a parameter: ignoring it would answer another question than was asked.
var parameters = map[string][]string{
	listBuckets:     {"x-id"},
	"s3:ListBucket": {"list-type", "prefix", "delimiter", "max-keys", "continuation-token", "start-after", "encoding-type", "fetch-owner"},
	"s3:GetObject":  {"x-id"}, "s3:PutObject": {"x-id"}, "s3:DeleteObject": {"x-id"}, "s3:CreateBucket": {"x-id"},
}

// signature are the parameters of a presigned request.
var signature = []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature", "X-Amz-Security-Token"}

// read takes a path-style request apart: /bucket/key.
func read(r *http.Request) (*operation, error) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badArgument
	}
	op := &operation{bucket: bucket, key: key, query: query}
	switch {
	case key != "":
		op.action = objectActions[r.Method]
	case bucket != "":
		op.action = bucketActions[r.Method]
	case r.URL.Path == "/" && r.Method == http.MethodGet:
		op.action = listBuckets
	}
	switch {
	case op.action == "":
		return nil, notImplemented
	case op.action != listBuckets && !bucketName(bucket):
		return nil, badBucket
	case !utf8.ValidString(key) || len(key) > maxKey || strings.ContainsFunc(key, func(c rune) bool { return c < ' ' || c == 0x7f }):
		return nil, badKey
	case !understood(r.Header):
		return nil, notImplemented
	}
	for name, values := range query {
		if !slices.Contains(parameters[op.action], name) && !slices.Contains(signature, name) {
			return nil, notImplemented
		}
		if len(values) > 1 {
			return nil, badArgument
		}
	}
	return op, nil
}

// headers of S3 that are understood, or change nothing here; the guard's verified request has the body's hash.
var headers = []string{
	"X-Amz-Date", "X-Amz-Content-Sha256", "X-Amz-Security-Token", "X-Amz-User-Agent", "X-Amz-Sdk-Checksum-Algorithm", "X-Amz-Checksum-Mode",
	"X-Amz-Checksum-Crc32", "X-Amz-Checksum-Crc32c", "X-Amz-Checksum-Crc64nvme", "X-Amz-Checksum-Sha1", "X-Amz-Checksum-Sha256",
}

// understood: as with parameters, a header that asks for a copy, an ACL, tags or a condition must not be ignored.
func understood(h http.Header) bool {
	for name := range h {
		amz, condition := strings.HasPrefix(name, "X-Amz-"), strings.HasPrefix(name, "If-")
		if condition || amz && !slices.Contains(headers, name) {
			return false
		}
	}
	return h.Get("Content-Encoding") == ""
}

// bucketName: Source: Amazon S3 User Guide, "General purpose bucket naming rules".
func bucketName(s string) bool {
	if len(s) < 3 || len(s) > 63 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		inner := i > 0 && i < len(s)-1 && (c == '-' || c == '.')
		if !inner && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// question says what a request asks for, as S3 has it.
func question(r *http.Request, account string) (authzhttp.Question, error) {
	op, err := read(r)
	if err != nil {
		return authzhttp.Question{}, err
	}
	q := authzhttp.Question{Action: op.action, Resource: "arn:aws:s3:::" + op.bucket, ResourceType: "bucket", Account: account}
	switch {
	case op.action == listBuckets:
		q.Resource, q.ResourceType = "*", "service"
	case op.key != "":
		q.Resource, q.ResourceType = q.Resource+"/"+op.key, "object"
	}
	if op.action == "s3:ListBucket" {
		q.Context = map[string]any{"s3:prefix": op.query.Get("prefix"), "s3:delimiter": op.query.Get("delimiter")}
		if n, err := strconv.Atoi(op.query.Get("max-keys")); err == nil {
			q.Context["s3:max-keys"] = n
		}
	}
	return q, nil
}
