package console

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

// changeTimeout bounds how long a change may take; it goes on when the browser has left.
const changeTimeout = 20 * time.Second

// change runs a change of an account and its record, which become durable together or not at all. do may run more than
// once and has no effect but through tx; a nil event leaves no record.
func (v *visit) change(account string, do func(tx *store.Tx) (*trail.Event, error)) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(v.r.Context()), changeTimeout)
	defer cancel()
	var event *trail.Event
	change := &store.Change{Account: account, Event: func(_ []byte, at time.Time) *trail.Event {
		if event != nil {
			event.EventTime = at
		}
		return event
	}}
	_, err := v.API.Store.Update(ctx, change, func(tx *store.Tx) (_ []byte, err error) {
		event, err = do(tx)
		return nil, err
	})
	return err
}

// opening is what a transaction does that opens or changes a session: the record is that of the step, nil for none.
type opening func(*store.Tx) (w *directory.WebSession, cookie store.Cookie, record *step, err error)

// open opens or changes a session, on record, and gives the browser its new cookie in place of whatever it had.
func (v *visit) open(account string, do opening) (*directory.WebSession, error) {
	var w *directory.WebSession
	var cookie store.Cookie
	err := v.change(account, func(tx *store.Tx) (_ *trail.Event, err error) {
		var record *step
		if w, cookie, record, err = do(tx); err != nil || record == nil {
			return nil, err
		}
		record.data.WebSession = w.ID
		return v.event(record, success), nil
	})
	if err != nil {
		return nil, err
	}
	v.give(w, cookie)
	return w, nil
}

// give gives the browser the cookie of its session, in place of whatever it had.
func (v *visit) give(w *directory.WebSession, cookie store.Cookie) {
	v.setCookie(sessionCookie, cookie.Show(), 0)
	v.secret = cookie.Show()
	if v.cookie(visitorCookie) != "" {
		v.setCookie(visitorCookie, "", -1)
	}
	if w.Stage != directory.SignInSecondFactor {
		v.remember(w.Principal)
	}
}

// goOn sends the browser to the next step of its session.
func (v *visit) goOn(w *directory.WebSession) { v.redirect(stepOf(w, v.next())) }

// stepOf is the page on which a session goes on.
func stepOf(w *directory.WebSession, next string) string {
	switch w.Stage {
	case directory.SignInSecondFactor:
		return on(factorPath, next)
	case directory.SignInNewPassword:
		return on(passwordPath, next)
	}
	return next
}

// signedIn reports whether the visitor has signed in, all of the way; else it sends the browser to where that goes on, and from
// there back here.
func (v *visit) signedIn() bool {
	here := v.r.URL.RequestURI()
	if v.r.Method == http.MethodPost {
		here = v.path
	}
	switch {
	case v.session == nil:
		v.redirect(on(signInPath, here))
		return false
	case !v.session.Complete():
		v.redirect(stepOf(v.session.WebSession, here))
		return false
	}
	v.API.Store.TouchWebSession(v.session, v.now)
	return true
}

// account of the visitor's session; nil where it is gone.
func (v *visit) account() *directory.Account {
	return v.API.Store.Snapshot().Account(v.session.Account)
}

// attempt is what the judge of passwords is told of this visit. principal is whose password it may be, "" for nobody's.
func (v *visit) attempt(principal string) signin.Attempt {
	try := signin.Attempt{Address: v.address, ID: v.id, Time: v.now, Account: canonicalAccount(v.form.Get(accountField))}
	if b := v.browser(); principal != "" && b.Knows(principal) {
		try.Device = b.ID
	}
	return try
}

// browser is what is remembered of this browser; of one that is new, nothing.
func (v *visit) browser() *session.Browser {
	if b, ok := v.API.Authn.Keys.OpenBrowser(v.cookie(browserCookie)); ok {
		return b
	}
	return &session.Browser{ID: newSecret()}
}

// remember notes that somebody has signed in from this browser.
func (v *visit) remember(principal string) {
	b := v.browser()
	b.Add(principal)
	if account := v.form.Get(accountField); account != "" && len(account) <= maxAccount {
		b.Account = account
	}
	text, err := v.API.Authn.Keys.SealBrowser(b)
	if err != nil { // the next sign-in is as from a new browser
		v.API.Log.Error("browser not remembered", "request", v.id, "error", err.Error())
		return
	}
	v.setCookie(browserCookie, text, browserCookieLife)
}

// password is what was typed into a field for one.
func (v *visit) password(name string) seal.Secret { return seal.NewSecret([]byte(v.form.Get(name))) }

// lost answers where the session has ended in the meantime, or what it rested on is another by now.
func (v *visit) lost(err error) {
	if !errors.Is(err, store.ErrNoWebSession) {
		v.broken("session not changed", err)
		return
	}
	v.setCookie(sessionCookie, "", -1)
	v.fail(http.StatusForbidden, "Your sign-in has ended", "It took too long, or the password or the MFA device was changed in the meantime. Sign in again.")
}
