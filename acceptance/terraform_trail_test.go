package acceptance

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
)

// TestTerraformTrail applies, changes, imports and destroys the provider's aws_cloudtrail, with its kinds of selectors, against
// an S3 server that is not ours.
func TestTerraformTrail(t *testing.T) {
	tf := terraformFrom(t, "testdata/terraform-trail")
	s3 := startS3(t, credentials{ID: "AKIAIOSFODNN7EXAMPLE", Secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"})
	tf.on(start(t, "--trail-storage", s3.URL, "--trail-storage-credentials", s3.Credentials))
	client := cloudtrail.NewFromConfig(tf.w.sdk(tf.w.Key))

	tf.run("init", "-no-color", "-input=false")
	tf.run("apply", "-auto-approve", "-var-file=before.json")
	tf.unchanged("before.json")
	arn := "arn:aws:cloudtrail:" + region + ":" + accountID + ":trail/main"
	if out := tf.state().Outputs; out["arn"].Value != arn || out["home"].Value != region {
		t.Errorf("outputs %v", out)
	}
	logs := func() bool {
		status, err := client.GetTrailStatus(background(t), &cloudtrail.GetTrailStatusInput{Name: &arn})
		check(t, err)
		return *status.IsLogging
	}
	if !logs() {
		t.Error("the trail does not log")
	}

	out := tf.run("apply", "-auto-approve", "-var-file=after.json")
	if want := "0 added, 2 changed, 0 destroyed"; !strings.Contains(out, want) {
		t.Errorf("the change is not %q:\n%s", want, out)
	}
	tf.unchanged("after.json")
	if logs() {
		t.Error("the trail logs after enable_logging = false")
	}

	tf.forgetAndImport()

	tf.run("destroy", "-auto-approve", "-var-file=after.json")
	left, err := client.DescribeTrails(background(t), &cloudtrail.DescribeTrailsInput{})
	check(t, err)
	if len(left.TrailList) != 0 {
		t.Errorf("destroy left %d trails", len(left.TrailList))
	}
}
