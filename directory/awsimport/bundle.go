package awsimport

import (
	"iter"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/trail"
)

// Options of Read. The zero value is good.
type Options struct {
	// Library to prepare the policies in. Its catalog gives the AWS-managed policies that the bundle does not hold. nil is
	// a new one over catalog.Load().
	Library *directory.Library
	// Progress, unless nil, is told how many of the files are read.
	Progress func(done, total int)
	// Account is the id of the account that files belong to where nothing in the bundle tells.
	Account string
}

// Bundle is all that was found.
type Bundle struct {
	// Snapshot holds the IAM entities of all accounts; never nil. An account that the bundle has evidence of and no entity
	// is not in it.
	//
	// It says what AWS said: ids are AWS's own, and trust policies name principals by ARN, not by unique id, where AWS
	// shows an ARN. A document that is no policy stands in its entity all the same, with Document.Err, and denies
	// everything when it is evaluated: Incomplete names the principals whose permissions are then not known.
	//
	// Its accounts are bound by the Organization as far as that is known; Organization.Guardrails tells how far.
	Snapshot *directory.Snapshot
	// Accounts is the evidence by account id, of every account that any file is about.
	Accounts map[string]*Evidence
	// PasskeySignIn is whether a passkey alone signs a user in: of accounts on a Warder server that is set so, which no
	// file tells.
	PasskeySignIn bool
	// Organization is nil where the bundle holds nothing of one.
	Organization *Organization
	// Events are the CloudTrail records of all files, in the order of the files' names and then as they stand in them,
	// which is nearly the order of time. They are read from the files each time they are asked for. Of the two values
	// one is nil: a record that cannot be read is a Problem. The field is nil where the bundle has no trail.
	Events iter.Seq2[*trail.Event, *Problem]
	// Trails are the same records file by file, for whoever reads several files at once.
	Trails []iter.Seq2[*trail.Event, *Problem]
	// Files are all that were found, in the order of their names.
	Files []File
	// Problems are what was wrong, in the order of the files.
	Problems []Problem
	// Incomplete are the users, groups and roles, by ARN, whose permissions are not fully known, with the reason: a policy
	// or group of theirs is broken or missing. What they may do must be reported as not assessed.
	Incomplete map[string]string
}

// Complete reports whether the permissions of a user, group or role are known as far as the bundle holds them: every
// policy that it has, its groups' included, is there and can be read.
func (b *Bundle) Complete(principalARN string) bool {
	_, incomplete := b.Incomplete[principalARN]
	return !incomplete
}

// File is one file of the bundle.
type File struct {
	Path string
	// Kinds are what its values were recognised as: "authorization details", "credential report", …, each once, in the
	// order of their first appearance. It is empty for a file of which nothing is used.
	Kinds []Kind
	// Accounts that its values are about.
	Accounts []string
	// Skipped says why the file is not used, or of a file with several values, why the first of those is not that is not.
	Skipped string
}

// Problem is something in the bundle that could not be used, or not as a whole.
type Problem struct {
	File string
	// Account that it is about, "" if unknown.
	Account string
	// Resource is the ARN of what it is about: a role, a policy, a bucket. "" if it is about the file.
	Resource string
	// Principal is the ARN of the user, group or role whose own document it is about, an inline or trust policy, or that
	// cannot be read itself. "" for a managed policy: Bundle.Incomplete has all whom it concerns.
	Principal string
	// Path is where in the file: a JSON pointer for JSON ("/UserDetailList/17"), "line 3" for a credential report; "" for
	// the whole file.
	Path string
	// Message is one sentence for people, without a full stop.
	Message string
}

// Kind is what a value of a file was recognised as. It is also a topic of Evidence.Extent.
type Kind string

// The kinds, each named for the answer of AWS that it is.
const (
	KindAuthorizationDetails Kind = "authorization details"      // iam get-account-authorization-details
	KindCredentialReport     Kind = "credential report"          // iam get-credential-report
	KindSummary              Kind = "account summary"            // iam get-account-summary
	KindAliases              Kind = "account aliases"            // iam list-account-aliases
	KindPasswordPolicy       Kind = "password policy"            // iam get-account-password-policy
	KindUsers                Kind = "users"                      // iam list-users, get-user
	KindRoles                Kind = "roles"                      // iam list-roles, get-role
	KindMFADevices           Kind = "MFA devices"                // iam list-mfa-devices
	KindVirtualMFADevices    Kind = "virtual MFA devices"        // iam list-virtual-mfa-devices
	KindLastAccessed         Kind = "last accessed details"      // iam get-service-last-accessed-details
	KindAccessKeys           Kind = "access keys"                // iam list-access-keys
	KindAccessKeyLastUsed    Kind = "access key last used"       // iam get-access-key-last-used
	KindLoginProfile         Kind = "login profile"              // iam get-login-profile
	KindSSHPublicKeys        Kind = "SSH public keys"            // iam list-ssh-public-keys
	KindSigningCertificates  Kind = "signing certificates"       // iam list-signing-certificates
	KindServiceCredentials   Kind = "service credentials"        // iam list-service-specific-credentials
	KindServerCertificates   Kind = "server certificates"        // iam list-server-certificates, get-server-certificate
	KindSAMLProviders        Kind = "SAML providers"             // iam list-saml-providers, get-saml-provider
	KindOIDCProviders        Kind = "OpenID Connect providers"   // iam list-open-id-connect-providers, get-open-id-connect-provider
	KindInstanceProfiles     Kind = "instance profiles"          // iam list-instance-profiles
	KindCallerIdentity       Kind = "caller identity"            // sts get-caller-identity
	KindContact              Kind = "contact information"        // account get-contact-information
	KindAlternateContact     Kind = "alternate contact"          // account get-alternate-contact
	KindTrails               Kind = "trails"                     // cloudtrail describe-trails, get-trail
	KindTrailStatus          Kind = "trail status"               // cloudtrail get-trail-status
	KindEventSelectors       Kind = "event selectors"            // cloudtrail get-event-selectors
	KindAnalyzers            Kind = "access analyzers"           // accessanalyzer list-analyzers
	KindAlarms               Kind = "alarms"                     // cloudwatch describe-alarms
	KindMetricFilters        Kind = "metric filters"             // logs describe-metric-filters
	KindResourcePolicy       Kind = "resource policy"            // s3api get-bucket-policy, kms get-key-policy, …
	KindFunctions            Kind = "Lambda functions"           // lambda list-functions, get-function-configuration
	KindInstances            Kind = "EC2 instances"              // ec2 describe-instances
	KindTasks                Kind = "ECS tasks"                  // ecs describe-tasks
	KindTaskDefinition       Kind = "ECS task definition"        // ecs describe-task-definition
	KindBuildProjects        Kind = "CodeBuild projects"         // codebuild batch-get-projects
	KindStacks               Kind = "CloudFormation stacks"      // cloudformation describe-stacks
	KindGlueJobs             Kind = "Glue jobs"                  // glue get-jobs
	KindGlueDevEndpoints     Kind = "Glue development endpoints" // glue get-dev-endpoints
	KindOrganization         Kind = "organization"               // organizations describe-organization
	KindOrganizationAccounts Kind = "organization accounts"      // organizations list-accounts, list-accounts-for-parent
	KindOrganizationRoots    Kind = "organization roots"         // organizations list-roots
	KindOrganizationUnits    Kind = "organizational units"       // organizations list-organizational-units-for-parent
	KindOrganizationChildren Kind = "organization children"      // organizations list-children, list-parents
	KindOrganizationPolicies Kind = "organization policies"      // organizations list-policies, describe-policy
	KindOrganizationTargets  Kind = "policy targets"             // organizations list-targets-for-policy
	KindTrailEvents          Kind = "CloudTrail events"          // trail files; cloudtrail lookup-events
)
