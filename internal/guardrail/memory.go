package guardrail

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/warder-iam/warder/audit/guardrail"
	"github.com/warder-iam/warder/internal/store"
)

// runsNote is the id of the note about the runs themselves; all others are ids of keys, users and policies.
const runsNote = "runs"

// memory is what earlier runs remember of an account.
type memory struct {
	store   *store.Store
	account string
	runs    guardrail.Runs
	notes   map[string]guardrail.Note
}

func recall(ctx context.Context, st *store.Store, account string) (*memory, error) {
	texts, err := st.Notes(ctx, account, store.GuardrailNotes)
	if err != nil {
		return nil, err
	}
	m := &memory{store: st, account: account, notes: map[string]guardrail.Note{}}
	for id, text := range texts {
		var n guardrail.Note
		to := any(&n)
		if id == runsNote {
			to = &m.runs
		}
		if err := json.Unmarshal(text, to); err != nil {
			return nil, fmt.Errorf("guardrail: the note of %s cannot be read: %w", id, err)
		}
		if id != runsNote {
			m.notes[id] = n
		}
	}
	return m, nil
}

// note writes notes, and forgets empty ones.
func (m *memory) note(ctx context.Context, notes map[string]guardrail.Note) error {
	texts := make(map[string][]byte, len(notes))
	for id, n := range notes {
		texts[id] = nil
		if n.Empty() {
			continue
		}
		text, err := json.Marshal(n)
		if err != nil {
			return err
		}
		texts[id] = text
	}
	if err := m.store.Note(ctx, m.account, store.GuardrailNotes, texts); err != nil {
		return err
	}
	for id, n := range notes {
		if n.Empty() {
			delete(m.notes, id)
		} else {
			m.notes[id] = n
		}
	}
	return nil
}

// begin notes a run, before it does anything.
func (m *memory) begin(ctx context.Context, runs guardrail.Runs) error {
	text, err := json.Marshal(runs)
	if err != nil {
		return err
	}
	if err := m.store.Note(ctx, m.account, store.GuardrailNotes, map[string][]byte{runsNote: text}); err != nil {
		return err
	}
	m.runs = runs
	return nil
}
