package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/setup"
	"github.com/warder-iam/warder/internal/signin"
)

// The paths of the first run. Each step has one below setupPath.
const (
	setupPath       = "/setup"
	setupTokenField = "token"
	// setupCookie holds the secret of the browser that sets up.
	setupCookie = "warder-setup"
)

// The fields of its forms.
const (
	setupEmail    = "email"
	setupName     = "name"
	setupPassword = passwordField
	setupAgain    = againField
	setupChoice   = "choice"
	setupFirst    = "first"
	setupSecond   = "second"
)

// setupTimeout bounds how long a step may take; it goes on when the browser has left.
const setupTimeout = 20 * time.Second

func (c *Console) routeSetup() {
	c.routes[setupPath] = route{get: (*visit).openSetup}
	for step, r := range map[setup.Step]struct{ get, post func(*visit, *setup.Run) }{
		setup.StepRoot:                {(*visit).showSetupRoot, (*visit).setRoot},
		setup.StepRootFactor:          {showFactorOf((*setup.Run).RootFactor), setFactorOf((*setup.Run).RootFactor)},
		setup.StepAdministrator:       {(*visit).showSetupAdministrator, (*visit).setAdministrator},
		setup.StepAdministratorFactor: {showFactorOf((*setup.Run).AdministratorFactor), setFactorOf((*setup.Run).AdministratorFactor)},
		setup.StepFinish:              {(*visit).showFinish, (*visit).finishSetup},
	} {
		c.routes[pathOf(step)] = route{get: atStep(step, r.get), post: atStep(step, r.post)}
	}
	c.routes[optionsOf(setup.StepRootFactor)] = route{post: atStep(setup.StepRootFactor, passkeyOptionsOf((*setup.Run).RootFactor))}
	c.routes[optionsOf(setup.StepAdministratorFactor)] = route{post: atStep(setup.StepAdministratorFactor, passkeyOptionsOf((*setup.Run).AdministratorFactor))}
}

func pathOf(step setup.Step) string { return setupPath + "/" + string(step) }

// openSetup takes the link's secret out of the address, into a cookie, and leads to the step that is next.
func (v *visit) openSetup() {
	v.noReferrer()
	query := v.r.URL.Query()
	if !query.Has(setupTokenField) {
		if run := v.run(); run != nil {
			v.redirect(pathOf(setup.Next(run.Account)))
		}
		return
	}
	if v.r.Method == http.MethodHead || len(query) > 1 || len(query[setupTokenField]) > 1 {
		v.fail(http.StatusBadRequest, "The link is not whole", "Copy all of it, as it was printed.")
		return
	}
	ctx, cancel := v.setupContext()
	defer cancel()
	browser, err := v.Setup.Open(ctx, query.Get(setupTokenField), v.setupVisitor())
	if err != nil {
		v.failSetup(err)
		return
	}
	v.setCookie(setupCookie, browser, 0)
	v.redirect(setupPath)
}

// noReferrer: no request that this page leads to tells the page's address.
func (v *visit) noReferrer() { v.w.Header().Set("Referrer-Policy", "no-referrer") }

func (v *visit) setupContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(v.r.Context()), setupTimeout)
}

func (v *visit) setupVisitor() setup.Visitor {
	return setup.Visitor{Address: v.address, Agent: v.r.UserAgent(), Request: v.id, Time: v.now, TLS: server.TLSDetails(v.r.TLS, v.r.Host)}
}

// run is the set-up that this browser goes through; nil where there is none, which is answered.
func (v *visit) run() *setup.Run {
	ctx, cancel := v.setupContext()
	defer cancel()
	run, err := v.Setup.Resume(ctx, v.cookie(setupCookie), v.now)
	if err != nil {
		v.failSetup(err)
		return nil
	}
	return run
}

// atStep calls a handler where the steps before its own are done; else it leads to the one that is next.
func atStep(step setup.Step, h func(*visit, *setup.Run)) handler {
	return func(v *visit) {
		run := v.run()
		if run == nil {
			return
		}
		next, all := setup.Next(run.Account), setup.Steps()
		if slices.Index(all, step) > slices.Index(all, next) {
			v.redirect(pathOf(next))
			return
		}
		h(v, run)
	}
}

// failSetup answers what no form can mend.
func (v *visit) failSetup(err error) {
	var wait *signin.WaitError
	const another = "For another link, run on the server: warder root setup-link"
	switch {
	case errors.As(err, &wait):
		v.wait(wait.Wait)
	case errors.Is(err, signin.ErrBusy):
		v.wait(time.Second)
	case !setup.Pending(v.API.Store.Snapshot()):
		v.render(http.StatusNotFound, "message", &page{Title: "The console is set up", Lead: []string{"There is nothing left to do here."},
			Links: []link{{signInPath, "Sign in"}}})
	case errors.Is(err, setup.ErrNotYet):
		v.render(http.StatusConflict, "message", &page{Title: "A step is still to be done", Lead: []string{
			"Something that you had set up was changed in the meantime: the administrator's password was taken away, perhaps. Nothing else is lost.",
		}, Links: []link{{setupPath, "Go on with the next step"}}})
	case errors.Is(err, setup.ErrExpired):
		v.setupMessage("The link has expired", "It was good for "+strconv.Itoa(int(setup.LinkTime/time.Minute))+" minutes. What was done already is kept.", another)
	case errors.Is(err, setup.ErrLink):
		v.setupMessage("The link is not good", "It may not be whole, or a newer one has taken its place.", another)
	case errors.Is(err, setup.ErrNoRun):
		v.setupMessage("Open the set-up link", "The console is set up by the link that warder serve prints. This browser has not opened it, took too long, "+
			"or another browser opened it later. What was done already is kept.", another)
	default:
		v.broken("step of set-up failed", err)
	}
}

func (v *visit) setupMessage(title string, text ...string) {
	v.render(http.StatusForbidden, "message", &page{Title: title, Lead: text})
}

// setupPage is a page of a step, which says how far one is.
func setupPage(step setup.Step, title string, lead ...string) *page {
	all := setup.Steps()
	n := slices.Index(all, step)
	p := &page{Title: title, Lead: append([]string{"Step " + strconv.Itoa(n+1) + " of " + strconv.Itoa(len(all))}, lead...)}
	if n > 0 {
		p.Links = []link{{pathOf(all[n-1]), "Back"}}
	}
	return p
}

// setupResult goes on after a step, or shows its form again with what was wrong; again is nil where no form can mend it.
func (v *visit) setupResult(err error, step setup.Step, again func(wrong *setup.FieldError)) {
	var wrong *setup.FieldError
	all := setup.Steps()
	switch {
	case err == nil:
		v.redirect(pathOf(all[slices.Index(all, step)+1]))
	case errors.As(err, &wrong) && again != nil:
		again(wrong)
	default:
		v.failSetup(err)
	}
}

func (v *visit) showSetupRoot(run *setup.Run) {
	v.rootSetupForm(http.StatusOK, run.Account.Info().Email, nil)
}

func (v *visit) rootSetupForm(status int, email string, wrong *setup.FieldError) {
	p := setupPage(setup.StepRoot, "Set up the root user", "The root user may do everything in this account, and no policy limits it. Keep its password "+
		"for emergencies; an administrator does the daily work.")
	p.Form = &form{Action: pathOf(setup.StepRoot), Submit: "Next", Fields: append([]field{{
		Name: setupEmail, Label: "E-mail address", Type: "email", Autocomplete: "username", InputMode: "email", Value: email, Max: 64, Focus: email == "",
		Hint: "The root user signs in with it. Nothing is sent there.",
	}}, newPasswordFields(nil)...)}
	v.renderWrong(status, p, wrong)
}

func newPasswordFields(policy *directory.PasswordPolicy) []field {
	return []field{
		{
			Name: setupPassword, Label: "Password", Type: "password", Autocomplete: "new-password", Max: maxPassword, Hint: signin.Describe(policy),
		},
		{Name: setupAgain, Label: "Password again", Type: "password", Autocomplete: "new-password", Max: maxPassword},
	}
}

// renderWrong shows a form with what is wrong with one of its fields; nil for nothing.
func (v *visit) renderWrong(status int, p *page, wrong *setup.FieldError) {
	if wrong != nil {
		p.Problem = wrong.Message
		p.Form.mark(wrong.Field)
	}
	v.render(status, "form", p)
}

// newPassword is what was typed twice.
func (v *visit) newPassword() (seal.Secret, error) {
	text := v.form.Get(setupPassword)
	switch {
	case len([]rune(text)) > maxPassword:
		return seal.Secret{}, &setup.FieldError{Field: setupPassword, Message: "A password has at most " + strconv.Itoa(maxPassword) + " characters."}
	case text != v.form.Get(setupAgain):
		return seal.Secret{}, &setup.FieldError{Field: setupAgain, Message: "The two passwords are not the same."}
	}
	return seal.NewSecret([]byte(text)), nil
}

func (v *visit) setRoot(run *setup.Run) {
	email := strings.TrimSpace(v.form.Get(setupEmail))
	password, err := v.newPassword()
	if err == nil {
		ctx, cancel := v.setupContext()
		defer cancel()
		err = run.SetRoot(ctx, v.setupVisitor(), email, password)
	}
	v.setupResult(err, setup.StepRoot, func(wrong *setup.FieldError) { v.rootSetupForm(http.StatusUnprocessableEntity, email, wrong) })
}

func (v *visit) showSetupAdministrator(run *setup.Run) {
	name := setup.AdminUser
	if u := setup.Administrator(run.Account); u != nil {
		name = u.Name
	}
	v.administratorForm(http.StatusOK, run, name, nil)
}

func (v *visit) administratorForm(status int, run *setup.Run, name string, wrong *setup.FieldError) {
	lead := "This user is made, in the group " + setup.AdminGroup + "."
	if u := setup.Administrator(run.Account); u != nil {
		lead = "The user " + u.Name + " is an administrator already. It gets a password for the console; its access keys stay as they are."
	}
	p := setupPage(setup.StepAdministrator, "Set up the administrator", "The administrator makes users, groups and roles. You sign in as this user from now on.", lead)
	p.Form = &form{Action: pathOf(setup.StepAdministrator), Submit: "Next", Fields: append([]field{{
		Name: setupName, Label: "User name", Autocomplete: "username", Value: name, Max: 64, Hint: "Letters, digits and any of _+=,.@-",
	}}, newPasswordFields(run.Account.PasswordPolicy())...)}
	p.Form.Fields[1].Focus = true
	v.renderWrong(status, p, wrong)
}

func (v *visit) setAdministrator(run *setup.Run) {
	name := strings.TrimSpace(v.form.Get(setupName))
	password, err := v.newPassword()
	if err == nil {
		ctx, cancel := v.setupContext()
		defer cancel()
		err = run.SetAdministrator(ctx, v.setupVisitor(), name, password)
	}
	v.setupResult(err, setup.StepAdministrator, func(wrong *setup.FieldError) {
		v.administratorForm(http.StatusUnprocessableEntity, run, name, wrong)
	})
}

// signInURL is the sign-in page of an account.
func signInURL(account string) string { return signInPath + "?account=" + url.QueryEscape(account) }
