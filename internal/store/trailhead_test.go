package store

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/trail"
)

func TestTrailHead(t *testing.T) {
	ctx, engine, keyring := t.Context(), newMemKV(t), testKeyring(t)
	s := testOpen(t, engine, keyring)
	if h, err := s.TrailHead(ctx); err != nil || h != (TrailHead{}) {
		t.Fatalf("in the beginning: %+v, %v", h, err)
	}
	head := trail.Head{Sequence: 5, Hash: trail.Hash{5}, Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	if err := s.SetTrailHead(ctx, head, true); err != nil {
		t.Fatal(err)
	}
	for name, back := range map[string]trail.Head{"behind": {Sequence: 4, Hash: trail.Hash{4}}, "another": {Sequence: 5, Hash: trail.Hash{6}}, "none": {}} {
		if err := s.SetTrailHead(ctx, back, false); !errors.Is(err, ErrTrailHead) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.SetTrailRemoved(ctx, 6); err == nil {
		t.Error("more was removed than there is")
	}
	if err := s.SetTrailRemoved(ctx, 3); err != nil {
		t.Error(err)
	}
	if err := s.SetTrailRemoved(ctx, 2); err != nil { // a repeated call changes nothing
		t.Error(err)
	}
	if err := s.SetTrailHead(ctx, head, false); err != nil {
		t.Error(err)
	}
	_ = s.Close()
	s = testOpen(t, engine, keyring)
	if h, err := s.TrailHead(ctx); err != nil || h != (TrailHead{head, false, 3}) {
		t.Errorf("%+v, %v", h, err)
	}
}

func testCheckpoint(t *testing.T, s *Store, account, name string, at time.Time, sequence uint64) *trail.Checkpoint {
	t.Helper()
	key, err := s.DigestSigner(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	c := &trail.Checkpoint{
		AccountID: account, Trail: name, Time: at, Chain: trail.ChainPoint{Sequence: sequence},
		Digest: trail.PreviousDigest{Bucket: "b", Object: "o", Hash: trail.Hash{1}.String(), Signature: "00"},
	}
	if err := c.Sign(key); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCheckpoints(t *testing.T) {
	ctx, engine, keyring := t.Context(), newMemKV(t), testKeyring(t)
	s := testOpen(t, engine, keyring)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if c, err := s.Checkpoint(ctx, here, "main"); c != nil || err != nil {
		t.Fatalf("in the beginning: %v, %v", c, err)
	}
	first := testCheckpoint(t, s, here, "main", at, 5)
	if err := s.SetCheckpoint(ctx, &trail.Checkpoint{}); err == nil {
		t.Error("one that is not signed was taken")
	}
	for _, c := range []*trail.Checkpoint{first, testCheckpoint(t, s, here, "other", at, 1), testCheckpoint(t, s, elsewhere, "main", at, 2)} {
		if err := s.SetCheckpoint(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	for _, old := range []*trail.Checkpoint{testCheckpoint(t, s, here, "main", at.Add(-1), 5), testCheckpoint(t, s, here, "main", at, 4)} {
		old.Time = old.Time.Add(-time.Second)
		if err := s.SetCheckpoint(ctx, old); !errors.Is(err, ErrTrailHead) {
			t.Errorf("an older one: %v", err)
		}
	}
	if c, err := s.Checkpoint(ctx, here, "main"); err != nil || c.Signature != first.Signature {
		t.Errorf("%+v, %v", c, err)
	}
	err := engine.View(ctx, func(r kv.Reader) error {
		state, err := ReadTrailState(r, keyring)
		if err != nil {
			return err
		}
		if len(state.Checkpoints) != 3 || len(state.Keys) != 1 {
			t.Errorf("state %+v", state)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	// A record that was moved to another trail's place is found out.
	engine.edit(func(data map[string][]byte) {
		data[checkpointKey(here, "moved")] = bytes.Clone(data[checkpointKey(here, "main")])
	})
	var damage *DamagedError
	if _, err := s.Checkpoint(ctx, here, "moved"); !errors.As(err, &damage) {
		t.Errorf("moved: %v", err)
	}
}

func TestDigestKeys(t *testing.T) {
	ctx, engine, keyring := t.Context(), newMemKV(t), testKeyring(t)
	s := testOpen(t, engine, keyring)
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	signer := func(at time.Time) string {
		t.Helper()
		key, err := s.DigestSigner(ctx, at)
		if err != nil {
			t.Fatal(err)
		}
		return trail.Fingerprint(&key.PublicKey)
	}
	first := signer(start)
	if signer(start.Add(digestKeyLife-time.Second)) != first {
		t.Error("replaced before its time")
	}
	if signer(start.Add(-time.Hour)) != first { // the clock was set back
		t.Error("a clock that was set back made another key")
	}
	second := signer(start.Add(digestKeyLife))
	if second == first {
		t.Fatal("not replaced")
	}
	if signer(start) != second {
		t.Error("the first key signs again, and its private half was to be gone")
	}
	_ = s.Close()
	s = testOpen(t, engine, keyring)
	if signer(start.Add(digestKeyLife)) != second {
		t.Error("not kept")
	}
	list := func(from, to time.Time) (got []string) {
		t.Helper()
		keys, err := s.DigestKeys(ctx, from, to)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range keys {
			if trail.Fingerprint(k.PublicKey) != k.Fingerprint {
				t.Errorf("key %s has another name", k.Fingerprint)
			}
			got = append(got, k.Fingerprint)
		}
		return got
	}
	if got := list(start.Add(-2*time.Hour), start.Add(-90*time.Minute)); len(got) != 0 {
		t.Errorf("before all: %v", got)
	}
	if got := strings.Join(list(start, start.Add(digestKeyLife)), " "); got != first+" "+second {
		t.Errorf("all: %v", got)
	}
	if got := list(start.Add(digestKeyLife+time.Second), start.Add(digestKeyLife+time.Hour)); len(got) != 1 || got[0] != second {
		t.Errorf("later: %v", got)
	}
	// One private half at most is there.
	private := 0
	err := engine.View(ctx, func(r kv.Reader) error {
		for pair, err := range r.Range(digestKeyPrefix, end(digestKeyPrefix)) {
			if err != nil {
				return err
			}
			stored, err := s.codec.digestKey(pair)
			if err != nil {
				return err
			}
			if stored.Private != nil {
				private++
			}
		}
		return nil
	})
	if err != nil || private != 1 {
		t.Errorf("%d private keys, %v", private, err)
	}
}

func TestOpenFindsDamageOfTheTrail(t *testing.T) {
	ctx, engine, keyring := t.Context(), newMemKV(t), testKeyring(t)
	s := testOpen(t, engine, keyring)
	if err := s.SetTrailHead(ctx, trail.Head{Sequence: 1}, true); err != nil {
		t.Fatal(err)
	}
	if err := s.SetCheckpoint(ctx, testCheckpoint(t, s, here, "main", time.Now().Truncate(time.Second), 1)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	keys := engine.keys()
	if len(keys) != 3 {
		t.Fatalf("records: %v", keys)
	}
	for _, key := range keys {
		for _, bit := range []int{0, 7, 8, 100, 8*len(engine.data[key]) - 1} {
			damaged(t, engine, keyring, "a flipped bit", func(data map[string][]byte) {
				data[key] = bytes.Clone(data[key])
				data[key][bit/8] ^= 1 << (bit % 8)
			}, key)
		}
	}
}
