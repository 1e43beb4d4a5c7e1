package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/trail"
)

// TrailHead is what the state knows of the log: whoever can write the log's files but neither the state nor its keys
// cannot cut records off unnoticed that it counts. The zero TrailHead: nothing was ever noted.
type TrailHead struct {
	// Head is the newest record that was noted. It was durable before it was noted, chain and all.
	Head trail.Head `json:"head"`
	// Closed: no record came after Head. It is false while a server runs, and after it was killed.
	Closed bool `json:"closed"`
	// Removed is the sequence of the newest record that retention took away; older ones may be missing too.
	Removed uint64 `json:"removed"`
}

// ErrTrailHead: the head to be noted is before the one that is, or contradicts it. Another log was put in place of this
// state's.
var ErrTrailHead = errors.New("store: the trail is behind the head that the state knows")

// trailScope is a scope of its own: heads need no order with changes of accounts.
const trailScope = "trail"

// TrailHead is the newest that was noted.
func (s *Store) TrailHead(ctx context.Context) (TrailHead, error) {
	var h TrailHead
	err := s.engine.View(ctx, func(r kv.Reader) (err error) {
		h, err = s.codec.trailHead(r)
		return err
	})
	return h, err
}

// SetTrailHead notes the log's newest durable record; closed says that no other comes. It gives ErrTrailHead where the
// state knows of a later one, or of another at that place.
func (s *Store) SetTrailHead(ctx context.Context, head trail.Head, closed bool) error {
	return s.updateTrailHead(ctx, func(h *TrailHead) error {
		if head.Sequence < h.Head.Sequence || head.Sequence == h.Head.Sequence && head.Hash != h.Head.Hash {
			return fmt.Errorf("%w: record %d is to be noted, record %d was", ErrTrailHead, head.Sequence, h.Head.Sequence)
		}
		h.Head, h.Closed = head, closed
		return nil
	})
}

// SetTrailRemoved notes, before it happens, that retention takes away all records up to that sequence.
func (s *Store) SetTrailRemoved(ctx context.Context, sequence uint64) error {
	return s.updateTrailHead(ctx, func(h *TrailHead) error {
		if sequence > h.Head.Sequence {
			return fmt.Errorf("store: records up to %d are to be removed, the head is %d", sequence, h.Head.Sequence)
		}
		h.Removed = max(h.Removed, sequence)
		return nil
	})
}

// AcceptTrail notes another head whatever was noted: the trail was lost, or is that of another moment, and whoever has the
// data and the keys goes on with what is there.
func (s *Store) AcceptTrail(ctx context.Context, head TrailHead) error {
	return s.updateTrailHead(ctx, func(h *TrailHead) error {
		*h = head
		return nil
	})
}

func (s *Store) updateTrailHead(ctx context.Context, change func(*TrailHead) error) error {
	_, err := s.engine.Update(ctx, trailScope, func(txn kv.Txn) error {
		h, err := s.codec.trailHead(txn)
		if err != nil {
			return err
		}
		old := h
		if err := change(&h); err != nil || h == old {
			return err
		}
		return s.write(txn, trailHeadKey, h)
	})
	if err != nil {
		return fmt.Errorf("note the trail's head: %w", err)
	}
	return nil
}

func (c codec) trailHead(r kv.Reader) (h TrailHead, err error) {
	value, err := r.Get(trailHeadKey)
	if errors.Is(err, kv.ErrNotFound) {
		return h, nil
	} else if err != nil {
		return h, err
	}
	return h, c.decode(trailHeadKey, value, &h)
}

// SetCheckpoint notes the newest digest that a trail delivered, which must be signed. A digest that ends earlier than the
// noted one is refused.
func (s *Store) SetCheckpoint(ctx context.Context, c *trail.Checkpoint) error {
	text, err := c.Encode()
	if err != nil {
		return err
	}
	key := checkpointKey(c.AccountID, c.Trail)
	_, err = s.engine.Update(ctx, trailScope, func(txn kv.Txn) error {
		old, err := s.codec.checkpoint(txn, key)
		switch {
		case errors.Is(err, kv.ErrNotFound):
		case err != nil:
			return err
		case c.Time.Before(old.Time) || c.Chain.Sequence < old.Chain.Sequence:
			return fmt.Errorf("%w: digest %s, record %d; noted is %s, record %d", ErrTrailHead, c.Digest.Object, c.Chain.Sequence, old.Digest.Object, old.Chain.Sequence)
		}
		value, err := s.codec.seal(key, text)
		if err != nil {
			return err
		}
		return txn.Put(key, value)
	})
	if err != nil {
		return fmt.Errorf("note a digest: %w", err)
	}
	return nil
}

// Checkpoint is the newest digest that was noted for a trail; nil for none.
func (s *Store) Checkpoint(ctx context.Context, account, name string) (c *trail.Checkpoint, err error) {
	err = s.engine.View(ctx, func(r kv.Reader) (err error) {
		c, err = s.codec.checkpoint(r, checkpointKey(account, name))
		return err
	})
	if errors.Is(err, kv.ErrNotFound) {
		return nil, nil
	}
	return c, err
}

func (c codec) checkpoint(r kv.Reader, key string) (*trail.Checkpoint, error) {
	value, err := r.Get(key)
	if err != nil {
		return nil, err
	}
	return c.openCheckpoint(kv.Pair{Key: key, Value: value})
}

func (c codec) openCheckpoint(pair kv.Pair) (*trail.Checkpoint, error) {
	text, err := c.open(pair.Key, pair.Value)
	if err != nil {
		return nil, err
	}
	checkpoint, err := trail.ParseCheckpoint(text)
	if err != nil {
		return nil, &DamagedError{Key: pair.Key, Err: err}
	}
	if checkpointKey(checkpoint.AccountID, checkpoint.Trail) != pair.Key {
		return nil, &DamagedError{Key: pair.Key, Err: fmt.Errorf("it holds trail %q of account %s", checkpoint.Trail, checkpoint.AccountID)}
	}
	return checkpoint, nil
}

// TrailState is all that the state holds to verify a trail by.
type TrailState struct {
	Head        TrailHead
	Checkpoints []*trail.Checkpoint // of each trail
	Keys        []DigestKey         // oldest first
}

// ReadTrailState reads it from an engine's state, without a Store: from that of a running server too.
func ReadTrailState(r kv.Reader, keyring *seal.Keyring) (*TrailState, error) {
	c := codec{keyring}
	state := new(TrailState)
	var err error
	if state.Head, err = c.trailHead(r); err != nil {
		return nil, err
	}
	if state.Keys, err = c.digestKeys(r); err != nil {
		return nil, err
	}
	for pair, err := range r.Range(checkpointPrefix, end(checkpointPrefix)) {
		if err != nil {
			return nil, err
		}
		checkpoint, err := c.openCheckpoint(pair)
		if err != nil {
			return nil, err
		}
		state.Checkpoints = append(state.Checkpoints, checkpoint)
	}
	return state, nil
}

func trailNameHash(name string) []byte {
	sum := sha256.Sum256([]byte(name))
	return sum[:16]
}
