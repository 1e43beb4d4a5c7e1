package console

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/trail"
)

// The outcomes and texts are CloudTrail's. Source: AWS CloudTrail User Guide, "AWS Management Console sign-in events".
const (
	success = "Success"
	failure = "Failure"

	consoleLogin    = "ConsoleLogin"
	checkMFA        = "CheckMfa"
	passwordUpdated = "PasswordUpdated"

	failedAuthentication = "Failed authentication"
	noUserName           = "No username found in supplied account"
	// hiddenName stands in place of a name that is nobody's: people type their password there.
	hiddenName = "HIDDEN_DUE_TO_SECURITY_REASONS"
)

// Of steps that CloudTrail knows no event for.
const (
	logout         = "Logout"
	getCredentials = "GetConsoleCredentials"

	tooManyTries    = "Too many failed tries"
	tooBusy         = "Too many passwords are being checked"
	passwordExpired = "The password has expired"
)

// signInData is additionalEventData of a sign-in.
type signInData struct {
	LoginTo       string `json:"LoginTo,omitempty"`
	MobileVersion string `json:"MobileVersion,omitempty"`
	MFAIdentifier string `json:"MFAIdentifier,omitempty"` // the device's serial number
	MFAUsed       string `json:"MFAUsed,omitempty"`
	MFAType       string `json:"MfaType,omitempty"` // of CheckMfa
	// WebSession is the id of the session.
	WebSession string `json:"webSessionId,omitempty"`
	// RefusalsNotRecorded is as in the refusal of a call.
	RefusalsNotRecorded int `json:"refusalsNotRecorded,omitempty"`
}

// step is one step of a person who is signing in, or has, as the trail is to have it.
type step struct {
	name    string // of the event
	account string // whose trail it belongs to; "" for nobody's
	who     trail.UserIdentity
	data    signInData
}

// event is a step's record.
func (v *visit) event(s *step, outcome string) *trail.Event {
	e := trail.SignInEvent(uuid.NewString(), s.account, v.API.Region, s.name, outcome, s.who, v.now)
	e.SourceIPAddress, e.UserAgent, e.RequestID = v.address, v.r.UserAgent(), v.id
	e.TLSDetails = server.TLSDetails(v.r.TLS, v.r.Host)
	e.AdditionalEventData, _ = json.Marshal(s.data) // texts and numbers always encode
	return e
}

// login is a ConsoleLogin without a second factor.
func (v *visit) login(account string, who trail.UserIdentity) *step {
	data := signInData{LoginTo: v.origin() + v.next(), MobileVersion: "No", MFAUsed: "No"}
	if strings.Contains(v.r.UserAgent(), "Mobi") {
		data.MobileVersion = "Yes"
	}
	return &step{name: consoleLogin, account: account, who: who, data: data}
}

// by says which device the second factor came from, or should have; nil where that is not known.
func (s *step) by(a *directory.Account, d *directory.MFADevice) *step {
	s.data.MFAUsed = "Yes"
	if d != nil {
		s.data.MFAIdentifier = a.ARN(d)
	}
	return s
}

// identity is who somebody is; the root user by the account's own id.
func identity(a *directory.Account, principal string) trail.UserIdentity {
	if principal == a.ID() {
		return trail.UserIdentity{Type: "Root", PrincipalID: a.ID(), ARN: a.Names().Root().String(), AccountID: a.ID()}
	}
	id := trail.UserIdentity{Type: "IAMUser", PrincipalID: principal, AccountID: a.ID()}
	if u := a.UserByID(principal); u != nil {
		id.ARN, id.UserName = a.ARN(u), u.Name
	}
	return id
}

// stranger is who named nobody. The account is "" where there is none.
func stranger(account string) trail.UserIdentity {
	kind := "IAMUser"
	if account == "" {
		kind = "Unknown"
	}
	return trail.UserIdentity{Type: kind, AccountID: account, UserName: hiddenName}
}

// recordTimeout bounds how long an answer waits for its record after the browser is gone.
const recordTimeout = 10 * time.Second

// record puts a step that changed nothing on the trail, and reports whether it is on disk. Where it is not, the step did not
// happen, and the answer says so.
func (v *visit) record(e *trail.Event) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(v.r.Context()), recordTimeout)
	defer cancel()
	err := v.API.Recorder.Append(ctx, e)
	if err != nil {
		v.broken("step not recorded", err)
	}
	return err == nil
}

// refused records a step that failed, and reports whether to say so as usual. An address that has failed too often is not
// recorded one by one, and hears no more than that.
func (v *visit) refused(s *step, why string) bool {
	n, ok := v.API.RefuseStranger(v.address, v.now)
	if !ok {
		v.wait(time.Minute)
		return false
	}
	s.data.RefusalsNotRecorded = n
	e := v.event(s, failure)
	e.ErrorMessage = why
	return v.record(e)
}

// broken answers with what Warder itself could not do; the log says why.
func (v *visit) broken(what string, err error) {
	v.API.Log.Error(what, "request", v.id, "page", v.path, "error", err.Error())
	v.w.Header().Set("Retry-After", "5")
	v.fail(http.StatusServiceUnavailable, "Warder cannot do this now",
		"Nothing was done, or it could not be recorded and does not count. Try again in a moment. The log knows more, under the request "+v.id+".")
}
