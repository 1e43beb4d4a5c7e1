package directory

import (
	"crypto/sha256"
	"crypto/subtle"
	"iter"
	"slices"
	"strings"
	"time"
)

// SignInStage says how far a sign-in at the console is.
type SignInStage string

// The stages of a sign-in. Only a complete one gives access to anything.
const (
	SignInSecondFactor SignInStage = "SECOND_FACTOR" // the first factor was right, the second is still to come
	SignInNewPassword  SignInStage = "NEW_PASSWORD"  // all factors were right, a new password must be set
	SignInComplete     SignInStage = "COMPLETE"
)

// SignInMethod says what the first factor was.
type SignInMethod string

// The methods of signing in.
const (
	SignInPassword SignInMethod = "PASSWORD"
	SignInPasskey  SignInMethod = "PASSKEY" // a passkey that verified its user: both factors at once
)

// WebSession is a person's sign-in at the console, on its way or complete. When it was last seen is not kept here, so that
// browsing changes no Snapshot.
type WebSession struct {
	// ID names it in lists and on the trail. It opens nothing.
	ID string `json:"id"`
	// Principal is the id of the user, the account's id for the root user.
	Principal string       `json:"principal"`
	Stage     SignInStage  `json:"stage"`
	Method    SignInMethod `json:"method"`
	// Made and Expires in whole seconds, UTC. It ends at Expires whatever happens, and before when it is idle for too long.
	Made    time.Time `json:"made"`
	Expires time.Time `json:"expires"`
	// Renewed is when its cookie was last made anew.
	Renewed time.Time `json:"renewed"`
	// MFA is when a second factor was last given; zero if none was. Device is the MFADevice's id then.
	MFA    time.Time `json:"mfa,omitzero"`
	Device string    `json:"device,omitempty"`
	// Address and Agent of the browser when the session was made or last renewed.
	Address string `json:"address,omitempty"`
	Agent   string `json:"agent,omitempty"`
	// Hash is the SHA-256 of the cookie's secret, which is in no record.
	Hash []byte `json:"hash"`
	// Proof is the LoginProfile's Fingerprint when the session was made: with any other it has ended.
	Proof []byte `json:"proof"`
}

func (*WebSession) entity() {}

// Key gives "websession/WEBS…".
func (w *WebSession) Key() string { return "websession/" + w.ID }

// Clone makes a copy that may be modified.
func (w *WebSession) Clone() *WebSession {
	c := *w
	c.Hash, c.Proof = slices.Clone(w.Hash), slices.Clone(w.Proof)
	return &c
}

// OpensWith reports whether this is the secret of the session's cookie.
func (w *WebSession) OpensWith(secret []byte) bool {
	sum := sha256.Sum256(secret)
	return subtle.ConstantTimeCompare(sum[:], w.Hash) == 1
}

// Fingerprint tells this password of the user from every other one that the user had or will have. That of no profile is nil,
// with which no session stands.
func (l *LoginProfile) Fingerprint() []byte {
	if l == nil {
		return nil
	}
	sum := sha256.Sum256(l.Sealed)
	return sum[:]
}

// WebSession is the one with that id, nil where there is none or it has ended at now: because its time is over, or because what
// was proven no longer holds. The user must still be there with the password that stood when the session was made, and
// still have the device that was the second factor. Whether it is idle for too long is not for a Snapshot to know.
func (a *Account) WebSession(id string, now time.Time) *WebSession {
	w := valueOf[*WebSession](&a.webSessions, id)
	if w == nil || !a.stands(w, now) {
		return nil
	}
	return w
}

func (a *Account) stands(w *WebSession, now time.Time) bool {
	if !now.Before(w.Expires) || w.Principal != a.id && a.UserByID(w.Principal) == nil {
		return false
	}
	profile := a.LoginProfile(w.Principal)
	if profile == nil || subtle.ConstantTimeCompare(profile.Fingerprint(), w.Proof) != 1 {
		return false
	}
	if w.Device == "" {
		return true
	}
	d := a.MFADeviceByID(w.Device)
	return d != nil && d.User == w.Principal
}

// WebSessionsOf gives those of a user, by unique id, or of the root user, by the account's id, that have not ended at now: the
// first made first.
func (a *Account) WebSessionsOf(principal string, now time.Time) []*WebSession {
	all := slices.Collect(resolve[*WebSession](a, a.signIns.to(principal)))
	all = slices.DeleteFunc(all, func(w *WebSession) bool { return !a.stands(w, now) })
	slices.SortStableFunc(all, olderWebSession)
	return all
}

func olderWebSession(x, y *WebSession) int {
	if c := x.Made.Compare(y.Made); c != 0 {
		return c
	}
	return strings.Compare(x.ID, y.ID)
}

// AllWebSessions are those of all principals whose records are there, ended or not, in the order of their ids.
func (a *Account) AllWebSessions() iter.Seq[*WebSession] { return a.WebSessionsAfter("") }

// WebSessionsAfter are those whose ids come after id.
func (a *Account) WebSessionsAfter(id string) iter.Seq[*WebSession] {
	return values[*WebSession](a.webSessions.from(id + above))
}
