package server

import (
	"strings"

	"github.com/warder-iam/warder/arn"
)

// resourceTypes are CloudTrail's names, those of CloudFormation, of the kinds of resource that Warder serves: by the service
// and the word before the first slash of the resource part.
var resourceTypes = map[string]string{
	"iam:" + arn.KindUser:              "AWS::IAM::User",
	"iam:" + arn.KindGroup:             "AWS::IAM::Group",
	"iam:" + arn.KindRole:              "AWS::IAM::Role",
	"iam:" + arn.KindPolicy:            "AWS::IAM::Policy",
	"iam:" + arn.KindInstanceProfile:   "AWS::IAM::InstanceProfile",
	"iam:" + arn.KindMFA:               "AWS::IAM::VirtualMFADevice",
	"iam:" + arn.KindServerCertificate: "AWS::IAM::ServerCertificate",
	"iam:" + arn.KindSAMLProvider:      "AWS::IAM::SAMLProvider",
	"iam:" + arn.KindOIDCProvider:      "AWS::IAM::OIDCProvider",
	"sts:" + arn.KindAssumedRole:       "AWS::STS::AssumedRole",
	"cloudtrail:trail":                 "AWS::CloudTrail::Trail",
}

// resourceType is the type of an ARN's resource; "" where CloudTrail has no name for it.
func resourceType(text string) string {
	a, err := arn.Parse(text)
	if err != nil {
		return ""
	}
	kind, _, _ := strings.Cut(a.Resource, "/")
	return resourceTypes[a.Service+":"+kind]
}
