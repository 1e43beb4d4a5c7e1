package report

import (
	"testing"

	"github.com/warder-iam/warder/audit"
)

func TestShort(t *testing.T) {
	r := &audit.Report{Account: "111122223333"}
	for name, want := range map[string]string{
		"arn:aws:iam::111122223333:user/alice":               "user alice",
		"arn:aws:iam::111122223333:user/people/eu/alice":     "user alice",
		"arn:aws:iam::444455556666:role/ops":                 "role ops of 444455556666",
		"arn:aws:iam::444455556666:root":                     "account 444455556666",
		"arn:aws:iam::111122223333:root":                     "account 111122223333",
		"arn:aws:sts::111122223333:assumed-role/ops/session": "assumed-role session",
		"arn:aws:s3:::bucket":                                "arn:aws:s3:::bucket",
		"lambda.amazonaws.com":                               "lambda.amazonaws.com",
		"*":                                                  "anybody",
		"":                                                   "",
	} {
		if got := short(r, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
