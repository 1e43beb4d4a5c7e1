package trailstore

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/warder-iam/warder/trail"
)

// Appender puts events on the trail, all or none.
type Appender interface {
	Append(ctx context.Context, events ...*trail.Event) error
}

const (
	bufferSize  = 8192             // events; some 10 MiB
	bufferBatch = 512              // events of one sync
	bufferWait  = 10 * time.Second // for one batch to be on disk
)

// Buffer takes data events, which nobody waits for: it writes them in batches, one sync each, and when it is full or the
// trail does not take them it drops and counts them. The next event that is written says how many are missing, in its
// additionalEventData, of which data events have no other.
type Buffer struct {
	to    Appender
	queue chan *trail.Event
	// dropped is what is to be told yet, lost all that was ever dropped.
	dropped, lost atomic.Uint64
	closing       sync.RWMutex // a write lock closes
	closed        bool
	done          chan struct{}
}

// NewBuffer makes a buffer in front of a trail. Close it before the trail.
func NewBuffer(to Appender) *Buffer {
	b := &Buffer{to: to, queue: make(chan *trail.Event, bufferSize), done: make(chan struct{})}
	go b.run()
	return b
}

// Offer takes an event if there is room, and counts it if not. It never waits.
func (b *Buffer) Offer(event *trail.Event) {
	b.closing.RLock()
	defer b.closing.RUnlock()
	if b.closed {
		b.drop(1)
		return
	}
	select {
	case b.queue <- event:
	default:
		b.drop(1)
	}
}

// Dropped is how many events were not recorded.
func (b *Buffer) Dropped() uint64 { return b.lost.Load() }

func (b *Buffer) drop(n int) {
	b.dropped.Add(uint64(n))
	b.lost.Add(uint64(n))
}

// Close writes what is still in the buffer. Events that are offered later are dropped.
func (b *Buffer) Close() {
	b.closing.Lock()
	if !b.closed {
		b.closed = true
		close(b.queue)
	}
	b.closing.Unlock()
	<-b.done
}

func (b *Buffer) run() {
	defer close(b.done)
	for first := range b.queue {
		b.write(b.batch(first))
	}
}

// batch takes what else is there already.
func (b *Buffer) batch(first *trail.Event) []*trail.Event {
	events := []*trail.Event{first}
	for len(events) < bufferBatch {
		select {
		case e, ok := <-b.queue:
			if !ok {
				return events
			}
			events = append(events, e)
		default:
			return events
		}
	}
	return events
}

func (b *Buffer) write(events []*trail.Event) {
	missing := b.dropped.Swap(0)
	if missing > 0 {
		events[0].AdditionalEventData = fmt.Appendf(nil, `{"dataEventsNotRecorded":%d}`, missing)
	}
	ctx, cancel := context.WithTimeout(context.Background(), bufferWait)
	defer cancel()
	if err := b.to.Append(ctx, events...); err != nil {
		b.lost.Add(uint64(len(events)))
		b.dropped.Add(missing + uint64(len(events))) // told with the next batch
	}
}
