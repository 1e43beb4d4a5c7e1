package guardrail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/warder-iam/warder/audit/guardrail"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

// Options of a Runner. All must be set but the hooks.
type Options struct {
	Settings guardrail.Settings
	// Every is how often a run is due.
	Every time.Duration
	// Limit is how many changes of an account one run may make. A run that would make more makes none.
	Limit int
	// RotateHook and NoticeHook are the programs that are given new keys, and notices; "" for none.
	RotateHook, NoticeHook string

	Server   *server.Server
	Store    *store.Store
	Recorder server.Recorder
	Log      *slog.Logger
}

// Runner carries guardrails out, one run at a time.
type Runner struct {
	Options
	actor *actor
}

// New makes a Runner.
func New(o Options) (*Runner, error) {
	a, err := newActor(o.Server)
	if err != nil {
		return nil, err
	}
	return &Runner{o, a}, nil
}

// ErrRefused: a run would have made more changes than its limit, or the clock is not to be trusted. It made none.
var ErrRefused = errors.New("guardrail: the run was refused")

// Last is when the last run of any account was; zero before the first one.
func (r *Runner) Last(ctx context.Context) (last time.Time, err error) {
	for a := range r.Store.Snapshot().Accounts() {
		m, err := recall(ctx, r.Store, a.ID())
		if err != nil {
			return last, err
		}
		if m.runs.Last.After(last) {
			last = m.runs.Last
		}
	}
	return last, nil
}

// Run makes a run at now over all accounts. Its errors are logged; what failed is tried again by the next run.
func (r *Runner) Run(ctx context.Context, now time.Time) error {
	now = now.UTC().Truncate(time.Second)
	var failed []error
	for a := range r.Store.Snapshot().Accounts() {
		if err := r.account(ctx, a.ID(), now); err != nil {
			r.Log.Error("a run of the guardrails was not made to its end", "account", a.ID(), "error", err.Error())
			failed = append(failed, fmt.Errorf("account %s: %w", a.ID(), err))
		}
	}
	return errors.Join(failed...)
}

func (r *Runner) account(ctx context.Context, account string, now time.Time) error {
	m, err := recall(ctx, r.Store, account)
	if err != nil {
		return err
	}
	runs, clock := m.runs.Begin(now, r.Every)
	if err := m.begin(ctx, runs); err != nil {
		return err
	}
	if clock != nil {
		return r.refuse(ctx, account, now, clock.Error())
	}
	plan := r.plan(m, now)
	if err := m.note(ctx, withoutNotices(plan)); err != nil {
		return err
	}
	if why := r.over(plan); why != "" {
		return r.refuse(ctx, account, now, why)
	}
	r.sayStuck(plan)
	failed := []error{r.notify(ctx, m, plan, now)}
	for i := range plan.Changes {
		if ctx.Err() != nil {
			break // the server stops; the next run goes on
		}
		if c := r.still(m, &plan.Changes[i], now); c != nil {
			failed = append(failed, r.change(context.WithoutCancel(ctx), m, c, now))
		}
	}
	return errors.Join(failed...)
}

// Preview is what a run at some time would do to an account.
type Preview struct {
	*guardrail.Plan
	At    time.Time
	Limit int
	// Refused is why the run would make no change; "" for a run that would make those of the plan.
	Refused string
}

// Preview tells what a run at that time would do, if nothing is used or changed until then and all runs before it are made.
func (r *Runner) Preview(ctx context.Context, account string, at time.Time) (*Preview, error) {
	at = at.UTC().Truncate(time.Second)
	m, err := recall(ctx, r.Store, account)
	if err != nil {
		return nil, err
	}
	p := &Preview{At: at, Limit: r.Limit}
	if now := time.Now(); !at.After(now) {
		runs, clock := m.runs.Begin(at, r.Every)
		if m.runs = runs; clock != nil {
			p.Refused = clock.Error()
		}
	}
	p.Plan = r.plan(m, at)
	if p.Refused == "" {
		p.Refused = r.over(p.Plan)
	}
	return p, nil
}

// over is why a plan is not carried out; "" for one within the limit.
func (r *Runner) over(plan *guardrail.Plan) string {
	n := plan.Size()
	if n <= r.Limit {
		return ""
	}
	return fmt.Sprintf("%d changes are due, and guardrail-limit is %d; raise it if all of them are meant", n, r.Limit)
}

// plan is what there is to do now.
func (r *Runner) plan(m *memory, now time.Time) *guardrail.Plan {
	snap := r.Store.Snapshot()
	a := snap.Account(m.account)
	if a == nil { // it ended meanwhile
		return &guardrail.Plan{}
	}
	used := func(id string) time.Time {
		use, _ := r.Store.LastUsed(id)
		return use.At
	}
	return guardrail.Make(&guardrail.Input{
		Snapshot: snap, Account: a, Settings: r.Settings, KeyUse: used, PasswordUse: used, Notes: m.notes, Runs: m.runs, Now: now,
	})
}

// still is a planned change as it is due now: since the plan was made a key may have been used, a tag set, an administrator
// have gone. It is nil for what is not due any more, and for notices.
func (r *Runner) still(m *memory, c *guardrail.Change, now time.Time) *guardrail.Change {
	if c.Action == guardrail.Notice {
		return nil
	}
	fresh := r.plan(m, now)
	for i := range fresh.Changes {
		if fresh.Changes[i].ID() == c.ID() {
			return &fresh.Changes[i]
		}
	}
	r.Log.Info("a change that a guardrail had planned is not due any more", "guardrail", string(c.Guardrail), "resource", c.Resource)
	return nil
}

// sayStuck tells of rotations that somebody has to look at: nothing else in the log would.
func (r *Runner) sayStuck(plan *guardrail.Plan) {
	for _, s := range plan.Skipped {
		if s.Guardrail == guardrail.RotateKeys {
			r.Log.Warn("a key is not rotated", "user", s.Resource, "reason", s.Why)
		}
	}
}

// withoutNotices are the notes of a plan, but for those that its notices are given, which is still to be done.
func withoutNotices(plan *guardrail.Plan) map[string]guardrail.Note {
	notes := map[string]guardrail.Note{}
	for id, n := range plan.Notes {
		notes[id] = n
	}
	for i := range plan.Changes {
		if c := &plan.Changes[i]; c.Action == guardrail.Notice {
			n := notes[c.Key.ID]
			n.Noticed = time.Time{}
			notes[c.Key.ID] = n
		}
	}
	return notes
}

// change makes one change, unless it is a rotation call by call.
func (r *Runner) change(ctx context.Context, m *memory, c *guardrail.Change, now time.Time) error {
	if c.Action == guardrail.Rotate {
		return r.rotate(ctx, m, c)
	}
	for i := range c.Steps {
		s := &c.Steps[i]
		why, err := reason(c, c.Why, s.Undo)
		if err == nil {
			err = r.actor.call(ctx, m.account, s.Call, why)
		}
		if err != nil {
			return fmt.Errorf("%s: %s: %w", c.Guardrail, s.Text, err)
		}
		r.Log.Info("a guardrail made a change", "guardrail", string(c.Guardrail), "change", s.Text, "reason", c.Why)
	}
	return m.note(ctx, afterwards(c, now))
}

// afterwards is what there is to remember of a change that was made: whoever makes the key active again is given its full
// time; and a rotation is over.
func afterwards(c *guardrail.Change, now time.Time) map[string]guardrail.Note {
	notes := map[string]guardrail.Note{}
	if c.Key != nil {
		notes[c.Key.ID] = guardrail.Note{Inactive: now}
	}
	switch c.Action {
	case guardrail.Abandon:
		notes[c.Key.ID] = guardrail.Note{}
		notes[c.User.ID] = guardrail.Note{}
	case guardrail.Finish:
		notes[c.User.ID] = guardrail.Note{}
	}
	return notes
}

// notify gives the notices of a plan: to the hook first, and once it has taken them on the trail. One that could not be given is
// given by the next run; until then the key stays.
func (r *Runner) notify(ctx context.Context, m *memory, plan *guardrail.Plan, now time.Time) error {
	given, notes := notice{Version: hookVersion, Event: "notice", Account: m.account}, map[string]guardrail.Note{}
	var events []*trail.Event
	for i := range plan.Changes {
		c := &plan.Changes[i]
		if c.Action != guardrail.Notice {
			continue
		}
		key := noticedKey{c.User.Name, c.Resource, c.Key.ID, c.Key.Created, c.Due}
		e, err := serviceEvent(m.account, r.Server.Region, noticeEvent, now, map[string]any{"guardrail": c.Guardrail, "reason": c.Why, "key": key})
		if err != nil {
			return err
		}
		given.Keys, events, notes[c.Key.ID] = append(given.Keys, key), append(events, e), plan.Notes[c.Key.ID]
	}
	if len(events) == 0 {
		return nil
	}
	if r.NoticeHook != "" {
		if err := runHook(ctx, r.NoticeHook, hookTime, given); err != nil {
			return fmt.Errorf("%d notices were not given: %w", len(events), err)
		}
	}
	if err := r.Recorder.Append(ctx, events...); err != nil {
		return err
	}
	for _, k := range given.Keys {
		r.Log.Warn("an access key is to be made inactive for its age", "user", k.UserARN, "key", k.AccessKeyID, "due", k.Due)
	}
	return m.note(ctx, notes)
}

// refuse tells, on the trail and in the log, why a run makes no change.
func (r *Runner) refuse(ctx context.Context, account string, now time.Time, why string) error {
	e, err := serviceEvent(account, r.Server.Region, refusedEvent, now, map[string]any{"reason": why})
	if err == nil {
		err = r.Recorder.Append(ctx, e)
	}
	return errors.Join(fmt.Errorf("%w: nothing was changed: %s", ErrRefused, why), err)
}
