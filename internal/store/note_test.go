package store

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/kv"
)

// Notes are kept until they are taken away, apart by account, in no clear text; a swapped or broken one is found out.
func TestNotes(t *testing.T) {
	engine, keyring := newMemKV(t), testKeyring(t)
	s := testOpen(t, engine, keyring)
	note := func(account string, notes map[string][]byte) {
		t.Helper()
		if err := s.Note(t.Context(), account, GuardrailNotes, notes); err != nil {
			t.Fatal(err)
		}
	}
	want := func(account string, ids ...string) {
		t.Helper()
		notes, err := s.Notes(t.Context(), account, GuardrailNotes)
		if got := slices.Sorted(maps.Keys(notes)); err != nil || !slices.Equal(got, ids) {
			t.Errorf("%s has notes %v, %v, want %v", account, got, err, ids)
		}
	}
	want(here)
	many := map[string][]byte{}
	for i := range 2*notesAtATime + 1 {
		many[fmt.Sprintf("AKIA%04d", i)] = fmt.Appendf(nil, `{"needle":%d}`, i)
	}
	note(here, many)
	note(elsewhere, map[string][]byte{"AKIA": []byte("needle")})
	want(here, slices.Sorted(maps.Keys(many))...)
	want(elsewhere, "AKIA")
	for _, key := range engine.keys() {
		if strings.HasPrefix(key, notePrefix) && bytes.Contains(engine.data[key], []byte("needle")) {
			t.Errorf("%s is in clear", key)
		}
	}
	for id := range many {
		many[id] = nil
	}
	delete(many, "AKIA0007")
	note(here, many)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = testOpen(t, engine, keyring)
	want(here, "AKIA0007")

	for _, id := range []string{"", "a/b", strings.Repeat("x", maxNoteID+1)} {
		if err := s.Note(t.Context(), here, GuardrailNotes, map[string][]byte{id: {}}); err == nil {
			t.Errorf("%q is taken for an id", id)
		}
	}
	engine.onSync(func(int) error { return kv.ErrFull })
	if err := s.Note(t.Context(), here, GuardrailNotes, map[string][]byte{"x": {}}); !errors.Is(err, kv.ErrFull) {
		t.Errorf("without space: %v", err)
	}
	engine.onSync(nil)
	engine.data[noteKey(here, GuardrailNotes, "AKIA0007")] = engine.data[noteKey(elsewhere, GuardrailNotes, "AKIA")]
	var damaged *DamagedError
	if _, err := s.Notes(t.Context(), here, GuardrailNotes); !errors.As(err, &damaged) {
		t.Errorf("a swapped note: %v", err)
	}
}
