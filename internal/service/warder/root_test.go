package warder_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/session"
)

const rootPassword = "Walrus-pepper_77x"

// rootSession gives the root user an address and a password, and signs it in.
func rootSession(t *testing.T, a *servertest.Account) *servertest.Credentials {
	t.Helper()
	info := a.Now().Info().Clone()
	info.Email = "root@example.com"
	sealed, err := a.SignIn.NewRootPassword(t.Context(), a.Now(), info.Email, nil, seal.NewSecret([]byte(rootPassword)))
	servertest.Check(t, err)
	now := time.Now().UTC().Truncate(time.Second)
	a.Put(t, info, &directory.LoginProfile{User: a.ID, Created: now, Changed: now, Sealed: sealed})
	return a.Console(t, "").Credentials
}

// TestRootUser: the root user sees and changes what is its own, by its password; nobody else does, an administrator neither.
func TestRootUser(t *testing.T) {
	f := newFixture(t)
	a := f.Account
	root, admin := rootSession(t, a), f.Admin(t, "an-administrator")
	a.Put(t, &directory.MFADevice{ID: session.NewEntityID(""), Kind: directory.VirtualMFA, Path: "/", Name: "safe", User: a.ID, Enabled: time.Unix(1_800_000_000, 0).UTC()})
	other := f.World.Account(t, "999900009999")
	other.Put(t, &directory.AccountInfo{ID: other.ID, Email: "taken@example.com"})

	var got api.GetRootUserOutput
	call(t, root, http.MethodGet, "/root/v1/user", "", &got)
	if *got.Email != "root@example.com" || got.PasswordTime == nil || len(got.MfaDevices) != 1 || !strings.HasSuffix(got.MfaDevices[0].SerialNumber, ":mfa/safe") {
		t.Errorf("%+v", got)
	}
	for _, x := range []struct {
		name            string
		by              *servertest.Credentials
		email, password string
		code            string
	}{
		{"an administrator", admin, "new@example.com", rootPassword, "AccessDeniedException"},
		{"another password", root, "new@example.com", "canary-wrong", "AccessDeniedException"},
		{"no address", root, "new.example.com", rootPassword, "ValidationException"},
		{"too short", root, "a@b", rootPassword, "ValidationException"},
		{"another account's", root, "TAKEN@example.com", rootPassword, "ConflictException"},
		{"good", root, "New@example.com", rootPassword, ""},
	} {
		answer := call(t, x.by, http.MethodPut, "/root/v1/email", `{"email":"`+x.email+`","password":"`+x.password+`"}`, nil)
		if answer.Code != x.code || strings.Contains(answer.Body, x.password) {
			t.Errorf("%s: %d %s", x.name, answer.Status, answer.Body)
		}
		if got := a.Now().Info().Email; (got == x.email) != (x.code == "") {
			t.Errorf("%s: the address is %s", x.name, got)
		}
	}
	if found := f.Store.Snapshot().AccountByEmail("new@EXAMPLE.com"); found == nil || found.ID() != a.ID {
		t.Error("the root user is not found by its new address")
	}
	var said []string
	for _, e := range slices.Concat(f.Recorder.Events(), f.Outbox(t)) {
		if e.EventName == "UpdateRootEmail" {
			said = append(said, string(e.RequestParameters))
		}
	}
	if text := strings.Join(said, "\n"); len(said) != 6 || !strings.Contains(text, "New@example.com") || strings.Contains(text, rootPassword) || strings.Contains(text, "canary-wrong") {
		t.Errorf("%d events: %s", len(said), text)
	}
}

// Who guesses the root user's password this way is slowed down as at the sign-in page.
func TestRootEmailGuesses(t *testing.T) {
	f := newFixture(t)
	root := rootSession(t, f.Account)
	for n := 0; ; n++ {
		answer := call(t, root, http.MethodPut, "/root/v1/email", `{"email":"new@example.com","password":"guess"}`, nil)
		if answer.Code == "ThrottlingException" || answer.Code == "Throttling" {
			break
		}
		if answer.Code != "AccessDeniedException" || n > 20 {
			t.Fatalf("%d: %d %s", n, answer.Status, answer.Body)
		}
	}
}
