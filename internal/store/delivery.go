package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/trail"
)

// Delivery is how far the deliveries of one trail have come. It outlives the trail until all of it is delivered.
type Delivery struct {
	Account string `json:"account"`
	// Trail is the trail as deliveries follow it: as it was before the one that is planned.
	Trail *directory.Trail `json:"trail"`
	// Spans are the times whose events are delivered, oldest first.
	Spans []Span `json:"spans,omitempty"`
	// Past is what the trail chose before, oldest first, as long as events of then may still come.
	Past []Choice `json:"past,omitempty"`
	// Gone: the trail was deleted.
	Gone bool `json:"gone,omitzero"`
	// Read is the sequence of a record of the log: that one and all before it are delivered or not for this trail.
	Read uint64 `json:"read"`
	// Plan is the object that is being delivered; nil for none. Whatever comes between, it is delivered just so.
	Plan *Plan `json:"plan,omitempty"`
	// Files counts the log files that digests are to name; Digested, those that one names. They have numbers from 1.
	Files    uint64 `json:"files,omitzero"`
	Digested uint64 `json:"digested,omitzero"`
	// Records is the number of records in the files that no digest names yet.
	Records int `json:"records,omitzero"`
	// Delivered is the chain after the last record of Files, Chain that after the last of Digested.
	Delivered trail.ChainPoint `json:"delivered"`
	Chain     trail.ChainPoint `json:"chain"`
	// DigestEnd is when the newest digest ended, or the time from which on the next one tells.
	DigestEnd time.Time             `json:"digestEnd,omitzero"`
	Previous  *trail.PreviousDigest `json:"previous,omitempty"`
	Status    DeliveryStatus        `json:"status"`
}

// Span is a time in which a trail was logging; both ends belong to it. A zero Until: it still is.
type Span struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until,omitzero"`
}

// Choice is what a trail chose of the events until its settings were changed; the end belongs to it, and to what the trail
// chose from then on.
type Choice struct {
	Until time.Time `json:"until"`
	// Trail has the settings that Selects looks at. Nil: every event of the account.
	Trail *directory.Trail `json:"trail,omitempty"`
}

// Plan is an object that is to be delivered.
type Plan struct {
	Bucket string `json:"bucket"`
	Object string `json:"object"`
	// At is the time in a log file's name, or the end of a digest.
	At time.Time `json:"at"`
	// Last is the sequence of a log file's last record; its first is the next of the trail's after Read.
	Last uint64 `json:"last,omitzero"`
	// Digest is what a digest has beside the files that it names; nil for a log file.
	Digest *DigestPlan `json:"digest,omitempty"`
}

// DigestPlan is a digest that is to be delivered. The signatures are in the plan because the key may be gone when it is
// carried out.
type DigestPlan struct {
	Files          uint64     `json:"files"` // the number of the last one that it names
	Log            trail.Head `json:"log"`
	KeyFingerprint string     `json:"keyFingerprint"`
	Signature      string     `json:"signature"`
	// Checkpoint is the encoded checkpoint.
	Checkpoint string `json:"checkpoint"`
}

// DeliveryStatus is what GetTrailStatus shows. Times are UTC, whole seconds; zero for never. Errors are S3's codes, "" where
// the newest attempt succeeded.
type DeliveryStatus struct {
	LatestDelivery        time.Time `json:"latestDelivery,omitzero"`
	LatestDeliveryAttempt time.Time `json:"latestDeliveryAttempt,omitzero"`
	LatestDeliveryError   string    `json:"latestDeliveryError,omitempty"`
	LatestDigest          time.Time `json:"latestDigest,omitzero"`
	LatestDigestError     string    `json:"latestDigestError,omitempty"`
}

// DeliveredFile is a log file that a digest is to name.
type DeliveredFile struct {
	Number  uint64            `json:"-"`
	File    trail.LogFile     `json:"file"`
	Records trail.FileRecords `json:"records"`
}

// deliveryScope is a scope of its own: deliveries need no order with changes of accounts.
const deliveryScope = "delivery"

// Deliveries gives those of all trails of all accounts.
func (s *Store) Deliveries(ctx context.Context) (all []*Delivery, err error) {
	err = s.engine.View(ctx, func(r kv.Reader) error {
		all, err = s.codec.deliveries(r)
		return err
	})
	return all, err
}

func (c codec) deliveries(r kv.Reader) (all []*Delivery, err error) {
	for pair, err := range r.Range(deliveryPrefix, end(deliveryPrefix)) {
		if err != nil {
			return nil, err
		}
		d := new(Delivery)
		if err := c.decode(pair.Key, pair.Value, d); err != nil {
			return nil, err
		}
		if d.Trail == nil || deliveryKey(d.Account, d.Trail.ID) != pair.Key {
			return nil, &DamagedError{Key: pair.Key, Err: errors.New("it holds another trail's")}
		}
		all = append(all, d)
	}
	return all, nil
}

// SaveDelivery notes how far a trail's deliveries are, together with the file that was delivered, if any.
func (s *Store) SaveDelivery(ctx context.Context, d *Delivery, file *DeliveredFile) error {
	return s.updateDelivery(ctx, func(txn kv.Txn) error {
		if file != nil {
			if err := s.write(txn, deliveredKey(d.Account, d.Trail.ID, file.Number), file); err != nil {
				return err
			}
		}
		return s.write(txn, deliveryKey(d.Account, d.Trail.ID), d)
	})
}

// DeliveredFiles gives the files of a trail from one number to another, which all must be there.
func (s *Store) DeliveredFiles(ctx context.Context, account, id string, first, last uint64) (files []DeliveredFile, err error) {
	err = s.engine.View(ctx, func(r kv.Reader) error {
		files = nil
		for n := first; n <= last; n++ {
			file, key := DeliveredFile{Number: n}, deliveredKey(account, id, n)
			there, err := s.read(r, key, &file)
			if err == nil && !there {
				err = &DamagedError{Key: key, Err: errors.New("it is lost")}
			}
			if err != nil {
				return err
			}
			files = append(files, file)
		}
		return nil
	})
	return files, err
}

// ForgetDelivered removes the files of a trail up to a number. They may be gone already.
func (s *Store) ForgetDelivered(ctx context.Context, account, id string, last uint64) error {
	for left := true; left; {
		err := s.updateDelivery(ctx, func(txn kv.Txn) error {
			prefix, keys := deliveredKey(account, id, 0), []string(nil)
			for pair, err := range txn.Range(prefix, deliveredKey(account, id, last)+"\x00") {
				if err != nil {
					return err
				}
				if keys = append(keys, pair.Key); len(keys) == flushAtATime {
					break
				}
			}
			left = len(keys) == flushAtATime
			for _, key := range keys {
				if err := txn.Delete(key); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ForgetDelivery removes all that is known of a trail's deliveries.
func (s *Store) ForgetDelivery(ctx context.Context, d *Delivery) error {
	if d.Files > 0 {
		if err := s.ForgetDelivered(ctx, d.Account, d.Trail.ID, d.Files); err != nil {
			return err
		}
	}
	return s.updateDelivery(ctx, func(txn kv.Txn) error { return txn.Delete(deliveryKey(d.Account, d.Trail.ID)) })
}

func (s *Store) updateDelivery(ctx context.Context, fn func(kv.Txn) error) error {
	if _, err := s.engine.Update(ctx, deliveryScope, fn); err != nil {
		return fmt.Errorf("store: note deliveries: %w", err)
	}
	return nil
}
