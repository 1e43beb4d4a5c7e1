package liveaudit

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/checks"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/service/cloudtrail"
	"github.com/warder-iam/warder/internal/service/iam"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/turns"
)

// Options of Live. All must be set but Channels and Status.
type Options struct {
	Store *store.Store
	// Events finds what was recorded.
	Events cloudtrail.Events
	// Status is how the delivery of trails goes; nil where nothing is delivered.
	Status cloudtrail.Status
	// Turns bound what is worked on at the same time while callers wait.
	Turns *turns.Turns
	// PasskeySignIn is whether a passkey alone signs a user in.
	PasskeySignIn bool
	// Channels are the names of those that tell somebody of alarms; nil where alarms are off.
	Channels func() []string
	// Now is the time; audits run by it.
	Now func() time.Time
	Log *slog.Logger
}

// Live audits accounts when somebody asks, keeps the last report of each, and audits again only after something changed. One
// audit runs at a time, and rests after each run, so that decisions and other requests hardly notice. All methods may be called at
// the same time.
type Live struct {
	Options
	facts  iam.Facts
	turn   chan struct{} // one audit at a time
	open   context.Context
	cancel context.CancelFunc // ends open

	mu       sync.Mutex
	accounts map[string]*standing
}

// New makes a Live. It starts nothing.
func New(o Options) *Live {
	l := &Live{Options: o, facts: iam.NewFacts(o.Store), turn: make(chan struct{}, 1), accounts: map[string]*standing{}}
	l.open, l.cancel = context.WithCancel(context.Background())
	return l
}

// Close has no more audits begin. One that runs is not waited for: it can take long, and only reads what is in memory.
func (l *Live) Close() { l.cancel() }

const (
	// patience is how long a call waits for a new report where there is an older one, and firstPatience where there is none.
	patience, firstPatience = 2 * time.Second, 20 * time.Second
	// restFactor is how many times as long as a run took no other one of the account begins: one account that changes all the
	// time costs a fifth of one processor.
	restFactor = 4
	// A report is old after leastAge, or ageFactor times as long as it took: uses of keys change nothing in the state, and
	// alarms nothing that is worth an audit each.
	leastAge  = time.Minute
	ageFactor = 50
	// mostAccounts bounds the reports that are kept, and mostFindings those of one: the gravest.
	mostAccounts = 8
	mostFindings = 20_000
)

// standing is what is known of one account.
type standing struct {
	last    *result       // nil before the first report
	failed  error         // of the last run
	running chan struct{} // closed at the end of the run that is under way; nil where none is
	ended   time.Time     // the last run, whatever came of it
	took    time.Duration // that run
	asked   time.Time
}

// result is one report. It is never modified.
type result struct {
	account  *directory.Account
	made     time.Time
	took     time.Duration
	revision string
	report   *audit.Report
	omitted  int // findings that are not kept
	summary  api.AuditSummary
	trail    itemState // of the checklist, which changes with no change of the account
}

// current reports whether a result still tells of the account as it is.
func (l *Live) current(r *result, account string) bool {
	if r == nil {
		return false
	}
	a, now := l.state(account), l.Now()
	return a.SameAsBefore(r.account) && now.Sub(r.made) < max(leastAge, ageFactor*r.took) &&
		now.UTC().Truncate(24*time.Hour).Equal(r.made.UTC().Truncate(24*time.Hour)) && (a == nil || l.trailState(a) == r.trail)
}

// result gives the newest report of an account, and whether it is stale: something changed since, and the new one is not made
// yet. The error says that there is none yet, or that none can be made.
func (l *Live) result(ctx context.Context, account string) (_ *result, stale bool, err error) {
	l.mu.Lock()
	s := l.standing(account)
	if l.current(s.last, account) {
		defer l.mu.Unlock()
		return s.last, false, nil
	}
	ended, wait := l.begin(account, s), firstPatience
	if s.last != nil {
		wait = patience
	}
	l.mu.Unlock()

	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case s.last != nil:
		return s.last, !l.current(s.last, account), nil
	case s.failed != nil:
		return nil, false, s.failed
	}
	return nil, false, api.AuditNotReadyException.New("The first audit of the account is not done yet. Ask again in a moment.")
}

// Watch gives the revision of the last report of an account, "" where there is none, and a channel that is closed at the end of
// the audit that is under way: one begins where something changed since, and nil is that nothing did.
func (l *Live) Watch(account string) (revision string, ended <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.standing(account)
	if s.last != nil {
		revision = s.last.revision
	}
	if l.current(s.last, account) {
		return revision, nil
	}
	return revision, l.begin(account, s)
}

// begin has an audit run, unless one does, and gives what is closed at its end. It is called under mu.
func (l *Live) begin(account string, s *standing) <-chan struct{} {
	if s.running == nil {
		s.running = make(chan struct{})
		go l.run(account, s)
	}
	return s.running
}

func (l *Live) state(account string) *directory.Account { return l.Store.Snapshot().Account(account) }

// standing is that of an account; of too many the one that nobody asked for the longest time is forgotten. It is called
// under mu.
func (l *Live) standing(account string) *standing {
	s := l.accounts[account]
	if s == nil {
		s = &standing{}
		l.accounts[account] = s
	}
	s.asked = l.Now()
	if len(l.accounts) <= mostAccounts {
		return s
	}
	oldest := ""
	for id, other := range l.accounts {
		if other != s && other.running == nil && (oldest == "" || other.asked.Before(l.accounts[oldest].asked)) {
			oldest = id
		}
	}
	delete(l.accounts, oldest)
	return s
}

// run makes one report, after the rest that the last one asks for.
func (l *Live) run(account string, s *standing) {
	l.mu.Lock()
	r, rested := s.last, s.ended.Add(restFactor*s.took)
	l.mu.Unlock()
	err := l.rest(rested)
	began := l.Now()
	if err == nil {
		r, err = l.audit(account, r)
		<-l.turn
	}
	if err != nil && l.open.Err() == nil {
		l.Log.Error("the account was not audited", "account", account, "error", err.Error())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.failed = err; err == nil {
		s.last = r
	}
	s.ended = l.Now()
	s.took = s.ended.Sub(began)
	close(s.running)
	s.running = nil
}

// rest waits until that time, and then for the turn.
func (l *Live) rest(until time.Time) error {
	timer := time.NewTimer(until.Sub(l.Now()))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.open.Done():
	}
	if err := l.open.Err(); err != nil {
		return err
	}
	select {
	case l.turn <- struct{}{}:
		return nil
	case <-l.open.Done():
		return l.open.Err()
	}
}

// audit makes the report of the account as it is now. A panic in a check does not take the server down.
func (l *Live) audit(account string, before *result) (r *result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	now := l.Now().UTC()
	in, a, err := l.input(account, now)
	if err != nil {
		return nil, err
	}
	in.Checks = checks.All()
	if before != nil && before.omitted == 0 {
		in.Baseline = before.report
	}
	r = &result{account: a, made: now, report: audit.Run(in)}
	own := l.own(a)
	r.trail, r.summary = own[itemTrail], summaryOf(r.report, own)
	r.report.Findings, r.omitted = kept(r.report.Findings, mostFindings)
	r.took = l.Now().Sub(now)
	r.revision = revisionOf(r)
	return r, nil
}

// kept are the first findings, in memory of their own, and how many are left out.
func kept(all []audit.Finding, most int) (some []audit.Finding, omitted int) {
	n := min(most, len(all))
	return slices.Clone(all[:n]), len(all) - n
}

// input is what the account as it is now is audited from, without checks.
func (l *Live) input(account string, now time.Time) (*audit.Input, *directory.Account, error) {
	snap := l.Store.Snapshot()
	a := snap.Account(account)
	if a == nil {
		return nil, nil, fmt.Errorf("live audit: there is no account %s", account)
	}
	b := bundler{facts: l.facts, store: l.Store, state: snap, account: a, now: now}
	bundle, err := b.bundle()
	if err != nil {
		return nil, nil, err
	}
	bundle.PasskeySignIn = l.PasskeySignIn
	return &audit.Input{Bundle: bundle, Now: now, Settings: audit.DefaultSettings()}, a, nil
}
