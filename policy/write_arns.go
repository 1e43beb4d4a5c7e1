package policy

import (
	"fmt"
	"strings"

	"github.com/warder-iam/warder/arn"
)

// legacyResources finds resources that AWS's older parser does not read. It runs before most other checks.
func legacyResources(s *Statement) *MalformedError {
	for _, v := range s.resources() {
		if detail := legacyFault(v.Text); detail != "" {
			return &MalformedError{Message: legacyParsing, Pos: v.Span.Start, Detail: detail}
		}
	}
	return nil
}

func legacyFault(resource string) string {
	parts := strings.SplitN(resource, ":", 6)
	if parts[0] != "arn" || len(parts) < 3 {
		return "" // no ARN at all: resourceForm says so
	}
	if parts[2] == "" {
		return "the ARN names no service"
	}
	if !validPartition(parts[1]) {
		return ""
	}
	if len(parts) < 6 {
		if strings.Contains(resource, "::") {
			return fmt.Sprintf("the ARN has %d parts; write all six", len(parts))
		}
		return "" // AWS takes short ones without an empty part
	}
	for i, name := range []string{"region", "account"} {
		if !placeable(parts[3+i]) {
			return fmt.Sprintf("the %s of the ARN is %q: variables may stand after the fifth colon only", name, parts[3+i])
		}
	}
	return ""
}

// placeable is whether s can be a region or an account in a pattern.
func placeable(s string) bool {
	return !strings.ContainsAny(s, "${}<>\" \t\r\n")
}

// validPartition takes "*" too, for AWS's own policies have it.
func validPartition(s string) bool { return s == "*" || arn.KnownPartition(s) }

// resourceForm checks the form of resources.
func resourceForm(s *Statement) *MalformedError {
	for _, v := range s.resources() {
		if message := resourceFault(v.Text); message != "" {
			return &MalformedError{Message: message, Pos: v.Span.Start}
		}
	}
	return nil
}

func resourceFault(resource string) string {
	if resource == "*" {
		return ""
	}
	parts := strings.SplitN(resource, ":", 6)
	if len(parts) == 1 {
		return fmt.Sprintf(`Resource %s must be in ARN format or "*".`, resource)
	}
	if !validPartition(parts[1]) {
		return partitionFault(parts)
	}
	if parts[0] != "arn" {
		return fmt.Sprintf(`Resource %s must be in ARN format or "*".`, resource)
	}
	if len(parts) < 3 || !vendorName(parts[2]) {
		return "Resource vendor must be fully qualified and cannot contain regexes."
	}
	return serviceFault(resource, parts)
}

// partitionFault prints the resource as AWS has understood it: what is absent is "*".
func partitionFault(parts []string) string {
	read := []string{"arn", "*", "*", "*", "*", "*"}
	copy(read[1:], parts[1:])
	return `Partition "` + parts[1] + `" is not valid for resource "` + strings.Join(read, ":") + `".`
}

// serviceFault checks what IAM and S3 demand of their own names.
func serviceFault(resource string, parts []string) string {
	region := ""
	if len(parts) > 3 {
		region = parts[3]
	}
	switch parts[2] {
	case "iam":
		if region != "" {
			return fmt.Sprintf("IAM resource %s cannot contain region information.", resource)
		}
		if len(parts) == 6 && !iamPath(parts[5]) {
			return `IAM resource path must either be "*", root, or start with ` + strings.Join(iamPaths(), ", ") + "."
		}
	case "s3":
		// Access points and jobs have a region, and an account with it. Buckets and objects have neither.
		if region != "" && len(parts) == 6 && parts[4] == "" {
			return fmt.Sprintf("Resource %s can not contain region information.", resource)
		}
	}
	return ""
}

// iamPaths is what the resource part of an IAM name begins with, in the order of AWS's message.
func iamPaths() []string {
	return []string{
		"user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/", "policy/",
		"sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/",
	}
}

func iamPath(path string) bool {
	if path == "*" || path == arn.KindRoot || strings.HasPrefix(path, "delegation-request/") { // newer than AWS's message
		return true
	}
	for _, prefix := range iamPaths() {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}
