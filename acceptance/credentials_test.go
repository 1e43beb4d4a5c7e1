package acceptance

import (
	"os"
	"strings"
	"testing"
)

// credentials are an access key, with a session token where they are temporary.
type credentials struct{ ID, Secret, Token string }

// readCredentials reads one profile of a file in the AWS credentials format.
func readCredentials(t testing.TB, file, profile string) credentials {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%s has mode %v, want 0600 (%v)", file, info.Mode().Perm(), err)
	}
	var c credentials
	in := false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			in = line == "["+profile+"]"
		}
		name, value, ok := strings.Cut(line, "=")
		if !in || !ok {
			continue
		}
		switch value = strings.TrimSpace(value); strings.TrimSpace(name) {
		case "aws_access_key_id":
			c.ID = value
		case "aws_secret_access_key":
			c.Secret = value
		case "aws_session_token":
			c.Token = value
		}
	}
	if c.ID == "" || c.Secret == "" {
		t.Fatalf("%s has no key under [%s]", file, profile)
	}
	return c
}
