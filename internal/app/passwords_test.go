package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Weak passwords are refused unless the setting allows them.
func TestWeakPasswords(t *testing.T) {
	for setting, taken := range map[string]bool{"": false, "refuse": false, "allow": true} {
		p := newPlace(t)
		p.WeakPasswords = setting
		a := p.start(t)
		status, body := call(t, client(t), a.Endpoint().URL, p.adminKey(t), "iam", url.Values{
			"Action": {"CreateLoginProfile"}, "Version": {"2010-05-08"}, "UserName": {"admin"}, "Password": {"Password123!"},
		})
		if (status == http.StatusOK) != taken || !taken && !strings.Contains(body, "PasswordPolicyViolation") {
			t.Errorf("%q: %d %s", setting, status, body)
		}
		stop(t, a)
	}
	p := newPlace(t)
	p.WeakPasswords = "some"
	p.fails(t, "weak-passwords", `"some"`)
}
