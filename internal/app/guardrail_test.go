package app

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	rules "github.com/warder-iam/warder/audit/guardrail"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/guardrail"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
)

func TestKeepTime(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		name  string
		last  time.Duration // before the start; below zero after it
		first time.Duration // at the earliest, and a tenth of the interval later at the latest
	}{
		{"never before", 0, guardrailGrace},
		{"long ago", 100 * day, guardrailGrace},
		{"an hour ago", time.Hour, 23 * time.Hour},
		{"in the future", -1000 * day, day},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				var last time.Time
				if c.last != 0 {
					last = start.Add(-c.last)
				}
				ctx, cancel := context.WithCancel(t.Context())
				var runs []time.Duration
				go keepTime(ctx, day, last, func() { runs = append(runs, time.Since(start)) })
				time.Sleep(10 * day)
				cancel()
				synctest.Wait()
				if len(runs) < 8 {
					t.Fatalf("%d runs", len(runs))
				}
				if runs[0] < c.first || runs[0] > c.first+day/10 {
					t.Errorf("first run after %v", runs[0])
				}
				for i := 1; i < len(runs); i++ {
					if d := runs[i] - runs[i-1]; d < day || d > day+day/10 {
						t.Errorf("run %d comes %v after the one before", i, d)
					}
				}
			})
		})
	}
}

func TestGuardrailsCheck(t *testing.T) {
	const day = 24 * time.Hour
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(t.TempDir(), "open")
	if err := errors.Join(os.WriteFile(open, []byte("#!/bin/sh\n"), 0o700), os.Chmod(open, 0o722)); err != nil {
		t.Fatal(err)
	}
	with := func(change func(*Guardrails)) Guardrails {
		g := Guardrails{Settings: rules.Settings{UnusedCredentials: 90 * day, KeyAge: 90 * day}}
		change(&g)
		return g
	}
	for _, c := range []struct {
		want string
		g    Guardrails
	}{
		{"", with(func(g *Guardrails) {})},
		{"guardrail-notice-hook", with(func(g *Guardrails) { g.NoticeHook = open })},
		{"guardrail-unused-credentials", with(func(g *Guardrails) { g.UnusedCredentials = 90 * time.Minute })},
		{"guardrail-key-age", with(func(g *Guardrails) { g.KeyAge = -day })},
		{"guardrail-key-notice", with(func(g *Guardrails) { g.KeyNotice = 90 * day })},
		{"guardrail-rotate-keys", with(func(g *Guardrails) { g.RotateKeys = 60 * day })},
		{"guardrail-policy-versions", with(func(g *Guardrails) { g.PolicyVersions = 100 * 366 * day })},
		{"guardrail-unattached-policies", with(func(g *Guardrails) { g.UnattachedPolicies = 1 })},
		{"guardrail-every", with(func(g *Guardrails) { g.Every = time.Second })},
		{"guardrail-limit", with(func(g *Guardrails) { g.Limit = -1 })},
		{"guardrail-rotate-hook", with(func(g *Guardrails) { g.RotateKeys, g.RotateHook = 60*day, text })},
		{"guardrail-notice-hook", with(func(g *Guardrails) { g.RotateKeys, g.RotateHook, g.NoticeHook = 60*day, self, "/nonexistent" })},
	} {
		c.g.complete()
		got := ""
		if err, ok := errors.AsType[*ConfigError](c.g.check()); ok {
			got = err.Setting
		}
		if got != c.want {
			t.Errorf("wrong is %q, want %q", got, c.want)
		}
	}
}

// A run on a running server changes what is due, and the change reaches the trail as any other.
func TestGuardrailsRun(t *testing.T) {
	const day = 24 * time.Hour
	p := newPlace(t)
	stop(t, p.start(t))
	p.change(t, func(tx *store.Tx) error {
		old := tx.Now().Add(-200 * day)
		if err := tx.Put(&directory.User{ID: "AIDAANN", Name: "ann", Path: "/", Created: old}); err != nil {
			return err
		}
		return tx.Put(&directory.AccessKey{ID: "AKIAANNANNANNANNANNA", User: "AIDAANN", Created: old, Active: true})
	})
	p.Guardrails.UnusedCredentials = 90 * day
	a := p.start(t)
	a.touchPassword(p.AccountID, "AIDAANN", time.Now()) // of nobody's password: nothing comes of it
	status, body := call(t, client(t), a.Endpoint().URL, p.adminKey(t), "iam", url.Values{"Action": {"ListUsers"}, "Version": {"2010-05-08"}})
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	plan, err := a.guardrailPlan(t.Context(), p.AccountID, time.Now())
	if err != nil || len(plan.Changes) != 1 || !plan.Enabled || plan.Limit != DefaultGuardrailLimit {
		t.Errorf("plan %+v, %v", plan, err)
	}
	if err := a.guardrails.Run(t.Context(), time.Now()); err != nil {
		t.Error(err)
	}
	if key, _ := a.store.Snapshot().AccessKey("AKIAANNANNANNANNANNA"); key.Active {
		t.Error("the key is active")
	}
	stop(t, a)
	found := 0
	for record, err := range trailstore.Read(t.Context(), filepath.Join(p.Data, trailName), trailstore.All()) {
		if err != nil {
			t.Fatal(err)
		}
		if e := record.Event; e.UserIdentity.InvokedBy == guardrail.Principal {
			if found++; e.EventName != "UpdateAccessKey" || !strings.Contains(string(e.AdditionalEventData), "guardrail-unused-credentials") {
				t.Errorf("%s %s", e.EventName, e.AdditionalEventData)
			}
		}
	}
	if found != 1 {
		t.Errorf("%d events of guardrails are on the trail", found)
	}
}
