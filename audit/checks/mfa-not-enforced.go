package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
)

var mfaNotEnforced = audit.Check{
	ID:       "mfa-not-enforced",
	Title:    "Users need MFA for sensitive actions",
	Why:      "A second factor that people have and no policy asks for protects the console and nothing else: access keys work without it.",
	Severity: audit.Medium,
	Area:     audit.AreaSignIn,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "MFA everywhere"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !inventory(a, r, users|groups|policies) {
			return
		}
		for _, p := range principals(a, r) {
			if u, ok := p.entity.(*directory.User); ok {
				unguarded(a, r, &p, u)
			}
		}
	},
}

// sensitive are actions that change who may do what, destroy data or hide traces; whoever may do one of them should have
// shown a second factor.
func sensitive() []string {
	return []string{
		"iam:CreateUser", "iam:CreateAccessKey", "iam:AttachUserPolicy", "iam:AttachRolePolicy", "iam:PutUserPolicy", "iam:PutRolePolicy",
		"iam:CreatePolicyVersion", "iam:UpdateAssumeRolePolicy", "iam:DeactivateMFADevice", "iam:PassRole", "cloudtrail:StopLogging", "cloudtrail:DeleteTrail",
		"kms:ScheduleKeyDeletion", "kms:PutKeyPolicy", "s3:DeleteBucket", "s3:PutBucketPolicy", "s3:DeleteObjectVersion", "ec2:TerminateInstances",
		"rds:DeleteDBInstance", "dynamodb:DeleteTable", "secretsmanager:GetSecretValue", "organizations:LeaveOrganization",
	}
}

func unguarded(a *audit.Account, r *audit.Reporter, p *principal, u *directory.User) {
	var actions []string
	var evidence []audit.Evidence
	for _, action := range sensitive() {
		answer := canAnywhere(a, r, p, action)
		if !possibleWithoutMFA(&answer) || ownKeysOnly(&answer, a.Directory.ARN(u)) {
			continue
		}
		actions = append(actions, action)
		for _, e := range grants(a, p.ARN, &answer, "allows "+action+" without a second factor") {
			if !slices.ContainsFunc(evidence, func(o audit.Evidence) bool {
				return o.Policy == e.Policy && o.Statement == e.Statement && o.Line == e.Line
			}) {
				evidence = append(evidence, e)
			}
		}
	}
	if len(actions) == 0 {
		return
	}
	how := "with a long-term key, without MFA"
	guards := holes(a, u)
	if len(guards) > 0 {
		how = "with a long-term key: the policy that asks for MFA does not hold for those"
	}
	r.Found("", audit.Finding{
		Resource: p.ARN,
		Title:    fmt.Sprintf("User %s may do %s %s: %s", u.Name, count(len(actions), "sensitive action", "sensitive actions"), how, and(actions)),
		Evidence: append(guards, evidence...),
		Remedy: audit.Remedy{
			Text:  "Deny without MFA what is not needed to register a device, in a policy of every group; BoolIfExists is what holds for access keys too.",
			Patch: denyWithoutMFA,
		},
	})
}

// ownKeysOnly reports whether the answer is about the user itself: managing one's own credentials is what everybody must be
// able to do before there is a second factor.
func ownKeysOnly(answer *access.Answer, user string) bool {
	return answer.Witness != nil && answer.Witness.Ask.Resource == user
}

// holes are the Deny statements of a user that ask for a second factor by an operator that a missing key gets round: the
// requests of long-term keys do not have aws:MultiFactorAuthPresent at all.
func holes(a *audit.Account, u *directory.User) []audit.Evidence {
	var all []audit.Evidence
	for _, source := range a.Directory.IdentityPolicies(u) {
		doc := source.Policy.Document()
		for i := range doc.Statements {
			st := &doc.Statements[i]
			for j := range st.Condition {
				c := &st.Condition[j]
				if st.Effect != policy.Deny || !strings.EqualFold(c.Key.Text, "aws:MultiFactorAuthPresent") || c.Operator.IfExists || c.Operator.Test != "Bool" {
					continue
				}
				own := func(other *policy.Document) bool { return other == doc } // documents of one text are one
				d := document{name: sourceName(holderOf(a, a.Directory.ARN(u), source.Name, own), source.Name)}
				all = append(all, d.at(st, fmt.Sprintf("denies by %s: a request that has no aws:MultiFactorAuthPresent, such as one of an access key, passes", c.Operator)))
			}
		}
	}
	return all
}
