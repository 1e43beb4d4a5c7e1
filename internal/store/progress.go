package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/warder-iam/warder/internal/kv"
)

// progressScope is a scope of its own: whoever reads the trail is alone in it.
const progressScope = "progress"

// Progress gives what the reader of the trail with that name has kept, in its parts; ok is false where it kept nothing.
func (s *Store) Progress(ctx context.Context, reader string, parts ...any) (ok bool, err error) {
	err = s.engine.View(ctx, func(r kv.Reader) error {
		for i, part := range parts {
			key := progressKey(reader, i)
			value, err := r.Get(key)
			if i == 0 && errors.Is(err, kv.ErrNotFound) {
				return nil
			}
			if errors.Is(err, kv.ErrNotFound) {
				return &DamagedError{Key: key, Err: errors.New("it is lost")}
			}
			if err != nil {
				return err
			}
			if err := s.codec.decode(key, value, part); err != nil {
				return err
			}
		}
		ok = true
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("store: read the progress of %s: %w", reader, err)
	}
	return ok, nil
}

// SaveProgress keeps what a reader of the trail needs to go on after a restart: all parts, or none of them.
func (s *Store) SaveProgress(ctx context.Context, reader string, parts ...any) error {
	_, err := s.engine.Update(ctx, progressScope, func(txn kv.Txn) error {
		for i, part := range parts {
			if err := s.write(txn, progressKey(reader, i), part); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store: keep the progress of %s: %w", reader, err)
	}
	return nil
}
