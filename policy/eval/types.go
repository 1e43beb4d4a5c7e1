package eval

// Request is one question: may this principal do this action on this resource, under this context?
type Request struct {
	Principal Principal
	// Action is "service:Name", any case.
	Action string
	// Resource is the ARN of the resource, or "*" for an action without resource types.
	Resource string
	// ResourceAccount is the 12-digit account of the resource; "" counts as the caller's own.
	ResourceAccount string
	// Context holds every condition key of the request; a key that is not in it is absent. The time too is a key.
	Context Context
}

// PrincipalKind says what a principal is.
type PrincipalKind uint8

// The kinds of principal.
const (
	Anonymous     PrincipalKind = iota // no credentials
	Root                               // an account's root user
	User                               // an IAM user, its long-term keys or a GetSessionToken session
	RoleSession                        // a session of a role
	FederatedUser                      // a GetFederationToken session of a user
	Service                            // a service principal
	WebIdentity                        // a caller of AssumeRoleWithWebIdentity or AssumeRoleWithSAML
)

// Principal is who asks. Which fields are set depends on Kind.
type Principal struct {
	Kind PrincipalKind
	// Account is the 12-digit account; "" for Anonymous, Service and WebIdentity.
	Account string
	// ARN of the caller: user ARN, root ARN (arn:aws:iam::ACCOUNT:root), session ARN (arn:aws:sts::ACCOUNT:assumed-role/…),
	// federated-user ARN.
	ARN string
	// RoleARN is the session's role, with its path (RoleSession only).
	RoleARN string
	// UserARN is the user that asked for a federation token (FederatedUser only).
	UserARN string
	// UniqueID is the unique id of the user or role (AIDA…, AROA…), as trust and resource policies bind it; "" if unknown.
	UniqueID string
	// Services are the names of a service principal.
	Services []string
	// Provider is the ARN of the OIDC or SAML provider, or the host of a built-in one (WebIdentity only).
	Provider string
	// CanonicalUser is the account's canonical user id, as CanonicalUser principals name it; "" if unknown.
	CanonicalUser string
	// Credential says what the caller signs with, as far as it restricts which calls may be made.
	Credential Credential
	// ServiceLinked is true for a session of a service-linked role: no SCP and no customer RCP binds it.
	ServiceLinked bool
}

// Credential is a kind of credential that AWS restricts whatever policies say.
type Credential uint8

// The kinds of credential.
const (
	// LongTerm credentials, and every other that is not listed here, are not restricted by their kind.
	LongTerm Credential = iota
	// SessionToken credentials come from GetSessionToken, for a user or root. Whether they were made with MFA stands in
	// the key aws:MultiFactorAuthPresent. (Those of GetFederationToken are told by the principal's kind.)
	SessionToken
)

// Source is a compiled policy under the name by which explanations call it: a policy ARN, or the inline policy's name.
type Source struct {
	Name   string
	Policy *Policy
	// File is where the document was read from, for explanations; "" where it is in no file.
	File string
}

// ResourceKind says how a resource policy takes part.
type ResourceKind uint8

// The kinds of resource policy.
const (
	// Ordinary resource policies add to what identity policies allow.
	Ordinary ResourceKind = iota
	// Authoritative ones (role trust policies, KMS key policies) must themselves allow: identity policies alone never
	// suffice, even in the same account.
	Authoritative
)

// Layers are the policies that apply to one caller and one resource. See evaluation in docs for how they combine.
type Layers struct {
	Identity []Source
	// Boundary is nil where there is none.
	Boundary *Source
	// Session policies; none at all (nil) and one that allows nothing differ.
	Session []Source
	// Resource is the resource's own policy, nil where there is none.
	Resource     *Source
	ResourceKind ResourceKind
	// SCP and RCP hold one list for each level, root of the organization first. No level at all means no organization.
	SCP [][]Source
	RCP [][]Source
	// Management is true when the caller's account is its organization's management account: no SCP binds it.
	Management bool
	// ResourceManagement is the same of the resource's account: no customer RCP binds it.
	ResourceManagement bool
}

// Verdict is the outcome. The zero value denies.
type Verdict uint8

// The verdicts.
const (
	ImplicitDeny Verdict = iota
	ExplicitDeny
	Allow
)

// Layer names the layer that decided.
type Layer uint8

// The layers. LayerNone stands with an allow that needs no policy (GetCallerIdentity, root).
const (
	LayerNone Layer = iota
	LayerIdentity
	LayerBoundary
	LayerSession
	LayerResource
	LayerSCP
	LayerRCP
	// LayerCredential is no policy: this kind of caller or credential may not make the call at all.
	LayerCredential
)

// Decision is a verdict and the layer that decided it: the one with the matching Deny, the one that allowed, or for an
// implicit deny the first one, in the order in which AWS reports them, that failed to allow.
type Decision struct {
	Verdict Verdict
	Layer   Layer
}
