// Package trailstore keeps the trail on disk: segments of JSON lines, each line a CloudTrail record and nothing else.
// It exists so that an event is on disk before its answer leaves; it may not change, reorder or delete a record that it
// acknowledged.
package trailstore
