// Package objectstore keeps whole objects, each written once, in buckets: folders on a disk, or S3-compatible storage. It
// exists so that what the trail delivers goes to either in one way; it cannot overwrite or delete anything.
package objectstore
