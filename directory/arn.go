package directory

import (
	"cmp"
	"strings"

	"github.com/warder-iam/warder/arn"
)

// Partition that the account is in: "aws", but for accounts of AWS's other partitions that were imported.
func (a *Account) Partition() string {
	if a.info == nil {
		return arn.AWS
	}
	return cmp.Or(a.info.Partition, arn.AWS)
}

// Names makes ARNs of the account's resources.
func (a *Account) Names() arn.Account { return arn.Account{Partition: a.Partition(), ID: a.id} }

// ARN of an entity of this account, with its path: "arn:aws:iam::111122223333:user/team/alice". An AccountInfo gives
// the root user's. Credentials of users have none: "".
func (a *Account) ARN(e Entity) string {
	switch e := e.(type) {
	case *AccountInfo:
		return a.Names().Root().String()
	case *User:
		return a.arn("user", e.Path, e.Name)
	case *Group:
		return a.arn("group", e.Path, e.Name)
	case *Role:
		return a.arn("role", e.Path, e.Name)
	case *Policy:
		return a.arn("policy", e.Path, e.Name)
	case *InstanceProfile:
		return a.arn("instance-profile", e.Path, e.Name)
	case *ServerCertificate:
		return a.arn("server-certificate", e.Path, e.Name)
	case *MFADevice:
		return a.arn(string(e.Kind), e.Path, e.Name)
	case *OIDCProvider:
		return a.arn("oidc-provider", "/", e.URL)
	case *SAMLProvider:
		return a.samlARN(e.Name)
	case *Trail:
		return a.TrailARN(e.Region, e.Name)
	}
	return ""
}

// arn of something in the account's IAM, which is the same in every region.
func (a *Account) arn(kind, path, name string) string {
	if path == "" {
		path = "/"
	}
	return "arn:" + a.Partition() + ":iam::" + a.id + ":" + kind + path + name
}

// resource takes "user/team/alice" out of the ARN of something in the account's IAM.
func (a *Account) resource(name string) (string, bool) {
	for _, part := range [...]string{"arn:", a.Partition(), ":iam::", a.id, ":"} {
		rest, ok := strings.CutPrefix(name, part)
		if !ok {
			return "", false
		}
		name = rest
	}
	return name, true
}

// policyResource takes the path and name, "/team/readers", out of the ARN of a policy of this account.
func (a *Account) policyResource(name string) (string, bool) {
	resource, ok := a.resource(name)
	if !ok {
		return "", false
	}
	return strings.CutPrefix(resource, "policy")
}
