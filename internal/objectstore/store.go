package objectstore

import (
	"context"
	"errors"
	"fmt"
)

// MaxObject is the most bytes of an object that Put and Get take.
const MaxObject = 64 << 20

// MaxPage is the most objects that List gives at once.
const MaxPage = 1000

var (
	// ErrExists: there is an object of that name already. It was not changed. Get shows whether it is the same.
	ErrExists = errors.New("objectstore: the object exists")
	// ErrNotFound: there is no such object in the bucket.
	ErrNotFound = errors.New("objectstore: no such object")
	// ErrNoBucket: there is no such bucket. Make it: a Store makes none.
	ErrNoBucket = errors.New("objectstore: no such bucket")
	// ErrDenied: the storage does not let these credentials, or this process, do it.
	ErrDenied = errors.New("objectstore: access denied")
	// ErrName: no storage would take the name of the bucket, the object or a member of its metadata.
	ErrName = errors.New("objectstore: not a valid name")
	// ErrTooLarge: the object is larger than MaxObject.
	ErrTooLarge = errors.New("objectstore: object too large")
	// ErrDamaged: what lies there is no object that this package wrote.
	ErrDamaged = errors.New("objectstore: damaged object")
)

// Store keeps objects in buckets, each under a name of its own and each written once. Objects are never changed or deleted
// here. All methods may be called at the same time; objectstoretest is this contract as tests.
//
// An error that errors.Is finds none of the above in is the storage's state at the moment: it is down, full, or does not
// answer. Then the outcome of a Put is not known. Repeat it: it succeeds, or gives ErrExists for the object itself.
type Store interface {
	// Put makes an object that is durable when Put returns nil, whole or not at all; ErrExists where the name is taken.
	Put(ctx context.Context, bucket, name string, object Object) error
	// Get reads an object. The caller owns it.
	Get(ctx context.Context, bucket, name string) (Object, error)
	// Head tells about an object without reading it.
	Head(ctx context.Context, bucket, name string) (Info, error)
	// List gives objects whose names begin with prefix and come after a name ("" for all), in the order of the names'
	// bytes: up to MaxPage, fewer only at the end. Their Metadata is nil: Head tells it.
	List(ctx context.Context, bucket, prefix, after string) ([]Info, error)
}

// Object is a whole object.
type Object struct {
	Data []byte
	// Metadata are S3's user metadata: keys of lower-case letters, digits and hyphens, values of printable ASCII, at most
	// MaxMetadata bytes together. Nil where there are none.
	Metadata map[string]string
}

// Info is what is known of an object without its data.
type Info struct {
	Name     string
	Size     int64
	Metadata map[string]string
}

// ErrorCode is S3's code for an error, as CloudTrail shows it in a trail's status; "" for nil.
func ErrorCode(err error) string {
	var coded interface{ S3Code() string }
	switch {
	case err == nil:
		return ""
	case errors.As(err, &coded):
		return coded.S3Code()
	case errors.Is(err, ErrNoBucket):
		return "NoSuchBucket"
	case errors.Is(err, ErrNotFound):
		return "NoSuchKey"
	case errors.Is(err, ErrDenied):
		return "AccessDenied"
	case errors.Is(err, ErrExists):
		return "PreconditionFailed"
	case errors.Is(err, ErrName):
		return "InvalidArgument"
	case errors.Is(err, ErrTooLarge):
		return "EntityTooLarge"
	case errors.Is(err, context.DeadlineExceeded):
		return "RequestTimeout"
	}
	return "ServiceUnavailable"
}

// checkObject refuses what Put may not take.
func checkObject(bucket, name string, object Object) error {
	if err := checkNames(bucket, name); err != nil {
		return err
	}
	if len(object.Data) > MaxObject {
		return fmt.Errorf("%w: %s has %d bytes, more than %d", ErrTooLarge, name, len(object.Data), MaxObject)
	}
	return checkMetadata(object.Metadata)
}
