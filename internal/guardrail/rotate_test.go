package guardrail_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	rules "github.com/warder-iam/warder/audit/guardrail"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/guardrail"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/store"
)

var rotated = directory.Tag{Key: rules.Tag, Value: rules.Rotated}

// service is a fixture with the user svc, whose key is due.
func service(t *testing.T) (*fixture, string) {
	t.Helper()
	f := newFixture(t)
	f.options.Settings.RotateKeys = 60 * day
	return f, f.key(t, "svc", 100, 0, rotated).AccessKeyID
}

// others are the user's keys but for one.
func (f *fixture) others(id string) (list []*directory.AccessKey) {
	for _, k := range f.Now().Keys("AIDASVC") {
		if k.ID != id {
			list = append(list, k)
		}
	}
	return list
}

// The hook is given the new key on standard input and nowhere else; the old one is inactive once it has taken it.
func TestRotate(t *testing.T) {
	f, old := service(t)
	f.hook(t, 0)
	t.Setenv("WARDER_MASTER_KEY", "canary-of-the-server")
	for range 2 {
		servertest.Check(t, f.run(t, 0))
	}
	made := f.others(old)
	if len(made) != 1 || !made[0].Active || f.active(old) {
		t.Fatalf("keys %+v, old active: %t", made, f.active(old))
	}
	in, all := f.given(t)
	sealed, err := f.Keys.OpenAccessKey(made[0].ID, made[0].Sealed)
	servertest.Check(t, err)
	secret := string(sealed.Reveal())
	for name, value := range map[string]string{
		"version": "1", "event": "rotate", "account": account, "userName": "svc", "userArn": f.ARN(f.Now().User("svc")),
		"oldAccessKeyId": old, "newAccessKeyId": made[0].ID, "secretAccessKey": secret,
	} {
		if in[name] != value {
			t.Errorf("the hook was given %s %v", name, in[name])
		}
	}
	names, events := f.changes(t)
	want(t, "changes", names, []string{"CreateAccessKey", "UpdateAccessKey"})
	for _, e := range append(events, f.Recorder.Events()...) {
		text, err := json.Marshal(e)
		if servertest.Check(t, err); strings.Contains(string(text), secret) {
			t.Errorf("%s has the secret", e.EventName)
		}
	}
	if strings.Contains(all, secret) || strings.Contains(all, "canary") || strings.Contains(f.log.String(), secret) || strings.Contains(f.World.Log.String(), secret) {
		t.Errorf("a secret leaked: arguments and environment of the hook %s", all)
	}
	f.noNotes(t)
}

// noNotes holds that no rotation is remembered.
func (f *fixture) noNotes(t *testing.T) {
	t.Helper()
	notes, err := f.Store.Notes(t.Context(), account, store.GuardrailNotes)
	if servertest.Check(t, err); notes["AIDASVC"] != nil {
		t.Errorf("still remembered: %s", notes["AIDASVC"])
	}
}

// Where the hook fails, or is not there, the new key goes and the old one stays.
func TestRotateFails(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(*testing.T, *fixture)
		cause   string
		changes []string
	}{
		"hook fails":   {func(t *testing.T, f *fixture) { f.hook(t, 4) }, "exit status 4", []string{"CreateAccessKey", "DeleteAccessKey"}},
		"no such hook": {func(_ *testing.T, f *fixture) { f.options.RotateHook = "/nonexistent/hook" }, "no such file", []string{"CreateAccessKey", "DeleteAccessKey"}},
		"no hook":      {func(*testing.T, *fixture) {}, "no guardrail-rotate-hook", nil},
	} {
		f, old := service(t)
		c.prepare(t, f)
		if err := f.run(t, 0); err == nil || !strings.Contains(err.Error(), c.cause) {
			t.Errorf("%s: %v", name, err)
		}
		if !f.active(old) || len(f.others(old)) != 0 {
			t.Errorf("%s: old active %t, others %v", name, f.active(old), f.others(old))
		}
		names, events := f.changes(t)
		want(t, name, names, c.changes)
		if len(events) > 1 && !strings.Contains(string(events[1].AdditionalEventData), c.cause) {
			t.Errorf("%s: the record does not say why: %s", name, events[1].AdditionalEventData)
		}
		f.noNotes(t)
	}
}

// A rotation that broke off anywhere is ended by the next run; where the hook was being given the key, its use tells.
func TestRotateBreaksOff(t *testing.T) {
	for _, c := range []struct {
		name      string
		phase     rules.Phase
		made      bool // the new key is there
		used      bool // and was used
		old, kept bool // which are active afterwards
		over      bool
	}{
		{"before the new key", rules.Making, false, false, false, false, true}, // and replaced by the same run
		{"before the hook", rules.Making, true, false, true, false, true},
		{"at the hook, unused", rules.Handing, true, false, true, true, false},
		{"at the hook, used", rules.Handing, true, true, false, true, true},
		{"after the hook", rules.Installed, true, false, false, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, old := service(t)
			f.hook(t, 0)
			at := f.now.Add(-day)
			rotation := rules.Note{Rotation: &rules.Rotation{Old: old, Phase: c.phase, At: at}}
			id := ""
			if c.made {
				made := f.key(t, "svc", 1, -1)
				if id = made.AccessKeyID; c.phase != rules.Making {
					rotation.Rotation.New = id
				}
				if c.used {
					f.Store.Touch(account, id, store.Use{At: at.Add(time.Hour), Service: "s3", Region: "us-east-1"})
				}
			}
			text, err := json.Marshal(rotation)
			servertest.Check(t, err)
			servertest.Check(t, f.Store.Note(t.Context(), account, store.GuardrailNotes, map[string][]byte{"AIDASVC": text}))
			servertest.Check(t, f.run(t, 0))
			if f.active(old) != c.old {
				t.Errorf("old active: %t", f.active(old))
			}
			if c.made && f.active(id) != c.kept {
				t.Errorf("new active: %t", f.active(id))
			}
			if strings.Contains(f.log.String(), "a key is not rotated") == c.over {
				t.Errorf("log: %s", f.log)
			}
			notes, err := f.Store.Notes(t.Context(), account, store.GuardrailNotes)
			if servertest.Check(t, err); (notes["AIDASVC"] == nil) != c.over {
				t.Errorf("remembered: %s", notes["AIDASVC"])
			}
		})
	}
}

// After a stop of the server no change is begun; the next run goes on.
func TestStop(t *testing.T) {
	f, old := service(t)
	f.hook(t, 0)
	ctx, cancel := context.WithCancel(t.Context())
	f.options.Recorder, f.options.Settings.KeyAge, f.options.Settings.KeyNotice = &stopping{f.Recorder, cancel}, 90*day, 14*day
	f.options.NoticeHook = ""
	r, err := guardrail.New(f.options)
	servertest.Check(t, err)
	if err := r.Run(ctx, f.now); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := os.Stat(f.file); err == nil || !f.active(old) {
		t.Error("a change was begun after the stop")
	}
	servertest.Check(t, f.run(t, 0))
	if f.active(old) {
		t.Error("the next run does not go on")
	}
}
