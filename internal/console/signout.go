package console

import (
	"net/http"

	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

const signOutPath = "/signout"

// showSignOut asks whether to: a link alone signs nobody out.
func (v *visit) showSignOut() {
	if v.session == nil {
		v.signedOut()
		return
	}
	v.render(http.StatusOK, "form", &page{
		Title: "Sign out", Lead: []string{"You will be signed out of the console in this browser."},
		Form:  &form{Action: signOutPath, Submit: "Sign out"},
		Links: []link{{sessionsPath, "All of your sessions"}, {applicationPath, "Back to the console"}},
	})
}

// signOut ends the visitor's session, on record.
func (v *visit) signOut() {
	if v.session != nil {
		err := v.change(v.session.Account, func(tx *store.Tx) (*trail.Event, error) {
			if !tx.EndWebSession(v.session.ID) {
				return nil, nil
			}
			return v.event(&step{
				name: logout, account: v.session.Account, who: identity(tx.Account(), v.session.Principal), data: signInData{WebSession: v.session.ID},
			}, success), nil
		})
		if err != nil {
			v.broken("session not ended", err)
			return
		}
	}
	v.setCookie(sessionCookie, "", -1)
	v.secret = ""
	v.redirect(signOutPath)
}

func (v *visit) signedOut() {
	v.render(http.StatusOK, "message", &page{Title: "You are signed out", Links: []link{{signInPath, "Sign in"}}})
}
