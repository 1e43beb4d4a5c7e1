package iam_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

func decodeBlob(t testing.TB, text string) string {
	t.Helper()
	plain, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

// TestSignInSecretsStayHidden looks for passwords, seeds and codes wherever anything is written: events, answers but the one
// that shows a seed, the log, and the state in memory.
func TestSignInSecretsStayHidden(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	serial, seed := a.device(t, "phone")
	now := time.Now()
	code1, code2 := codeAt(t, seed, now.Add(-60*time.Second)), codeAt(t, seed, now.Add(-30*time.Second))
	const bad, control = "Canary-bad\"<x>_1", "Canary-control\x01_1"
	secrets := []string{firstPassword, secondPassword, thirdPassword, bad, control, seed, base64.StdEncoding.EncodeToString([]byte(seed))}
	// Six digits may stand in any id or time by chance, but not by themselves.
	codes := regexp.MustCompile(`(^|[^0-9A-Za-z.-])(` + code1 + `|` + code2 + `|987654)($|[^0-9A-Za-z.-])`)
	var said []string
	for _, c := range []call{
		{"CreateLoginProfile", map[string]any{"UserName": "admin", "Password": firstPassword}},
		{"CreateLoginProfile", map[string]any{"UserName": "admin", "Password": secondPassword}},
		{"CreateLoginProfile", map[string]any{"UserName": "nobody", "Password": bad}},
		{"CreateLoginProfile", map[string]any{"UserName": "caller", "Password": control}},
		{"UpdateLoginProfile", map[string]any{"UserName": "admin", "Password": strings.Repeat(bad, 20)}},
		{"UpdateLoginProfile", map[string]any{"UserName": "admin", "Password": secondPassword}},
		{"ChangePassword", map[string]any{"OldPassword": bad, "NewPassword": thirdPassword}},
		{"ChangePassword", map[string]any{"OldPassword": secondPassword, "NewPassword": thirdPassword}},
		{"ChangePassword", map[string]any{"OldPassword": bad}},
		{"EnableMFADevice", map[string]any{"UserName": "admin", "SerialNumber": serial, "AuthenticationCode1": "987654", "AuthenticationCode2": code2}},
		{"EnableMFADevice", map[string]any{"UserName": "admin", "SerialNumber": serial, "AuthenticationCode1": code1, "AuthenticationCode2": code2}},
		{"ResyncMFADevice", map[string]any{"UserName": "admin", "SerialNumber": serial, "AuthenticationCode1": "9876543", "AuthenticationCode2": code2}},
		{"ListVirtualMFADevices", nil}, {"ListMFADevices", nil}, {"GetLoginProfile", map[string]any{"UserName": "admin"}},
	} {
		said = append(said, a.as(t, "admin", c.Op, c.In).Body)
	}
	if got := a.as(t, "caller", "CreateLoginProfile", map[string]any{"UserName": "caller", "Password": bad}); got.Code != "AccessDenied" {
		t.Errorf("%d %s", got.Status, got.Code)
	} else {
		said = append(said, got.Body)
	}
	events := append(a.Recorder.Events(), a.Outbox(t)...)
	named := map[string]bool{}
	for _, e := range events {
		text, err := json.Marshal(e)
		check(t, err)
		said = append(said, string(text))
		named[e.EventName] = true
	}
	for _, op := range []string{"CreateVirtualMFADevice", "CreateLoginProfile", "UpdateLoginProfile", "ChangePassword", "EnableMFADevice", "ResyncMFADevice"} {
		if !named[op] {
			t.Errorf("%s is not on record", op)
		}
	}
	for e := range a.now().Entities() {
		text, err := json.Marshal(e)
		check(t, err)
		said = append(said, string(text), fmt.Sprintf("%+v", e))
	}
	said = append(said, a.Log.String())
	for _, text := range said {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%q stands in %s", secret, text)
			}
		}
		if code := codes.FindString(text); code != "" {
			t.Errorf("the code %q stands in %s", code, text)
		}
	}
}
