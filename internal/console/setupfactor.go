package console

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/passkey"
	"github.com/warder-iam/warder/internal/setup"
	"github.com/warder-iam/warder/internal/signin"
)

// The choices of a step for a second factor.
const (
	choosePasskey = "passkey"
	chooseApp     = "app"
	chooseCodes   = "codes"
	chooseLater   = "later"
)

// personOf gives whose second factor a step is about.
type personOf func(*setup.Run) setup.Person

// stepFor is the step about a person, or the other one's.
func stepFor(run *setup.Run, p setup.Person) setup.Step {
	if p.ID == run.Account.ID() {
		return setup.StepRootFactor
	}
	return setup.StepAdministratorFactor
}

// factorBody is what the page of a second factor shows.
type factorBody struct {
	Action string
	// Code and Size draw the QR code of a device that waits for its codes; Seed is its text. "" where none waits.
	Code string
	Size int
	Seed string
	// Options is where the script asks how to register a passkey; "" where the site can have none.
	Options string
	// Has are the names of devices that there are.
	Has []string
	// Next is where to go on with those.
	Next string
}

func showFactorOf(who personOf) func(*visit, *setup.Run) {
	return func(v *visit, run *setup.Run) { v.setupFactorStep(http.StatusOK, run, who(run), "") }
}

// factorStep shows the ways to a second factor, or the code of the one that was begun.
func (v *visit) setupFactorStep(status int, run *setup.Run, person setup.Person, problem string) {
	step := stepFor(run, person)
	p := setupPage(step, "Protect "+person.Name+" with MFA", "With a second factor, a password that somebody got hold of is not enough to sign in.")
	p.Problem = problem
	body := factorBody{Action: pathOf(step), Next: pathOf(after(step))}
	if _, err := passkey.PartyAt(v.origin()); err == nil {
		body.Options, p.Scripts = optionsOf(step), []string{"passkey.js"}
	}
	for _, d := range run.Account.MFADevicesOf(person.ID) {
		body.Has = append(body.Has, d.Name)
	}
	if d := run.Device(person); d != nil && len(body.Has) == 0 {
		if err := body.draw(run, person, d); err != nil {
			v.failSetup(err)
			return
		}
		p.Form = codesForm(step, problem)
	}
	p.Body = body
	v.render(status, "setupfactor", p)
}

func after(step setup.Step) setup.Step {
	if step == setup.StepRootFactor {
		return setup.StepAdministrator
	}
	return setup.StepFinish
}

func codesForm(step setup.Step, problem string) *form {
	f := &form{Action: pathOf(step), Submit: "Turn on MFA", Hidden: map[string]string{setupChoice: chooseCodes}, Fields: []field{
		{Name: setupFirst, Label: "MFA code 1", Hint: "The six digits that the app shows now.", Autocomplete: "one-time-code", InputMode: "numeric", Max: 8, Focus: true},
		{Name: setupSecond, Label: "MFA code 2", Hint: "The next ones, which the app shows up to 30 seconds later.", Autocomplete: "off", InputMode: "numeric", Max: 8},
	}}
	if problem != "" {
		f.mark(setupFirst)
	}
	return f
}

// draw puts the QR code into the body: a path of the dark modules, row by row, in the quiet zone that scanners need.
func (b *factorBody) draw(run *setup.Run, person setup.Person, d *directory.MFADevice) error {
	text, rows, err := run.Seed(person, d)
	if err != nil {
		return err
	}
	b.Size, b.Code = len(rows)+2*quietZone, qrPath(rows)
	var seed strings.Builder
	for i, r := range text {
		if i > 0 && i%4 == 0 {
			seed.WriteByte(' ')
		}
		seed.WriteRune(r)
	}
	b.Seed = seed.String()
	return nil
}

// quietZone is how many modules are left white around a QR code. Source: ISO/IEC 18004, section 6.3.8.
const quietZone = 4

func setFactorOf(who personOf) func(*visit, *setup.Run) {
	return func(v *visit, run *setup.Run) { v.setFactor(run, who(run)) }
}

func (v *visit) setFactor(run *setup.Run, person setup.Person) {
	step := stepFor(run, person)
	ctx, cancel := v.setupContext()
	defer cancel()
	switch v.form.Get(setupChoice) {
	case chooseApp:
		err := run.NewDevice(ctx, v.setupVisitor(), person)
		if err == nil {
			v.redirect(pathOf(step))
			return
		}
		v.setupResult(err, step, func(wrong *setup.FieldError) { v.setupFactorStep(http.StatusConflict, run, person, wrong.Message) })
	case choosePasskey:
		v.addPasskey(ctx, run, person, step)
	case chooseCodes:
		err := run.EnableDevice(ctx, v.setupVisitor(), person, spaceless(v.form.Get(setupFirst)), spaceless(v.form.Get(setupSecond)))
		if errors.Is(err, signin.ErrWrongCode) {
			v.setupFactorStep(http.StatusUnprocessableEntity, run, person, "These are not two codes in a row of this device. Wait for the next code, type it, then the one after it.")
			return
		}
		v.setupResult(err, step, nil)
	case chooseLater:
		v.setupResult(run.Later(ctx, v.setupVisitor(), person), step, nil)
	default:
		v.fail(http.StatusBadRequest, "The form could not be read", "It says nothing that can be done here. Nothing was done.")
	}
}

// optionsOf is where the script of a step asks how to register a passkey.
func optionsOf(step setup.Step) string { return pathOf(step) + "/options" }

func passkeyOptionsOf(who personOf) func(*visit, *setup.Run) {
	return func(v *visit, run *setup.Run) {
		p := who(run)
		v.sendOptions(func(party passkey.Party) (json.RawMessage, error) {
			return v.Passkeys.BeginRegistration(party, passkeyPerson(run, p), v.cookie(setupCookie), run.Account.MFADevicesOf(p.ID), v.now)
		})
	}
}

func passkeyPerson(run *setup.Run, p setup.Person) passkey.Person {
	return passkey.Person{Account: run.Account.ID(), ID: p.ID, Name: p.Label}
}

// addPasskey registers the passkey whose answer the script has posted.
func (v *visit) addPasskey(ctx context.Context, run *setup.Run, person setup.Person, step setup.Step) {
	party, err := passkey.PartyAt(v.origin())
	var d *directory.MFADevice
	if err == nil {
		d, err = v.Passkeys.Register(party, passkeyPerson(run, person), v.cookie(setupCookie), []byte(v.form.Get(passkeyField)), v.now)
	}
	if err != nil {
		v.setupFactorStep(http.StatusUnprocessableEntity, run, person, "The passkey was not accepted. Try again, or use an authenticator app.")
		return
	}
	v.setupResult(run.AddPasskey(ctx, v.setupVisitor(), person, d), step, func(wrong *setup.FieldError) {
		v.setupFactorStep(http.StatusConflict, run, person, wrong.Message)
	})
}

// spaceless takes out the space that some applications show in a code.
func spaceless(code string) string { return strings.Join(strings.Fields(code), "") }
