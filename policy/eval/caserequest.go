package eval

import (
	"fmt"
	"strings"
)

// serviceLinkedPath is the path of service-linked roles.
const serviceLinkedPath = "role/aws-service-role/"

// hasResourcePolicy: absent and null are the same.
func (c *Case) hasResourcePolicy() bool {
	return len(c.Policies.Resource) > 0 && c.Policies.Resource.Kind() != 'n'
}

// resourceKind: a role's trust policy and a key's policy must allow by themselves.
func (c *Case) resourceKind() ResourceKind {
	return KindOf(c.Request.Action, c.Request.Resource, c.hasResourcePolicy())
}

// request makes the case's request, with the keys that follow from its principal and resource.
func (c *Case) request() (*Request, error) {
	p, err := c.principal()
	if err != nil {
		return nil, err
	}
	r := &Request{
		Principal: p, Action: c.Request.Action, Resource: c.Request.Resource, ResourceAccount: c.Request.ResourceAccount,
	}
	if r.ResourceAccount == "" {
		r.ResourceAccount = accountOf(r.Resource, p.Account)
	}
	c.derivedKeys(r)
	given := make(map[string]string)
	for key, v := range c.Request.Context {
		if other, twice := given[FoldKey(key)]; twice {
			return nil, fmt.Errorf("context has both %q and %q, which are one key", min(key, other), max(key, other))
		}
		given[FoldKey(key)] = key
		if v.List {
			r.Context.SetList(key, v.Texts...)
		} else {
			r.Context.Set(key, v.Texts[0])
		}
	}
	return r, nil
}

// accountOf is the account in an ARN, or otherwise.
func accountOf(arn, otherwise string) string {
	parts := strings.SplitN(arn, ":", arnParts)
	if len(parts) < arnParts || len(parts[4]) != accountDigits || !isDigits(parts[4]) {
		return otherwise
	}
	return parts[4]
}

// principalTypes are the values of aws:PrincipalType.
var principalTypes = map[PrincipalKind]string{
	Anonymous: "Anonymous", Root: "Account", User: "User", RoleSession: "AssumedRole", FederatedUser: "FederatedUser",
}

// derivedKeys sets what the service itself would know. Requests without AWS credentials have no aws:PrincipalIsAWSService.
func (c *Case) derivedKeys(r *Request) {
	p := &r.Principal
	set := func(key, value string) {
		if value != "" {
			r.Context.Set(key, value)
		}
	}
	set("aws:PrincipalType", principalTypes[p.Kind])
	set("aws:ResourceAccount", r.ResourceAccount)
	set("aws:PrincipalAccount", p.Account)
	switch p.Kind {
	case RoleSession:
		set("aws:PrincipalArn", p.RoleARN)
	default:
		set("aws:PrincipalArn", p.ARN)
	}
	switch {
	case p.Kind == Service:
		set("aws:PrincipalIsAWSService", "true")
	case p.hasAccount():
		set("aws:PrincipalIsAWSService", "false")
	}
	if p.Kind == User {
		set("aws:username", p.ARN[strings.LastIndexByte(p.ARN, '/')+1:])
	}
}

func (c *Case) principal() (Principal, error) {
	switch given := c.Request.Principal; {
	case given.Service != "":
		return Principal{Kind: Service, Services: []string{given.Service}}, nil
	case given.Federated != "":
		return Principal{Kind: WebIdentity, Provider: given.Federated}, nil
	case given.ARN == "*":
		return Principal{Kind: Anonymous}, nil
	default:
		return c.principalARN(given.ARN)
	}
}

func (c *Case) principalARN(arn string) (Principal, error) {
	p := Principal{ARN: arn, Account: accountOf(arn, "")}
	parts := strings.SplitN(arn, ":", arnParts)
	if p.Account == "" || parts[0] != "arn" || parts[3] != "" {
		return Principal{}, notAPrincipal(arn)
	}
	kind, name, _ := strings.Cut(parts[5], "/")
	role, session, _ := strings.Cut(name, "/")
	switch service := parts[2]; {
	case service == "iam" && parts[5] == "root":
		p.Kind = Root
	case name == "":
		return Principal{}, notAPrincipal(arn)
	case service == "iam" && kind == "user":
		p.Kind = User
	case service == "iam" && kind == "role":
		p.Kind, p.RoleARN = RoleSession, arn
	case service == "sts" && kind == "assumed-role" && role != "" && session != "":
		p.Kind = RoleSession
		p.RoleARN = fmt.Sprintf("arn:%s:iam::%s:role/%s", parts[1], p.Account, role)
		if c.Request.PrincipalRole != "" {
			p.RoleARN = c.Request.PrincipalRole
		}
	case service == "sts" && kind == "federated-user":
		p.Kind, p.UserARN = FederatedUser, c.Request.PrincipalUser
	default:
		return Principal{}, notAPrincipal(arn)
	}
	p.ServiceLinked = strings.Contains(p.RoleARN, ":"+serviceLinkedPath)
	return p, nil
}

func notAPrincipal(arn string) error {
	return fmt.Errorf("principal %q is no user, role, session, federated user or root", arn)
}
