package setup

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

const (
	// LinkTime is how long the link that begins is good.
	LinkTime = 15 * time.Minute
	// stepTime is how long a browser has for each step.
	stepTime = 15 * time.Minute
)

// Errors of links and of the browsers that opened them.
var (
	// ErrLink: no set-up that is going on has a link with that secret: it was never one, another took its place, or what it was for
	// is done.
	ErrLink = errors.New("setup: the link is not good")
	// ErrExpired: that was the link, for too long.
	ErrExpired = errors.New("setup: the link has expired")
	// ErrNoRun: this browser sets nothing up: it opened no link, took too long, another browser opened the link after it, or all is done.
	ErrNoRun = errors.New("setup: this browser sets nothing up")
)

// Recorder is the trail.
type Recorder interface {
	// Append puts events on the trail; they are durable when it returns.
	Append(ctx context.Context, events ...*trail.Event) error
}

// Options of a Setup. All but Renewed must be given.
type Options struct {
	Store    *store.Store
	Keys     *session.Keys
	SignIn   *signin.Checker
	Recorder Recorder
	Region   string // of events
	// Renewed is called before anybody's link is looked at, and sees to it that a link that was made elsewhere is known; may be nil.
	Renewed func(context.Context) error
}

// Setup sets up the consoles of a store's accounts. All methods may be called at the same time.
type Setup struct{ Options }

// New makes a Setup.
func New(o Options) *Setup { return &Setup{o} }

// Link is what begins the set-up of an account's console.
type Link struct {
	// Secret is for its holder, once; Hash is what is kept of it.
	Secret seal.Secret
	Hash   []byte
}

// NewLink makes a link that is not in force yet.
func NewLink() Link {
	text := newSecret()
	return Link{seal.NewSecret([]byte(text)), hash(text)}
}

// Show gives the secret in clear for the one line that hands it to its holder. Nothing else may call it.
func (l Link) Show() string { return string(l.Secret.Reveal()) }

func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func hash(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// Visitor is who goes through the pages.
type Visitor struct {
	Address, Agent string
	// Request is the id of the visitor's request, a UUID.
	Request string
	Time    time.Time // UTC
	TLS     *trail.TLSDetails
}

// Pending reports whether the console of any account is still to be set up.
func Pending(snap *directory.Snapshot) bool {
	for a := range snap.Accounts() {
		if s := a.Setup(); s != nil && s.Done.IsZero() {
			return true
		}
	}
	return false
}

// Open begins, or takes up again, the set-up that the link is for, and gives what its browser shows from then on. A browser that opened the link
// before is out. Errors: ErrLink, ErrExpired, a *signin.WaitError after too many.
func (s *Setup) Open(ctx context.Context, secret string, v Visitor) (browser string, err error) {
	if err := s.renew(ctx); err != nil {
		return "", err
	}
	try := signin.Attempt{Address: v.Address, ID: v.Request, Time: v.Time}
	if err := s.SignIn.BeginAtAddress(try); err != nil {
		return "", err
	}
	sum := hash(secret)
	account := s.find(func(found *directory.Setup) []byte { return found.Token }, sum)
	if account == nil {
		return "", errors.Join(ErrLink, s.refused(ctx, "", v, "The link is not good."))
	}
	s.SignIn.RightAtAddress(try)
	if !v.Time.Before(account.Setup().Made.Add(LinkTime)) {
		return "", errors.Join(ErrExpired, s.refused(ctx, account.ID(), v, "The link has expired."))
	}
	browser = newSecret()
	err = s.change(ctx, account.ID(), s.byVisitor(account.ID(), v, opened, nil), func(tx *store.Tx) error {
		found := tx.Account().Setup()
		if found == nil || !found.Done.IsZero() || subtle.ConstantTimeCompare(found.Token, sum) != 1 {
			return ErrLink
		}
		found = found.Clone()
		found.Browser, found.Until = hash(browser), v.Time.Add(stepTime)
		return tx.Put(found)
	})
	if err != nil {
		return "", err
	}
	return browser, nil
}

func (s *Setup) renew(ctx context.Context) error {
	if s.Renewed == nil {
		return nil
	}
	return s.Renewed(ctx)
}

// find gives the account whose set-up goes on and holds that hash, or nil. It looks at all of them.
func (s *Setup) find(of func(*directory.Setup) []byte, sum []byte) (account *directory.Account) {
	for a := range s.Store.Snapshot().Accounts() {
		if found := a.Setup(); found != nil && found.Done.IsZero() && subtle.ConstantTimeCompare(of(found), sum) == 1 {
			account = a
		}
	}
	return account
}

// Resume gives the run of a browser by what Open gave it. The error is ErrNoRun.
func (s *Setup) Resume(ctx context.Context, browser string, now time.Time) (*Run, error) {
	if err := s.renew(ctx); err != nil {
		return nil, err
	}
	sum := hash(browser)
	a := s.find(func(found *directory.Setup) []byte { return found.Browser }, sum)
	if a == nil || !now.Before(a.Setup().Until) {
		return nil, ErrNoRun
	}
	return &Run{setup: s, browser: sum, Account: a}, nil
}

// Run is one browser's way through the set-up of one account. It belongs to one request.
type Run struct {
	setup   *Setup
	browser []byte
	// Account as it is now.
	Account *directory.Account
}

// step is a change of a run: the browser must still be the one that sets up, and has more time after it.
func (r *Run) step(ctx context.Context, v Visitor, name string, details map[string]string, fn func(tx *store.Tx, s *directory.Setup) error) error {
	account := r.Account.ID()
	err := r.setup.change(ctx, account, r.setup.byVisitor(account, v, name, details), func(tx *store.Tx) error {
		found := tx.Account().Setup()
		if found == nil || !found.Done.IsZero() || !v.Time.Before(found.Until) || subtle.ConstantTimeCompare(found.Browser, r.browser) != 1 {
			return ErrNoRun
		}
		found = found.Clone()
		found.Until = v.Time.Add(stepTime)
		if err := fn(tx, found); err != nil {
			return err
		}
		return tx.Put(found)
	})
	if err == nil {
		r.Account = r.setup.Store.Snapshot().Account(account)
	}
	return err
}

// byVisitor makes the record of a step.
func (s *Setup) byVisitor(account string, v Visitor, name string, details map[string]string) func(at time.Time) *trail.Event {
	return func(at time.Time) *trail.Event { return s.event(account, name, details, at, v) }
}

// change changes an account in one transaction with its event.
func (s *Setup) change(ctx context.Context, account string, event func(at time.Time) *trail.Event, fn func(tx *store.Tx) error) error {
	change := &store.Change{Account: account, Event: func(_ []byte, at time.Time) *trail.Event { return event(at) }}
	_, err := s.Store.Update(ctx, change, func(tx *store.Tx) ([]byte, error) {
		if tx.Account() == nil {
			return nil, ErrNoRun
		}
		return nil, fn(tx)
	})
	return err
}
