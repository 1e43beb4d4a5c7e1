package lint

import (
	"slices"
	"strings"
)

// Code is one kind of finding.
type Code struct {
	Code  string // AWS's issue code: "REDUNDANT_ACTION"
	Type  Type
	Title string // what it means, in one line
}

// Codes gives every code that Check can find, in the order of types and then of names.
func Codes() []Code { return slices.Clone(codes[:]) }

// reference is AWS's page of all checks. The anchor of a check is made of its type and code.
const reference = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html" +
	"#access-analyzer-reference-policy-checks-"

// Link is where AWS explains the code.
func (c Code) Link() string {
	return reference + c.Type.section() + strings.ReplaceAll(strings.ToLower(c.Code), "_", "-")
}

// section is how the anchors of a type's codes begin.
func (t Type) section() string {
	switch t {
	case Error:
		return "error-"
	case SecurityWarning:
		return "security-warning-"
	case Warning:
		return "general-warning-"
	}
	return "suggestion-"
}

// lookup finds a code; the table is sorted within each type only, and small.
func lookup(code string) Code {
	i := slices.IndexFunc(codes[:], func(c Code) bool { return c.Code == code })
	return codes[i]
}

var codes = [...]Code{
	{"ARN_ACCOUNT_NOT_ALLOWED", Error, "the resource's ARN has an account, and ARNs of its kind have none"},
	{"ARN_REGION_NOT_ALLOWED", Error, "the resource's ARN has a Region, and ARNs of its kind have none"},
	{"DATA_TYPE_MISMATCH", Error, "a value has another JSON type than its element takes"},
	{"DUPLICATE_KEYS_WITH_DIFFERENT_CASE", Error, "one condition key stands twice under an operator, spelled in different case"},
	{"EMPTY_VARIABLE", Error, "a policy variable has no name"},
	{"FEDERATED_PRINCIPAL_NOT_SUPPORTED", Error, "a federated principal stands outside a role's trust policy"},
	{"INVALID_ACTION", Error, "the service has no such action"},
	{"INVALID_ARN_ACCOUNT", Error, "the account in the resource's ARN is not one"},
	{"INVALID_ARN_PREFIX", Error, "a resource does not begin with arn:"},
	{"INVALID_ARN_REGION", Error, "the Region in the resource's ARN does not exist"},
	{"INVALID_ARN_RESOURCE", Error, "the resource's ARN has the form of no resource of its service"},
	{"INVALID_ARN_SERVICE_CASE", Error, "the service in the resource's ARN has upper-case letters"},
	{"INVALID_CONDITION_DATA_TYPE", Error, "the values of a condition are of different JSON types"},
	{"INVALID_CONDITION_KEY_FORMAT", Error, "a condition key does not have the form service:name"},
	{"INVALID_CONDITION_MULTIPLE_BOOLEAN", Error, "a Bool or Null condition has several values"},
	{"INVALID_CONDITION_OPERATOR", Error, "there is no such condition operator"},
	{"INVALID_EFFECT", Error, "Effect is neither Allow nor Deny"},
	{"INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY", Error, "a federated principal is neither a domain name nor a provider's ARN"},
	{"INVALID_GLOBAL_CONDITION_KEY", Error, "there is no such global condition key"},
	{"INVALID_KMS_KEY_VALUE", Error, "the value of a condition on a KMS key is no key's ARN"},
	{"INVALID_PARTITION", Error, "the partition in the resource's ARN does not exist"},
	{"INVALID_POLICY_ELEMENT", Error, "the policy language has no such element"},
	{"INVALID_PRINCIPAL_FORMAT", Error, "a principal has no form that a principal can have"},
	{"INVALID_PRINCIPAL_KEY", Error, "there is no such kind of principal"},
	{"INVALID_REGION", Error, "the Region in a condition's value does not exist"},
	{"INVALID_SERVICE", Error, "the service in the resource's ARN does not exist"},
	{"INVALID_SERVICE_CONDITION_KEY", Error, "the service has no such condition key"},
	{"INVALID_SERVICE_IN_ACTION", Error, "the action's service does not exist"},
	{"INVALID_SERVICE_PRINCIPAL_FORMAT", Error, "a service principal does not have the form service.amazonaws.com"},
	{"INVALID_VARIABLE_FOR_OPERATOR", Error, "a policy variable stands under an operator that knows none"},
	{"INVALID_VERSION", Error, "Version is none of the versions of the policy language"},
	{"INVALID_VPC_FORMAT", Error, "the value of aws:SourceVpc is no id of a VPC"},
	{"INVALID_VPCE_FORMAT", Error, "the value of aws:SourceVpce is no id of a VPC endpoint"},
	{"JSON_SYNTAX_ERROR", Error, "the document is not valid JSON"},
	{"MISMATCHED_ACTION_FOR_PRINCIPAL", Error, "the action and the kind of federated principal do not go together"},
	{"MISSING_ACTION", Error, "a statement has neither Action nor NotAction"},
	{"MISSING_ACTION_FOR_CONDITION_KEY", Error, "the action that a condition key is about is not in the statement"},
	{"MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY", Error, "IAM Roles Anywhere lacks an action that it needs"},
	{"MISSING_ARN_ACCOUNT", Error, "the resource's ARN lacks the account"},
	{"MISSING_ARN_FIELD", Error, "the resource's ARN has too few parts"},
	{"MISSING_ARN_REGION", Error, "the resource's ARN lacks the Region"},
	{"MISSING_BRACE_IN_VARIABLE", Error, "a policy variable is not closed"},
	{"MISSING_EFFECT", Error, "a statement has no Effect"},
	{"MISSING_PRINCIPAL", Error, "a statement of a resource policy has no Principal"},
	{"MISSING_QUALIFIER", Error, "a key with several values is compared without ForAllValues or ForAnyValue"},
	{"MISSING_QUOTE_IN_VARIABLE", Error, "the default value of a policy variable is not in single quotes"},
	{"MISSING_RESOURCE", Error, "a statement has neither Resource nor NotResource"},
	{"MISSING_STATEMENT", Error, "the document has no statement"},
	{"MISSING_TAG_KEY_IN_CONDITION", Error, "a condition on a tag does not say which tag"},
	{"NULL_WITH_IF_EXISTS", Error, "the operator Null has the suffix IfExists"},
	{"POLICY_SIZE_EXCEEDS_RCP_QUOTA", Error, "a resource control policy is longer than 5,120 characters"},
	{"POLICY_SIZE_EXCEEDS_SCP_QUOTA", Error, "a service control policy is longer than its quota"},
	{"PRIVATE_IP_ADDRESS", Error, "aws:SourceIp is compared with private addresses only, which never match"},
	{"PRIVATE_NOT_IP_ADDRESS", Error, "aws:SourceIp is excluded from private addresses only, which always holds"},
	{"RCP_SYNTAX_ERROR_ACTION", Error, "a resource control policy names a service that it cannot be about"},
	{"RCP_SYNTAX_ERROR_ALLOW", Error, "a resource control policy allows something less than everything"},
	{"RCP_SYNTAX_ERROR_NOTACTION", Error, "a resource control policy has NotAction"},
	{"RCP_SYNTAX_ERROR_PRINCIPAL", Error, "the principal of a resource control policy is not \"*\""},
	{"ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", Error, "a role's trust policy has NotPrincipal"},
	{"ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", Error, "a role's trust policy has a resource"},
	{"ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL", Error, "the principal of a role's trust policy is \"*\""},
	{"SCP_SYNTAX_ERROR_ACTION_WILDCARD", Error, "an action of a service control policy has a wildcard where none may be"},
	{"SCP_SYNTAX_ERROR_PRINCIPAL", Error, "a service control policy has a principal"},
	{"TYPE_MISMATCH_IP_RANGE", Error, "the value of a condition on an address is no address or CIDR range"},
	{"UNIQUE_SIDS_REQUIRED", Error, "two statements have one Sid"},
	{"UNSUPPORTED_ACTION_FOR_CONDITION_KEY", Error, "a condition key does not exist for some of the statement's actions"},
	{"UNSUPPORTED_ACTION_IN_POLICY", Error, "the action is not one of the resource that the policy is attached to"},
	{"UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", Error, "a condition key is never there for a service principal"},
	{"UNSUPPORTED_ELEMENT_COMBINATION", Error, "a statement has an element and its negation"},
	{"UNSUPPORTED_GLOBAL_CONDITION_KEY", Error, "aws:ARN is not supported"},
	{"UNSUPPORTED_PRINCIPAL", Error, "the policy type takes no principal"},
	{"UNSUPPORTED_RESOURCE_ARN_IN_POLICY", Error, "the resource is not of the kind that the policy is attached to"},
	{"UNSUPPORTED_SID", Error, "a Sid has characters other than letters and digits"},
	{"UNSUPPORTED_SPACE_IN_VARIABLE", Error, "the name of a policy variable has a space"},
	{"UNSUPPORTED_WILDCARD_IN_PRINCIPAL", Error, "a principal has a wildcard"},
	{"VARIABLE_UNSUPPORTED_IN_ELEMENT", Error, "a policy variable stands where none is replaced"},
	{"VARIABLE_UNSUPPORTED_IN_VERSION", Error, "a policy variable stands in a document of a version without variables"},
	{"VARIABLE_USAGE_TOO_PERMISSIVE", Error, "a policy variable makes a condition on a sensitive key match too much"},
	{"WILDCARD_USAGE_TOO_PERMISSIVE", Error, "a wildcard makes a condition on a sensitive key match too much"},

	{"ALLOW_WITH_NOT_PRINCIPAL", SecurityWarning, "Allow with NotPrincipal allows everybody else"},
	{"DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", SecurityWarning, "a tag that not every action has, with Deny and NotAction"},
	{"DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", SecurityWarning, "a tag that some denied actions do not have: they are not denied"},
	{"DYNAMODB_ATTRIBUTES_WITHOUT_SELECT", SecurityWarning, "dynamodb:Attributes without dynamodb:Select"},
	{"FORALLVALUES_WITH_SINGLE_VALUED_KEY", SecurityWarning, "ForAllValues holds for a key that is absent"},
	{"FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE", SecurityWarning, "ForAnyValue on the audience of a token, which has one value"},
	{"MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", SecurityWarning, "an OpenID Connect provider is trusted without a condition on its token"},
	{"MISSING_GITHUB_REPO_CONDITION_KEY", SecurityWarning, "GitHub is trusted without a condition on the repository"},
	{"MISSING_PAIRED_CONDITION_KEYS", SecurityWarning, "a condition key is weak without its companion"},
	{"PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE", SecurityWarning, "NotAction with NotResource lets roles be passed"},
	{"PASS_ROLE_WITH_NOT_RESOURCE", SecurityWarning, "iam:PassRole with NotResource"},
	{"PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE", SecurityWarning, "a wildcard with NotResource lets roles be passed"},
	{"PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE", SecurityWarning, "wildcards in action and resource let any role be passed"},
	{"PASS_ROLE_WITH_STAR_IN_RESOURCE", SecurityWarning, "iam:PassRole for any role and any service"},
	{"PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION", SecurityWarning, "NotAction with a wildcard in the resource lets any role be passed"},
	{"RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", SecurityWarning, "a service may act for whomever it likes"},
	{"S3_PREFIX_IN_NEGATIVE_CONTEXT", SecurityWarning, "s3:prefix where a shorter prefix gets round it"},
	{"STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS", SecurityWarning, "an ARN is compared as a string with wildcards, which cross its colons"},
	{"UNTRUSTWORTHY_CONDITION_KEY", SecurityWarning, "the caller chooses the value of a condition key"},

	{"CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE", Warning, "NotAction with NotResource lets service-linked roles be created"},
	{"CREATE_SLR_WITH_NOT_RESOURCE", Warning, "iam:CreateServiceLinkedRole with NotResource"},
	{"CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE", Warning, "a wildcard with NotResource lets service-linked roles be created"},
	{"CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE", Warning, "wildcards in action and resource let any service-linked role be created"},
	{"CREATE_SLR_WITH_STAR_IN_RESOURCE", Warning, "iam:CreateServiceLinkedRole for any role"},
	{"CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION", Warning, "NotAction with a wildcard in the resource lets service-linked roles be created"},
	{"DEPRECATED_GLOBAL_CONDITION_KEY", Warning, "aws:ARN has been replaced by aws:PrincipalArn"},
	{"INVALID_DATE_VALUE", Warning, "a date is a number, which is read as seconds since 1970"},
	{"INVALID_ROLE_REFERENCE", Warning, "a principal is a role's unique id instead of its ARN"},
	{"INVALID_USER_REFERENCE", Warning, "a principal is a user's unique id instead of its ARN"},
	{"MISSING_VERSION", Warning, "the document has no Version"},
	{"POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", Warning, "an identity policy is longer than any quota"},
	{"POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA", Warning, "a resource policy is longer than its quota"},
	{"POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA", Warning, "a role's trust policy is longer than the default quota"},
	{"RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY", Warning, "a resource control policy hits services that act on the account's behalf"},
	{"RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY", Warning, "a resource control policy about services hits principals too"},
	{"RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK", Warning, "a resource control policy hits services that give no source"},
	{"SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED", Warning, "the condition on a GitHub repository has a wildcard, or no branch"},
	{"TYPE_MISMATCH", Warning, "the operator is of another type than the condition key"},
	{"TYPE_MISMATCH_BOOLEAN", Warning, "the value of a Bool or Null condition is neither true nor false"},
	{"TYPE_MISMATCH_DATE", Warning, "the value of a condition on a date is no date"},
	{"TYPE_MISMATCH_NUMBER", Warning, "the value of a condition on a number is no number"},
	{"TYPE_MISMATCH_STRING", Warning, "the value of a BinaryEquals condition is not base64"},
	{"UNIQUE_SIDS_RECOMMENDED", Warning, "two statements have one Sid"},
	{"USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES", Warning, "a condition key that few services know, with actions of others"},
	{"WILDCARD_WITHOUT_LIKE_OPERATOR", Warning, "a wildcard stands under an operator that knows none"},

	{"ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", Suggestion, "a tag that not every action has, with Allow and NotAction"},
	{"ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", Suggestion, "a tag that some allowed actions do not have: they are not allowed"},
	{"CONFIRM_AUDIENCE_CLAIM_TYPE", Suggestion, "ForAllValues on the audience of a token, which mostly has one value"},
	{"EMPTY_ARRAY_ACTION", Suggestion, "a statement's list of actions is empty"},
	{"EMPTY_ARRAY_CONDITION", Suggestion, "a condition has no values"},
	{"EMPTY_ARRAY_CONDITION_FORALLVALUES", Suggestion, "a ForAllValues condition has no values"},
	{"EMPTY_ARRAY_CONDITION_FORANYVALUE", Suggestion, "a ForAnyValue condition has no values"},
	{"EMPTY_ARRAY_CONDITION_IFEXISTS", Suggestion, "an IfExists condition has no values"},
	{"EMPTY_ARRAY_PRINCIPAL", Suggestion, "a statement's list of principals is empty"},
	{"EMPTY_ARRAY_RESOURCE", Suggestion, "a statement's list of resources is empty"},
	{"EMPTY_OBJECT_CONDITION", Suggestion, "a statement's condition is empty"},
	{"EMPTY_OBJECT_PRINCIPAL", Suggestion, "a statement's principal is empty"},
	{"EMPTY_SID_VALUE", Suggestion, "a Sid is empty"},
	{"EQUIVALENT_TO_NULL_FALSE", Suggestion, "a condition holds whenever its key is there"},
	{"EQUIVALENT_TO_NULL_TRUE", Suggestion, "a condition holds whenever its key is absent"},
	{"IMPROVE_IP_RANGE", Suggestion, "a CIDR range has bits after its mask"},
	{"IRRELEVANT_CONDITION_KEY_IN_POLICY", Suggestion, "a condition key says nothing in the policy of one resource"},
	{"NULL_WITH_QUALIFIER", Suggestion, "the operator Null has ForAllValues or ForAnyValue"},
	{"PRIVATE_IP_ADDRESS_SUBSET", Suggestion, "some of the addresses that aws:SourceIp is compared with are private"},
	{"PRIVATE_NOT_IP_ADDRESS_SUBSET", Suggestion, "some of the addresses that aws:SourceIp is excluded from are private"},
	{"RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", Suggestion, "a better condition key restricts a service principal"},
	{"REDUNDANT_ACTION", Suggestion, "an action is covered by another of the same list"},
	{"REDUNDANT_CONDITION_VALUE_NUM", Suggestion, "a number is covered by another of the same condition"},
	{"REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION", Suggestion, "a condition always holds"},
	{"REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY", Suggestion, "a role's session stands beside the role"},
	{"REDUNDANT_RESOURCE", Suggestion, "a resource is covered by another of the same list"},
	{"REDUNDANT_STATEMENT", Suggestion, "a statement stands twice"},
	{"REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION", Suggestion, "a condition never holds"},
	{"WILDCARD_IN_SERVICE_NAME", Suggestion, "the service of an ARN or action has a wildcard"},
}
