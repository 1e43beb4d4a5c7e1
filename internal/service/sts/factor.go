package sts

import (
	"errors"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy/eval"
)

// factor is the MFA device and its code that a request gives. AssumeRole and GetSessionToken take one.
type factor struct{ serial, code *string }

// given reports whether there is one at all.
func (f factor) given() bool { return f.serial != nil || f.code != nil }

// The wordings are AWS's, with its spaces.
func invalidCode() *awsapi.Error {
	return awsapi.AccessDenied.New("MultiFactorAuthentication failed with invalid MFA one time pass code. ")
}

func unknownDevice() *awsapi.Error {
	return awsapi.AccessDenied.New("MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.")
}

// check judges the code, without using it up: the rule needs to know whether there was a second factor, and the retry of a
// request that succeeded must come as far as its answer. A wrong one counts as a failed try.
func (sts *Service) check(c *server.Call, f factor) error {
	if f.serial == nil || f.code == nil {
		return awsapi.AccessDenied.New("MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.")
	}
	d, err := deviceOf(c, c.Account(), *f.serial)
	if err != nil {
		return err
	}
	try := signin.Attempt{ID: c.ID, Time: c.Time()}
	if err := sts.signIn.BeginCode(c.Caller.PrincipalID, try); err != nil {
		return awsapi.Throttling.New("Rate exceeded: %s", err.Error())
	}
	if err := sts.signIn.CheckCode(d, *f.code, c.Time()); err != nil {
		return publicCode(err)
	}
	sts.signIn.CodeRight(c.Caller.PrincipalID, try)
	return nil
}

// deviceOf finds a device of the calling user. Who is no user has none.
func deviceOf(c *server.Call, a *directory.Account, serial string) (*directory.MFADevice, error) {
	d := a.MFADevice(serial)
	if d == nil || c.Caller.Kind != eval.User || d.User != c.Caller.PrincipalID {
		return nil, unknownDevice()
	}
	return d, nil
}

func publicCode(err error) error {
	switch {
	case errors.Is(err, signin.ErrWrongCode):
		return invalidCode()
	case errors.Is(err, signin.ErrNoCodes):
		return unknownDevice()
	}
	return err
}

// withFactor makes an answer; where the request gave a second factor, in a transaction that uses its code up: of two
// requests with one code, one gets credentials.
func withFactor[Out any](c *server.Call, sts *Service, f factor, answer func() (*Out, error)) (*Out, error) {
	if !f.given() {
		return answer()
	}
	out, err := server.Change(c, func(tx *store.Tx) (*Out, error) {
		d, err := deviceOf(c, tx.Account(), *f.serial)
		if err != nil {
			return nil, err
		}
		if d, err = sts.signIn.UseCode(d, *f.code, c.Time()); err != nil {
			return nil, publicCode(err)
		}
		if err := tx.Put(d); err != nil {
			return nil, err
		}
		return answer()
	})
	if err == nil {
		sts.signIn.CodeAccepted(c.Caller.PrincipalID, signin.Attempt{})
	}
	return out, err
}
