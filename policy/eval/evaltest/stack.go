package evaltest

import "github.com/warder-iam/warder/policy/eval"

const fullAccess = `{"Effect":"Allow","Action":"*","Resource":"*"}`

// Stack is a role session below an organization: SCPs at three levels, a permissions boundary, the identity policies of
// B, and a session policy. The region's SCP denies; what is not matched is left out by the session policy alone.
func Stack() Shape {
	b := B()
	ask := func(resource string) *eval.Request {
		r := b.Cases[0].Request
		team, _ := r.Context.Lookup("aws:PrincipalTag/team")
		address, _ := r.Context.Lookup("aws:SourceIp")
		return request(deployer(), team.At(0), address.At(0), r.Action, resource)
	}
	s, a, _ := plain(len(b.Policies.Identity)/2, 4)
	elsewhere := ask(resource(s, a, "-blue"))
	elsewhere.Context.Set("aws:RequestedRegion", "us-west-2")
	return Shape{
		Name: "stack",
		Policies: Policies{
			Identity: b.Policies.Identity,
			Boundary: boundary(),
			Session:  []string{sessionPolicy(s, a)},
			SCP:      scps(),
		},
		Cases: []Case{
			{Allow, ask(resource(s, a, "-blue")), eval.Decision{Verdict: eval.Allow, Layer: eval.LayerIdentity}},
			{Deny, elsewhere, eval.Decision{Verdict: eval.ExplicitDeny, Layer: eval.LayerSCP}},
			{NoMatch, ask(resource(s, a, "-green")), eval.Decision{Verdict: eval.ImplicitDeny, Layer: eval.LayerSession}},
		},
	}
}

// scps are what many organizations have: nobody leaves, nobody stops the trail; two regions; a list of services.
func scps() [][]string {
	return [][]string{
		{document(fullAccess), document(
			`{"Sid":"StayInside","Effect":"Deny","Action":"organizations:LeaveOrganization","Resource":"*"}`,
			`{"Sid":"KeepTheTrail","Effect":"Deny","Action":["cloudtrail:StopLogging","cloudtrail:DeleteTrail","cloudtrail:UpdateTrail"],"Resource":"arn:aws:cloudtrail:*:*:trail/organization"}`,
			`{"Sid":"NoRootUser","Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:root"}}}`,
		)},
		{document(fullAccess), document(
			`{"Sid":"TwoRegions","Effect":"Deny","NotAction":["iam:*","sts:*","organizations:*","route53:*","cloudfront:*","support:*"],"Resource":"*",`+
				`"Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-central-1","eu-west-1"]}}}`,
			`{"Sid":"Encrypted","Effect":"Deny","Action":["s3:*","sqs:*","sns:*"],"Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`,
		)},
		{document(
			`{"Sid":"Services","Effect":"Allow","Action":["sqs:*","sns:*","dynamodb:*","lambda:*","logs:*","s3:*","ecs:*","secretsmanager:*","ecr:*","ssm:*","iam:Get*","iam:List*","sts:*"],"Resource":"*"}`,
			`{"Sid":"NoKeys","Effect":"Deny","Action":["iam:CreateAccessKey","iam:CreateUser"],"Resource":"*"}`,
		)},
	}
}

func boundary() string {
	return document(
		`{"Effect":"Allow","Action":["sqs:*","sns:*","dynamodb:*","lambda:*","logs:*","s3:*","ecs:*","ecr:*","ssm:GetParameter*"],"Resource":"*"}`,
		`{"Effect":"Allow","Action":["secretsmanager:*","ssm:*"],"Resource":["arn:aws:secretsmanager:*:111122223333:*","arn:aws:ssm:*:111122223333:*"],"Condition":{"StringEquals":{"aws:RequestedRegion":"eu-central-1"}}}`,
		`{"Effect":"Deny","Action":"iam:*","Resource":"*"}`,
	)
}

func sessionPolicy(s *service, a app) string {
	return document(
		`{"Effect":"Allow","Action":"`+s.name+`:*","Resource":"`+s.head+a.String()+`-blue*"}`,
		`{"Effect":"Allow","Action":"logs:*","Resource":"*"}`,
	)
}
