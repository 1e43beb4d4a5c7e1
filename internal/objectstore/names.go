package objectstore

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxName is the most bytes of an object's name, as S3 has it; maxPart those between two slashes, as file systems have
// it, less what the folder engine adds: the metadata's suffix, and what wholefile writes around a name until the file is
// whole. The digest of a trail with the longest name has to fit: 204 bytes in us-east-1.
const (
	MaxName = 1024
	maxPart = 255 - len(metadataSuffix) - len("..ABCDEFGH.tmp")
)

// MaxMetadata is the most bytes of an object's metadata, keys and values, as S3 has it.
const MaxMetadata = 2 << 10

// metadataSuffix marks the file beside an object in a folder that holds its metadata. No object's name ends so.
const metadataSuffix = ".metadata.json"

var (
	bucketForm      = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	metadataKeyForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`)
)

// CheckBucket tells whether a bucket may have that name, by S3's rules: 3 to 63 lower-case letters, digits, hyphens and
// dots. The error is ErrName. So no name leads out of a folder of buckets.
func CheckBucket(bucket string) error {
	_, err := netip.ParseAddr(bucket)
	if !bucketForm.MatchString(bucket) || err == nil || strings.Contains(bucket, "..") || strings.Contains(bucket, ".-") || strings.Contains(bucket, "-.") {
		return fmt.Errorf("%w: bucket %.80q", ErrName, bucket)
	}
	return nil
}

// CheckName tells whether an object may have that name in every engine: parts of printable characters with single slashes
// between them, none of them hidden, "." or "..". The error is ErrName.
func CheckName(name string) error {
	bad := func(why string) error { return fmt.Errorf("%w: object %.200q %s", ErrName, name, why) }
	switch {
	case len(name) > MaxName:
		return bad("is longer than 1024 bytes")
	case !utf8.ValidString(name):
		return bad("is not UTF-8")
	case strings.ContainsFunc(name, func(r rune) bool { return r == '\\' || r == ':' || !unicode.IsPrint(r) }):
		return bad("has a character that not every storage takes")
	case strings.HasSuffix(name, metadataSuffix):
		return bad("ends as the metadata of one do")
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part[0] == '.' || len(part) > maxPart {
			return bad("has a part that is empty, hidden or longer than 227 bytes")
		}
	}
	return nil
}

func checkNames(bucket, name string) error {
	if err := CheckBucket(bucket); err != nil {
		return err
	}
	return CheckName(name)
}

func checkMetadata(metadata map[string]string) error {
	size := 0
	for key, value := range metadata {
		size += len(key) + len(value)
		if !metadataKeyForm.MatchString(key) {
			return fmt.Errorf("%w: metadata key %.80q", ErrName, key)
		}
		if value == "" || strings.TrimSpace(value) != value || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
			return fmt.Errorf("%w: the value of metadata %s is empty, or not printable ASCII without space around it", ErrName, key)
		}
	}
	if size > MaxMetadata {
		return fmt.Errorf("%w: %d bytes of metadata, more than %d", ErrName, size, MaxMetadata)
	}
	return nil
}
