package store

import "fmt"

// QuotaName names a quota as AWS's LimitExceeded messages do.
type QuotaName string

// The quotas. Sizes are in characters without white space.
const (
	UsersPerAccount                    QuotaName = "UsersPerAccount"
	GroupsPerAccount                   QuotaName = "GroupsPerAccount"
	RolesPerAccount                    QuotaName = "RolesPerAccount"
	PoliciesPerAccount                 QuotaName = "PoliciesPerAccount"
	PolicyVersionsInUse                QuotaName = "PolicyVersionsInUse"
	InstanceProfilesPerAccount         QuotaName = "InstanceProfilesPerAccount"
	InstanceSessionsPerInstanceProfile QuotaName = "InstanceSessionsPerInstanceProfile"
	ServerCertificatesPerAccount       QuotaName = "ServerCertificatesPerAccount"
	SAMLProvidersPerAccount            QuotaName = "SAMLProvidersPerAccount"
	OpenIDConnectProvidersPerAccount   QuotaName = "OpenIDConnectProvidersPerAccount"
	GroupsPerUser                      QuotaName = "GroupsPerUser"
	AccessKeysPerUser                  QuotaName = "AccessKeysPerUser"
	CertificatesPerUser                QuotaName = "CertificatesPerUser"
	SSHPublicKeysPerUser               QuotaName = "SSHPublicKeysPerUser"
	MFADevicesPerUser                  QuotaName = "MFADevicesPerUser"
	PoliciesPerUser                    QuotaName = "PoliciesPerUser"
	PoliciesPerGroup                   QuotaName = "PoliciesPerGroup"
	PoliciesPerRole                    QuotaName = "PoliciesPerRole"
	VersionsPerPolicy                  QuotaName = "VersionsPerPolicy"
	PolicySize                         QuotaName = "PolicySize"
	UserPolicySize                     QuotaName = "UserPolicySize"
	GroupPolicySize                    QuotaName = "GroupPolicySize"
	RolePolicySize                     QuotaName = "RolePolicySize"
	ACLSizePerRole                     QuotaName = "ACLSizePerRole" // the trust policy
	TagsPerResource                    QuotaName = "TagsPerResource"
	ServiceSpecificCredentialsPerUser  QuotaName = "ServiceSpecificCredentialsPerUser" // for each service
	TrailsPerRegion                    QuotaName = "TrailsPerRegion"
)

// quota is AWS's default, and the name that GetAccountSummary has for it, if any.
type quota struct {
	limit   int
	summary string
}

// Source: AWS, "IAM and AWS STS quotas", "Quotas in AWS CloudTrail", and the keys of GetAccountSummary's SummaryMap.
var defaults = map[QuotaName]quota{
	UsersPerAccount:                    {5000, "UsersQuota"},
	GroupsPerAccount:                   {300, "GroupsQuota"},
	RolesPerAccount:                    {1000, "RolesQuota"},
	PoliciesPerAccount:                 {1500, "PoliciesQuota"},
	PolicyVersionsInUse:                {10000, "PolicyVersionsInUseQuota"},
	InstanceProfilesPerAccount:         {1000, "InstanceProfilesQuota"},
	InstanceSessionsPerInstanceProfile: {1, ""},
	ServerCertificatesPerAccount:       {20, "ServerCertificatesQuota"},
	SAMLProvidersPerAccount:            {100, ""},
	OpenIDConnectProvidersPerAccount:   {100, ""},
	GroupsPerUser:                      {10, "GroupsPerUserQuota"},
	AccessKeysPerUser:                  {2, "AccessKeysPerUserQuota"},
	CertificatesPerUser:                {2, "SigningCertificatesPerUserQuota"},
	SSHPublicKeysPerUser:               {5, ""},
	MFADevicesPerUser:                  {8, ""},
	PoliciesPerUser:                    {10, "AttachedPoliciesPerUserQuota"},
	PoliciesPerGroup:                   {10, "AttachedPoliciesPerGroupQuota"},
	PoliciesPerRole:                    {10, "AttachedPoliciesPerRoleQuota"},
	VersionsPerPolicy:                  {5, "VersionsPerPolicyQuota"},
	PolicySize:                         {6144, "PolicySizeQuota"},
	UserPolicySize:                     {2048, "UserPolicySizeQuota"},
	GroupPolicySize:                    {5120, "GroupPolicySizeQuota"},
	RolePolicySize:                     {10240, "RolePolicySizeQuota"},
	ACLSizePerRole:                     {2048, "AssumeRolePolicySizeQuota"},
	TagsPerResource:                    {50, ""},
	ServiceSpecificCredentialsPerUser:  {2, ""},
	TrailsPerRegion:                    {5, ""},
}

// Quotas are the limits in force: AWS's defaults, some of them changed.
type Quotas struct{ changed map[QuotaName]int }

func newQuotas(changed map[QuotaName]int) (*Quotas, error) {
	q := &Quotas{changed: make(map[QuotaName]int, len(changed))}
	for name, limit := range changed {
		if _, ok := defaults[name]; !ok {
			return nil, fmt.Errorf("store: there is no quota %q", name)
		}
		if limit < 0 {
			return nil, fmt.Errorf("store: quota %s is %d, which is below zero", name, limit)
		}
		q.changed[name] = limit
	}
	return q, nil
}

// Limit of a quota; 0 for one that does not exist.
func (q *Quotas) Limit(name QuotaName) int {
	if limit, ok := q.changed[name]; ok {
		return limit
	}
	return defaults[name].limit
}

// Check refuses with a *QuotaError when have has reached the limit: have is the number before the addition.
func (q *Quotas) Check(name QuotaName, have int) error {
	if limit := q.Limit(name); have >= limit {
		return &QuotaError{Name: name, Limit: limit}
	}
	return nil
}

// Summary gives the limits by the names that GetAccountSummary has for them: "UsersQuota" is 5000.
func (q *Quotas) Summary() map[string]int {
	summary := make(map[string]int)
	for name, d := range defaults {
		if d.summary != "" {
			summary[d.summary] = q.Limit(name)
		}
	}
	return summary
}

// QuotaError: an addition would exceed a quota. Clients see it as LimitExceeded with this text.
type QuotaError struct {
	Name  QuotaName
	Limit int
}

func (e *QuotaError) Error() string {
	return fmt.Sprintf("Cannot exceed quota for %s: %d", e.Name, e.Limit)
}
