package acceptance

import (
	"os/exec"
	"testing"
)

// TestAWSCLIKeys does what docs/keys.md says: the AWS CLI gets its sessions from warder credentials, and a key is rotated under it.
func TestAWSCLIKeys(t *testing.T) {
	if err := exec.Command("aws", "--version").Run(); err != nil {
		missing(t, "awscli", getAWSCLI)
	}
	r := newReadme(t, "../docs/keys.md")
	r.env = append(r.env, "DBUS_SESSION_BUS_ADDRESS=")
	r.run("")
}
