package iam_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
)

// The passwords of tests: good ones by every rule.
const (
	firstPassword  = "Tangerine-orbit_41"
	secondPassword = "Walrus-pepper_77x"
	thirdPassword  = "Gravel+Sonnet=903"
)

// testSeed is the seed of the devices that furnishSignIn makes, and the same in base32.
var (
	testSeed  = seal.NewSecret([]byte("twenty bytes of seed"))
	seedText  = signin.SeedText(testSeed)
	codeTimes = map[string]time.Duration{"{code1}": 0, "{code2}": 30 * time.Second}
)

// codeAt is the code that a device with that seed shows at a time, as another program computes it.
func codeAt(t testing.TB, seed string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(seed, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// furnishSignIn adds, where they are missing, what people sign in with: a login profile and a device of the user target, a
// spare device, a password policy, and where the operation needs one a password of the user caller.
func (a *account) furnishSignIn(t *testing.T, op string) {
	t.Helper()
	if op == "ChangePassword" && a.now().LoginProfile(a.now().User("caller").ID) == nil {
		a.must(t, "CreateLoginProfile", map[string]any{"UserName": "caller", "Password": firstPassword})
	}
	now := a.now()
	if now.PasswordPolicy() != nil || now.User("target") == nil {
		return
	}
	tags := []directory.Tag{{Key: "team", Value: "red"}}
	_, err := a.Store.Update(t.Context(), &store.Change{Account: a.id}, func(tx *store.Tx) ([]byte, error) {
		target, caller := tx.Account().User("target"), tx.Account().User("caller").Clone()
		caller.Tags = tags
		entities := []directory.Entity{
			caller, &directory.PasswordPolicy{MinLength: 8},
			&directory.LoginProfile{User: target.ID, Created: tx.Now(), Changed: tx.Now(), Sealed: []byte("none")},
		}
		for name, user := range map[string]string{"target": target.ID, "spare": ""} {
			d := &directory.MFADevice{
				ID: session.NewEntityID(""), Kind: directory.VirtualMFA, Path: "/team/", Name: name, Created: tx.Now(), Tags: tags, User: user,
			}
			var err error
			if d.Sealed, err = a.Keys.SealSeed(d.ID, testSeed); err != nil {
				return nil, err
			}
			entities = append(entities, d)
		}
		for _, e := range entities {
			if err := tx.Put(e); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	check(t, err)
}

// device makes a virtual device and gives its serial number and seed.
func (a *account) device(t *testing.T, name string) (serial, seed string) {
	t.Helper()
	body := a.must(t, "CreateVirtualMFADevice", map[string]any{"VirtualMFADeviceName": name})
	return elements(t, body, "SerialNumber")[0], decodeBlob(t, elements(t, body, "Base32StringSeed")[0])
}

// enable gives a device to a user and returns how far in time its codes are used up.
func (a *account) enable(t *testing.T, user, serial, seed string) time.Time {
	t.Helper()
	now := time.Now()
	a.must(t, "EnableMFADevice", map[string]any{
		"UserName": user, "SerialNumber": serial,
		"AuthenticationCode1": codeAt(t, seed, now.Add(-60*time.Second)), "AuthenticationCode2": codeAt(t, seed, now.Add(-30*time.Second)),
	})
	return now
}

func (a *account) expect(t *testing.T, user, op string, in map[string]any, status int, code, message string) {
	t.Helper()
	got := a.as(t, user, op, in)
	if got.Status != status || got.Code != code || got.Message != a.fill(message) {
		t.Errorf("%s by %s answers %d %s: %q, want %d %s: %q", op, user, got.Status, got.Code, got.Message, status, code, a.fill(message))
	}
}

func (a *account) now() *directory.Account { return a.Store.Snapshot().Account(a.id) }

// TestChangePassword: a user changes the own password, and nobody else's.
func TestChangePassword(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	change := func(old, now string) map[string]any { return map[string]any{"OldPassword": old, "NewPassword": now} }
	a.expect(t, "admin", "ChangePassword", change(firstPassword, secondPassword), http.StatusNotFound, "NoSuchEntity", "Login Profile for User admin cannot be found.")
	a.must(t, "CreateLoginProfile", map[string]any{"UserName": "admin", "Password": firstPassword, "PasswordResetRequired": "true"})
	a.expect(t, "admin", "ChangePassword", change(secondPassword, thirdPassword), http.StatusForbidden, "AccessDenied", "The old password was incorrect.")
	a.expect(t, "admin", "ChangePassword", change(firstPassword, "short"), http.StatusBadRequest, "PasswordPolicyViolation", "Password should have a minimum length of 8")
	a.expect(t, "admin", "ChangePassword", change(firstPassword, firstPassword), http.StatusOK, "", "") // no policy forbids it
	a.must(t, "ChangePassword", change(firstPassword, secondPassword))
	a.expect(t, "admin", "ChangePassword", change(firstPassword, thirdPassword), http.StatusForbidden, "AccessDenied", "The old password was incorrect.")
	if a.now().LoginProfile(a.now().User("admin").ID).ResetRequired {
		t.Error("a password that the user has set must be set again")
	}
	a.must(t, "ChangePassword", change(secondPassword, thirdPassword))
}

// TestPasswordsAreThrottled: after some wrong passwords even the right one has to wait.
func TestPasswordsAreThrottled(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	a.must(t, "CreateLoginProfile", map[string]any{"UserName": "admin", "Password": firstPassword})
	profile := a.now().LoginProfile(a.now().User("admin").ID)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for hours := range 12 { // so that the wait is longer than the test
		try := signin.Attempt{Time: time.Now().Add(time.Duration(hours-12) * time.Hour)}
		if err := a.SignIn.OldPassword(gone, profile, seal.NewSecret(nil), try); err == nil {
			t.Fatal("no password is the right one")
		}
	}
	a.expect(t, "admin", "ChangePassword", map[string]any{"OldPassword": "wrong", "NewPassword": secondPassword}, http.StatusForbidden, "AccessDenied", "The old password was incorrect.")
	if got := a.as(t, "admin", "ChangePassword", map[string]any{"OldPassword": firstPassword, "NewPassword": secondPassword}); got.Code != "Throttling" {
		t.Errorf("the right password at once after that: %d %s", got.Status, got.Code)
	}
}

// TestUsersMayChangePassword: the option of the password policy is a right of every user, which a Deny takes away.
func TestUsersMayChangePassword(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	change := map[string]any{"OldPassword": firstPassword, "NewPassword": secondPassword}
	a.must(t, "CreateLoginProfile", map[string]any{"UserName": "caller", "Password": firstPassword})
	denied := func(op string, in map[string]any) {
		t.Helper()
		if got := a.as(t, "caller", op, in); got.Code != "AccessDenied" || got.Message == "The old password was incorrect." {
			t.Errorf("%s: %d %s: %s", op, got.Status, got.Code, got.Message)
		}
	}
	a.must(t, "UpdateAccountPasswordPolicy", nil)
	denied("ChangePassword", change)
	denied("GetAccountPasswordPolicy", nil)
	a.must(t, "UpdateAccountPasswordPolicy", map[string]any{"AllowUsersToChangePassword": "true"})
	denied("UpdateAccountPasswordPolicy", nil)
	a.allow(t, map[string]any{"Effect": "Deny", "Action": "iam:ChangePassword", "Resource": "*"})
	denied("ChangePassword", change)
	a.allow(t, map[string]any{"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
	for op, in := range map[string]map[string]any{"ChangePassword": change, "GetAccountPasswordPolicy": nil} {
		if got := a.as(t, "caller", op, in); got.Status != http.StatusOK {
			t.Errorf("%s: %d %s: %s", op, got.Status, got.Code, got.Message)
		}
	}
}

// TestPasswordReuse: remembered passwords are refused whoever sets them, as many of them as the policy says.
func TestPasswordReuse(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	set := func(password string) map[string]any {
		return map[string]any{"UserName": "caller", "Password": password}
	}
	const reused = "Policy constraint violation with password reuse prevention during password change."
	a.must(t, "CreateLoginProfile", set(firstPassword))
	a.must(t, "UpdateLoginProfile", set(secondPassword))
	a.must(t, "UpdateLoginProfile", set(thirdPassword))
	a.must(t, "UpdateAccountPasswordPolicy", map[string]any{"PasswordReusePrevention": 2})
	a.expect(t, "admin", "UpdateLoginProfile", set(thirdPassword), http.StatusBadRequest, "PasswordPolicyViolation", reused)
	a.expect(t, "admin", "UpdateLoginProfile", set(secondPassword), http.StatusBadRequest, "PasswordPolicyViolation", reused)
	a.must(t, "UpdateLoginProfile", set(firstPassword))
	a.must(t, "UpdateAccountPasswordPolicy", map[string]any{"PasswordReusePrevention": 24})
	a.expect(t, "admin", "UpdateLoginProfile", set(secondPassword), http.StatusBadRequest, "PasswordPolicyViolation", reused)
	a.must(t, "DeleteAccountPasswordPolicy", nil)
	a.must(t, "UpdateLoginProfile", set(secondPassword))
}

// TestMFADeviceLife: a device from its making to its end, and what is refused on the way.
func TestMFADeviceLife(t *testing.T) {
	a := newFixture(t, map[store.QuotaName]int{store.MFADevicesPerUser: 1, store.UsersPerAccount: 3}).newAccount(t, nil)
	serial, seed := a.device(t, "phone")
	if serial != "arn:aws:iam::"+a.id+":mfa/phone" || len(seed) != 64 {
		t.Fatalf("device %s with seed of %d characters", serial, len(seed))
	}
	codes := func(user, serial, first, second string) map[string]any {
		return map[string]any{"UserName": user, "SerialNumber": serial, "AuthenticationCode1": first, "AuthenticationCode2": second}
	}
	now := time.Now()
	before, first, second := codeAt(t, seed, now.Add(-90*time.Second)), codeAt(t, seed, now.Add(-60*time.Second)), codeAt(t, seed, now.Add(-30*time.Second))
	const wrong = "Authentication code for device is not valid."
	a.expect(t, "admin", "EnableMFADevice", codes("caller", serial, second, first), http.StatusForbidden, "InvalidAuthenticationCode", wrong)
	a.expect(t, "admin", "EnableMFADevice", codes("caller", serial, before, second), http.StatusForbidden, "InvalidAuthenticationCode", wrong)
	a.expect(t, "admin", "EnableMFADevice", codes("nobody", serial, first, second), http.StatusNotFound, "NoSuchEntity", "The user with name nobody cannot be found.")
	a.must(t, "EnableMFADevice", codes("caller", serial, first, second))
	a.expect(t, "admin", "EnableMFADevice", codes("admin", serial, first, second), http.StatusConflict, "EntityAlreadyExists", "MFA Device is already in use.")
	a.expect(t, "admin", "ResyncMFADevice", codes("caller", serial, first, second), http.StatusForbidden, "InvalidAuthenticationCode", wrong) // used up
	a.must(t, "ResyncMFADevice", codes("caller", serial, codeAt(t, seed, now), codeAt(t, seed, now.Add(30*time.Second))))
	a.expect(t, "admin", "DeleteVirtualMFADevice", map[string]any{"SerialNumber": serial}, http.StatusConflict, "DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.")

	other, otherSeed := a.device(t, "tablet")
	a.expect(t, "admin", "EnableMFADevice", codes("caller", other, codeAt(t, otherSeed, now), codeAt(t, otherSeed, now.Add(30*time.Second))),
		http.StatusConflict, "LimitExceeded", "Cannot exceed quota for MFADevicesPerUser: 1")
	a.device(t, "watch")
	a.expect(t, "admin", "CreateVirtualMFADevice", map[string]any{"VirtualMFADeviceName": "fourth"}, http.StatusConflict, "LimitExceeded", "Cannot exceed quota for VirtualMFADevicesPerAccount: 3")
	for status, want := range map[string]int{"Any": 3, "Assigned": 1, "Unassigned": 2} {
		body := a.must(t, "ListVirtualMFADevices", map[string]any{"AssignmentStatus": status})
		if got := len(elements(t, body, "SerialNumber")); got != want {
			t.Errorf("%d devices are %s, want %d", got, status, want)
		}
	}
	if got := elements(t, a.must(t, "GetAccountSummary", nil), "value"); len(got) == 0 {
		t.Error("no summary")
	}
	if c := a.now().Counts(); c.MFADevices != 3 || c.MFADevicesInUse != 1 {
		t.Errorf("counts %+v", c)
	}
	in := map[string]any{"UserName": "caller", "SerialNumber": serial}
	a.expect(t, "admin", "DeactivateMFADevice", map[string]any{"SerialNumber": serial}, http.StatusNotFound, "NoSuchEntity", "MFA Device invalid for user.") // admin's own
	a.must(t, "DeactivateMFADevice", in)
	a.expect(t, "admin", "DeactivateMFADevice", in, http.StatusNotFound, "NoSuchEntity", "MFA Device invalid for user.")
	a.must(t, "DeleteVirtualMFADevice", map[string]any{"SerialNumber": serial})
	a.expect(t, "admin", "DeleteVirtualMFADevice", map[string]any{"SerialNumber": serial}, http.StatusNotFound, "NoSuchEntity", "VirtualMFADevice with serial number "+serial+" does not exist.")
}

// TestSecurityKey: a security key is a device like others for those who look, and is gone when it is deactivated.
func TestSecurityKey(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	serial := "arn:aws:iam::" + a.id + ":u2f/user/caller/key-ABC"
	_, err := a.Store.Update(t.Context(), &store.Change{Account: a.id}, func(tx *store.Tx) ([]byte, error) {
		return nil, tx.Put(&directory.MFADevice{
			ID: "KEY", Kind: directory.SecurityKey, Path: "/user/caller/", Name: "key-ABC", User: tx.Account().User("caller").ID,
			Created: tx.Now(), Enabled: tx.Now(), Certifications: map[string]string{"FIDO": "L1"},
		})
	})
	check(t, err)
	in := map[string]any{"UserName": "caller", "SerialNumber": serial}
	if got := elements(t, a.must(t, "ListMFADevices", map[string]any{"UserName": "caller"}), "SerialNumber"); len(got) != 1 || got[0] != serial {
		t.Errorf("devices %v", got)
	}
	body := a.must(t, "GetMFADevice", in)
	if got := elements(t, body, "value"); len(got) != 1 || got[0] != "L1" || elements(t, body, "UserName")[0] != "caller" {
		t.Errorf("the device is %s", body)
	}
	if got := elements(t, a.must(t, "ListVirtualMFADevices", nil), "SerialNumber"); len(got) != 0 {
		t.Errorf("a security key is listed as a virtual device: %v", got)
	}
	a.expect(t, "admin", "DeleteVirtualMFADevice", in, http.StatusNotFound, "NoSuchEntity", "VirtualMFADevice with serial number "+serial+" does not exist.")
	a.expect(t, "admin", "DeleteUser", in, http.StatusConflict, "DeleteConflict", "Cannot delete entity, must delete access keys first.")
	a.must(t, "DeactivateMFADevice", in)
	a.expect(t, "admin", "GetMFADevice", in, http.StatusNotFound, "NoSuchEntity", "MFA Device invalid for user.")
}

// TestDeleteUserWithSignIn: a user with a password or a device stays, until what Terraform's force_destroy calls has taken
// them away.
func TestDeleteUserWithSignIn(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	ann := map[string]any{"UserName": "ann"}
	a.must(t, "CreateUser", ann)
	a.must(t, "CreateLoginProfile", map[string]any{"UserName": "ann", "Password": firstPassword})
	serial, seed := a.device(t, "ann")
	a.enable(t, "ann", serial, seed)
	a.expect(t, "admin", "DeleteUser", ann, http.StatusConflict, "DeleteConflict", "Cannot delete entity, must delete login profile first.")
	a.must(t, "DeleteLoginProfile", ann)
	a.expect(t, "admin", "DeleteUser", ann, http.StatusConflict, "DeleteConflict", "Cannot delete entity, must delete MFA device first.")
	for _, assigned := range elements(t, a.must(t, "ListVirtualMFADevices", map[string]any{"AssignmentStatus": "Assigned"}), "SerialNumber") {
		a.must(t, "DeactivateMFADevice", map[string]any{"UserName": "ann", "SerialNumber": assigned})
		a.must(t, "DeleteVirtualMFADevice", map[string]any{"SerialNumber": assigned})
	}
	a.must(t, "DeleteUser", ann)
}

// TestPasswordsAtOnce: of passwords that are set at the same time each is remembered.
func TestPasswordsAtOnce(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	set := func(password string) map[string]any {
		return map[string]any{"UserName": "caller", "Password": password}
	}
	a.must(t, "CreateLoginProfile", set("Gravel+Sonnet=903"))
	a.must(t, "UpdateAccountPasswordPolicy", map[string]any{"PasswordReusePrevention": 24})
	passwords := []string{firstPassword, secondPassword, "Lantern*Quarry%58", "Meadow^Piston&26"}
	var all sync.WaitGroup
	for _, password := range passwords {
		all.Go(func() {
			if got := a.as(t, "admin", "UpdateLoginProfile", set(password)); got.Status != http.StatusOK {
				t.Errorf("%d %s: %s", got.Status, got.Code, got.Message)
			}
		})
	}
	all.Wait()
	for _, password := range append(passwords, thirdPassword) {
		if got := a.as(t, "admin", "UpdateLoginProfile", set(password)); got.Code != "PasswordPolicyViolation" {
			t.Errorf("a password was forgotten: %d %s", got.Status, got.Code)
		}
	}
}

// TestDevicePages: devices and their tags come in pages, each once, whatever comes and goes.
func TestDevicePages(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	var tags []any
	for i := range 5 {
		tags = append(tags, map[string]any{"Key": fmt.Sprint("key", i), "Value": "v"})
	}
	for i := range 5 {
		a.must(t, "CreateVirtualMFADevice", map[string]any{"VirtualMFADeviceName": fmt.Sprint("d", i), "Path": "/" + strings.Repeat("p", 200) + "/", "Tags": tags})
	}
	_, err := a.Store.Update(t.Context(), &store.Change{Account: a.id}, func(tx *store.Tx) ([]byte, error) {
		var all []directory.Entity
		for d := range tx.Account().MFADevicesAfter("") {
			d = d.Clone()
			d.User, d.Enabled = tx.Account().User("caller").ID, tx.Now()
			all = append(all, d)
		}
		for _, e := range all {
			if err := tx.Put(e); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	check(t, err)
	serial := "arn:aws:iam::{account}:mfa/" + strings.Repeat("p", 200) + "/d0"
	for _, l := range []listing{
		{"ListVirtualMFADevices", map[string]any{"AssignmentStatus": "Assigned"}, "SerialNumber"},
		{"ListMFADevices", map[string]any{"UserName": "caller"}, "SerialNumber"},
		{"ListMFADeviceTags", map[string]any{"SerialNumber": serial}, "Key"},
	} {
		for size := 1; size <= 6; size++ {
			all := a.pages(t, l, size, nil)
			slices.Sort(all)
			if len(slices.Compact(all)) != 5 {
				t.Errorf("%s in pages of %d: %v", l.op, size, all)
			}
		}
	}
}
