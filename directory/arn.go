package directory

import "strings"

// IAM ARNs are the same in every region; Warder has the one partition "aws".
const iamARN = "arn:aws:iam::"

// ARN of an entity of this account, with its path: "arn:aws:iam::111122223333:user/team/alice". An AccountInfo gives
// the root user's. Credentials of users have none: "".
func (a *Account) ARN(e Entity) string {
	switch e := e.(type) {
	case *AccountInfo:
		return iamARN + a.id + ":root"
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
		return TrailARN(e.Region, a.id, e.Name)
	}
	return ""
}

func (a *Account) arn(kind, path, name string) string {
	if path == "" {
		path = "/"
	}
	return iamARN + a.id + ":" + kind + path + name
}

// policyResource takes the path and name, "/team/readers", out of the ARN of a policy of this account.
func (a *Account) policyResource(arn string) (string, bool) {
	rest, ok := strings.CutPrefix(arn, iamARN)
	if !ok {
		return "", false
	}
	rest, ok = strings.CutPrefix(rest, a.id)
	if !ok {
		return "", false
	}
	return strings.CutPrefix(rest, ":policy")
}
