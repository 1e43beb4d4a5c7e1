package localkey

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var errKilled = errors.New("killed")

// world is a user's keys on a server, and the machine with the profile. Both survive a kill; budget is how many effects are
// carried out before it, and answer whether the last one's answer still arrives.
type world struct {
	active  map[string]bool
	secrets map[string]string
	byCall  map[string]string // invocation -> key id
	made    int

	current string
	kept    map[string]string // id -> secret on the machine

	budget int
}

const userARN = "arn:aws:iam::111122223333:user/alice"

func newWorld() *world {
	k := keyNumber(0)
	return &world{
		active: map[string]bool{k.ID: true}, secrets: map[string]string{k.ID: k.Secret}, byCall: map[string]string{},
		current: k.ID, kept: map[string]string{k.ID: k.Secret}, budget: 1 << 20,
	}
}

func keyNumber(n int) Key {
	return Key{"AKIA" + strings.Repeat("A", 15) + string(rune('A'+n)), fmt.Sprintf("secret-canary-%d", n)}
}

// effect does something that lasts, and is killed before it or right after it.
func (w *world) effect(do func()) error {
	if w.budget--; w.budget < 0 {
		return errKilled
	}
	do()
	if w.budget--; w.budget < 0 {
		return errKilled
	}
	return nil
}

func (w *world) check(by Key) error {
	if !w.active[by.ID] || w.secrets[by.ID] != by.Secret {
		return fmt.Errorf("InvalidClientTokenId: %s", by.ID)
	}
	return nil
}

func (w *world) Keys(_ context.Context, by Key) (list []KeyInfo, err error) {
	for id, active := range w.active {
		list = append(list, KeyInfo{id, map[bool]string{true: "Active", false: "Inactive"}[active]})
	}
	return list, w.check(by)
}

func (w *world) Create(_ context.Context, by Key, invocation string) (Key, error) {
	if err := w.check(by); err != nil {
		return Key{}, err
	}
	if id := w.byCall[invocation]; id != "" {
		return Key{id, w.secrets[id]}, nil
	}
	if len(w.active) >= 2 {
		return Key{}, errors.New("LimitExceeded")
	}
	k := keyNumber(w.made + 1)
	err := w.effect(func() {
		w.made++
		w.active[k.ID], w.secrets[k.ID], w.byCall[invocation] = true, k.Secret, k.ID
	})
	if err != nil {
		return Key{}, err
	}
	return k, nil
}

func (w *world) WhoIs(_ context.Context, key Key) (string, error) { return userARN, w.check(key) }

func (w *world) Deactivate(_ context.Context, by Key, id string) error {
	if err := w.check(by); err != nil {
		return err
	}
	return w.effect(func() { w.active[id] = false })
}

func (w *world) Delete(_ context.Context, by Key, id string) error {
	if err := w.check(by); err != nil {
		return err
	}
	return w.effect(func() { delete(w.active, id) })
}

func (w *world) Current() (string, error) { return w.current, nil }

func (w *world) Load(id string) (Key, error) {
	if secret, ok := w.kept[id]; ok {
		return Key{id, secret}, nil
	}
	return Key{}, ErrNoKey
}

func (w *world) Stage(k Key) error { return w.effect(func() { w.kept[k.ID] = k.Secret }) }

func (w *world) Switch(id string) error { return w.effect(func() { w.current = id }) }

func (w *world) Discard(id string) error { return w.effect(func() { delete(w.kept, id) }) }

func (w *world) rotation(file string, said *strings.Builder) *Rotation {
	return &Rotation{Holder: w, Server: w, File: file, Grace: time.Hour, Say: func(format string, args ...any) {
		fmt.Fprintf(said, format+"\n", args...)
	}}
}

// Wherever a rotation is killed, the profile's key works, and running it again ends with one key, the new one.
func TestRotationKilled(t *testing.T) {
	kills := 0
	for at := 0; ; at++ {
		w, said := newWorld(), &strings.Builder{}
		file := filepath.Join(t.TempDir(), "rotation")
		w.budget = at
		r := w.rotation(file, said)
		r.Grace = 0
		err := r.Run(t.Context())
		if err == nil {
			break
		}
		if !errors.Is(err, errKilled) {
			t.Fatalf("kill at %d: %v", at, err)
		}
		kills++
		if err := w.check(Key{w.current, w.kept[w.current]}); err != nil {
			t.Errorf("kill at %d: the profile's key: %v", at, err)
		}
		w.budget = 1 << 20
		if err := r.Run(t.Context()); err != nil {
			t.Fatalf("after the kill at %d: %v", at, err)
		}
		if len(w.active) != 1 || !w.active[w.current] || len(w.kept) != 1 || w.current == keyNumber(0).ID || w.made != 1 {
			t.Errorf("after the kill at %d: keys %v, profile %s, kept %d, made %d", at, w.active, w.current, len(w.kept), w.made)
		}
		if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("after the kill at %d the file stays: %v", at, err)
		}
	}
	if kills < 10 {
		t.Errorf("only %d kills", kills)
	}
}

// The old key stays inactive for the grace time; neither the file nor what is said holds a secret.
func TestRotationGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, said := newWorld(), &strings.Builder{}
		file := filepath.Join(t.TempDir(), "rotation")
		r := w.rotation(file, said)
		run := func(keys int) {
			t.Helper()
			if err := r.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if len(w.active) != keys || w.active[keyNumber(0).ID] || w.current != keyNumber(1).ID {
				t.Errorf("keys %v, profile %s", w.active, w.current)
			}
		}
		run(2)
		text, err := os.ReadFile(file)
		if err != nil || strings.Contains(string(text)+said.String(), "secret-canary") {
			t.Errorf("a secret shows: %s %s %v", text, said, err)
		}
		time.Sleep(time.Hour - time.Second)
		run(2)
		time.Sleep(2 * time.Second)
		run(1)
		if !strings.Contains(said.String(), "stays, inactive, until") || !strings.Contains(said.String(), "Deleted the old key") {
			t.Errorf("said: %s", said)
		}
	})
}

func TestRotationRefuses(t *testing.T) {
	begin := func(t *testing.T, change func(*world, *Rotation)) error {
		t.Helper()
		w := newWorld()
		r := w.rotation(filepath.Join(t.TempDir(), "rotation"), &strings.Builder{})
		change(w, r)
		before := len(w.active)
		err := r.Run(t.Context())
		if len(w.active) != before {
			t.Errorf("keys %v", w.active)
		}
		return err
	}
	cases := map[string]struct {
		change func(*world, *Rotation)
		want   string
	}{
		"both slots used":  {func(w *world, _ *Rotation) { w.active[keyNumber(9).ID] = false }, "delete it and run this again: aws iam delete-access-key --user-name alice --access-key-id " + keyNumber(9).ID},
		"nothing to end":   {func(_ *world, r *Rotation) { r.Finish = true }, "no rotation of this profile is under way"},
		"key is dead":      {func(w *world, _ *Rotation) { w.active[w.current] = false }, "does not work"},
		"file of others":   {func(_ *world, r *Rotation) { writeFile(t, r.File, "{}") }, "is not what a rotation wrote"},
		"file is no JSON":  {func(_ *world, r *Rotation) { writeFile(t, r.File, "x") }, "is not what a rotation wrote"},
		"profile changed":  {func(_ *world, r *Rotation) { writeFile(t, r.File, progressOf(5, 6)) }, "the profile was written anew since"},
		"path for a key":   {func(_ *world, r *Rotation) { writeFile(t, r.File, `{"Phase":"creating","Old":"../../x"}`) }, "is not what a rotation wrote"},
		"made long before": {func(w *world, r *Rotation) { w.active[keyNumber(3).ID] = true; writeFile(t, r.File, progressOf(0, -1)) }, "The key " + keyNumber(3).ID + " came since"},
	}
	for name, c := range cases {
		if err := begin(t, c.change); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// progressOf is the file of a rotation that began long ago, which is creating where there is no new key.
func progressOf(old, made int) string {
	if made < 0 {
		return fmt.Sprintf(`{"Phase":"creating","Old":%q,"Before":[%[1]q],"Asked":"2020-01-01T00:00:00Z"}`, keyNumber(old).ID)
	}
	return fmt.Sprintf(`{"Phase":"created","Old":%q,"New":%q}`, keyNumber(old).ID, keyNumber(made).ID)
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
