package store

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/trail"
)

// damaged opens a store over changed bytes and wants it refused, with the key named.
func damaged(t *testing.T, engine *memKV, keyring *seal.Keyring, what string, change func(map[string][]byte), key string) {
	t.Helper()
	whole := maps.Clone(engine.data)
	defer func() { engine.data = whole }()
	engine.edit(change)
	s, err := Open(t.Context(), engine, keyring, Options{Library: directory.NewLibrary(nil)})
	if err == nil {
		_ = s.Close()
		t.Errorf("%s: it was opened", what)
		return
	}
	var damage *DamagedError
	if !errors.As(err, &damage) || !strings.Contains(damage.Key, key) || !strings.Contains(err.Error(), damage.Key) {
		t.Errorf("%s: error %v, want one about %q", what, err, key)
	}
}

func TestOpenFindsDamage(t *testing.T) {
	engine, keyring := newMemKV(t), testKeyring(t)
	s := testOpen(t, engine, keyring)
	for _, account := range []string{here, elsewhere} {
		mustPut(t, s, account, everything(account)...)
		_, err := s.Update(t.Context(), &Change{Account: account, Retry: bytes.Repeat([]byte(account[:1]), 32), Event: func([]byte, time.Time) *trail.Event {
			return &trail.Event{EventName: "CreateUser"}
		}}, func(*Tx) ([]byte, error) { return []byte("answer"), nil })
		if err != nil {
			t.Fatal(err)
		}
		s.Touch(account, "AROA1", Use{At: time.Now(), Service: "iam"})
		if err := s.writeUses(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	keys := engine.keys()
	if len(keys) != 2*(8+4) {
		t.Fatalf("records: %v", keys)
	}
	for n, key := range keys {
		for _, bit := range []int{0, 7, 8, 100, 8*len(engine.data[key]) - 1} {
			damaged(t, engine, keyring, "a flipped bit", func(data map[string][]byte) {
				data[key] = bytes.Clone(data[key])
				data[key][bit/8] ^= 1 << (bit % 8)
			}, key)
		}
		for _, length := range []int{0, 1, 20, len(engine.data[key]) - 1} {
			damaged(t, engine, keyring, "a record cut off", func(data map[string][]byte) { data[key] = data[key][:length] }, key)
		}
		other := keys[(n+1)%len(keys)]
		damaged(t, engine, keyring, "swapped records", func(data map[string][]byte) {
			data[key], data[other] = data[other], data[key]
		}, "")
		damaged(t, engine, keyring, "another's record", func(data map[string][]byte) { data[key] = data[other] }, key)
		if strings.HasPrefix(key, entityPrefix) {
			account, _ := splitAccount(key, entityPrefix)
			damaged(t, engine, keyring, "a lost record", func(data map[string][]byte) { delete(data, key) }, versionKey(account))
		}
		if strings.HasPrefix(key, versionPrefix) {
			damaged(t, engine, keyring, "a lost version", func(data map[string][]byte) { delete(data, key) }, key)
		}
	}
	damaged(t, engine, testKeyring(t), "another keyring", func(map[string][]byte) {}, "")
	damaged(t, engine, keyring, "an unknown kind", func(data map[string][]byte) {
		data[entityKey(here, "login/AIDA1")] = data[entityKey(here, "user/AIDA1")]
	}, "login/AIDA1")
	_ = testOpen(t, engine, keyring)
}

// A record is good for its own key only, even when its content says otherwise.
func TestRecordOfAnotherEntity(t *testing.T) {
	engine, keyring := newMemKV(t), testKeyring(t)
	key := entityKey(here, "user/AIDA1")
	value, err := codec{keyring}.encode(key, &directory.User{ID: "AIDA2"})
	if err != nil {
		t.Fatal(err)
	}
	damaged(t, engine, keyring, "a wrong id", func(data map[string][]byte) { data[key] = value }, key)
	value, err = codec{keyring}.encode(key, map[string]any{"id": "AIDA1", "superpower": true})
	if err != nil {
		t.Fatal(err)
	}
	damaged(t, engine, keyring, "an unknown member", func(data map[string][]byte) { data[key] = value }, key)
}

// Damage that comes while the store runs stops the changes that meet it.
func TestUpdateFindsDamage(t *testing.T) {
	engine, keyring := newMemKV(t), testKeyring(t)
	s := testOpen(t, engine, keyring)
	mustPut(t, s, here, user("a"))
	hash := make([]byte, 32)
	add := func(name string) error {
		_, err := s.Update(t.Context(), &Change{Account: here, Retry: hash}, func(tx *Tx) ([]byte, error) { return nil, tx.Put(user(name)) })
		return err
	}
	if err := add("b"); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{retryKey(hash), versionKey(here)} {
		whole := bytes.Clone(engine.data[key])
		engine.edit(func(data map[string][]byte) { data[key][3] ^= 1 })
		var damage *DamagedError
		if err := add("c"); !errors.As(err, &damage) || damage.Key != key {
			t.Errorf("damaged %s: error %v", key, err)
		}
		engine.edit(func(data map[string][]byte) { data[key] = whole })
	}
	// The version is that of another state, so the records are read, and one of them is damaged.
	engine.edit(func(data map[string][]byte) {
		data[versionKey(here)], _ = codec{keyring}.encode(versionKey(here), newVersion(2))
		data[entityKey(here, "user/AIDAA")][9] ^= 1
	})
	var damage *DamagedError
	hash[0]++
	if err := add("c"); !errors.As(err, &damage) || damage.Key != entityKey(here, "user/AIDAA") {
		t.Errorf("error %v", err)
	}
	wantUsers(t, s, here, "a", "b")
}

func TestOutbox(t *testing.T) {
	engine, keyring := newMemKV(t), testKeyring(t)
	s := testOpen(t, engine, keyring)
	do := func(s *Store, account, name string) {
		t.Helper()
		_, err := s.Update(t.Context(), &Change{Account: account, Event: func(answer []byte, at time.Time) *trail.Event {
			if name == "" {
				return nil
			}
			return &trail.Event{EventName: name, EventTime: at, RequestParameters: answer, UserAgent: "bad \xff"}
		}}, func(*Tx) ([]byte, error) { return []byte(`{"a":"<&>"}`), nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	read := func(s *Store, after Sequence) (names []string, all []Sequence) {
		t.Helper()
		for o, err := range s.Outbox(t.Context(), after) {
			if err != nil {
				t.Fatal(err)
			}
			if string(o.Event.RequestParameters) != `{"a":"<&>"}` && !strings.Contains(string(o.Event.RequestParameters), "u003c") {
				t.Errorf("parameters %s", o.Event.RequestParameters)
			}
			names, all = append(names, o.Event.EventName), append(all, o.Sequence)
		}
		return names, all
	}
	do(s, here, "")
	select {
	case <-s.OutboxSignal():
		t.Error("a signal without an event")
	default:
	}
	for n := range 200 {
		do(s, []string{here, elsewhere}[n%2], string(rune('a'+n%26)))
	}
	<-s.OutboxSignal()
	names, all := read(s, "")
	if len(names) != 200 || names[0] != "a" || names[199] != string(rune('a'+199%26)) || !slices.IsSorted(all) {
		t.Errorf("events %v", names)
	}
	if rest, _ := read(s, all[149]); len(rest) != 50 {
		t.Errorf("%d events after the 150th", len(rest))
	}
	// They survive a restart, which tells that there are some.
	s = testOpen(t, engine, keyring)
	<-s.OutboxSignal()
	if err := s.Acknowledge(t.Context(), append(all[:199:199], all[0])...); err != nil {
		t.Fatal(err)
	}
	if rest, _ := read(s, ""); len(rest) != 1 {
		t.Errorf("%d events are left", len(rest))
	}
}
