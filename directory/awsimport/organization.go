package awsimport

import (
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// Organization is what the bundle holds of the organization.
type Organization struct {
	// ID is "o-…", Management the id of its management account; "" if unknown.
	ID, Management string
	// Features is ALL or CONSOLIDATED_BILLING; "" if unknown.
	Features string
	// PolicyTypes are those that are enabled in the root: SERVICE_CONTROL_POLICY, RESOURCE_CONTROL_POLICY. nil if unknown.
	PolicyTypes []string
	// Roots, of which there is one, units and accounts, by id.
	Roots, Units map[string]*OrganizationUnit
	Accounts     map[string]*OrganizationAccount
	// Policies by id: "p-…".
	Policies map[string]*OrganizationPolicy
}

// OrganizationUnit is a root or an organizational unit.
type OrganizationUnit struct {
	ID, ARN, Name string
	Parent        string // "" of a root, or if unknown
}

// OrganizationAccount is a member account.
type OrganizationAccount struct {
	ID, ARN, Name, Email string
	// State is ACTIVE, SUSPENDED, …
	State  string
	Parent string // id of its unit or root, "" if unknown
}

// OrganizationPolicy is an SCP or RCP, or of a type that has no part in authorization.
type OrganizationPolicy struct {
	ID, ARN, Name string
	Type          string // SERVICE_CONTROL_POLICY, RESOURCE_CONTROL_POLICY, …
	AWSManaged    bool
	// Document is nil where only the list is there. One that is no policy has Err, denies everything, and has a Problem.
	Document *directory.Document
	// Targets are ids of roots, units and accounts; TargetsKnown tells whether somebody asked.
	Targets      []string
	TargetsKnown bool
}

// Guardrails are the SCPs or RCPs that bind one account, level by level, the root first.
type Guardrails struct {
	// Levels is nil where policies of that type are not enabled, or the account is none of the organization's.
	Levels [][]eval.Source
	// Management: this is the management account, which none of them binds.
	Management bool
	// Extent is Complete where the account's place, its policies' targets and their documents are all known. Otherwise
	// what the levels deny is denied, but what they allow may be more or less than it seems.
	Extent Extent
	// Missing says in words what is not known.
	Missing []string
}

// The types of organization policy that take part in authorization.
const (
	ServiceControlPolicy  = "SERVICE_CONTROL_POLICY"
	ResourceControlPolicy = "RESOURCE_CONTROL_POLICY"
)
