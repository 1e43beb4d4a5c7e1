// Package delivery brings the events of each trail from the log to object storage, in CloudTrail's files and digests. It
// exists so that every event arrives there once, whatever interrupts it; it may not change the log, nor an object.
package delivery
