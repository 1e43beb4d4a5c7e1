package warder_test

import (
	"net/http"
	"testing"
)

// TestRegisterForAnother: a passkey for somebody else takes the right to enable devices too. Who has everything but IAM, as AWS's
// PowerUserAccess gives, registers none for an administrator.
func TestRegisterForAnother(t *testing.T) {
	f := newFixture(t)
	power := f.User(t, "power", document(`{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`))
	const target = "arn:aws:iam::" + account + ":user/"
	for name, c := range map[string]struct {
		user, denied string // "" for an answer that is judged, and no good
	}{
		"somebody else's": {"alice", "iam:EnableMFADevice on resource: " + target + "alice"},
		"one's own":       {"power", ""},
		"of nobody":       {"nobody", "iam:EnableMFADevice on resource: " + target + "nobody"},
	} {
		t.Run(name, func(t *testing.T) {
			a := power.REST(t, "warder", http.MethodPost, "/passkeys/v1/passkeys", `{"userName":"`+c.user+`","passkeyName":"key","credential":{}}`, nil)
			want := "User: " + target + "power is not authorized to perform: " + c.denied + " because no identity-based policy allows the iam:EnableMFADevice action"
			if c.denied != "" && (a.Status != http.StatusForbidden || a.Message != want) || c.denied == "" && a.Status != http.StatusBadRequest {
				t.Errorf("%d %s", a.Status, a.Message)
			}
		})
	}
}
