package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/warder-iam/warder/internal/kv"
)

// NoteKind says what a note is about.
type NoteKind string

// GuardrailNotes are what guardrails remember of keys, policies and themselves.
const GuardrailNotes NoteKind = "guardrail"

const (
	maxNoteID     = 128 // bytes, of the characters of ids
	notesAtATime  = 60
	noteSeparator = "/"
)

// Notes are what a background job remembers of things in an account, by their ids. They are sealed, part of no Snapshot, and
// stay until they are taken away.
func (s *Store) Notes(ctx context.Context, account string, kind NoteKind) (map[string][]byte, error) {
	notes := map[string][]byte{}
	err := s.engine.View(ctx, func(r kv.Reader) error {
		prefix := noteKey(account, kind, "")
		for pair, err := range r.Range(prefix, end(prefix)) {
			if err != nil {
				return err
			}
			text, err := s.codec.open(pair.Key, pair.Value)
			if err != nil {
				return err
			}
			notes[pair.Key[len(prefix):]] = text
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store: read notes: %w", err)
	}
	return notes, nil
}

// Note writes notes; a nil text takes one away. They are durable when it returns. A failure may leave some of them written, of
// more than sixty.
func (s *Store) Note(ctx context.Context, account string, kind NoteKind, notes map[string][]byte) error {
	ids := make([]string, 0, len(notes))
	for id := range notes {
		if id == "" || len(id) > maxNoteID || strings.Contains(id, noteSeparator) {
			return fmt.Errorf("store: %.20q is no id of a note", id)
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for some := range slices.Chunk(ids, notesAtATime) {
		_, err := s.engine.Update(ctx, account, func(txn kv.Txn) error { return s.writeNotes(txn, account, kind, some, notes) })
		if err != nil {
			return fmt.Errorf("store: write notes: %w", err)
		}
	}
	return nil
}

func (s *Store) writeNotes(txn kv.Txn, account string, kind NoteKind, ids []string, notes map[string][]byte) error {
	for _, id := range ids {
		key := noteKey(account, kind, id)
		if notes[id] == nil {
			if err := txn.Delete(key); err != nil {
				return err
			}
			continue
		}
		value, err := s.codec.seal(key, notes[id])
		if err != nil {
			return err
		}
		if err := txn.Put(key, value); err != nil {
			return err
		}
	}
	return nil
}
