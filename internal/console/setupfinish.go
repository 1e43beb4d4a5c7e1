package console

import (
	"net/http"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/setup"
	"github.com/warder-iam/warder/internal/store"
)

// finishBody is what was chosen.
type finishBody struct {
	Account, Email, User    string
	RootDevice, AdminDevice string // "" for none
}

func (v *visit) showFinish(run *setup.Run) {
	a := run.Account
	admin := run.AdministratorFactor()
	p := setupPage(setup.StepFinish, "Ready", "This is what was set up. The link that began it ends here.")
	p.Body = finishBody{
		Account: a.ID(), Email: a.Info().Email, User: admin.Name,
		RootDevice: firstDevice(a, a.ID()), AdminDevice: firstDevice(a, admin.ID),
	}
	p.Form = &form{Action: pathOf(setup.StepFinish), Submit: "Finish and sign in"}
	v.render(http.StatusOK, "setupfinish", p)
}

func firstDevice(a *directory.Account, id string) string {
	for _, d := range a.MFADevicesOf(id) {
		return d.Name
	}
	return ""
}

// finishSetup ends the set-up, and signs the administrator in who has proven in this very run who they are: by the password that was
// set, and every device that there is. Anybody else goes to the sign-in page.
func (v *visit) finishSetup(run *setup.Run) {
	ctx, cancel := v.setupContext()
	defer cancel()
	var cookie store.Cookie
	var session *directory.WebSession
	err := run.Finish(ctx, v.setupVisitor(), func(tx *store.Tx, w directory.WebSession) (err error) {
		w.Address, w.Agent = v.address, v.r.UserAgent()
		session, cookie, err = tx.StartWebSession(w)
		return err
	})
	if err != nil {
		v.failSetup(err)
		return
	}
	v.setCookie(setupCookie, "", -1)
	if session == nil {
		v.redirect(signInURL(run.Account.ID()))
		return
	}
	login := v.login(run.Account.ID(), identity(run.Account, session.Principal))
	login.data.WebSession = session.ID
	if d := run.Account.MFADeviceByID(session.Device); d != nil {
		login.by(run.Account, d)
	}
	if !v.record(v.event(login, success)) { // nobody gets the session
		return
	}
	v.give(session, cookie)
	v.redirect(applicationPath)
}
