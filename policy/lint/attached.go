package lint

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
)

// attachment is what a resource policy of one type can be about.
type attachment struct {
	service string
	types   []string // resource types of the service
	quota   int      // of the policy, in bytes
}

// s3Bucket is the resource type whose policies must name the bucket: of all others, "*" is the resource that they are attached to.
const s3Bucket = "AWS::S3::Bucket"

// attachments are the resource types that ValidatePolicy knows, and others whose policies are common.
var attachments = map[string]attachment{
	s3Bucket:                           {"s3", []string{"bucket", "object"}, 20_480},
	"AWS::S3::AccessPoint":             {"s3", []string{"accesspoint", "accesspointobject"}, 20_480},
	"AWS::S3::MultiRegionAccessPoint":  {"s3", []string{"multiregionaccesspoint", "accesspoint", "accesspointobject"}, 20_480},
	"AWS::S3ObjectLambda::AccessPoint": {"s3-object-lambda", []string{"objectlambdaaccesspoint"}, 20_480},
	"AWS::DynamoDB::Table":             {"dynamodb", []string{"table", "index", "stream"}, 20_480},
	"AWS::KMS::Key":                    {"kms", []string{"key"}, 32_768},
	"AWS::SQS::Queue":                  {"sqs", []string{"queue"}, 8_192},
	"AWS::SNS::Topic":                  {"sns", []string{"topic"}, 30_720},
	"AWS::Lambda::Function":            {"lambda", []string{"function", "function alias", "function version"}, 20_480},
	"AWS::SecretsManager::Secret":      {"secretsmanager", []string{"Secret"}, 20_480},
}

// checkAttached: UNSUPPORTED_ACTION_IN_POLICY, UNSUPPORTED_RESOURCE_ARN_IN_POLICY, IRRELEVANT_CONDITION_KEY_IN_POLICY.
func checkAttached(l *linter, s *statement) {
	if l.is(policy.Trust) {
		for _, n := range s.actions {
			if n.text != "*" && !policy.AssumesRole(n.text) && l.known(n.text) {
				l.report("UNSUPPORTED_ACTION_IN_POLICY", n, "A role's trust policy is about assuming the role. Remove %s.", clip(n.text))
			}
		}
		return
	}
	to, known := attachments[l.options.ResourceType]
	if !known || !l.is(policy.Resource) {
		return
	}
	l.attachedActions(s, to)
	for _, n := range s.resources {
		if n.text == "*" && l.options.ResourceType != s3Bucket {
			continue
		}
		if n.text == "*" || !l.attachedResource(n.text, to) {
			l.report("UNSUPPORTED_RESOURCE_ARN_IN_POLICY", n, "The policy of %s cannot be about this resource. Name the resource that it is attached to.", l.options.ResourceType)
		}
	}
	for _, c := range s.conditions {
		if to.service == "s3" && strings.EqualFold(c.value.key, "s3:ResourceAccount") {
			l.reportKey("IRRELEVANT_CONDITION_KEY_IN_POLICY", c.value, "%s is the same in every request for this resource. Use it in an identity policy.", c.value.key)
		}
	}
}

// known is whether the catalogue has an action that the pattern matches: for others there are other findings.
func (l *linter) known(pattern string) bool {
	prefix, name, _ := strings.Cut(pattern, ":")
	service, ok := l.options.Catalog.Service(prefix)
	return ok && l.matches(service, name)
}

func (l *linter) attachedActions(s *statement, to attachment) {
	for _, n := range s.actions {
		if allActions(n.text) || !l.known(n.text) {
			continue
		}
		supported := false
		for a := range l.options.Catalog.Matching(n.text) {
			if supported = a.Service == to.service && worksOn(a, to.types); supported {
				break
			}
		}
		if !supported {
			l.report("UNSUPPORTED_ACTION_IN_POLICY", n, "%s is no action on %s. Remove it.", clip(n.text), l.options.ResourceType)
		}
	}
}

// worksOn is whether an action works on one of the resource types.
func worksOn(a *catalog.Action, types []string) bool {
	for _, r := range a.Resources {
		if slices.Contains(types, r.Type) {
			return true
		}
	}
	return false
}

// attachedResource is whether a resource can be of the types. What is no ARN has other findings.
func (l *linter) attachedResource(text string, to attachment) bool {
	parts := splitARN(text)
	if len(parts) < 6 || parts[0] != "arn" || wild(parts[2]) || hasVariable(parts[2]) {
		return true
	}
	for _, t := range l.options.Catalog.ARNs(parts[2]) {
		if t.Service == to.service && slices.Contains(to.types, t.Type) && overlaps(parts[5], t.Resource) {
			return true
		}
	}
	return false
}
