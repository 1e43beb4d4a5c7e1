package arn

import (
	"slices"
	"testing"
)

func TestPartitions(t *testing.T) {
	for _, test := range []struct {
		name, region, home, domain string
		ec2, lambda                []string
	}{
		{AWS, "eu-west-1", "us-east-1", "amazonaws.com", []string{"ec2.amazonaws.com"}, []string{"lambda.amazonaws.com"}},
		{
			China, "cn-northwest-1", "cn-north-1", "amazonaws.com.cn",
			[]string{"ec2.amazonaws.com.cn", "ec2.amazonaws.com"}, []string{"lambda.amazonaws.com", "lambda.amazonaws.com.cn"},
		},
		{GovCloud, "us-gov-east-1", "us-gov-west-1", "amazonaws.com", []string{"ec2.amazonaws.com"}, []string{"lambda.amazonaws.com"}},
		{
			"aws-iso-b", "us-isob-east-1", "us-isob-east-1", "sc2s.sgov.gov",
			[]string{"ec2.sc2s.sgov.gov", "ec2.amazonaws.com"}, []string{"lambda.amazonaws.com", "lambda.sc2s.sgov.gov"},
		},
	} {
		if got := PartitionOf(test.region); got != test.name {
			t.Errorf("%s is in %s, want %s", test.region, got, test.name)
		}
		if home, domain := HomeRegion(test.name), Domain(test.name); home != test.home || domain != test.domain {
			t.Errorf("%s is at home in %s and %s, want %s and %s", test.name, home, domain, test.home, test.domain)
		}
		if got := ServicePrincipals(test.name, "ec2.amazonaws.com"); !slices.Equal(got, test.ec2) {
			t.Errorf("EC2 in %s is %q, want %q", test.name, got, test.ec2)
		}
		if got := ServicePrincipals(test.name, "lambda.amazonaws.com"); !slices.Equal(got, test.lambda) {
			t.Errorf("Lambda in %s is %q, want %q", test.name, got, test.lambda)
		}
	}
	for name, want := range map[string]bool{AWS: true, "aws-iso-f": true, "": false, "aws-": false, "AWS": false, "aws-us-gov-west": false} {
		if KnownPartition(name) != want {
			t.Errorf("%q is a partition: %t", name, !want)
		}
	}
	// us-isob-east-1 is no region of the partition whose regions begin with us-iso-.
	if got := PartitionOf("us-iso-east-1"); got != "aws-iso" {
		t.Errorf("us-iso-east-1 is in %s", got)
	}
	if got := PartitionOf(""); got != AWS {
		t.Errorf("no region is in %q", got)
	}
}

func TestIsServicePrincipal(t *testing.T) {
	for name, want := range map[string]bool{
		"ec2.amazonaws.com": true, "ec2.amazonaws.com.cn": true, "ec2.c2s.ic.gov": true, "spot.application-autoscaling.amazonaws.com": true,
		"states.eu-west-1.amazonaws.com": true, "amazonaws.com": false, ".amazonaws.com": false, "EC2.amazonaws.com": false,
		"ec2.amazonaws.com.evil.example": false, "*.amazonaws.com": false, "": false,
	} {
		if IsServicePrincipal(name) != want {
			t.Errorf("%q is a service principal: %t", name, !want)
		}
	}
}
