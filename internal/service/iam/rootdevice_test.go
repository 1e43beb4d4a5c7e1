package iam_test

import (
	"slices"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/warder-iam/warder/internal/server/servertest"
)

// The root user makes, enables, lists and takes away an authenticator application of its own. An operation that must have a
// name has "root" for it, as listings show it: by the root user alone, and never for the user who may be called so.
func TestRootsOwnAuthenticator(t *testing.T) {
	a := newConsoleFixture(t)
	admin, root := a.Console(t, "admin"), a.Console(t, "")
	a.User(t, "root")
	call := func(by *servertest.Credentials, code string, call ...string) string {
		t.Helper()
		got := by.Call(t, call[0], call[1:]...)
		if got.Code != code {
			t.Errorf("%v: %d %s, want %q: %s", call, got.Status, got.Code, code, got.Body)
		}
		return got.Body
	}
	const serial = "arn:aws:iam::" + consoleAccount + ":mfa/root-account-mfa-device"
	begin := func() []string {
		t.Helper()
		body := call(root.Credentials, "", "CreateVirtualMFADevice", "VirtualMFADeviceName", "root-account-mfa-device")
		seed := decodeBlob(t, elements(t, body, "Base32StringSeed")[0])
		codes := []string{"AuthenticationCode1", "", "AuthenticationCode2", ""}
		now := time.Now()
		for i := range 2 {
			var err error
			codes[2*i+1], err = totp.GenerateCode(seed, now.Add(time.Duration(i)*30*time.Second))
			servertest.Check(t, err)
		}
		return append([]string{"EnableMFADevice", "SerialNumber", serial, "UserName", "root"}, codes...)
	}
	enable := begin()
	wrong := []string{"ResyncMFADevice", "SerialNumber", serial, "UserName", "root", "AuthenticationCode1", "000000", "AuthenticationCode2", "000000"}
	nobodys := slices.Clone(enable)
	nobodys[4] = "nobody"
	call(admin.Credentials, "NoSuchEntity", nobodys...)
	call(root.Credentials, "", enable...)
	of := func(owner string) (n int) {
		for range a.Now().MFADevicesOf(owner) {
			n++
		}
		return n
	}
	if of(consoleAccount) != 1 || of(a.Now().User("root").ID) != 0 {
		t.Errorf("the root user has %d devices, the user root %d", of(consoleAccount), of(a.Now().User("root").ID))
	}
	call(root.Credentials, "EntityAlreadyExists", enable...)
	call(root.Credentials, "InvalidAuthenticationCode", wrong...)
	call(admin.Credentials, "NoSuchEntity", wrong...) // the user root has no such device
	call(root.Credentials, "", "ListMFADevices")
	call(admin.Credentials, "NoSuchEntity", "DeactivateMFADevice", "UserName", "root", "SerialNumber", serial)
	call(admin.Credentials, "DeleteConflict", "DeleteVirtualMFADevice", "SerialNumber", serial)
	call(root.Credentials, "", "DeactivateMFADevice", "SerialNumber", serial)
	call(root.Credentials, "", "DeleteVirtualMFADevice", "SerialNumber", serial)
	if of(consoleAccount) != 0 {
		t.Error("the device is there still")
	}
	// Of the administrator's, the name means the user.
	call(admin.Credentials, "", begin()...)
	if of(consoleAccount) != 0 || of(a.Now().User("root").ID) != 1 {
		t.Errorf("the root user has %d devices, the user root %d", of(consoleAccount), of(a.Now().User("root").ID))
	}
}
