package iam

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
)

// TestCredentialCells: the value forms of the columns about passwords and certificates, and of what has no columns.
func TestCredentialCells(t *testing.T) {
	at := time.Date(2026, 2, 11, 9, 30, 0, 0, time.FixedZone("", 3600))
	for _, c := range []struct {
		got  []string
		want string
	}{
		{passwordCells(nil), "false N/A N/A N/A"},
		{passwordCells(&passwordFacts{lastChanged: at}), "true no_information 2026-02-11T08:30:00+00:00 N/A"},
		{passwordCells(&passwordFacts{lastUsed: at, lastChanged: at, nextRotation: at.Add(24 * time.Hour)}), "true 2026-02-11T08:30:00+00:00 2026-02-11T08:30:00+00:00 2026-02-12T08:30:00+00:00"},
		{certificateCells([]*directory.SigningCertificate{{Active: true, Uploaded: at}}, 0), "true 2026-02-11T08:30:00+00:00"},
		{certificateCells([]*directory.SigningCertificate{{Uploaded: at}}, 0), "false 2026-02-11T08:30:00+00:00"},
		{certificateCells([]*directory.SigningCertificate{{Active: true, Uploaded: at}}, 1), "false N/A"},
		{[]string{additionalCredentials(2, 2)}, "N/A"},
		{[]string{additionalCredentials(2, 3)}, "1 more certificates (iam:ListSigningCertificates)"},
		{[]string{additionalCredentials(4, 3)}, "2 more access keys (iam:ListAccessKeys), 1 more certificates (iam:ListSigningCertificates)"},
	} {
		if got := strings.Join(c.got, " "); got != c.want || slices.Contains(c.got, "") {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
