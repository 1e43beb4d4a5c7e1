package lint

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
)

// checkCompanions: MISSING_PAIRED_CONDITION_KEYS, UNTRUSTWORTHY_CONDITION_KEY, DYNAMODB_ATTRIBUTES_WITHOUT_SELECT,
// S3_PREFIX_IN_NEGATIVE_CONTEXT, USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES.
func checkCompanions(l *linter, s *statement) {
	for _, c := range s.conditions {
		switch strings.ToLower(c.value.key) {
		case "aws:vpcsourceip":
			if !s.hasKey("aws:SourceVpc", "aws:SourceVpce", "aws:SourceVpcArn") {
				l.reportKey("MISSING_PAIRED_CONDITION_KEYS", c.value, "Every VPC may use the address. Add a condition on aws:SourceVpc.")
			}
		case "aws:sourcearn":
			l.checkSourceARN(s, c)
		case "aws:useragent", "aws:referer":
			l.reportKey("UNTRUSTWORTHY_CONDITION_KEY", c.value, "The caller chooses %s at will. Do not base access on it.", c.value.key)
		case "dynamodb:attributes":
			if s.effect == policy.Allow && c.operator.Test != "Null" && !s.hasKey("dynamodb:Select") {
				l.reportKey("DYNAMODB_ATTRIBUTES_WITHOUT_SELECT", c.value,
					"A request that asks for no attributes in particular gets all. Add StringEquals with dynamodb:Select and SPECIFIC_ATTRIBUTES.")
			}
		case "s3:prefix":
			l.checkPrefix(s, c)
		case "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths":
			l.checkEndpointKey(s, c)
		}
	}
}

// checkSourceARN finds sources that do not say whose they are: a bucket's name may go over to another account.
func (l *linter) checkSourceARN(s *statement, c condition) {
	if !l.is(policy.Resource) || s.effect != policy.Allow || !c.known || negated(c.operator.Test) || s.hasKey("aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths") {
		return
	}
	for _, n := range c.values {
		if parts := splitARN(n.text); len(parts) == 6 && parts[4] == "" {
			l.reportKey("MISSING_PAIRED_CONDITION_KEYS", c.value, "The ARN does not say whose the source is. Add a condition on aws:SourceAccount.")
			return
		}
	}
}

// checkPrefix finds conditions that a shorter prefix gets round.
func (l *linter) checkPrefix(s *statement, c condition) {
	if !c.known || family(c.operator.Test) != stringFamily {
		return
	}
	if s.effect == policy.Deny && !negated(c.operator.Test) || s.effect == policy.Allow && negated(c.operator.Test) {
		l.reportKey("S3_PREFIX_IN_NEGATIVE_CONTEXT", c.value,
			"A request with a shorter prefix lists the objects all the same. Use Allow with StringLike, or Deny with StringNotLike.")
	}
}

// endpointServices are the services that know the owner of the VPC endpoint of a request. (IAM User Guide, "aws:VpceAccount"
// and "aws:VpceOrgID", 2026.)
var endpointServices = names(`acm-pca applicationinsights apprunner athena b2bi cassandra cloudformation cognito-identity
	comprehendmedical compute-optimizer datasync discovery dms ds-data dynamodb ebs ecr ecs firehose gamelift healthlake iam
	identitystore iotfleetwise iottwinmaker iotwireless kinesisanalytics kms lambda medical-imaging network-firewall omics
	payment-cryptography polly pricing rbin rekognition route53 s3 scheduler servicediscovery servicequotas ses shield sms-voice
	sqs ssm-contacts storagegateway textract transcribe transfer`)

func (l *linter) checkEndpointKey(s *statement, c condition) {
	scoped := s.notAction == nil
	for _, n := range s.actions {
		service, _, _ := strings.Cut(strings.ToLower(n.text), ":")
		scoped = scoped && endpointServices[service]
	}
	if !scoped {
		l.reportKey("USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES", c.value, "Not every service of the statement knows %s. Name the actions of those that do.", c.value.key)
	}
}

// sessionKeys are condition keys of a role's trust policy that are there only with an action of their own.
var sessionKeys = map[string]string{
	"sts:sourceidentity":    "sts:SetSourceIdentity",
	"sts:transitivetagkeys": "sts:TagSession",
	"aws:tagkeys":           "sts:TagSession",
}

// checkSessionKeys: MISSING_ACTION_FOR_CONDITION_KEY, UNSUPPORTED_ACTION_FOR_CONDITION_KEY.
func checkSessionKeys(l *linter, s *statement) {
	if !l.is(policy.Trust) || s.action == nil {
		return
	}
	for _, c := range s.conditions {
		key := strings.ToLower(c.value.key)
		action := sessionKeys[key]
		if strings.HasPrefix(key, "aws:requesttag/") {
			action = "sts:TagSession"
		}
		if action != "" && !s.names(strings.ToLower(action)) {
			l.reportKey("MISSING_ACTION_FOR_CONDITION_KEY", c.value, "%s is there only for %s. Add that action.", c.value.key, action)
		}
		l.unsupportedActions(s, c)
	}
}

// unsupportedActions finds actions of STS for which one of its keys is never there. Actions with wildcards are left out, and
// each action counts once.
func (l *linter) unsupportedActions(s *statement, c condition) {
	sts, _ := l.options.Catalog.Service("sts")
	key, known := l.options.Catalog.ConditionKey(c.value.key)
	if !known || !defines(sts, key.Name) || !l.spend(len(s.actions)) {
		return
	}
	var without []*node
	seen := map[string]bool{}
	for _, n := range s.actions {
		service, name, _ := strings.Cut(n.text, ":")
		a, known := l.options.Catalog.Action(service, name)
		if !known || a.Service != sts.Prefix || seen[a.Name] {
			continue
		}
		seen[a.Name] = true
		if !hasKey(a.Keys, key.Name) {
			without = append(without, n)
		}
	}
	if len(without) > 0 {
		l.reportAll("UNSUPPORTED_ACTION_FOR_CONDITION_KEY", append(without, c.value),
			"%s is never there for these actions. Give them their own statement, without that condition.", c.value.key)
	}
}

// defines is whether a service has a condition key of its own with that name.
func defines(s *catalog.Service, key string) bool {
	own := func(k catalog.ConditionKey) bool { return k.Name == key }
	return s != nil && !strings.HasPrefix(key, "aws:") && slices.ContainsFunc(s.Keys, own)
}
