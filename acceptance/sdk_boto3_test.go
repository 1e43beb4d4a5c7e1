package acceptance

import (
	"os/exec"
	"strings"
	"testing"
)

// TestSDKBoto3 runs testdata/boto3/smoke.py: Python's SDK signs and parses with code of its own.
func TestSDKBoto3(t *testing.T) {
	t.Parallel()
	if err := exec.Command("python3", "-c", "import boto3").Run(); err != nil {
		missing(t, "boto3", "Get boto3: as root on Debian, apt-get install python3-boto3.")
	}
	w := start(t)
	cmd := exec.CommandContext(t.Context(), "python3", "testdata/boto3/smoke.py", w.URL)
	cmd.Env = w.env("AWS_ACCESS_KEY_ID="+w.Key.ID, "AWS_SECRET_ACCESS_KEY="+w.Key.Secret,
		"AWS_DEFAULT_REGION="+region, "AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasSuffix(string(out), " calls\n") {
		t.Errorf("%v\n%s", err, out)
	}
}
