package app

import (
	"context"
	"math/rand/v2"
	"os"
	"time"

	rules "github.com/warder-iam/warder/audit/guardrail"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/guardrail"
	"github.com/warder-iam/warder/internal/server"
)

// Defaults of Guardrails.
const (
	DefaultGuardrailEvery  = 24 * time.Hour
	DefaultGuardrailNotice = 14 * 24 * time.Hour
	DefaultGuardrailLimit  = 25
)

// Bounds of Guardrails. Ages below a day are slips: a key that was made in the morning would be gone in the evening.
const (
	leastGuardrailAge, mostGuardrailAge     = 24 * time.Hour, 10 * 366 * 24 * time.Hour
	leastGuardrailEvery, mostGuardrailEvery = time.Hour, 7 * 24 * time.Hour
	mostGuardrailLimit                      = 10_000
	// guardrailGrace is how long after a start the first run comes: whoever sees in the log what was configured can stop it.
	guardrailGrace = 10 * time.Minute
)

// Guardrails are the scheduled changes, each off where its age is 0.
type Guardrails struct {
	rules.Settings
	// Every is how often they run; 0 is DefaultGuardrailEvery.
	Every time.Duration
	// Limit is how many changes one run may make; 0 is DefaultGuardrailLimit.
	Limit int
	// RotateHook and NoticeHook are programs; "" for none.
	RotateHook, NoticeHook string
}

// complete fills in the defaults.
func (g *Guardrails) complete() {
	if g.Every == 0 {
		g.Every = DefaultGuardrailEvery
	}
	if g.KeyNotice == 0 {
		g.KeyNotice = DefaultGuardrailNotice
	}
	if g.Limit == 0 {
		g.Limit = DefaultGuardrailLimit
	}
}

func (g *Guardrails) check() error {
	for _, s := range []struct {
		name rules.Name
		age  time.Duration
	}{
		{rules.UnusedCredentials, g.UnusedCredentials}, {rules.KeyAge, g.KeyAge}, {"guardrail-key-notice", g.KeyNotice}, {rules.RotateKeys, g.RotateKeys},
		{rules.PolicyVersions, g.PolicyVersions}, {rules.UnattachedPolicies, g.UnattachedPolicies},
	} {
		if s.age != 0 && (s.age < leastGuardrailAge || s.age > mostGuardrailAge) {
			return wrong(string(s.name), "%v is not between a day and ten years", s.age)
		}
	}
	switch {
	case g.KeyAge > 0 && g.KeyNotice >= g.KeyAge:
		return wrong("guardrail-key-notice", "the notice of %v is not shorter than guardrail-key-age, %v", g.KeyNotice, g.KeyAge)
	case g.RotateKeys > 0 && g.RotateHook == "":
		return wrong(string(rules.RotateKeys), "who installs the new keys? Name a program with guardrail-rotate-hook")
	case g.Every < leastGuardrailEvery || g.Every > mostGuardrailEvery:
		return wrong("guardrail-every", "%v is not between %v and %v", g.Every, leastGuardrailEvery, mostGuardrailEvery)
	case g.Limit < 1 || g.Limit > mostGuardrailLimit:
		return wrong("guardrail-limit", "%d is not between 1 and %d", g.Limit, mostGuardrailLimit)
	}
	if err := checkHook("guardrail-rotate-hook", g.RotateHook); err != nil {
		return err
	}
	return checkHook("guardrail-notice-hook", g.NoticeHook)
}

// checkHook refuses what is no program, and one that others than its owner may change: it runs as the server and is given secrets.
func checkHook(setting, program string) error {
	if program == "" {
		return nil
	}
	info, err := os.Stat(program)
	switch {
	case err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o111 == 0:
		return wrong(setting, "%s is no program that can be run", program)
	case info.Mode().Perm()&0o022 != 0:
		return wrong(setting, "%s may be changed by others than its owner, and is given secrets; chmod go-w it", program)
	}
	return nil
}

// newGuardrails makes what carries them out; nil where none is on.
func (a *App) newGuardrails(s *server.Server) (err error) {
	g := &a.config.Guardrails
	if !g.On() {
		return nil
	}
	a.guardrails, err = guardrail.New(guardrail.Options{
		Settings: g.Settings, Every: g.Every, Limit: g.Limit, RotateHook: g.RotateHook, NoticeHook: g.NoticeHook,
		Server: s, Store: a.store, Recorder: a.recorder, Log: a.log,
	})
	return err
}

// guardrailPlan answers GetGuardrailPlan.
func (a *App) guardrailPlan(ctx context.Context, account string, at time.Time) (*api.GetGuardrailPlanOutput, error) {
	out := &api.GetGuardrailPlanOutput{At: at, Changes: []api.GuardrailChange{}, LeftAlone: []api.GuardrailLeftAlone{}}
	if a.guardrails == nil {
		return out, nil
	}
	p, err := a.guardrails.Preview(ctx, account, at)
	if err != nil {
		return nil, err
	}
	out.At, out.Enabled, out.Limit, out.Size = p.At, true, int32(p.Limit), int32(p.Size())
	if p.Refused != "" {
		out.Refused = &p.Refused
	}
	for i := range p.Changes {
		out.Changes = append(out.Changes, shownChange(&p.Changes[i]))
	}
	for _, s := range p.Skipped {
		out.LeftAlone = append(out.LeftAlone, api.GuardrailLeftAlone{Guardrail: string(s.Guardrail), Resource: s.Resource, Reason: s.Why})
	}
	return out, nil
}

func shownChange(c *rules.Change) api.GuardrailChange {
	shown := api.GuardrailChange{
		Guardrail: string(c.Guardrail), Action: string(c.Action), Resource: c.Resource, Reason: c.Why, Since: c.Since, Calls: []api.GuardrailCall{},
	}
	if c.Key != nil {
		shown.AccessKeyId = &c.Key.ID
	}
	if !c.Due.IsZero() {
		shown.Due = &c.Due
	}
	for i := range c.Steps {
		shown.Calls = append(shown.Calls, api.GuardrailCall{Text: c.Steps[i].Text, Reversible: len(c.Steps[i].Undo) > 0})
	}
	return shown
}

// guard makes the runs of the guardrails until ctx ends.
func (a *App) guard(ctx context.Context) {
	last, err := a.guardrails.Last(ctx)
	if err != nil {
		a.log.Error("the guardrails do not run", "error", err.Error())
		return
	}
	a.log.Info("guardrails are on", "every", a.config.Guardrails.Every.String(), "limit", a.config.Guardrails.Limit)
	keepTime(ctx, a.config.Guardrails.Every, last, func() { _ = a.guardrails.Run(ctx, time.Now()) }) // it logs its errors
}

// keepTime calls run until ctx ends: first after the grace time and not sooner than one interval after the last run, whoever
// made that, so that restarts make no more runs; then after each interval. Every pause is longer by up to a tenth, so that nodes and
// their clocks do not fall into step.
func keepTime(ctx context.Context, every time.Duration, last time.Time, run func()) {
	jittered := func(d time.Duration) time.Duration { return d + rand.N(every/10) }
	due := min(time.Until(last.Add(every)), every) // a last run in the future is one of a clock that was wrong
	sleep(ctx, jittered(max(guardrailGrace, due)))
	for ctx.Err() == nil {
		run()
		sleep(ctx, jittered(every))
	}
}
