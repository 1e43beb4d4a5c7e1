package setup

import (
	"github.com/warder-iam/warder/directory"
)

// Step is one of set-up's, in their order.
type Step string

// The steps.
const (
	StepRoot                Step = "root"              // the root user's address and password
	StepRootFactor          Step = "root-mfa"          // its second factor, or none for now
	StepAdministrator       Step = "administrator"     // the administrator's name and password
	StepAdministratorFactor Step = "administrator-mfa" // its second factor, or none for now
	StepFinish              Step = "finish"            // to look at what was chosen, and sign in
)

// Steps are all of them in their order.
func Steps() []Step {
	return []Step{StepRoot, StepRootFactor, StepAdministrator, StepAdministratorFactor, StepFinish}
}

// Next is the first step that is still to be done: StepFinish where all others are.
func Next(a *directory.Account) Step {
	s := a.Setup()
	switch {
	case a.Info().Email == "" || a.LoginProfile(a.ID()) == nil:
		return StepRoot
	case !s.RootFactor && len(a.MFADevicesOf(a.ID())) == 0:
		return StepRootFactor
	case !s.AdministratorPassword || a.UserByID(s.Administrator) == nil || a.LoginProfile(s.Administrator) == nil:
		return StepAdministrator
	case !s.AdministratorFactor && len(a.MFADevicesOf(s.Administrator)) == 0:
		return StepAdministratorFactor
	}
	return StepFinish
}
