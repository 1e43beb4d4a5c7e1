package checks

import "github.com/warder-iam/warder/audit"

// Commands that get what the posture checks miss.
const (
	getPasswordPolicy = "aws iam get-account-password-policy > password-policy.json 2>&1"
	getVirtualMFA     = "aws iam list-virtual-mfa-devices > virtual-mfa-devices.json"
	getContact        = "aws account get-contact-information > contact-information.json"
	getCertificates   = "aws iam list-server-certificates > server-certificates.json"
	getSAML           = "aws iam list-saml-providers > saml-providers.json"
	getAnalyzers      = "aws accessanalyzer list-analyzers > analyzers.json"
	getTrails         = "aws cloudtrail describe-trails > trails.json"
	getFilters        = "aws logs describe-metric-filters > metric-filters.json"
	getAlarms         = "aws cloudwatch describe-alarms > alarms.json"
	getOrganization   = "aws organizations list-accounts > organization-accounts.json"
	getGuardrails     = "warder audit collect"
	getEvents         = "aws s3 sync s3://BUCKET/AWSLogs/ trail/"
	getFunctions      = "aws lambda list-functions > functions.json"
	getInstances      = "aws ec2 describe-instances > instances.json"
	getProfiles       = "aws iam list-instance-profiles > instance-profiles.json"
	getRoles          = "aws iam list-roles > roles.json"
)

// into is a command whose answer goes into a file. The name may have come from an export: people copy what a report says.
func into(command, file string) string { return command + " > " + audit.Command(file) }

// perUser is a command that asks for each user.
func perUser(operation, file string) string {
	return `for u in $(aws iam list-users --query 'Users[].UserName' --output text); do aws iam ` + operation +
		` --user-name "$u" > "` + file + `-$u.json"; done`
}
