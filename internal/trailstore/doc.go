// Package trailstore keeps the trail on disk: segments of JSON lines, each line a CloudTrail record and nothing else.
// It exists so that an event is on disk before its answer leaves; it may not change or reorder a record that it
// acknowledged, nor remove one but by whole segments, the oldest first, when it is told that they were delivered and that
// their removal is noted.
package trailstore
