package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/seal"
)

// WebSessionLimits say how long a person stays signed in at the console.
type WebSessionLimits struct {
	// Idle ends a session that was not seen for so long, Absolute every session so long after it was completed. Zero is 30
	// minutes and 12 hours.
	Idle, Absolute time.Duration
}

const (
	defaultIdle     = 30 * time.Minute
	defaultAbsolute = 12 * time.Hour
	// signInTime is how long a sign-in may take from the first factor to its end.
	signInTime = 15 * time.Minute
	// seenStep is how much later a session must be seen for that to be noted.
	seenStep = 15 * time.Second

	// maxWebSessions and maxSignIns are how many sessions a principal has at once, complete and on their way. They are
	// counted apart, so that who knows a password but has no second factor ends no session of its owner. A further one
	// ends the oldest. All of them go in one transaction.
	maxWebSessions = 15
	maxSignIns     = 5

	// sweepEvery is how often ended sessions are deleted, sweepAtATime how many in one transaction.
	sweepEvery   = 10 * time.Minute
	sweepAtATime = 25

	maxAgent = 256 // bytes of a user agent
)

// WebSession is a session with what is known of it beside its record.
type WebSession struct {
	*directory.WebSession
	Account string
	// Seen is when TouchWebSession was last told of it, to some seconds.
	Seen time.Time
	// Ends is when it ends if it is not seen again.
	Ends time.Time
}

// Complete reports whether the sign-in is through: all factors were right and nothing is left to do.
func (w *WebSession) Complete() bool { return w.Stage == directory.SignInComplete }

// ErrNoWebSession: the session has ended or never was, or its principal has no password to sign in with.
var ErrNoWebSession = errors.New("store: there is no such web session")

// StartWebSession begins a session of w's Principal, with Stage, Method, MFA, Device, Address and Agent as given; the rest is
// made. The cookie goes to the browser in place of any that it has. Where the principal has too many sessions the oldest of
// its kind ends. The error is ErrNoWebSession where there is nobody who could sign in.
func (tx *Tx) StartWebSession(w directory.WebSession) (*directory.WebSession, Cookie, error) {
	a := tx.Account()
	if a == nil || a.LoginProfile(w.Principal) == nil {
		return nil, Cookie{}, ErrNoWebSession
	}
	w.ID, w.Made = webSessionPrefix+rand.Text()[:webSessionRandom], tx.now
	made, cookie, err := tx.renew(&w)
	if err != nil {
		return nil, Cookie{}, err
	}
	tx.makeRoom(made)
	return made, cookie, nil
}

// RenewWebSession changes a session and gives it another cookie: the old one opens nothing any more. It must be used wherever
// the session comes to mean more than before. The error is ErrNoWebSession where the session has ended.
func (tx *Tx) RenewWebSession(id string, change func(*directory.WebSession)) (*directory.WebSession, Cookie, error) {
	a := tx.Account()
	if a == nil {
		return nil, Cookie{}, ErrNoWebSession
	}
	old := a.WebSession(id, tx.now)
	if old == nil {
		return nil, Cookie{}, ErrNoWebSession
	}
	w := old.Clone()
	change(w)
	w.ID, w.Principal, w.Made = old.ID, old.Principal, old.Made
	if old.Stage == directory.SignInComplete && w.Stage == directory.SignInComplete {
		w.Expires = old.Expires // nothing makes a session last longer
	}
	renewed, cookie, err := tx.renew(w)
	if err == nil && old.Stage != renewed.Stage {
		tx.makeRoom(renewed)
	}
	return renewed, cookie, err
}

// renew writes a session with a new secret.
func (tx *Tx) renew(w *directory.WebSession) (*directory.WebSession, Cookie, error) {
	return nil, Cookie{}, errors.New("store: not built yet")
}

func (tx *Tx) makeRoom(*directory.WebSession) {}

// KeepWebSession lets a session outlive a change of its user's password that was made in it and was Put before: all others
// end by that. A session that has ended stays so.
func (tx *Tx) KeepWebSession(id string) error { return errors.New("store: not built yet") }

// EndWebSession ends a session; false where there was none.
func (tx *Tx) EndWebSession(id string) bool { return false }

// EndWebSessions ends all sessions of a principal, but for the one with the id except ("" for none), and says how many.
func (tx *Tx) EndWebSessions(principal, except string) int { return 0 }

// WebSession is the one that a cookie opens, as it stands now; false for one that has ended, for one that never was, and for
// what is no cookie. It may be on its way only: look at Complete.
func (s *Store) WebSession(cookie string, now time.Time) (*WebSession, bool) {
	account, id, secret, ok := splitCookie(cookie)
	if !ok {
		return nil, false
	}
	w, ok := s.WebSessionByID(account, id, now)
	if !ok || !w.OpensWith([]byte(secret)) {
		return nil, false
	}
	return w, true
}

// WebSessionByID is a session by its id, which proves nothing; false for one that has ended.
func (s *Store) WebSessionByID(account, id string, now time.Time) (*WebSession, bool) {
	a := s.Snapshot().Account(account)
	if a == nil {
		return nil, false
	}
	w := a.WebSession(id, now)
	if w == nil {
		return nil, false
	}
	seen := s.seen(account, w)
	return seen, now.Before(seen.Ends)
}

// WebSessions are those of a principal that have not ended, complete or on their way: the last seen first.
func (s *Store) WebSessions(account, principal string, now time.Time) []*WebSession {
	a := s.Snapshot().Account(account)
	if a == nil {
		return nil
	}
	var all []*WebSession
	for _, w := range a.WebSessionsOf(principal, now) {
		if seen := s.seen(account, w); now.Before(seen.Ends) {
			all = append(all, seen)
		}
	}
	slices.SortStableFunc(all, func(x, y *WebSession) int { return y.Seen.Compare(x.Seen) })
	return all
}

// seen adds what is known of a session beside its record.
func (s *Store) seen(account string, w *directory.WebSession) *WebSession {
	return &WebSession{WebSession: w, Account: account, Seen: w.Renewed, Ends: w.Expires}
}

// TouchWebSession notes that somebody is there. It never waits, and is written some time later, as Touch.
func (s *Store) TouchWebSession(w *WebSession, now time.Time) {}

// Cookie is what opens a web session: its account, its id and a secret.
type Cookie struct{ text seal.Secret }

// Show gives the cookie's value in clear for the one answer that hands it to its browser. Nothing else may call it.
func (c Cookie) Show() string { return string(c.text.Reveal()) }

const (
	webSessionPrefix = "WEBS"
	webSessionRandom = 17 // characters of an id after the prefix
	cookieSecret     = 43 // characters of a cookie's secret
)

func newCookie(account, id string) (cookie Cookie, hash []byte) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	secret := base64.RawURLEncoding.EncodeToString(b[:])
	sum := sha256.Sum256([]byte(secret))
	return Cookie{seal.NewSecret([]byte(account + "." + id + "." + secret))}, sum[:]
}

// splitCookie takes the value of a cookie apart. It has one spelling.
func splitCookie(cookie string) (account, id, secret string, ok bool) {
	parts := strings.Split(cookie, ".")
	if len(cookie) > 100 || len(parts) != 3 {
		return "", "", "", false
	}
	account, id, secret = parts[0], parts[1], parts[2]
	return account, id, secret, arn.IsAccountID(account) && len(id) == len(webSessionPrefix)+webSessionRandom && len(secret) == cookieSecret
}

// oneLine cuts what a browser says of itself to a length, and takes what does not print out of it.
func oneLine(text string, size int) string {
	text = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	for len(text) > size {
		_, n := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-n]
	}
	return text
}
