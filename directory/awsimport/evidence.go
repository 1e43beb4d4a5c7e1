package awsimport

import (
	"time"

	"github.com/warder-iam/warder/directory"
)

// Extent is how much of something the bundle holds.
type Extent uint8

// The extents. Of what AWS keeps by region (trails, analyzers, alarms), Complete means the regions that were asked. What is Absent or Partial can show that something is there, never that it is not.
const (
	Absent   Extent = iota // nobody asked: not assessed
	Partial                // some of it, for some users or of some pages
	Complete               // all of it; an empty list means that there is none
)

// String gives "absent", "partial" or "complete".
func (x Extent) String() string {
	switch x {
	case Partial:
		return "partial"
	case Complete:
		return "complete"
	}
	return "absent"
}

// Coverage is how much of the account's IAM entities the bundle holds.
type Coverage struct {
	// Extent is the least of Users, Groups, Roles and Policies, but Partial where only some of them are Absent.
	Extent Extent
	// By kind. AWS leaves kinds out silently when the export was made with a filter, so a kind without entities is Complete
	// only where the account summary or the credential report confirms it, or where the export has users, roles and
	// policies and nothing in it refers to one of the missing kind.
	Users, Groups, Roles, Policies Extent
	// AWSPolicies are the AWS-managed policies in use, in the version of the account. Those that are missing are the
	// catalog's, in its newest version.
	AWSPolicies Extent
	// Missing says in words what is missing and how that is known.
	Missing []string
}

// Evidence is what an export says of one account beside its IAM entities. A nil pointer, map or slice means that the
// bundle holds nothing of it; Extent tells whether nobody asked or there is nothing.
type Evidence struct {
	// Account is the id, Partition that of its ARNs: "aws".
	Account, Partition string
	// Name is the account's name in its organization, Alias that of its sign-in URL; "" if unknown or none.
	Name, Alias string

	// Extents is how much the bundle holds of each kind; use Extent to look one up.
	Extents map[Kind]Extent
	// AuthorizationDetails is how much is known of users, groups, roles and policies.
	AuthorizationDetails Coverage

	CredentialReport *CredentialReport
	// Summary is GetAccountSummary's: "Users", "AccountMFAEnabled", "AccountAccessKeysPresent", …
	Summary map[string]int
	// PasswordPolicy is nil where the account has none, and where nobody asked: NoPasswordPolicy tells.
	PasswordPolicy *directory.PasswordPolicy
	// NoPasswordPolicy: somebody asked, and the account has none of its own (NoSuchEntity).
	NoPasswordPolicy bool

	// MFADevices of users and of the root user, virtual ones and others. A hardware token of the root user is in no list:
	// Summary["AccountMFAEnabled"] is 1 then.
	MFADevices []MFADevice
	// PasswordLastUsed, by user ARN, is when users last signed in, as ListUsers or the credential report says. Zero: never,
	// or not since AWS began to keep it.
	PasswordLastUsed map[string]time.Time
	// RoleLastUsed by role ARN. A role that was never used in the tracking period is there with a zero Time; one that
	// nothing is known of is not there.
	RoleLastUsed map[string]RoleUse
	// LastAccessed is what each user, group, role or policy used of what it may, by its ARN.
	LastAccessed map[string]*LastAccessed

	AccessKeys []AccessKey
	// LoginProfiles by user name. A user for whom somebody asked and who has none is there with nil.
	LoginProfiles       map[string]*LoginProfile
	SSHPublicKeys       []Credential
	SigningCertificates []Credential
	ServiceCredentials  []Credential
	ServerCertificates  []ServerCertificate
	SAMLProviders       []SAMLProvider
	OIDCProviders       []OIDCProvider

	// Contact is the account's contact information.
	Contact *Contact
	// AlternateContacts by type: BILLING, OPERATIONS, SECURITY. A type for which somebody asked and that is not set is
	// there with nil.
	AlternateContacts map[string]*Contact

	Trails        []Trail
	Analyzers     []Analyzer
	Alarms        []Alarm
	MetricFilters []MetricFilter

	ResourcePolicies []ResourcePolicy
	Workloads        []Workload
}

// Extent is how much the bundle holds of a kind.
func (e *Evidence) Extent(k Kind) Extent { return e.Extents[k] }

// RoleUse is when and where a role was last used; its Time is zero for "not in the tracking period", of 400 days.
type RoleUse struct {
	Time   time.Time
	Region string
}

// MFADevice is a user's second factor.
type MFADevice struct {
	// Serial is the ARN, or the number on a hardware token.
	Serial string
	// User is the ARN of who has it, the account's root ARN for the root user; "" of a virtual device that nobody has.
	User    string
	Virtual bool
	// SecurityKey is a passkey or FIDO key.
	SecurityKey bool
	Enabled     time.Time // zero if unknown
}

// LastAccessed is GetServiceLastAccessedDetails for one principal or policy.
type LastAccessed struct {
	ARN string
	// Made is when the report was made: it says nothing of what came later.
	Made time.Time
	// ActionLevel: Actions are given where AWS tracks them.
	ActionLevel bool
	// Truncated: services are missing.
	Truncated bool
	Services  []ServiceAccess
}

// ServiceAccess is the use of one service that the principal may use.
type ServiceAccess struct {
	Service string // the prefix of its actions: "s3"
	Name    string // "Amazon S3"
	// Last is zero where it was not used in the tracking period.
	Last time.Time
	// Entity is the ARN of who used it last, and Region where.
	Entity, Region string
	// Entities is how many principals used it: those of a group or policy.
	Entities int
	Actions  []ActionAccess
}

// ActionAccess is the use of one action. AWS does not track every action: one that is not there is not known to be unused.
type ActionAccess struct {
	Action         string // "PutObject"
	Last           time.Time
	Entity, Region string
}

// AccessKey is an access key of a user. The Snapshot has it as well, for authorization.
type AccessKey struct {
	ID   string
	User string // name; "" if only get-access-key-last-used is there and the user is not named
	// Active and Created are of list-access-keys; Listed tells whether they are known.
	Listed  bool
	Active  bool
	Created time.Time
	// LastUsed is nil where nobody asked.
	LastUsed *KeyUse
}

// KeyUse is a key's last use. A zero Time: never, or before AWS began to track it.
type KeyUse struct {
	Time            time.Time
	Region, Service string
}

// LoginProfile is a user's password for the console.
type LoginProfile struct {
	User          string // name
	Created       time.Time
	ResetRequired bool
}

// Credential is an SSH public key, signing certificate or service-specific credential of a user.
type Credential struct {
	ID      string
	User    string // name; "" for the root user
	Active  bool
	Created time.Time // upload, for keys and certificates
	Expires time.Time // zero: never, or unknown
	// Service is that of a service-specific credential: "codecommit.amazonaws.com".
	Service string
}

// ServerCertificate is a TLS certificate in IAM.
type ServerCertificate struct {
	ARN, ID, Name, Path string
	Uploaded, Expires   time.Time
}

// SAMLProvider is a SAML identity provider. Metadata is "" where only the list is there.
type SAMLProvider struct {
	ARN                 string
	Created, ValidUntil time.Time
	Metadata            string
}

// OIDCProvider is an OpenID Connect identity provider. Detailed is false where only the list is there: the rest is unknown then.
type OIDCProvider struct {
	ARN         string
	Detailed    bool
	URL         string // without scheme
	ClientIDs   []string
	Thumbprints []string
	Created     time.Time
}

// Contact is a contact of the account: the primary one, or one of the alternate ones.
type Contact struct {
	Name, Title, Company, Email, Phone string
}

// Trail is a CloudTrail trail. What nobody asked is nil.
type Trail struct {
	ARN, Name, HomeRegion            string
	Bucket, LogGroupARN, KMSKey      string
	MultiRegion, Organization        bool
	GlobalEvents, Validated          bool // IncludeGlobalServiceEvents, LogFileValidationEnabled
	Logging                          *bool
	LastDelivery, LastDigestDelivery time.Time // zero if never or unknown
	LastError                        string    // LatestDeliveryError
	// Selectors decide what the trail records.
	Selectors *EventSelectors
}

// EventSelectors say which events a trail records.
type EventSelectors struct {
	// ManagementRead and ManagementWrite: management events of that kind are recorded. AllServices is false where selectors
	// leave out some (KMS, the RDS Data API, or by an advanced selector's fields).
	ManagementRead, ManagementWrite, AllServices bool
	// DataResources are the resource types whose data events are recorded, of some or all resources: "AWS::S3::Object".
	DataResources []string
}

// Analyzer is one of IAM Access Analyzer.
type Analyzer struct {
	ARN, Name, Region string
	// Type is ACCOUNT, ORGANIZATION, ACCOUNT_UNUSED_ACCESS, …
	Type   string
	Active bool
}

// Alarm is a CloudWatch alarm on a metric.
type Alarm struct {
	ARN, Name         string
	Namespace, Metric string
	// Actions are where it goes to; Enabled is false while its actions are switched off.
	Actions []string
	Enabled bool
}

// MetricFilter makes a metric of the lines of a log group, such as the one that a trail writes to.
type MetricFilter struct {
	LogGroup, Name, Pattern string
	Metrics                 []Metric
}

// Metric is the name of a CloudWatch metric.
type Metric struct{ Namespace, Name string }

// ResourcePolicy is the policy of a resource.
type ResourcePolicy struct {
	// ARN of the resource, and Account that it is in.
	ARN, Account string
	// Document is prepared in the Library; one that is no policy has Err and a Problem.
	Document directory.Document
	File     string
}

// Service of the resource: "s3".
func (p *ResourcePolicy) Service() string { return serviceOf(p.ARN) }

// Workload is something that runs with a role, or can be made to. An EC2 instance may run without one.
type Workload struct {
	Kind WorkloadKind
	ARN  string
	Name string
	// Role is the ARN of the role that it runs with. Instances name an instance profile: Profile is its ARN, and Role the
	// role that it carries, "" where the bundle does not tell.
	Role, Profile string
	Region        string
	// AccessKeys are ids of long-term access keys that stand in its environment variables.
	AccessKeys []string
}

// WorkloadKind says what a Workload is, in the form of CloudFormation's types.
type WorkloadKind string

// The kinds of workload.
const (
	LambdaFunction    WorkloadKind = "AWS::Lambda::Function"
	EC2Instance       WorkloadKind = "AWS::EC2::Instance"
	ECSTask           WorkloadKind = "AWS::ECS::Task"
	ECSTaskDefinition WorkloadKind = "AWS::ECS::TaskDefinition"
	CodeBuildProject  WorkloadKind = "AWS::CodeBuild::Project"
	CloudFormation    WorkloadKind = "AWS::CloudFormation::Stack"
	GlueJob           WorkloadKind = "AWS::Glue::Job"
	GlueDevEndpoint   WorkloadKind = "AWS::Glue::DevEndpoint"
)
