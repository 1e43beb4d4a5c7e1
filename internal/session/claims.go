package session

import (
	"time"

	"github.com/warder-iam/warder/directory"
)

// Type says which operation made temporary credentials.
type Type uint8

// The types of session. Their numbers stand in tokens and never change.
const (
	AssumedRole  Type = iota + 1 // AssumeRole and its kin
	SessionToken                 // GetSessionToken
	Federation                   // GetFederationToken
	Console                      // a web session at the console
)

// ProviderKey is a condition key for which an identity provider vouches: its name behind the provider's prefix, with one
// value or, in a list, any number.
type ProviderKey struct {
	Name   string
	Values []string
	List   bool
}

// Claims are what temporary credentials carry, true at the time that they were made. The principal is named by its
// unique id, so that whoever gets its name later is not the same.
type Claims struct {
	// KeyID is the access key id (ASIA…) that the token belongs to. Mint sets it.
	KeyID string
	Type  Type
	// Account of 12 digits.
	Account string
	// PrincipalID is the unique id of the role (AROA…) or user (AIDA…); the account id for root.
	PrincipalID string
	// SessionName is the name of the role session or of the federated user; "" for GetSessionToken.
	SessionName string
	// Issued and Expires, in whole seconds, UTC. Whether they are expired is for the caller to judge.
	Issued, Expires time.Time
	// MFA is when a second factor was given; zero if none was.
	MFA time.Time
	// SourceIdentity as set when the first role of a chain was assumed.
	SourceIdentity string
	// IssuerARN and IssuerID are the principal that asked for the session, and its unique id.
	IssuerARN, IssuerID string
	// FederatedProvider vouched for the first caller: an ARN, or the host of a built-in provider.
	FederatedProvider string
	// ProviderKeys are the condition keys of that provider which stay with the session.
	ProviderKeys []ProviderKey
	// WebSession is the id of the web session that console credentials live and end with; "" for all others.
	WebSession string

	// Policies are the texts of the inline session policies, PolicyARNs the managed ones.
	Policies   []string
	PolicyARNs []string
	// Tags of the session, and the keys of those that go on into the next role of a chain.
	Tags              []directory.Tag
	TransitiveTagKeys []string
}
