package catalog_test

import (
	"slices"
	"testing"

	"github.com/warder-iam/warder/catalog"
)

func TestARNs(t *testing.T) {
	c := catalog.Load()
	tests := []struct {
		service, owner, kind string
		anyService           bool
	}{
		{"s3", "s3", "bucket", false},
		{"s3", "s3", "object", false},
		{"iam", "sts", "role", false}, // another service's resource
		{"elasticloadbalancing", "elasticloadbalancing", "loadbalancer", false},
		{"ec2", "backup", "recoveryPoint", true},
	}
	for _, test := range tests {
		found := slices.ContainsFunc(c.ARNs(test.service), func(p catalog.ARNPattern) bool {
			return p.Service == test.owner && p.Type == test.kind && p.AnyService == test.anyService
		})
		if !found {
			t.Errorf("no ARN of %s is a %s of %s", test.service, test.kind, test.owner)
		}
	}
	for _, p := range c.ARNs("s3") {
		if p.Type == "bucket" && (p.Region != "" || p.Account != "" || p.Resource != "${BucketName}") {
			t.Errorf("the form of a bucket's ARN is %+v", p)
		}
	}
	if got := c.ARNs("none"); got != nil {
		t.Errorf("an unknown service has ARNs: %v", got)
	}
}

// TestOwnARNs: a catalogue with own services has their ARNs, and the one it was made from does not.
func TestOwnARNs(t *testing.T) {
	aws := catalog.Load()
	aws.ARNs("s3")
	own := aws.With(&catalog.Service{Prefix: "myapp", Resources: []catalog.ResourceType{
		{Name: "order", ARNs: []string{"arn:${Partition}:myapp::${Account}:order/${Id}", "no ARN"}},
	}})
	want := catalog.ARNPattern{Account: "${Account}", Resource: "order/${Id}", Service: "myapp", Type: "order"}
	if got := own.ARNs("myapp"); !slices.Contains(got, want) {
		t.Errorf("got %+v, want it to have %+v", got, want)
	}
	if got := aws.ARNs("myapp"); slices.Contains(got, want) {
		t.Errorf("AWS's own catalogue has %+v", want)
	}
}
