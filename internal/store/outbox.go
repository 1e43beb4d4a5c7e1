package store

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/trail"
)

// Sequence is an event's place in the outbox: the revision of its commit, and its account, since accounts do not wait
// for each other and may be given the same revision. It orders as text; "" is before all.
type Sequence string

// sharedSuffix is that of the event which another account gets: right behind the change's own.
const sharedSuffix = "-shared"

func newSequence(revision uint64, account string) Sequence {
	return Sequence(fmt.Sprintf("%016x-%s", revision, account))
}

// Outgoing is an event that waits in the outbox.
type Outgoing struct {
	Sequence Sequence
	Event    *trail.Event
}

// outboxPage is how many events Outbox reads at a time; outboxAtATime how many Acknowledge removes in one transaction.
const (
	outboxPage    = 256
	outboxAtATime = 60
)

// Outbox gives the events that wait after that sequence ("" for all), oldest first, and ends with the newest durable
// one. It may give an event that is being acknowledged. An error ends it.
//
// Where accounts commit side by side an event may come in before one that was given already; so drain from "" after
// acknowledging, and use after only to go on in between.
func (s *Store) Outbox(ctx context.Context, after Sequence) iter.Seq2[Outgoing, error] {
	return func(yield func(Outgoing, error) bool) {
		for {
			page, err := s.outboxPage(ctx, after)
			if err != nil {
				yield(Outgoing{}, fmt.Errorf("store: read the outbox: %w", err))
				return
			}
			for _, o := range page {
				if !yield(o, nil) {
					return
				}
				after = o.Sequence
			}
			if len(page) < outboxPage {
				return
			}
		}
	}
}

func (s *Store) outboxPage(ctx context.Context, after Sequence) (page []Outgoing, err error) {
	from := outboxPrefix
	if after != "" {
		from = outboxKey(after) + "\x00"
	}
	err = s.engine.View(ctx, func(r kv.Reader) error {
		page = nil
		for pair, err := range r.Range(from, end(outboxPrefix)) {
			if err != nil {
				return err
			}
			o, err := s.readEvent(pair)
			if err != nil {
				return err
			}
			if page = append(page, o); len(page) == outboxPage {
				return nil
			}
		}
		return nil
	})
	return page, err
}

// OutboxSignal receives a value after events came into the outbox; one value may stand for many.
func (s *Store) OutboxSignal() <-chan struct{} { return s.outbox }

func (s *Store) signalOutbox() {
	select {
	case s.outbox <- struct{}{}:
	default:
	}
}

// Acknowledge removes events from the outbox once they are durable elsewhere; ones that are gone already are fine.
func (s *Store) Acknowledge(ctx context.Context, sequences ...Sequence) error {
	for some := range slices.Chunk(sequences, outboxAtATime) {
		_, err := s.engine.Update(ctx, outboxScope, func(txn kv.Txn) error {
			for _, sequence := range some {
				if err := txn.Delete(outboxKey(sequence)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("store: acknowledge events: %w", err)
		}
	}
	return nil
}

// outboxScope is a scope of its own: an event is written once and removed once, which needs no order with changes.
const outboxScope = "outbox"

// Events are stored in the trail's own encoding. One that could not be read again would stop the outbox for good, so it
// stops its change instead.
func (s *Store) writeEvent(txn kv.Txn, sequence Sequence, event *trail.Event) error {
	text, err := event.MarshalJSON()
	if err == nil {
		_, err = trail.Parse(text)
	}
	if err != nil {
		return fmt.Errorf("record the event: %w", err)
	}
	key := outboxKey(sequence)
	value, err := s.codec.seal(key, text)
	if err != nil {
		return err
	}
	return txn.Put(key, value)
}

func (s *Store) readEvent(pair kv.Pair) (Outgoing, error) {
	text, err := s.codec.open(pair.Key, pair.Value)
	if err != nil {
		return Outgoing{}, err
	}
	event, err := trail.Parse(text)
	if err != nil {
		return Outgoing{}, &DamagedError{Key: pair.Key, Err: err}
	}
	return Outgoing{Sequence: Sequence(strings.TrimPrefix(pair.Key, outboxPrefix)), Event: event}, nil
}

// checkOutbox opens what waits, so that damage shows before anything is served.
func (s *Store) checkOutbox(r kv.Reader) error {
	for pair, err := range r.Range(outboxPrefix, end(outboxPrefix)) {
		if err != nil {
			return fmt.Errorf("store: read the outbox: %w", err)
		}
		if _, err := s.readEvent(pair); err != nil {
			return err
		}
		s.signalOutbox()
	}
	return nil
}
