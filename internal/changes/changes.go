package changes

import (
	"cmp"
	"context"
	"crypto/rand"
	"strconv"
	"sync"
	"time"

	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/trail"
)

const (
	// Longest is how long a call waits. It is shorter than a request's own time, and than what proxies give one.
	Longest = 25 * time.Second
	// lookAgain is how often a report is asked for that may be old without any change of the account: as the first delivery of a
	// trail makes it.
	lookAgain = 5 * time.Second
	// Who waits holds a connection: so many of one principal may, of one account, and of all.
	mostOfPrincipal, mostOfAccount, mostOfAll = 8, 64, 256
)

// Audits are the reports of accounts. internal/liveaudit has them.
type Audits interface {
	// Watch gives the revision of an account's last report, and a channel that is closed when a newer one may be there; nil
	// where the report is up to date.
	Watch(account string) (revision string, ended <-chan struct{})
}

// State is that of all accounts. internal/store has it.
type State interface {
	Snapshot() *directory.Snapshot
	// Changed gives a channel that is closed when there is a newer Snapshot.
	Changed() <-chan struct{}
}

// Options of Changes.
type Options struct {
	State  State
	Audits Audits
	// Stopping is closed when the server stops: nobody waits any more.
	Stopping <-chan struct{}
}

// Changes knows what was last seen of each account. All methods may be called at the same time.
type Changes struct {
	Options
	// began tells tokens of this process from those of one before.
	began string

	mu       sync.Mutex
	accounts map[string]*seen
	recorded chan struct{}     // closed when an event is noted
	waiting  map[[2]string]int // by account and principal, account, and {"", ""} for all
}

// seen is what was last seen of an account, and how often it was something else before.
type seen struct {
	account              *directory.Account
	state, alarms, trail uint64
}

// New makes Changes.
func New(o Options) *Changes {
	return &Changes{Options: o, began: rand.Text()[:8], accounts: map[string]*seen{}, recorded: make(chan struct{}), waiting: map[[2]string]int{}}
}

// Note takes notice of events that are on the trail. Those of reads are passed over: the page's own are among them.
func (w *Changes) Note(events []*trail.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	noted := false
	for _, e := range events {
		if e.RecipientAccountID != "" && !e.ReadOnly {
			w.of(e.RecipientAccountID).trail++
			noted = true
		}
	}
	if noted {
		close(w.recorded)
		w.recorded = make(chan struct{})
	}
}

// of is called under mu.
func (w *Changes) of(account string) *seen {
	s := w.accounts[account]
	if s == nil {
		s = &seen{}
		w.accounts[account] = s
	}
	return s
}

// Wait answers GetChanges: as soon as one of the parts that the caller names is another than it says, and at the latest after
// Longest. Where it names none, that is at once.
func (w *Changes) Wait(c *server.Call, in *api.GetChangesInput) (*api.GetChangesOutput, error) {
	return w.wait(c.Context(), waiter{c.Caller.Account, c.Caller.UserID, c.Stands}, in)
}

// waiter is who waits.
type waiter struct {
	account, principal string
	stands             func() error // an error is that it may not any more
}

func (w *Changes) wait(ctx context.Context, who waiter, in *api.GetChangesInput) (*api.GetChangesOutput, error) {
	leave, err := w.enter(who)
	if err != nil {
		return nil, err
	}
	defer leave()
	over := time.NewTimer(Longest)
	defer over.Stop()
	again := time.NewTicker(lookAgain)
	defer again.Stop()
	hears := true // of the end of an audit; not where the last one that ended told nothing new
	for {
		changed := w.State.Changed()
		now, recorded := w.tokens(who.account)
		var audited <-chan struct{}
		if in.Findings != nil {
			var revision string
			if revision, audited = w.Audits.Watch(who.account); !hears {
				audited = nil
			}
			now.Findings = new(cmp.Or(revision, none))
		}
		if differs(in, now) {
			return now, nil
		}
		select {
		case <-changed:
			hears = true
			rest(ctx, w.Stopping)
			if err := who.stands(); err != nil {
				return nil, err
			}
		case <-recorded:
		case <-again.C:
			hears = true
		case <-audited:
			hears = false
		case <-over.C:
			return now, nil
		case <-w.Stopping:
			return now, nil
		case <-ctx.Done(): // who asked has left: no failure that anybody should read of on the trail
			return now, nil
		}
	}
}

// pause is how long a change lets others gather: looking at each one of thousands in a second would take the processors.
const pause = 100 * time.Millisecond

func rest(ctx context.Context, stopping <-chan struct{}) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-stopping:
	}
}

// none is the token of a report that there is not yet.
const none = "none"

// tokens are an account's as it is, without that of the findings, and what is closed when there are other events.
func (w *Changes) tokens(account string) (*api.GetChangesOutput, <-chan struct{}) {
	a := w.State.Snapshot().Account(account)
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.of(account)
	if !a.SameAsBefore(s.account) {
		s.state++
	}
	if !a.SameAlarms(s.account) {
		s.alarms++
	}
	s.account = a
	token := func(n uint64) *string { return new(w.began + "." + strconv.FormatUint(n, 10)) }
	return &api.GetChangesOutput{State: token(s.state), Alarms: token(s.alarms), Trail: token(s.trail)}, w.recorded
}

// differs reports whether a part that was named is not as it was, or none was named.
func differs(in *api.GetChangesInput, now *api.GetChangesOutput) bool {
	named := false
	for _, part := range [][2]*string{{in.State, now.State}, {in.Alarms, now.Alarms}, {in.Trail, now.Trail}, {in.Findings, now.Findings}} {
		if part[0] == nil {
			continue
		}
		if named = true; *part[0] != *part[1] {
			return true
		}
	}
	return !named
}

// enter counts one who waits, until leave is called.
func (w *Changes) enter(who waiter) (leave func(), err error) {
	bounds := []struct {
		of   [2]string
		most int
	}{{[2]string{who.account, who.principal}, mostOfPrincipal}, {[2]string{who.account, ""}, mostOfAccount}, {[2]string{}, mostOfAll}}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, b := range bounds {
		if w.waiting[b.of] >= b.most {
			busy := awsapi.Throttling.New("Rate exceeded: too many wait for changes already.")
			busy.RetryAfter = Longest
			return nil, busy
		}
	}
	for _, b := range bounds {
		w.waiting[b.of]++
	}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, b := range bounds {
			if w.waiting[b.of]--; w.waiting[b.of] == 0 {
				delete(w.waiting, b.of)
			}
		}
	}, nil
}
