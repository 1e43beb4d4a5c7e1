package lint

import (
	"strings"
	"testing"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
)

type sizeCase struct {
	options Options
	most    int
	// spaces is whether white space counts.
	spaces bool
}

func sizeCases() map[string]sizeCase {
	return map[string]sizeCase{
		"POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA":   {Options{}, 10_240, false},
		"POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA": {Options{Kind: policy.Trust}, 2_048, false},
		"POLICY_SIZE_EXCEEDS_SCP_QUOTA":               {Options{Kind: policy.SCP}, 10_240, true},
		"POLICY_SIZE_EXCEEDS_RCP_QUOTA":               {Options{Kind: policy.RCP}, 5_120, true},
		"POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA":   {Options{Kind: policy.Resource, ResourceType: "AWS::S3::Bucket"}, 20_480, true},
	}
}

// TestSizes: a document of exactly the quota is taken, one with a character more is not. A character of several bytes is one.
func TestSizes(t *testing.T) {
	c := catalog.Load()
	for code, test := range sizeCases() {
		test.options.Catalog = c
		const head, tail = `{"Id":"é`, `"}`
		fill := strings.Repeat("x", test.most-len(head)+1-len(tail))
		for _, extra := range []string{"", " ", "x"} {
			src := head + fill + tail + extra
			if extra == "x" {
				src = head + fill + extra + tail
			}
			want := extra == "x" || extra == " " && test.spaces
			if got := strings.Contains(describe(src, Check(src, test.options)), code); got != want {
				t.Errorf("%s with %q more: found is %v", code, extra, got)
			}
		}
	}
}
