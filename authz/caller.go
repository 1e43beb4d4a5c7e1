package authz

import (
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// Caller is an authenticated principal, as internal/authn or an embedding program found it.
type Caller struct {
	Kind eval.PrincipalKind
	// Account is the caller's 12-digit account; "" for anonymous callers. Of a service principal it is the account that it
	// acts in, "" where it acts in none: it belongs to none.
	Account string
	// ARN of the user, root user or session.
	ARN string
	// UserID is aws:userid: AIDA… for a user, AROA…:session for a role session, account:name for a federated user, the
	// account id for root.
	UserID string
	// UserName is set for users only.
	UserName string
	// PrincipalID is the unique id of the user or role whose policies apply (AIDA…, AROA…); "" for root.
	PrincipalID string
	// AccessKeyID signed the request.
	AccessKeyID string
	// Services are the names of a service principal.
	Services []string
	// Provider vouches for a web identity: its ARN, or the host of a built-in one.
	Provider string
	// ProviderKeys are the condition keys for which an identity provider vouches: of a web identity, all that its token or
	// assertion gives; of a session that one got, those that stay.
	ProviderKeys eval.Context
	// Session is nil for long-term credentials.
	Session *Session
}

// home is the account that the caller belongs to, "" where it belongs to none.
func (c *Caller) home() string {
	if c.Kind == eval.Service {
		return ""
	}
	return c.Account
}

// SessionType says which operation made temporary credentials.
type SessionType uint8

// The types of session.
const (
	AssumedRole  SessionType = iota + 1 // AssumeRole and its kin
	SessionToken                        // GetSessionToken
	Federation                          // GetFederationToken
	Console                             // a web session at the console: the user or root itself, restricted in nothing
)

// Session is what temporary credentials carry.
type Session struct {
	Type SessionType
	// Name of the role session or federated user.
	Name string
	// RoleARN is the role with its path (AssumedRole).
	RoleARN string
	// UserARN is the user whose long-term key asked (SessionToken, Federation).
	UserARN string
	Issued  time.Time
	Expires time.Time
	// MFA is when a second factor was given; zero when none was.
	MFA time.Time
	// SourceIdentity as set when the first role was assumed.
	SourceIdentity string
	// Policies of the session. nil: none were given.
	Policies []eval.Source
	// Tags of the session; they stand before the principal's own of the same key.
	Tags []directory.Tag
	// TransitiveTagKeys are the keys of Tags that go on into the next role of a chain.
	TransitiveTagKeys []string
	// FederatedProvider vouched for the first caller.
	FederatedProvider string
	// WebSession is the id of the web session (Console).
	WebSession string
}

// Environment is what a request carries besides who and what.
type Environment struct {
	Time time.Time
	// SourceIP in the text form of an address; "" if unknown.
	SourceIP  string
	Secure    bool // TLS
	UserAgent string
	Referer   string
	// Region that the caller named in its signature.
	Region string
	// CalledVia are the services of AWS that pass the request on with the caller's rights, the first one first; nil where
	// the caller makes it itself.
	CalledVia []string
}

// Ask is one question about one resource.
type Ask struct {
	// Action is "service:Name".
	Action string
	// Resource is an ARN, or "*" for actions without resource types.
	Resource string
	// ResourceAccount is the account that owns the resource; "" means the caller's.
	ResourceAccount string
	// ResourceTags become aws:ResourceTag/… and, for iam, iam:ResourceTag/….
	ResourceTags []directory.Tag
	// RequestTags are those that the request gives: aws:RequestTag/…, and their keys in aws:TagKeys.
	RequestTags []directory.Tag
	// TagKeys are keys of tags that the request is about without giving a value: in aws:TagKeys too.
	TagKeys []string
	// ResourcePolicy is the resource's own policy, nil where it has none.
	ResourcePolicy *eval.Source
	ResourceKind   eval.ResourceKind
	// MFA is when a second factor was given with this very request, for the operations that take one; zero where none was.
	// It stands before what the session carries.
	MFA time.Time
	// Context holds the operation's own keys (iam:PolicyARN, sts:ExternalId, …).
	Context eval.Context
}
