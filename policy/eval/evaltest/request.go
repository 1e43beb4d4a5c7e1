package evaltest

import "github.com/warder-iam/warder/policy/eval"

func alice() eval.Principal {
	return eval.Principal{
		Kind: eval.User, Account: account, ARN: "arn:aws:iam::" + account + ":user/engineering/alice", UniqueID: "AIDAEXAMPLEALICE00001",
	}
}

// deployer is a role session, as session policies need one.
func deployer() eval.Principal {
	return eval.Principal{
		Kind: eval.RoleSession, Account: account, ARN: "arn:aws:sts::" + account + ":assumed-role/deployer/run-4711",
		RoleARN: "arn:aws:iam::" + account + ":role/deployer", UniqueID: "AROAEXAMPLEDEPLOYER01",
	}
}

// request has the condition keys that a server knows of every request.
func request(who eval.Principal, team, address, action, resource string) *eval.Request {
	r := &eval.Request{Principal: who, Action: action, Resource: resource}
	for key, value := range map[string]string{
		"aws:CurrentTime":           "2026-03-01T12:00:00Z",
		"aws:EpochTime":             "1772366400",
		"aws:PrincipalAccount":      account,
		"aws:PrincipalArn":          who.ARN,
		"aws:PrincipalIsAWSService": "false",
		"aws:PrincipalTag/team":     team,
		"aws:PrincipalTag/stage":    "production",
		"aws:RequestedRegion":       region,
		"aws:SecureTransport":       "true",
		"aws:SourceIp":              address,
		"aws:UserAgent":             "aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.12 lang/python#3.13.7",
		"aws:userid":                who.UniqueID,
		"aws:ViaAWSService":         "false",
	} {
		r.Context.Set(key, value)
	}
	return r
}
