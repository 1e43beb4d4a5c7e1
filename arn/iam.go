package arn

import "strings"

// Account makes the names of one account's resources, those of IAM and STS by their kind. A path begins and ends with "/"; "" counts as "/".
// Nothing is checked: whoever takes a path or name from outside validates it first.
type Account struct {
	Partition string
	// ID is 12 digits.
	ID string
}

// In is the account in the commercial partition.
func In(account string) Account { return Account{Partition: AWS, ID: account} }

func (a Account) iam(kind, path, name string) ARN {
	if path == "" {
		path = "/"
	}
	return a.Resource(kind + path + name)
}

func (a Account) sts(resource string) ARN { return a.Of("sts", "", resource) }

// Of names what has that resource part in a service: "cloudtrail", "eu-west-1", "trail/main". The region is "" where the
// service's resources are in none.
func (a Account) Of(service, region, resource string) ARN {
	return ARN{Partition: a.Partition, Service: service, Region: region, Account: a.ID, Resource: resource}
}

// Resource names what has that resource part in the account's IAM: "user/alice".
func (a Account) Resource(resource string) ARN { return a.Of("iam", "", resource) }

// Root is the account itself, and its root user.
func (a Account) Root() ARN { return a.Resource(KindRoot) }

// User names a user.
func (a Account) User(path, name string) ARN { return a.iam(KindUser, path, name) }

// Group names a group.
func (a Account) Group(path, name string) ARN { return a.iam(KindGroup, path, name) }

// Role names a role.
func (a Account) Role(path, name string) ARN { return a.iam(KindRole, path, name) }

// Policy names a customer-managed policy.
func (a Account) Policy(path, name string) ARN { return a.iam(KindPolicy, path, name) }

// InstanceProfile names an instance profile.
func (a Account) InstanceProfile(path, name string) ARN {
	return a.iam(KindInstanceProfile, path, name)
}

// MFA names a virtual MFA device.
func (a Account) MFA(path, name string) ARN { return a.iam(KindMFA, path, name) }

// ServerCertificate names a server certificate.
func (a Account) ServerCertificate(path, name string) ARN {
	return a.iam(KindServerCertificate, path, name)
}

// SAMLProvider names a SAML provider.
func (a Account) SAMLProvider(name string) ARN { return a.iam(KindSAMLProvider, "/", name) }

// OIDCProvider names an OpenID Connect provider by its URL, of which the scheme is dropped.
func (a Account) OIDCProvider(url string) ARN {
	return a.iam(KindOIDCProvider, "/", strings.TrimPrefix(url, "https://"))
}

// AssumedRole names a session of a role. The role's path is no part of it.
func (a Account) AssumedRole(role, session string) ARN {
	return a.sts(KindAssumedRole + "/" + role + "/" + session)
}

// FederatedUser names a session that GetFederationToken made.
func (a Account) FederatedUser(name string) ARN { return a.sts(KindFederatedUser + "/" + name) }

// ManagedPolicy names an AWS-managed policy, the same in every account of the partition.
func (a Account) ManagedPolicy(path, name string) ARN {
	return Account{Partition: a.Partition, ID: "aws"}.Policy(path, name)
}

// The kinds of IAM and STS resource, as they begin the resource part.
const (
	KindUser              = "user"
	KindGroup             = "group"
	KindRole              = "role"
	KindPolicy            = "policy"
	KindInstanceProfile   = "instance-profile"
	KindMFA               = "mfa"
	KindServerCertificate = "server-certificate"
	KindSAMLProvider      = "saml-provider"
	KindOIDCProvider      = "oidc-provider"
	KindAssumedRole       = "assumed-role"
	KindFederatedUser     = "federated-user"
	KindRoot              = "root"
)

// Named is the resource part of an IAM or STS name, taken apart.
type Named struct {
	Kind string
	// Path begins and ends with "/". It is "" for a root, a session, a federated user and a provider: they have none.
	Path string
	// Name of the resource; of the role for a session; the URL without scheme for an OIDC provider; "" for a root.
	Name string
	// Session is the session's name (KindAssumedRole only).
	Session string
}

// Named takes the name of an IAM or STS resource apart. It is false for other services and for kinds not listed here.
func (a ARN) Named() (Named, bool) {
	if a.Region != "" || !IsAccountID(a.Account) && a.Account != "aws" {
		return Named{}, false
	}
	kind, rest, slash := strings.Cut(a.Resource, "/")
	if a.Service == "iam" && a.Resource == KindRoot {
		return Named{Kind: KindRoot}, true
	}
	if !slash || rest == "" {
		return Named{}, false
	}
	switch {
	case a.Service == "iam":
		return iamNamed(kind, rest)
	case a.Service == "sts" && kind == KindAssumedRole:
		role, session, found := strings.Cut(rest, "/")
		ok := found && role != "" && session != "" && !strings.Contains(session, "/")
		return Named{Kind: kind, Name: role, Session: session}, ok
	case a.Service == "sts" && kind == KindFederatedUser:
		return Named{Kind: kind, Name: rest}, !strings.Contains(rest, "/")
	}
	return Named{}, false
}

func iamNamed(kind, rest string) (Named, bool) {
	switch kind {
	case KindOIDCProvider, KindSAMLProvider:
		return Named{Kind: kind, Name: rest}, true
	case KindUser, KindGroup, KindRole, KindPolicy, KindInstanceProfile, KindMFA, KindServerCertificate:
		path, name := SplitPath(rest)
		return Named{Kind: kind, Path: path, Name: name}, name != ""
	}
	return Named{}, false
}

// SplitPath cuts "division/team/alice" into "/division/team/" and "alice", and "alice" into "/" and "alice".
func SplitPath(s string) (path, name string) {
	slash := strings.LastIndexByte(s, '/')
	path, name = s[:slash+1], s[slash+1:]
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return path, name
}
