package lint

import (
	"strings"

	"github.com/warder-iam/warder/policy"
)

// checkSCPActions: SCP_SYNTAX_ERROR_ACTION_WILDCARD.
func checkSCPActions(l *linter, s *statement) {
	if !l.is(policy.SCP) {
		return
	}
	for _, n := range s.actions {
		if star := strings.IndexByte(n.text, '*'); star >= 0 && star < len(n.text)-1 && n.text != "*:*" {
			l.report("SCP_SYNTAX_ERROR_ACTION_WILDCARD", n, "In a service control policy a wildcard stands at the end of an action only. Update %s.", clip(n.text))
		}
	}
}

// rcpServices are the services that resource control policies can be about. (AWS Organizations User Guide, "List of AWS
// services that support RCPs", 2026.)
var rcpServices = names(`aoss appconfig appstream autoscaling autoscaling-plans budgets clouddirectory cloudfront cloudsearch
	cloudtrail-data codeartifact codebuild codecommit codepipeline cognito-identity cognito-idp comprehend comprehendmedical
	compute-optimizer cost-optimization-hub dax dsql dynamodb ecr ecr-public events firehose fis fms gamelift health
	inspector-scan kendra kinesisvideo kms logs memorydb networkmonitor notifications opensearch pca-connector-ad personalize
	polly pricing resource-groups rolesanywhere s3 secretsmanager servicediscovery signin sqs sts support swf textract
	timestream-influxdb transcribe transfer translate wafv2 workspaces xray`)

// names makes a set of the words of a text.
func names(text string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		set[word] = true
	}
	return set
}

// checkRCP: RCP_SYNTAX_ERROR_ALLOW, RCP_SYNTAX_ERROR_NOTACTION, RCP_SYNTAX_ERROR_ACTION.
func checkRCP(l *linter, s *statement) {
	if !l.is(policy.RCP) {
		return
	}
	if s.notAction != nil {
		l.report("RCP_SYNTAX_ERROR_NOTACTION", s.notAction, "A resource control policy knows no NotAction. Use Action.")
	}
	if s.effect == policy.Allow {
		if !s.allowsEverything() {
			l.report("RCP_SYNTAX_ERROR_ALLOW", s.node,
				"A resource control policy allows everything to everybody or nothing: with Allow, Principal and Resource are \"*\" and there is no Condition.")
		}
		return
	}
	for _, n := range s.actions {
		service, _, _ := strings.Cut(n.text, ":")
		if !rcpServices[strings.ToLower(service)] {
			l.report("RCP_SYNTAX_ERROR_ACTION", n, "Resource control policies cannot be about %q. Name a service that supports them.", clip(n.text))
		}
	}
}

func (s *statement) allowsEverything() bool {
	everything := s.principal.isString() && s.principal.text == "*" && s.condition == nil && len(s.resources) > 0 && s.notResource == nil
	for _, n := range s.resources {
		everything = everything && n.text == "*"
	}
	return everything
}

// checkRCPConditions: the RCP_MISSING family.
func checkRCPConditions(l *linter, s *statement) {
	if !l.is(policy.RCP) || s.effect != policy.Deny {
		return
	}
	isService := s.hasKey("aws:PrincipalIsAWSService")
	source := s.hasKey("aws:SourceAccount", "aws:SourceArn")
	for _, c := range s.conditions {
		switch key := strings.ToLower(c.value.key); {
		case !isService && rcpPrincipalKey(key):
			l.reportKey("RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY", c.value,
				"The statement denies services that act on the account's behalf too. Add BoolIfExists with aws:PrincipalIsAWSService and false.")
		case rcpSourceKey(key):
			if !isService {
				l.reportKey("RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY", c.value,
					"The statement denies users and roles too. Add BoolIfExists with aws:PrincipalIsAWSService and true.")
			}
			if !source {
				l.reportKey("RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK", c.value,
					"The statement denies services that give no source. Add Null with aws:SourceAccount or aws:SourceArn and false.")
			}
		}
	}
}

func rcpPrincipalKey(key string) bool {
	switch key {
	case "aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn":
		return true
	}
	return strings.HasPrefix(key, "aws:principaltag/")
}

func rcpSourceKey(key string) bool { return key == "aws:sourceorgid" || key == "aws:sourceorgpaths" }
