package usage

import (
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/catalog"
)

// Logging says whether CloudTrail records the calls that an action allows.
type Logging uint8

// The ways of recording.
const (
	// Management events: every trail has them, unless it was told otherwise.
	Management Logging = iota
	// Data events: only a trail that was told to records them.
	Data
	// Never: no record names the action.
	Never
)

// never are actions that no record of CloudTrail names, as patterns in lower case. Sources: IAM User Guide, "Grant a user
// permissions to pass a role to an AWS service" (PassRole is no API call) and "Pass session tags"; the services' pages on
// logging with CloudTrail, of those whose data plane has no API that it records.
var never = []string{
	"iam:passrole", "sts:tagsession", "sts:setsourceidentity", "execute-api:invoke", "execute-api:manageconnections",
	"ec2messages:*", "ssmmessages:*", "rds-db:connect", "es:eshttp*", "aoss:apiaccessall", "kafka-cluster:*", "neptune-db:*",
	"elasticfilesystem:client*", "xray:puttracesegments", "xray:puttelemetryrecords", "iot:connect", "iot:publish",
	"iot:receive", "iot:subscribe", "logs:putlogevents", "elasticache:connect", "memorydb:connect",
	"aps:remotewrite", "aps:querymetrics",
}

// data are actions whose calls are data events, as patterns in lower case; those on S3 objects are found by their resource
// type. Source: CloudTrail User Guide, "Logging data events".
var data = []string{
	"lambda:invoke*", "dynamodb:getitem", "dynamodb:putitem", "dynamodb:updateitem", "dynamodb:deleteitem", "dynamodb:batch*item",
	"dynamodb:query", "dynamodb:scan", "dynamodb:conditioncheckitem", "dynamodb:partiql*", "dynamodb:getrecords",
	"dynamodb:getsharditerator", "sqs:sendmessage", "sqs:receivemessage", "sqs:deletemessage", "sqs:changemessagevisibility",
	"sns:publish", "kinesis:putrecord*", "kinesis:getrecords", "kinesis:getsharditerator", "kinesis:subscribetoshard",
	"cloudwatch:putmetricdata", "cloudwatch:getmetricdata", "cloudwatch:getmetricstatistics", "cloudwatch:listmetrics",
	"bedrock:invokemodel*", "bedrock:invokeagent", "bedrock:retrieve*", "firehose:putrecord*", "events:putevents",
	"cognito-identity:getid", "cognito-identity:getcredentialsforidentity", "cognito-identity:getopenidtoken*",
	"states:sendtask*", "states:getactivitytask", "sagemaker:invokeendpoint*", "geo:*", "appconfig:getlatestconfiguration",
	"appconfig:startconfigurationsession", "ebs:*block*", "managedblockchain:invoke*", "xray:gettrace*",
}

// LoggingOf is how CloudTrail records an action.
func LoggingOf(a *catalog.Action) Logging {
	name := strings.ToLower(a.String())
	for _, p := range never {
		if arn.Glob(p, name) {
			return Never
		}
	}
	for _, p := range data {
		if arn.Glob(p, name) {
			return Data
		}
	}
	if a.Service == "s3" || a.Service == "s3express" {
		for _, r := range a.Resources {
			if r.Type == "object" || r.Type == "accesspointobject" {
				return Data
			}
		}
	}
	return Management
}
