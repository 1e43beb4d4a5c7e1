package awsimport

import (
	"strings"
	"testing"
	"time"
)

// TestParseCredentialReport: one report of one account, or an error; nothing of it is passed over.
func TestParseCredentialReport(t *testing.T) {
	const head = "user,arn,user_creation_time,password_enabled\n"
	made := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	r, err := ParseCredentialReport("111122223333", head+
		"<root_account>,arn:aws:iam::111122223333:root,2025-01-01T00:00:00+00:00,false\nann,arn:aws:iam::111122223333:user/ann,2025-02-01T00:00:00+00:00,true\n", made)
	if err != nil || len(r.Rows) != 2 || r.Root() == nil || !r.User("ann").PasswordEnabled.Value || !r.Generated.Equal(made) {
		t.Errorf("%+v, %v", r, err)
	}
	for text, want := range map[string]string{
		"":             "",
		"user,name\n":  "no column arn",
		head + "a,b\n": "line 2: the row has 2 cells under 4 columns",
		head + "ann,arn:aws:iam::444455556666:user/ann,2025-02-01T00:00:00+00:00,true\n": "not of account 111122223333",
		head + "ann,arn:aws:iam::111122223333:user/ann,yesterday,true\n":                 "user_creation_time cannot be read",
		head + "\"ann\n": "no CSV",
		"\xff":           "not UTF-8",
	} {
		if _, err := ParseCredentialReport("111122223333", text, made); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, not %q", text, err, want)
		}
	}
}
