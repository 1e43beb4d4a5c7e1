package trailstore

import (
	"context"
	"time"
)

// followFirst and followMost bound the growing pause of Follow after a failure.
const followFirst, followMost = time.Second, time.Minute

// Follow hands on the records of the trail in dir behind a sequence, and those that come, until ctx ends: then the channel is
// closed. Where the trail cannot be read, failed is told once, with the sequence of the newest record that was read, and it is
// tried again.
func Follow(ctx context.Context, dir string, after uint64, failed func(after uint64, err error)) <-chan Record {
	records := make(chan Record)
	go func() {
		defer close(records)
		for wait := followFirst; ctx.Err() == nil; wait = min(2*wait, followMost) {
			for record, err := range Tail(ctx, dir, After(after)) {
				if err != nil {
					if wait == followFirst && ctx.Err() == nil {
						failed(after, err)
					}
					break
				}
				select {
				case records <- record:
					after, wait = record.Sequence, followFirst
				case <-ctx.Done():
					return
				}
			}
			pause(ctx, wait)
		}
	}()
	return records
}
