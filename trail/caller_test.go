package trail_test

import (
	"testing"

	"github.com/warder-iam/warder/trail"
)

// From the best name to none.
func TestCaller(t *testing.T) {
	u := trail.UserIdentity{Type: "Unknown", ARN: "arn", InvokedBy: "service", UserName: "name", PrincipalID: "id", AccessKeyID: "key"}
	for _, step := range []struct {
		want string
		then *string // taken away
	}{
		{"arn", &u.ARN}, {"service", &u.InvokedBy}, {"name", &u.UserName}, {"id", &u.PrincipalID}, {"key", &u.AccessKeyID}, {"", &u.Type},
	} {
		if got := (&trail.Event{UserIdentity: u}).Caller(); got != step.want {
			t.Errorf("%+v: %q, want %q", u, got, step.want)
		}
		*step.then = ""
	}
}

func TestService(t *testing.T) {
	for source, want := range map[string]string{
		"": "", "iam.amazonaws.com": "iam", "iam.amazonaws.com.cn": "iam", "warder.internal": "warder.internal", "inventory.cn": "inventory.cn",
		"api.ecr-public.amazonaws.com": "api.ecr-public", "amazonaws.com": "amazonaws.com", "iam.amazonaws.com.example": "iam.amazonaws.com.example",
	} {
		if got := (&trail.Event{EventSource: source}).Service(); got != want {
			t.Errorf("%q: %q, want %q", source, got, want)
		}
	}
}
