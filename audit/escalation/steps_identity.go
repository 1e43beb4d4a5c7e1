package escalation

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/policy"
)

// The keys of requests that change a user's or role's policies: its own boundary, and the policy that is attached.
// Source: Service Authorization Reference, IAM.
var (
	bounded         = map[string]string{"iam:PermissionsBoundary": "{boundary}"}
	boundedAttached = map[string]string{"iam:PermissionsBoundary": "{boundary}", "iam:PolicyARN": "{managed}"}
	attached        = map[string]string{"iam:PolicyARN": "{managed}"}
	newBoundary     = map[string]string{"iam:PermissionsBoundary": "{managed}"}
)

// rightsSteps change what policies say.
var rightsSteps = []Step{
	{
		ID: "put-user-policy", Title: "writes a policy into the user", Family: Rights, change: putInline,
		Needs: []Need{{Action: "iam:PutUserPolicy", On: "{user}", Keys: bounded}},
	},
	{
		ID: "put-group-policy", Title: "writes a policy into the group", Family: Rights, change: putInline,
		Needs: []Need{{Action: "iam:PutGroupPolicy", On: "{group}"}},
	},
	{
		ID: "put-role-policy", Title: "writes a policy into the role", Family: Rights, change: putInline,
		Needs: []Need{{Action: "iam:PutRolePolicy", On: "{role}", Keys: bounded}},
	},
	{
		ID: "attach-user-policy", Title: "attaches a policy to the user", Family: Rights, change: attachManaged, replaces: managedDenies,
		Needs: []Need{{Action: "iam:AttachUserPolicy", On: "{user}", Keys: boundedAttached}},
	},
	{
		ID: "attach-group-policy", Title: "attaches a policy to the group", Family: Rights, change: attachManaged, replaces: managedDenies,
		Needs: []Need{{Action: "iam:AttachGroupPolicy", On: "{group}", Keys: attached}},
	},
	{
		ID: "attach-role-policy", Title: "attaches a policy to the role", Family: Rights, change: attachManaged, replaces: managedDenies,
		Needs: []Need{{Action: "iam:AttachRolePolicy", On: "{role}", Keys: boundedAttached}},
	},
	{
		ID: "delete-user-policy", Title: "deletes a policy of the user that denies", Family: Rights, change: deleteInline, replaces: inlineAllows,
		Needs: []Need{{Action: "iam:DeleteUserPolicy", On: "{user}", Keys: bounded}},
	},
	{
		ID: "delete-group-policy", Title: "deletes a policy of the group that denies", Family: Rights, change: deleteInline, replaces: inlineAllows,
		Needs: []Need{{Action: "iam:DeleteGroupPolicy", On: "{group}"}},
	},
	{
		ID: "delete-role-policy", Title: "deletes a policy of the role that denies", Family: Rights, change: deleteInline, replaces: inlineAllows,
		Needs: []Need{{Action: "iam:DeleteRolePolicy", On: "{role}", Keys: bounded}},
	},
	{
		ID: "detach-user-policy", Title: "detaches a policy that denies from the user", Family: Rights, change: detachManaged, replaces: managedServes,
		Needs: []Need{{Action: "iam:DetachUserPolicy", On: "{user}", Keys: boundedAttached}},
	},
	{
		ID: "detach-group-policy", Title: "detaches a policy that denies from the group", Family: Rights, change: detachManaged, replaces: managedServes,
		Needs: []Need{{Action: "iam:DetachGroupPolicy", On: "{group}", Keys: attached}},
	},
	{
		ID: "detach-role-policy", Title: "detaches a policy that denies from the role", Family: Rights, change: detachManaged, replaces: managedServes,
		Needs: []Need{{Action: "iam:DetachRolePolicy", On: "{role}", Keys: boundedAttached}},
	},
	{
		ID: "add-user-to-group", Title: "adds the user to a stronger group", Family: Rights, change: joinGroup, replaces: groupDenies,
		Needs: []Need{{Action: "iam:AddUserToGroup", On: "{group}"}},
	},
	{
		ID: "remove-user-from-group", Title: "takes the user out of a group that denies", Family: Rights, change: leaveGroup, replaces: always,
		Needs: []Need{{Action: "iam:RemoveUserFromGroup", On: "{group}"}},
	},
	{
		ID: "create-policy-version", Title: "rewrites the policy", Family: Rights, change: newVersion,
		Needs: []Need{
			{Action: "iam:CreatePolicyVersion", On: "{policy}"},
			{Action: "iam:DeletePolicyVersion", On: "{policy}", when: versionsFull},
		},
	},
	{
		ID: "set-default-policy-version", Title: "makes another version of the policy the default", Family: Rights,
		change: setDefaultVersion, replaces: always,
		Needs: []Need{{Action: "iam:SetDefaultPolicyVersion", On: "{policy}"}},
	},
	{
		ID: "delete-user-permissions-boundary", Title: "removes the user's permissions boundary", Family: Rights, change: deleteBoundary, replaces: always,
		Needs: []Need{{Action: "iam:DeleteUserPermissionsBoundary", On: "{user}", Keys: bounded}},
	},
	{
		ID: "delete-role-permissions-boundary", Title: "removes the role's permissions boundary", Family: Rights, change: deleteBoundary, replaces: always,
		Needs: []Need{{Action: "iam:DeleteRolePermissionsBoundary", On: "{role}", Keys: bounded}},
	},
	{
		ID: "put-user-permissions-boundary", Title: "gives the user another permissions boundary", Family: Rights,
		change: putBoundary, replaces: narrowBoundary,
		Needs: []Need{{Action: "iam:PutUserPermissionsBoundary", On: "{user}", Keys: newBoundary}},
	},
	{
		ID: "put-role-permissions-boundary", Title: "gives the role another permissions boundary", Family: Rights,
		change: putBoundary, replaces: narrowBoundary,
		Needs: []Need{{Action: "iam:PutRolePermissionsBoundary", On: "{role}", Keys: newBoundary}},
	},
	{
		ID: "tag-user", Title: "gives the user a tag that a condition asks for", Family: Rights, change: putTag, replaces: always,
		Needs: []Need{{Action: "iam:TagUser", On: "{user}", tags: true}},
	},
	{
		ID: "tag-role", Title: "gives the role a tag that a condition asks for", Family: Rights, change: putTag, replaces: always,
		Needs: []Need{{Action: "iam:TagRole", On: "{role}", tags: true}},
	},
	{
		ID: "update-assume-role-policy", Title: "rewrites the role's trust policy", Family: Trust, change: openTrust,
		Needs: []Need{{Action: "iam:UpdateAssumeRolePolicy", On: "{role}"}},
	},
}

// credentialSteps get another user's credentials.
var credentialSteps = []Step{
	{
		ID: "create-access-key", Title: "makes an access key for the user", Family: Credentials,
		Needs: []Need{
			{Action: "iam:CreateAccessKey", On: "{user}"},
			{Action: "iam:DeleteAccessKey", On: "{user}", when: keysFull},
		},
	},
	{
		ID: "create-login-profile", Title: "gives the user a password", Family: Credentials, when: noPassword,
		Needs: []Need{
			{Action: "iam:CreateLoginProfile", On: "{user}"},
			{Action: "iam:DeactivateMFADevice", On: "{user}", when: hasDevice},
		},
	},
	{
		// Whoever signs in gives a code of the user's device too, unless there is none any more.
		ID: "update-login-profile", Title: "changes the user's password", Family: Credentials, when: hasPassword,
		Needs: []Need{
			{Action: "iam:UpdateLoginProfile", On: "{user}"},
			{Action: "iam:DeactivateMFADevice", On: "{user}", when: hasDevice},
		},
	},
	{
		// A passkey stands for both factors where the server lets it, and only for a user who has a password.
		ID: "register-passkey", Title: "registers a passkey of one's own for the user", Family: Credentials, when: hasPassword, passkey: true,
		Needs: []Need{
			{Action: "warder:RegisterPasskey", On: "{user}"},
			{Action: "warder:BeginPasskeyRegistration", On: "{user}"},
			{Action: "iam:EnableMFADevice", On: "{user}"},
			{Action: "iam:DeactivateMFADevice", On: "{user}", when: devicesFull},
		},
	},
	{
		ID: "create-service-specific-credential", Title: "makes a password of the user for one service", Family: Credentials, Limited: true,
		Needs: []Need{{Action: "iam:CreateServiceSpecificCredential", On: "{user}"}},
	},
	{
		ID: "reset-service-specific-credential", Title: "resets a password of the user for one service", Family: Credentials, Limited: true,
		when:  hasServiceCredential,
		Needs: []Need{{Action: "iam:ResetServiceSpecificCredential", On: "{user}"}},
	},
	{
		ID: "upload-ssh-public-key", Title: "gives the user an SSH key for repositories", Family: Credentials, Limited: true,
		Needs: []Need{{Action: "iam:UploadSSHPublicKey", On: "{user}"}},
	},
}

// factorStep gives whoever has a user's other credentials a second factor too.
var factorStep = Step{
	ID: "take-over-mfa", Title: "gives the user a virtual MFA device", Family: Credentials,
	Needs: []Need{
		{Action: "iam:CreateVirtualMFADevice", On: "arn:{partition}:iam::{account}:mfa/{new}"},
		{Action: "iam:EnableMFADevice", On: "{user}"},
		{Action: "iam:DeactivateMFADevice", On: "{user}", when: devicesFull},
	},
}

// trustSteps assume a role.
var trustSteps = []Step{
	{
		ID: "assume-role", Title: "assumes the role", Family: Trust,
		Needs: []Need{{Action: "sts:AssumeRole", On: "{role}"}},
	},
}

// providerSteps come in by an identity provider that the role trusts and that one has made one's own.
var providerSteps = []Step{
	{
		ID: "update-saml-provider", Title: "takes over the SAML provider that the role trusts", Family: Trust, when: isSAML,
		Needs: []Need{
			{Action: "iam:UpdateSAMLProvider", On: "{provider}"},
			{Action: "sts:AssumeRoleWithSAML", On: "{role}", By: "{provider}"},
		},
	},
	{
		ID: "add-client-id", Title: "lets tokens for a client of one's own in by the OpenID Connect provider that the role trusts", Family: Trust, when: isOIDC,
		Needs: []Need{
			{Action: "iam:AddClientIDToOpenIDConnectProvider", On: "{provider}"},
			{Action: "sts:AssumeRoleWithWebIdentity", On: "{role}", By: "{provider}", Keys: map[string]string{"{issuer}:aud": newName}},
		},
	},
	{
		ID: "update-thumbprint", Title: "replaces the certificates of the OpenID Connect provider that the role trusts", Family: Trust, when: isOIDC,
		Needs: []Need{
			{Action: "iam:UpdateOpenIDConnectProviderThumbprint", On: "{provider}"},
			{Action: "sts:AssumeRoleWithWebIdentity", On: "{role}", By: "{provider}"},
		},
	},
	{
		ID: "own-provider", Title: "comes in by a provider of one's own", Family: Trust, when: isNewProvider,
		Needs: []Need{{Action: "sts:AssumeRoleWithWebIdentity", On: "{role}", By: "{provider}"}},
	},
}

// makingSteps make what other steps then make strong.
var makingSteps = []Step{
	{
		ID: "create-user", makes: "arn:{partition}:iam::{account}:user/{new}", Title: "makes a user", Family: Making, when: isFree, change: makeUser,
		Needs: []Need{{Action: "iam:CreateUser", On: "{made}", Keys: newBoundary}},
	},
	{
		ID: "create-role", makes: "arn:{partition}:iam::{account}:role/{new}", Title: "makes a role that anybody may assume", Family: Making, when: isFree, change: makeRole,
		Needs: []Need{{Action: "iam:CreateRole", On: "{made}", Keys: newBoundary}},
	},
	{
		ID: "create-group", makes: "arn:{partition}:iam::{account}:group/{new}", Title: "makes a group", Family: Making, when: isFree, change: makeGroup,
		Needs: []Need{{Action: "iam:CreateGroup", On: "{made}"}},
	},
	{
		ID: "create-policy", makes: "arn:{partition}:iam::{account}:policy/{new}", Title: "makes a policy that allows everything", Family: Making, when: isFree, change: makePolicy,
		Needs: []Need{{Action: "iam:CreatePolicy", On: "{made}"}},
	},
	{
		ID: "create-oidc-provider", makes: "arn:{partition}:iam::{account}:oidc-provider/{new}.example.com", Title: "makes an OpenID Connect provider of one's own", Family: Making, when: isFree, change: makeOIDCProvider,
		Needs: []Need{{Action: "iam:CreateOpenIDConnectProvider", On: "{made}"}},
	},
}

// always: what a policy, a group or a boundary is worth may show later, when somebody may write into it, or a condition asks for it.
func always(*attempt) bool { return true }

func versionsFull(a *attempt) bool { return len(a.policy.Versions) >= mostVersions }

func keysFull(a *attempt) bool { return len(a.account.Keys(a.user.ID)) >= mostKeys }

func hasPassword(a *attempt) bool { return a.account.LoginProfile(a.user.ID) != nil }

func noPassword(a *attempt) bool { return !hasPassword(a) }

func hasDevice(a *attempt) bool { return len(a.account.MFADevicesOf(a.user.ID)) > 0 }

// devicesFull: a user has at most eight devices. Source: IAM User Guide, "IAM and AWS STS quotas".
func devicesFull(a *attempt) bool { return len(a.account.MFADevicesOf(a.user.ID)) >= 8 }

func hasServiceCredential(a *attempt) bool { return len(a.account.ServiceCredentials(a.user.ID)) > 0 }

func isSAML(a *attempt) bool { return strings.Contains(a.provider, ":saml-provider/") }

func isOIDC(a *attempt) bool { return strings.Contains(a.provider, ":oidc-provider/") }

func isNewProvider(a *attempt) bool {
	p := a.account.OIDCProviderByARN(a.provider)
	return p != nil && isNew(p.ID)
}

// managedDenies: what is attached may take rights away too.
func managedDenies(a *attempt) bool { return a.hasManaged(policy.Deny) }

// managedServes: what is detached allows something, or is a policy of the account, which somebody may rewrite.
func managedServes(a *attempt) bool {
	return a.hasManaged(policy.Allow) || a.account.PolicyByARN(a.managed) != nil
}

func (a *attempt) hasManaged(effect policy.Effect) bool {
	m := a.account.Managed(a.managed)
	return m != nil && has(m.Document.Compiled().Document(), effect)
}

// narrowBoundary: every boundary but the one that allows everything may bind where the one before did not.
func narrowBoundary(a *attempt) bool { return a.managed != administratorAccess(a.account) }

func inlineAllows(a *attempt) bool {
	for _, p := range *a.holder().inline {
		if strings.EqualFold(p.Name, a.inline) {
			return has(p.Document.Compiled().Document(), policy.Allow)
		}
	}
	return false
}

func groupDenies(a *attempt) bool {
	for _, source := range a.account.IdentityPolicies(a.group) {
		if has(source.Policy.Document(), policy.Deny) {
			return true
		}
	}
	return false
}

// has reports whether a document has a statement of that effect.
func has(doc *policy.Document, effect policy.Effect) bool {
	return doc != nil && slices.ContainsFunc(doc.Statements, func(st policy.Statement) bool { return st.Effect == effect })
}

// isFree reports whether nothing of the account has the ARN of what is to be made, nor its name.
func isFree(a *attempt) bool {
	parsed, err := arn.Parse(a.made)
	if err != nil {
		return false
	}
	n, ok := parsed.Named()
	if !ok {
		return false
	}
	switch n.Kind {
	case arn.KindOIDCProvider:
		return a.account.OIDCProviderByARN(a.made) == nil
	case arn.KindUser:
		return a.account.User(n.Name) == nil
	case arn.KindRole:
		return a.account.Role(n.Name) == nil
	case arn.KindGroup:
		return a.account.Group(n.Name) == nil
	case arn.KindPolicy:
		return a.account.Policy(n.Name) == nil
	}
	return false
}
