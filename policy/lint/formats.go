package lint

import (
	"regexp"
	"strings"

	"github.com/warder-iam/warder/arn"
)

// The forms of ids: eight or seventeen letters and digits behind a prefix.
var (
	vpcForm      = regexp.MustCompile(`^vpc-([0-9a-zA-Z]{8}|[0-9a-zA-Z]{17})$`)
	endpointForm = regexp.MustCompile(`^vpce-([0-9a-zA-Z]{8}|[0-9a-zA-Z]{17})$`)
)

// checkFormats: INVALID_REGION, INVALID_VPC_FORMAT, INVALID_VPCE_FORMAT, INVALID_KMS_KEY_VALUE,
// INVALID_SERVICE_PRINCIPAL_FORMAT.
func checkFormats(l *linter, s *statement) {
	for _, c := range s.conditions {
		f := family(c.operator.Test)
		if !c.known || f != stringFamily && f != arnFamily {
			continue
		}
		for _, n := range c.values {
			if n.isString() {
				l.checkRequestedRegion(c, n)
			}
			if n.isString() && !hasVariable(n.text) {
				l.checkFormat(c, n)
			}
		}
	}
}

func (l *linter) checkFormat(c condition, n *node) {
	pattern := strings.HasSuffix(c.operator.Test, "Like") && wild(n.text)
	switch key := strings.ToLower(c.value.key); key {
	case "aws:sourcevpc":
		if !pattern && !vpcForm.MatchString(n.text) {
			l.report("INVALID_VPC_FORMAT", n, "%q is no id of a VPC. Write vpc- and 8 or 17 letters and digits.", clip(n.text))
		}
	case "aws:sourcevpce":
		if !pattern && !endpointForm.MatchString(n.text) {
			l.report("INVALID_VPCE_FORMAT", n, "%q is no id of a VPC endpoint. Write vpce- and 8 or 17 letters and digits.", clip(n.text))
		}
	case "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3express:x-amz-server-side-encryption-aws-kms-key-id":
		if !keyARN(n.text) {
			l.report("INVALID_KMS_KEY_VALUE", n, "%q is no KMS key's ARN. Write arn:aws:kms:region:account:key/id.", clip(n.text))
		}
	default:
		l.checkPrincipalName(key, pattern, n)
	}
}

// checkRequestedRegion wants a Region's name, or a pattern that matches one. AWS takes no variable for one.
func (l *linter) checkRequestedRegion(c condition, n *node) {
	switch strings.ToLower(c.value.key) {
	case "aws:requestedregion", "ec2:region":
		if hasVariable(n.text) || !knownRegion(n.text) && !otherRegion(n.text) {
			l.report("INVALID_REGION", n, "There is no Region %q. Write a Region's name.", clip(n.text))
		}
	}
}

// otherRegion is what stands for no Region in particular.
func otherRegion(s string) bool { return s == "global" || s == "aws-global" }

// keyARN is whether a pattern can be the ARN of a KMS key.
func keyARN(pattern string) bool {
	parts := splitARN(pattern)
	if len(parts) < 6 {
		return strings.Trim(pattern, "*") == ""
	}
	return arn.Glob(parts[2], "kms") && overlaps(parts[5], "key/${Id}")
}

// serviceKeys are the condition keys whose values are service principals.
var serviceKeys = names(`aws:calledvia aws:calledviafirst aws:calledvialast aws:principalservicename
	aws:principalservicenameslist iam:passedtoservice iam:awsservicename kms:granteeserviceprincipal
	kms:retiringserviceprincipal organizations:serviceprincipal`)

func (l *linter) checkPrincipalName(key string, pattern bool, n *node) {
	switch {
	case key == "kms:viaservice":
		if wild(n.text) && !pattern || !viaService(n.text) {
			l.report("INVALID_SERVICE_PRINCIPAL_FORMAT", n, "%q is not how kms:ViaService names services. Write service.region.amazonaws.com.", clip(n.text))
		}
	case serviceKeys[key] && pattern && overlaps(n.text, "${Service}.${Domain}"):
	case serviceKeys[key] && !arn.IsServicePrincipal(n.text):
		l.report("INVALID_SERVICE_PRINCIPAL_FORMAT", n, "%q is no service principal. Write service.amazonaws.com, in lower case.", clip(n.text))
	}
}

// viaService is whether a pattern can be service.region.amazonaws.com.
func viaService(pattern string) bool {
	return strings.ToLower(pattern) == pattern && (overlaps(pattern, "${Service}.${Region}.amazonaws.com") ||
		overlaps(pattern, "${Service}.${Region}.amazonaws.com.cn"))
}
