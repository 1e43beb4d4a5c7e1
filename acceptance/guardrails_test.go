package acceptance

import (
	"os/exec"
	"testing"
)

// TestAWSCLIGuardrails does what docs/guardrails.md says.
func TestAWSCLIGuardrails(t *testing.T) {
	for client, how := range map[string]string{"aws": getAWSCLI, "jq": "Get jq: as root on Debian, apt-get install jq."} {
		if err := exec.Command(client, "--version").Run(); err != nil {
			missing(t, "awscli", how)
		}
	}
	newReadme(t, "../docs/guardrails.md", "--guardrail-unused-credentials", "90d").run("")
}
