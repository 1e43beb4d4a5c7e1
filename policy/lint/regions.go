package lint

import "github.com/warder-iam/warder/arn"

// regions are the Regions of all partitions. (AWS General Reference, "AWS Regions", 2026.)
var regions = map[string]bool{
	"af-south-1": true, "ap-east-1": true, "ap-east-2": true, "ap-northeast-1": true, "ap-northeast-2": true, "ap-northeast-3": true,
	"ap-south-1": true, "ap-south-2": true, "ap-southeast-1": true, "ap-southeast-2": true, "ap-southeast-3": true,
	"ap-southeast-4": true, "ap-southeast-5": true, "ap-southeast-6": true, "ap-southeast-7": true, "ca-central-1": true,
	"ca-west-1": true, "eu-central-1": true, "eu-central-2": true, "eu-north-1": true, "eu-south-1": true, "eu-south-2": true,
	"eu-west-1": true, "eu-west-2": true, "eu-west-3": true, "il-central-1": true, "me-central-1": true, "me-south-1": true,
	"me-west-1": true, "mx-central-1": true, "sa-east-1": true, "sa-west-1": true, "us-east-1": true, "us-east-2": true,
	"us-west-1": true, "us-west-2": true,
	"cn-north-1": true, "cn-northwest-1": true,
	"us-gov-east-1": true, "us-gov-west-1": true,
	"eusc-de-east-1": true,
	"us-iso-east-1":  true, "us-iso-west-1": true, "us-isob-east-1": true, "us-isob-west-1": true,
	"us-isof-east-1": true, "us-isof-south-1": true, "eu-isoe-west-1": true,
}

// knownRegion is whether a pattern can be a Region. A variable can be anything.
func knownRegion(pattern string) bool {
	if hasVariable(pattern) {
		return true
	}
	if !wild(pattern) {
		return regions[pattern]
	}
	for r := range regions {
		if arn.Glob(pattern, r) {
			return true
		}
	}
	return false
}
