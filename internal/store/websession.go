package store

import (
	"cmp"
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

func (l WebSessionLimits) orDefault() WebSessionLimits {
	return WebSessionLimits{cmp.Or(l.Idle, defaultIdle), cmp.Or(l.Absolute, defaultAbsolute)}
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

	maxAgent   = 256 // bytes of a user agent
	maxAddress = 64  // and of an address
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

// ErrNoWebSession: the session has ended or never was, or what it is to begin with no longer holds.
var ErrNoWebSession = errors.New("store: there is no such web session")

// StartWebSession begins a session with Principal, Stage, Method, Proof, MFA, Device, Address and Agent as given, Proof being
// the Fingerprint of the login profile that was verified; the rest is made. The cookie goes to the browser in place of any
// that it has. Where the principal has too many sessions the oldest of its kind ends. The error is ErrNoWebSession where
// the user, the password or the device is another by now.
func (tx *Tx) StartWebSession(w directory.WebSession) (*directory.WebSession, Cookie, error) {
	w.ID, w.Made = webSessionPrefix+rand.Text()[:webSessionRandom], tx.now
	w.Expires = tx.now.Add(tx.lifeOf(&w))
	return tx.renew(&w, true)
}

// RenewWebSession changes a session and gives it another cookie: the old one opens nothing any more. It must be used wherever
// the session comes to mean more than before. The error is ErrNoWebSession where the session has ended.
func (tx *Tx) RenewWebSession(id string, change func(*directory.WebSession)) (*directory.WebSession, Cookie, error) {
	old := tx.webSession(id)
	if old == nil {
		return nil, Cookie{}, ErrNoWebSession
	}
	w := old.Clone()
	change(w)
	w.ID, w.Principal, w.Made, w.Expires, w.Proof = old.ID, old.Principal, old.Made, old.Expires, old.Proof
	completed := w.Stage == directory.SignInComplete && old.Stage != directory.SignInComplete
	if ends := tx.now.Add(tx.lifeOf(w)); completed || ends.Before(w.Expires) {
		w.Expires = ends
	}
	return tx.renew(w, completed)
}

// PutLoginProfile puts a user's login profile. Where it holds another password than before all sessions of the user end, but
// for the one with the id keep, in which the user has set it; "" for none.
func (tx *Tx) PutLoginProfile(profile *directory.LoginProfile, keep string) error {
	w := tx.webSession(keep)
	if err := tx.Put(profile); err != nil || w == nil || w.Principal != profile.User {
		return err
	}
	w = w.Clone()
	w.Proof = profile.Fingerprint()
	return tx.Put(w)
}

// EndWebSession ends a session; false where there was none.
func (tx *Tx) EndWebSession(id string) bool {
	w := tx.webSession(id)
	if w == nil {
		return false
	}
	tx.Delete(w)
	return true
}

// EndWebSessions ends all sessions of a principal, but for the one with the id except ("" for none), and says how many.
func (tx *Tx) EndWebSessions(principal, except string) (ended int) {
	a := tx.Account()
	if a == nil {
		return 0
	}
	for _, w := range a.WebSessionsOf(principal, tx.now) {
		if w.ID != except {
			tx.Delete(w)
			ended++
		}
	}
	return ended
}

// webSession is a session that has not ended, or nil.
func (tx *Tx) webSession(id string) *directory.WebSession {
	a := tx.Account()
	if a == nil || id == "" {
		return nil
	}
	w := a.WebSession(id, tx.now)
	if w == nil || !tx.now.Before(tx.store.seen(tx.account, w).Ends) {
		return nil
	}
	return w
}

// lifeOf is how long a session of that stage lasts from now.
func (tx *Tx) lifeOf(w *directory.WebSession) time.Duration {
	if w.Stage == directory.SignInComplete {
		return tx.store.webSessions.Absolute
	}
	return signInTime
}

// renew writes a session with a new secret. One that is the first of its kind for its principal, fresh, may take the place of
// an older one.
func (tx *Tx) renew(w *directory.WebSession, fresh bool) (*directory.WebSession, Cookie, error) {
	cookie, hash := newCookie(tx.account, w.ID)
	w.Hash, w.Renewed = hash, tx.now
	w.Address, w.Agent = printable(w.Address, maxAddress), printable(w.Agent, maxAgent)
	if err := tx.Put(w); err != nil {
		return nil, Cookie{}, err
	}
	if tx.Account().WebSession(w.ID, tx.now) == nil { // what it rests on does not stand
		return nil, Cookie{}, ErrNoWebSession
	}
	if fresh {
		tx.makeRoom(w)
	}
	return w, cookie, nil
}

// makeRoom ends the oldest sessions of w's principal, where there are too many that are as far as w.
func (tx *Tx) makeRoom(w *directory.WebSession) {
	complete, most := w.Stage == directory.SignInComplete, maxSignIns
	if complete {
		most = maxWebSessions
	}
	alike := slices.DeleteFunc(tx.Account().WebSessionsOf(w.Principal, tx.now), func(o *directory.WebSession) bool {
		return o.ID == w.ID || (o.Stage == directory.SignInComplete) != complete
	})
	for len(alike) >= most {
		tx.Delete(alike[0])
		alike = alike[1:]
	}
}

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

// Seen adds to a session of a Snapshot what is known of it beside its record. It may have ended: look at Ends.
func (s *Store) Seen(account string, w *directory.WebSession) *WebSession { return s.seen(account, w) }

func (s *Store) seen(account string, w *directory.WebSession) *WebSession {
	seen := &WebSession{WebSession: w, Account: account, Seen: w.Renewed, Ends: w.Expires}
	if use, ok := s.used.last(w.ID); ok && use.At.After(seen.Seen) {
		seen.Seen = use.At
	}
	if idle := seen.Seen.Add(s.webSessions.Idle); seen.Complete() && idle.Before(seen.Ends) {
		seen.Ends = idle
	}
	return seen
}

// TouchWebSession notes that somebody is there. It never waits, and is written some time later, as Touch. A session that is
// on its way only has its time and no more.
func (s *Store) TouchWebSession(w *WebSession, now time.Time) {
	now = now.UTC().Truncate(time.Second)
	if latest := s.seen(w.Account, w.WebSession); now.Sub(latest.Seen) >= seenStep && now.Before(latest.Ends) {
		s.Touch(w.Account, w.ID, Use{At: now, Service: "signin"})
	}
}

// sweepWebSessions deletes ended sessions until the store is closed.
func (s *Store) sweepWebSessions() {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-s.closing.Done():
			return
		case <-ticker.C:
		}
		for a := range s.Snapshot().Accounts() {
			for s.sweepSome(a.ID()) {
			}
		}
	}
}

// sweepSome deletes some ended sessions of an account; false where none are left, or they cannot be deleted now.
func (s *Store) sweepSome(account string) (more bool) {
	if len(s.ended(s.Snapshot().Account(account), time.Now())) == 0 {
		return false
	}
	_, err := s.Update(s.closing, &Change{Account: account}, func(tx *Tx) ([]byte, error) {
		ended := s.ended(tx.Account(), tx.now)
		more = len(ended) == sweepAtATime
		for _, w := range ended {
			tx.Delete(w)
		}
		return nil, nil
	})
	return more && err == nil
}

// ended are some of an account's sessions that have ended.
func (s *Store) ended(a *directory.Account, now time.Time) (ended []*directory.WebSession) {
	if a == nil {
		return nil
	}
	for w := range a.AllWebSessions() {
		if len(ended) == sweepAtATime {
			break
		}
		if a.WebSession(w.ID, now) == nil || !now.Before(s.seen(a.ID(), w).Ends) {
			ended = append(ended, w)
		}
	}
	return ended
}

// Cookie is what opens a web session: its account, its id and a secret.
type Cookie struct{ text seal.Secret }

// Show gives the cookie's value in clear for the one answer that hands it to its browser. Nothing else may call it.
func (c Cookie) Show() string { return string(c.text.Reveal()) }

const (
	webSessionPrefix = "WEBS"
	webSessionRandom = 17 // characters of an id after the prefix, of 5 random bits each
	webSessionLen    = len(webSessionPrefix) + webSessionRandom
	accountLen       = 12
	secretLen        = 43 // of 32 random bytes in base64
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
	if len(cookie) != accountLen+1+webSessionLen+1+secretLen {
		return "", "", "", false
	}
	account, rest, _ := strings.Cut(cookie, ".")
	id, secret, ok = strings.Cut(rest, ".")
	return account, id, secret, ok && arn.IsAccountID(account) && len(id) == webSessionLen
}

// printable is what a browser says of itself, without what does not print and up to a length in bytes.
func printable(text string, size int) string {
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
