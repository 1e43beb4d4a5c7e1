package collect

import "testing"

// TestEndpoints: each service is asked where AWS's SDKs ask it, in every partition. Source: botocore's endpoints.
func TestEndpoints(t *testing.T) {
	for _, test := range []struct{ service, region, place, base string }{
		{"iam", "eu-west-1", "us-east-1", "https://iam.amazonaws.com"},
		{"organizations", "eu-west-1", "us-east-1", "https://organizations.us-east-1.amazonaws.com"},
		{"sts", "eu-west-1", "eu-west-1", "https://sts.eu-west-1.amazonaws.com"},
		{"iam", "cn-northwest-1", "cn-north-1", "https://iam.cn-north-1.amazonaws.com.cn"},
		{"organizations", "cn-north-1", "cn-northwest-1", "https://organizations.cn-northwest-1.amazonaws.com.cn"},
		{"account", "cn-north-1", "cn-northwest-1", "https://account.cn-northwest-1.amazonaws.com.cn"},
		{"ecr", "cn-north-1", "cn-north-1", "https://api.ecr.cn-north-1.amazonaws.com.cn"},
		{"iam", "us-gov-east-1", "us-gov-west-1", "https://iam.us-gov.amazonaws.com"},
		{"organizations", "us-gov-east-1", "us-gov-west-1", "https://organizations.us-gov-west-1.amazonaws.com"},
		{"accessanalyzer", "us-gov-east-1", "us-gov-east-1", "https://access-analyzer.us-gov-east-1.amazonaws.com"},
		{"iam", "us-iso-west-1", "us-iso-east-1", "https://iam.us-iso-east-1.c2s.ic.gov"},
		{"s3", "us-isob-east-1", "us-isob-east-1", "https://s3.us-isob-east-1.sc2s.sgov.gov"},
		{"iam", "eusc-de-east-1", "eusc-de-east-1", "https://iam.eusc-de-east-1.amazonaws.eu"},
	} {
		s := services()[test.service]
		place := s.place(test.service, test.region)
		if base := s.base(test.service, place); place != test.place || base != test.base {
			t.Errorf("%s in %s is asked in %s at %s, want %s at %s", test.service, test.region, place, base, test.place, test.base)
		}
	}
}
