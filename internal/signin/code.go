package signin

import (
	"errors"
	"strings"
	"time"

	"github.com/warder-iam/warder/directory"
)

// ErrWrongCode: the code is not one that the device shows now, or it was used before.
var ErrWrongCode = errors.New("signin: the one-time code is not valid")

// ErrNoCodes: the device makes no one-time codes.
var ErrNoCodes = errors.New("signin: the device makes no one-time codes")

// BeginCode begins a try of a one-time code of the user with that unique id; it is called before the code is looked at. It
// counts as a failure until CodeRight or CodeAccepted, which are told of the same try. A device has a count of its own, as for
// passwords: who knows the password alone, and guesses codes, does not keep the user out. The error is a *WaitError.
func (c *Checker) BeginCode(userID string, try Attempt) error {
	return c.codes.take(try.of(userID), try.ID, try.Time)
}

// CodeRight takes the try back: the code is right, whatever else becomes of the request.
func (c *Checker) CodeRight(userID string, try Attempt) { c.codes.giveBack(try.of(userID)) }

// CodeAccepted ends the user's count of failures.
func (c *Checker) CodeAccepted(userID string, try Attempt) { c.codes.forgive(try.of(userID)) }

// CheckCode reports whether the device shows that code at this time. It does not look at whether the code was used.
func (c *Checker) CheckCode(d *directory.MFADevice, given string, now time.Time) error {
	_, err := c.find(d, given, now)
	return err
}

// UseCode gives the device, as a copy, with the code used up: put in the transaction that found the device, it makes sure
// that a code is good once.
func (c *Checker) UseCode(d *directory.MFADevice, given string, now time.Time) (*directory.MFADevice, error) {
	found, err := c.find(d, given, now)
	if err != nil {
		return nil, err
	}
	if found <= d.Step {
		return nil, ErrWrongCode
	}
	d = d.Clone()
	d.Step = found
	return d, nil
}

func (c *Checker) find(d *directory.MFADevice, given string, now time.Time) (int64, error) {
	if d.Kind != directory.VirtualMFA {
		return 0, ErrNoCodes
	}
	seed, err := c.keys.OpenSeed(d.ID, d.Sealed)
	if err != nil {
		return 0, err
	}
	found, ok := findStep(seed, normalCode(given), step(now)+d.Drift)
	if !ok {
		return 0, ErrWrongCode
	}
	return found, nil
}

// normalCode takes the spaces out of a code: applications show some, and people copy them.
func normalCode(given string) string { return strings.Join(strings.Fields(given), "") }

// UsePair is UseCode for two codes in a row, which prove that somebody has the device however wrong its clock is: to
// enable it, and to bring it back into step.
func (c *Checker) UsePair(d *directory.MFADevice, first, second string, now time.Time) (*directory.MFADevice, error) {
	if d.Kind != directory.VirtualMFA {
		return nil, ErrNoCodes
	}
	seed, err := c.keys.OpenSeed(d.ID, d.Sealed)
	if err != nil {
		return nil, err
	}
	found, ok := findPair(seed, normalCode(first), normalCode(second), step(now))
	if !ok || found <= d.Step {
		return nil, ErrWrongCode
	}
	d = d.Clone()
	d.Step, d.Drift = found, found-step(now)
	if -window <= d.Drift && d.Drift <= window { // that is the time it takes to type
		d.Drift = 0
	}
	return d, nil
}
