package trailstore

import "context"

// Index finds events of the trail by attribute and time. It is made from the trail and can be made anew at any time: nothing
// that it says is believed before the record itself says so.
type Index struct{}

// NewIndex begins to index the trail of s. Close it before s.
func NewIndex(s *Store) *Index { return nil }

// Lookup gives a page of the events that match. An error is ErrQuery, ErrCursor, ErrClosed, that of ctx, or ErrDamaged,
// where the trail cannot be read: an answer that may lack events is none.
func (x *Index) Lookup(ctx context.Context, q Query) (Page, error) { return Page{}, ErrClosed }

// Close ends the work in the background.
func (x *Index) Close() error { return nil }
