package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory"
)

var privilegedWithoutMFA = audit.Check{
	ID:       "privileged-without-mfa",
	Title:    "Administrators need MFA to act",
	Why:      "A password or key of an administrator that works by itself is the account for whoever finds it.",
	Severity: audit.Critical,
	Area:     audit.AreaSignIn,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "MFA everywhere"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !inventory(a, r, users|groups|rolesOf|policies) {
			return
		}
		unsettled(a, r)
		all := principals(a, r)
		for _, admin := range a.Administrators() {
			if needsMFA(admin.Requirements) {
				continue
			}
			if u := userOf(a, admin.ARN); u != nil {
				userWithoutMFA(a, r, u, &admin)
			} else {
				assumedWithoutMFA(a, r, all, &admin)
			}
		}
	},
}

func userWithoutMFA(a *audit.Account, r *audit.Reporter, u *directory.User, admin *audit.Administrator) {
	way := entryWithoutMFA(a, u)
	switch way {
	case entryUnknown:
		r.NotAssessed(fmt.Sprintf("whether user %s, an administrator, has a password or active keys", u.Name), getReport)
		return
	case entryNone:
		return
	}
	r.Found("", audit.Finding{
		Resource: admin.ARN,
		Title:    fmt.Sprintf("User %s can administer the account %s, without MFA%s", u.Name, way, onlyIf(admin.Requirements)),
		Evidence: append([]audit.Evidence{{Text: fmt.Sprintf("user %s can get in %s", u.Name, way)}}, administration(a, admin)...),
		Remedy: audit.Remedy{
			Text:  "Let the user assume an administrator role with MFA instead, or deny all without MFA; BoolIfExists is what holds for access keys too.",
			Patch: denyWithoutMFA,
		},
	})
}

// denyWithoutMFA is the statement that asks users for a second factor, whatever their credentials; what one needs to register
// a device is left out of it.
const denyWithoutMFA = `{"Effect": "Deny", "NotAction": ["iam:ListMFADevices", "iam:ListVirtualMFADevices", "iam:CreateVirtualMFADevice", ` +
	`"iam:EnableMFADevice", "iam:ResyncMFADevice", "iam:GetUser", "iam:ChangePassword", "sts:GetSessionToken"], "Resource": "*", ` +
	`"Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}`

// assumedWithoutMFA reports an administrator role that a user of the account gets into without a second factor. Who comes
// from another account role-mfa-or-external-id reports; an identity provider asks for factors itself.
func assumedWithoutMFA(a *audit.Account, r *audit.Reporter, all []principal, admin *audit.Administrator) {
	role := roleOf(a, admin.ARN)
	if role == nil {
		return
	}
	admins := administrators(a)
	var evidence []audit.Evidence
	var who []*principal
	for i := range all {
		p := &all[i]
		u, isUser := p.entity.(*directory.User)
		if !isUser || admins[p.ARN] { // who is an administrator already gets nothing here
			continue
		}
		answer := can(a, r, p, "sts:AssumeRole", admin.ARN)
		if !possibleWithoutMFA(&answer) {
			continue
		}
		way := entryWithoutMFA(a, u)
		if way == entryUnknown {
			r.NotAssessed(fmt.Sprintf("whether user %s, who may assume an administrator role, has a password or active keys", u.Name), getReport)
		}
		if way == entryPassword || way == entryKey {
			who = append(who, p)
			evidence = append(evidence, grants(a, p.ARN, &answer, fmt.Sprintf("lets %s, who can get in %s, assume the role", p.label, way))...)
		}
	}
	if len(who) == 0 {
		return
	}
	r.Found("", audit.Finding{
		Resource: admin.ARN,
		Title:    fmt.Sprintf("Role %s, an administrator, can be assumed without MFA by %s", role.Name, and(labels(who))),
		Evidence: append(few(evidence), administration(a, admin)...),
		Remedy: audit.Remedy{
			Text:    "Ask for MFA in the role's trust policy.",
			Patch:   `{"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}`,
			Command: audit.Command("aws", "iam", "update-assume-role-policy", "--role-name", role.Name, "--policy-document", "file://policy.json"),
		},
	})
}
