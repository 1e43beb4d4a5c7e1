package app

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/warder-iam/warder/internal/accessmap"
	"github.com/warder-iam/warder/internal/rewind"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/internal/turns"
	"github.com/warder-iam/warder/trail"
)

// newMaps makes what answers the operations on the access map.
func newMaps(st *store.Store, index *trailstore.Index, t *turns.Turns, passkeySignIn bool) *accessmap.Maps {
	return accessmap.New(accessmap.Options{Snapshot: st.Snapshot, Now: time.Now, Turns: t, PasskeySignIn: passkeySignIn, History: func(ctx context.Context, account string) rewind.History {
		return &history{ctx, st, index, account}
	}})
}

// history is the trail of an account, with the events of changes that are still on their way there.
type history struct {
	ctx     context.Context
	store   *store.Store
	index   *trailstore.Index
	account string
}

// Since implements rewind.History.
func (h *history) Since(t time.Time) iter.Seq2[*trail.Event, error] {
	return h.events(trailstore.Query{Attribute: trail.ByReadOnly, Value: "false", Start: t}, func(e *trail.Event) bool { return !e.EventTime.Before(t) })
}

// Before implements rewind.History.
func (h *history) Before(resource string, t time.Time) iter.Seq2[*trail.Event, error] {
	q := trailstore.Query{End: t}
	if resource != "" {
		q.Attribute, q.Value = trail.ByResourceName, resource
	}
	return h.events(q, func(e *trail.Event) bool {
		return !e.EventTime.After(t) && (resource == "" || slices.ContainsFunc(e.References(), func(r trail.Reference) bool { return r.Name == resource }))
	})
}

// events gives those that wait first: what is moved to the trail meanwhile is met again there, and passed over.
func (h *history) events(q trailstore.Query, asked func(*trail.Event) bool) iter.Seq2[*trail.Event, error] {
	return func(yield func(*trail.Event, error) bool) {
		waiting, err := h.waiting(asked)
		if err != nil {
			yield(nil, err)
			return
		}
		given := map[string]bool{}
		for _, e := range slices.Backward(waiting) {
			given[e.EventID] = true
			if !yield(e, nil) {
				return
			}
		}
		for q.Account = h.account; ; {
			page, err := h.index.Lookup(h.ctx, q)
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range page.Records {
				if e := page.Records[i].Event; !given[e.EventID] && !yield(e, nil) {
					return
				}
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				return
			}
		}
	}
}

// waiting are the events of the account that are not on the trail yet, oldest first.
func (h *history) waiting(asked func(*trail.Event) bool) (all []*trail.Event, err error) {
	for out, err := range h.store.Outbox(h.ctx, "") {
		if err != nil {
			return nil, err
		}
		if e := out.Event; e.RecipientAccountID == h.account && asked(e) {
			all = append(all, e)
		}
	}
	return all, nil
}
