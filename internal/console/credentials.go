package console

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

const (
	sessionPath     = "/console/session"
	credentialsPath = "/console/credentials"

	jsonType = "application/json"
	// unattendedHeader says that the page asks on its own, while nobody is at the browser: that keeps no session alive.
	unattendedHeader = "X-Warder-Unattended"
)

func (c *Console) routeSession() {
	c.routes[passwordPath] = route{get: (*visit).showPassword, post: (*visit).setPassword}
	c.routes[wellKnownPath] = route{get: func(v *visit) { v.redirect(passwordPath) }}
	c.routes[sessionsPath] = route{get: (*visit).showSessions, post: (*visit).endSessions}
	c.routes[signOutPath] = route{get: (*visit).showSignOut, post: (*visit).signOut}
	c.routes[sessionPath] = route{get: (*visit).showSession}
	c.routes[credentialsPath] = route{post: (*visit).giveCredentials}
	c.routes["/console"] = route{get: func(v *visit) { v.redirect(applicationPath) }}
}

// sessionInfo is what the application learns of who uses it.
type sessionInfo struct {
	Account     string    `json:"account"`
	Alias       string    `json:"alias,omitempty"`
	Name        string    `json:"name"`
	ARN         string    `json:"arn"`
	Kind        string    `json:"kind"` // root or user
	MFA         bool      `json:"mfa"`
	Region      string    `json:"region"`
	Partition   string    `json:"partition"`
	Expires     time.Time `json:"expires"`     // whatever happens
	IdleSeconds int       `json:"idleSeconds"` // it ends before, if nobody is seen for so long
	Ends        time.Time `json:"ends"`        // if nobody is seen from now on
	SecondsLeft int       `json:"secondsLeft"` // until then: the browser's clock may be wrong
	FormToken   string    `json:"formToken"`
}

// showSession tells the application whose session it is in.
func (v *visit) showSession() {
	if !v.applicationIn() {
		return
	}
	a := v.account()
	who := identity(a, v.session.Principal)
	info := sessionInfo{
		Account: a.ID(), Alias: a.Info().Alias, Name: v.nameIn(a), ARN: who.ARN, Kind: "user", MFA: !v.session.MFA.IsZero(),
		Region: v.API.Region, Partition: a.Names().Partition, Expires: v.session.Expires, IdleSeconds: int(v.Idle / time.Second),
		Ends: v.session.Ends, SecondsLeft: int(v.session.Ends.Sub(v.now) / time.Second), FormToken: v.token(),
	}
	if who.Type == "Root" {
		info.Kind = "root"
	}
	v.sendJSON(http.StatusOK, info)
}

// credentials are those of session.Console, in the names that the AWS SDK for JavaScript has for them.
type credentials struct {
	AccessKeyID     string    `json:"accessKeyId"`
	SecretAccessKey string    `json:"secretAccessKey"`
	SessionToken    string    `json:"sessionToken"`
	Expiration      time.Time `json:"expiration"`
}

// giveCredentials gives the application credentials of the session, on record.
func (v *visit) giveCredentials() {
	if !v.applicationIn() {
		return
	}
	if v.r.Header.Get(unattendedHeader) == "" {
		v.API.Store.TouchWebSession(v.session, v.now)
		v.session, _ = v.API.Store.WebSessionByID(v.session.Account, v.session.ID, v.now)
	}
	if v.session == nil {
		v.unauthorized()
		return
	}
	made, err := v.API.Authn.Keys.MintConsole(v.session.Account, v.session.WebSession, v.session.Ends, v.now)
	if err != nil { // it ends this second
		v.unauthorized()
		return
	}
	e := v.event(&step{name: getCredentials, account: v.session.Account, who: identity(v.account(), v.session.Principal), data: signInData{WebSession: v.session.ID}}, "")
	e.ReadOnly = true
	e.ResponseElements, _ = json.Marshal(map[string]any{ // texts and times always encode
		"credentials": map[string]any{"accessKeyId": made.AccessKeyID, "expiration": made.Expires},
	})
	if v.record(e) {
		v.sendJSON(http.StatusOK, credentials{made.AccessKeyID, made.Show(), made.Token, made.Expires})
	}
}

// applicationIn is signedIn for requests of the application's script, which goes to the sign-in page by itself.
func (v *visit) applicationIn() bool {
	if v.session == nil || !v.session.Complete() {
		v.unauthorized()
		return false
	}
	return true
}

// unauthorized answers a script whose person has not signed in, or not any more.
func (v *visit) unauthorized() {
	v.w.Header().Set("WWW-Authenticate", "Cookie") // RFC 9110 asks for one
	v.sendProblem(http.StatusUnauthorized, "You are not signed in.")
}

func (v *visit) sendProblem(status int, message string) {
	v.sendJSON(status, map[string]string{"message": message})
}

func (v *visit) sendJSON(status int, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		v.broken("answer not encoded", err)
		return
	}
	v.send(status, jsonType, text)
}

// openApplication answers with the web application: its pages to who has signed in, its scripts and styles, which are
// everybody's, to all.
func (v *visit) openApplication() {
	if strings.HasPrefix(v.path, applicationPath+assetsPath) || v.signedIn() {
		v.application.ServeHTTP(v.w, v.r)
	}
}
