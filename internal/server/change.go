package server

import (
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

// Change runs fn in a transaction of the caller's account; the change, its event and the memory of its answer become
// durable together or not at all. Where the state moved since the call was judged, authentication and the rule are
// judged again on the state that fn will see. fn may run more than once and must have no effect but through tx.
func Change[Out any](c *Call, fn func(tx *store.Tx) (Out, error)) (Out, error) {
	out, err := c.commit(func(tx *store.Tx) (any, error) { return fn(tx) })
	typed, _ := out.(Out) // nil of a replayed change
	return typed, err
}

// commit is Change with its type taken off. A replayed change has no output.
func (c *Call) commit(fn func(tx *store.Tx) (any, error)) (out any, err error) {
	change := &store.Change{
		Account: c.Caller.Account,
		Judged:  c.snapshot.Revision(),
		Retry:   c.retry,
		Rejudge: c.rejudge,
		Event: func(_ []byte, at time.Time) *trail.Event {
			return c.event(out, nil, at)
		},
		Shared: c.shared,
	}
	answer, err := c.server.Store.Update(c.ctx, change, func(tx *store.Tx) ([]byte, error) {
		var err error
		if out, err = fn(tx); err != nil {
			return nil, err
		}
		return c.remembered(out)
	})
	switch {
	case err != nil:
		return nil, err
	case change.Replayed:
		c.replay = new(awsapi.Response)
		return nil, c.replay.UnmarshalBinary(answer)
	}
	c.committed = true
	return out, nil
}

// remembered is a successful answer as it is kept for retries.
func (c *Call) remembered(out any) ([]byte, error) {
	r, err := c.protocol.encode(c.Operation, c.ID, out)
	if err != nil {
		return nil, err
	}
	return r.MarshalBinary()
}

// Stands repeats authentication and the rule on the state as it is now, for a call that waits: an error is that the caller may
// do it no more.
func (c *Call) Stands() error { return c.rejudge(c.server.Store.Snapshot()) }

// rejudge repeats authentication (does the credential still stand?) and the rule on the state inside the transaction.
func (c *Call) rejudge(snap *directory.Snapshot) error {
	caller, err := c.origin.resolve(c, snap)
	if err != nil {
		return err
	}
	c.Caller = caller
	return c.authorize(snap)
}
