package console

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/passkey"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
)

// The paths of signing in.
const (
	signInPath         = "/signin"
	rootPath           = "/signin/root"
	factorPath         = "/signin/mfa"
	factorOptionsPath  = "/signin/mfa/options"
	passkeyPath        = "/signin/passkey"
	passkeyOptionsPath = "/signin/passkey/options"
)

// The fields of the forms, and how much may be typed into them, in bytes.
const (
	accountField  = "account"
	userField     = "user"
	emailField    = "email"
	passwordField = "password"

	maxAccount  = 63
	maxUser     = 64
	maxEmail    = 64
	maxPassword = 128 // characters
)

func (c *Console) routeSignIn() {
	c.routes[signInPath] = route{get: (*visit).showSignIn, post: (*visit).signIn}
	c.routes[rootPath] = route{get: (*visit).showRootSignIn, post: (*visit).rootSignIn}
	c.routes[factorPath] = route{get: (*visit).showFactor, post: (*visit).giveFactor}
	c.routes[factorOptionsPath] = route{post: (*visit).factorOptions}
	if c.PasskeyAlone {
		c.routes[passkeyPath] = route{get: (*visit).showPasskey, post: (*visit).givePasskey}
		c.routes[passkeyOptionsPath] = route{post: (*visit).passkeyOptions}
	}
}

// alreadyIn sends on who has signed in already.
func (v *visit) alreadyIn() bool {
	if v.session == nil || !v.session.Complete() {
		return false
	}
	v.redirect(v.next())
	return true
}

func (v *visit) showSignIn() {
	if v.alreadyIn() {
		return
	}
	account := v.r.URL.Query().Get(accountField)
	if account == "" || len(account) > maxAccount {
		account = v.browser().Account
	}
	v.signInForm(http.StatusOK, account, "", "")
}

// signInForm shows the form; with a problem, it is said and bound to the password.
func (v *visit) signInForm(status int, account, user, problem string) {
	next := v.next()
	f := &form{
		Action: signInPath, Submit: "Sign in", Hidden: hiddenNext(next),
		Fields: []field{
			{Name: accountField, Label: "Account ID or alias", Autocomplete: "organization", Max: maxAccount, Value: account, Focus: account == ""},
			{Name: userField, Label: "User name", Autocomplete: "username", Max: maxUser, Value: user, Focus: account != ""},
			{Name: passwordField, Label: "Password", Type: "password", Autocomplete: "current-password", Max: maxPassword},
		},
	}
	if problem != "" {
		f.mark(passwordField)
	}
	v.render(status, "form", &page{Title: "Sign in", Problem: problem, Form: f, Links: v.otherWays(next, link{on(rootPath, next), "Sign in as the root user"})})
}

// otherWays are links to the other ways of signing in.
func (v *visit) otherWays(next string, links ...link) []link {
	if v.PasskeyAlone {
		links = append(links, link{on(passkeyPath, next), "Sign in with a passkey"})
	}
	return links
}

func (v *visit) showRootSignIn() {
	if !v.alreadyIn() {
		v.rootForm(http.StatusOK, "", "")
	}
}

func (v *visit) rootForm(status int, email, problem string) {
	next := v.next()
	f := &form{
		Action: rootPath, Submit: "Sign in", Hidden: hiddenNext(next),
		Fields: []field{
			{Name: emailField, Label: "Root user e-mail address", Type: "email", Autocomplete: "username", Max: maxEmail, Value: email, Focus: true},
			{Name: passwordField, Label: "Password", Type: "password", Autocomplete: "current-password", Max: maxPassword},
		},
	}
	if problem != "" {
		f.mark(passwordField)
	}
	v.render(status, "form", &page{
		Title: "Root user sign in", Problem: problem, Form: f, Links: v.otherWays(next, link{on(signInPath, next), "Sign in as a user"}),
		Lead: []string{"The root user may do everything. Use it only for what needs it."},
	})
}

// tooLong answers a form with a field that is longer than any name, so that no counter gets it for a key.
func (v *visit) tooLong(limits map[string]int) bool {
	for name, limit := range limits {
		if len(v.form.Get(name)) > limit {
			v.fail(http.StatusBadRequest, "The form could not be read", "A field is longer than it may be. Nothing was done.")
			return true
		}
	}
	return false
}

// longestPassword in bytes: no character takes more than four.
const longestPassword = 4 * maxPassword

// What is said of every wrong sign-in, whatever was wrong.
const (
	wrongSignIn     = "The account, user name or password is not right."
	wrongRootSignIn = "The e-mail address or password is not right."
)

// signIn judges a user's password. Whoever does not exist costs and answers the same as who has another password.
func (v *visit) signIn() {
	if v.tooLong(map[string]int{accountField: maxAccount, userField: maxUser, passwordField: longestPassword}) {
		return
	}
	typed, name := strings.TrimSpace(v.form.Get(accountField)), strings.TrimSpace(v.form.Get(userField))
	a := v.accountNamed(canonicalAccount(typed))
	try, why, known := v.login("", stranger("")), noUserName, ""
	if a != nil {
		try = v.login(a.ID(), stranger(a.ID()))
		if u := a.User(name); u != nil {
			try.who, why, known = identity(a, u.ID), failedAuthentication, u.ID
		}
	}
	login, err := v.API.SignIn.Password(v.r.Context(), a, name, v.password(passwordField), v.attempt(known))
	if err != nil {
		v.notIn(err, try, why, func() { v.signInForm(http.StatusForbidden, typed, name, wrongSignIn) })
		return
	}
	v.begin(a, login)
}

// rootSignIn is signIn for the root user of the account that has the address.
func (v *visit) rootSignIn() {
	if v.tooLong(map[string]int{emailField: maxEmail, passwordField: longestPassword}) {
		return
	}
	email := strings.TrimSpace(v.form.Get(emailField))
	a := v.API.Store.Snapshot().AccountByEmail(email)
	try, why, known := v.login("", stranger("")), noUserName, ""
	if a != nil {
		try, why, known = v.login(a.ID(), identity(a, a.ID())), failedAuthentication, a.ID()
	}
	login, err := v.API.SignIn.RootPassword(v.r.Context(), a, email, v.password(passwordField), v.attempt(known))
	if err != nil {
		v.notIn(err, try, why, func() { v.rootForm(http.StatusForbidden, email, wrongRootSignIn) })
		return
	}
	v.begin(a, login)
}

// canonicalAccount is the one spelling of an account's id, which people type with hyphens and without, or its alias.
func canonicalAccount(typed string) string {
	typed = strings.TrimSpace(typed)
	if id := strings.ReplaceAll(typed, "-", ""); arn.IsAccountID(id) {
		return id
	}
	return typed
}

// accountNamed is the account with that id or alias, in its one spelling; nil for none.
func (v *visit) accountNamed(name string) *directory.Account {
	snap := v.API.Store.Snapshot()
	switch {
	case arn.IsAccountID(name):
		return snap.Account(name)
	case name == "":
		return nil
	}
	return snap.AccountByAlias(name)
}

// notIn records and answers a step that was refused; wrong answers, and why says for the record, where what was given is not
// right.
func (v *visit) notIn(err error, try *step, why string, wrong func()) {
	var wait *signin.WaitError
	switch {
	case errors.Is(err, signin.ErrWrongPassword), errors.Is(err, signin.ErrWrongCode), errors.Is(err, passkey.ErrRefused):
		if v.refused(try, why) {
			wrong()
		}
	case errors.As(err, &wait):
		if v.refused(try, tooManyTries) {
			v.wait(wait.Wait)
		}
	case errors.Is(err, signin.ErrBusy):
		if v.refused(try, tooBusy) {
			v.wait(time.Second)
		}
	case errors.Is(err, errLocked):
		if v.refused(try, passwordExpired) {
			v.lockedOut()
		}
	default:
		v.broken("sign-in not judged", err)
	}
}

// wait answers who must wait before the next try.
func (v *visit) wait(d time.Duration) {
	seconds := int((d + time.Second - 1) / time.Second)
	v.w.Header().Set("Retry-After", strconv.Itoa(seconds))
	if v.byScript() {
		v.sendProblem(http.StatusTooManyRequests, "There were too many tries. The next one counts in "+inWords(seconds)+".")
		return
	}
	back := link{on(signInPath, v.next()), "Back to the sign-in page"}
	if v.r.URL.Path == factorPath { // the password was right: it is not asked for again
		back = link{on(factorPath, v.next()), "Back to multi-factor authentication"}
	}
	v.render(http.StatusTooManyRequests, "message", &page{
		Title: "Wait before the next try",
		Lead: []string{
			"There were too many failed tries. The next one counts in " + inWords(seconds) + "; what comes earlier is not looked at.",
			"Each further failure makes the wait longer, up to 15 minutes. Nobody is locked out for good.",
		},
		Links: []link{back},
	})
}

// inWords is a time as people say it.
func inWords(seconds int) string {
	switch {
	case seconds <= 1:
		return "1 second"
	case seconds < 120:
		return strconv.Itoa(seconds) + " seconds"
	}
	return strconv.Itoa((seconds+59)/60) + " minutes"
}

// errLocked: the password has expired, and the account's policy lets only an administrator set a new one.
var errLocked = errors.New("console: the password has expired")

// begin lets in who has given the right password, as far as that goes: to the second factor, to setting a new password, or
// in. All that this rests on is looked at again in the transaction.
func (v *visit) begin(a *directory.Account, login *signin.Login) {
	principal := login.User.ID
	if login.Locked {
		v.notIn(errLocked, v.login(a.ID(), identity(a, principal)), "", nil)
		return
	}
	proof := a.LoginProfile(principal).Fingerprint()
	w, err := v.open(a.ID(), func(tx *store.Tx) (*directory.WebSession, store.Cookie, *step, error) {
		stage, devices := afterFactors(login), tx.Account().MFADevicesOf(principal)
		record := v.login(a.ID(), identity(tx.Account(), principal))
		if len(devices) > 0 {
			stage = directory.SignInSecondFactor
			record.name, record.data = checkMFA, signInData{MFAType: mfaType(devices)}
		}
		w, cookie, err := tx.StartWebSession(directory.WebSession{
			Principal: principal, Stage: stage, Method: directory.SignInPassword, Proof: proof, Address: v.address, Agent: v.r.UserAgent(),
		})
		return w, cookie, record, err
	})
	if err != nil {
		v.lost(err)
		return
	}
	v.goOn(w)
}

// mfaType says which devices could be the second factor, in CloudTrail's words.
func mfaType(devices []*directory.MFADevice) string {
	virtual, key := 0, 0
	for _, d := range devices {
		if d.Kind == directory.VirtualMFA {
			virtual++
		} else {
			key++
		}
	}
	switch {
	case virtual > 0 && key > 0:
		return "Multiple MFA Devices"
	case key > 0:
		return "U2F MFA"
	}
	return "Virtual MFA"
}

// lockedOut answers whose password is right and too old.
func (v *visit) lockedOut() {
	v.render(http.StatusForbidden, "message", &page{
		Title: "Your password has expired",
		Lead: []string{
			"The password policy of this account lets only an administrator set a new one. Ask an administrator for it.",
			"Whoever has an access key and may call ChangePassword can change an expired password with the command line.",
		},
		Links: []link{{signInPath, "Back to the sign-in page"}},
	})
}
