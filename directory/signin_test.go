package directory

import (
	"testing"
	"time"
)

// A device is found by its exact ARN only.
func TestMFADevice(t *testing.T) {
	const account = "111122223333"
	device := &MFADevice{ID: "D1", Kind: VirtualMFA, Path: "/team/", Name: "Phone"}
	key := &MFADevice{ID: "D2", Kind: SecurityKey, Path: "/user/alice/", Name: "key-ABC", User: "AIDA1"}
	a := New(NewLibrary(nil)).With(1, account, []Entity{device, key}, nil).Account(account)
	for serial, want := range map[string]*MFADevice{
		"arn:aws:iam::111122223333:mfa/team/Phone":         device,
		"arn:aws:iam::111122223333:u2f/user/alice/key-ABC": key,
		"arn:aws:iam::111122223333:mfa/team/phone":         nil,
		"arn:aws:iam::111122223333:mfa/Phone":              nil,
		"arn:aws:iam::444455556666:mfa/team/Phone":         nil,
		"GAHT12345678": nil,
		"":             nil,
	} {
		sameEntity(t, orNil(a.MFADevice(serial)), orNil(want))
	}
	if c := a.Counts(); c.MFADevices != 2 || c.MFADevicesInUse != 1 {
		t.Errorf("counts %+v", c)
	}
}

func TestExpired(t *testing.T) {
	set := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		policy *PasswordPolicy
		after  time.Duration
		want   bool
	}{
		{nil, 1e6 * time.Hour, false},
		{&PasswordPolicy{}, 1e6 * time.Hour, false},
		{&PasswordPolicy{MaxAge: 1}, 24*time.Hour - 1, false},
		{&PasswordPolicy{MaxAge: 1}, 24 * time.Hour, true},
		{&PasswordPolicy{MaxAge: 90, HardExpiry: true}, 90 * 24 * time.Hour, true},
	} {
		if got := c.policy.Expired(set, set.Add(c.after)); got != c.want {
			t.Errorf("%+v after %v: %v", c.policy, c.after, got)
		}
	}
}
