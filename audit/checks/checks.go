package checks

import (
	"slices"

	"github.com/warder-iam/warder/audit"
)

// All gives every check, in the order of areas and then as they stand here.
func All() []*audit.Check {
	list := []audit.Check{
		rootMFA, rootHardwareMFA, rootAccessKey, rootSigningCertificate, rootUsed, rootEmailShared, rootPasswordAge,
		contactsComplete,
		userMFA, passwordPolicy, passwordStale, federationMissing,
		credentialUnused, accessKeyRotation, accessKeyTwoActive, accessKeyAtCreation, accessKeyForService, accessKeyLeaked,
		accessKeyOnDisk, sshKeyRotation, certificateExpired, instanceProfile,
		externalAccessAnalyzer, organizationGuardrails, trailEnabled, alarms, powerUserActivity, attested,
		userDirectPolicy, groupInlinePolicy, groupEmpty, policyUnattached, policyInvalid,
		notActionAllow, notResourceAllow, notPrincipalAllow, serviceWildcard, policyName,
		adminPolicy, adminNotRoot, privilegedWithoutMFA, mfaNotEnforced, passRoleWide, escalationPath, separationOfDuties, dutyRolesMissing, supportRole,
		managedPolicyDeprecated, managedPolicyCloudShell, managedPolicyEscalation, roleDestructiveWorkload, overPermissive, underPermissive,
		roleTrustPublic, roleTrustExternal, roleTrustOIDC, roleMFAOrExternalID, roleUnused, deletedPrincipal,
	}
	areas := audit.Areas()
	slices.SortStableFunc(list, func(a, b audit.Check) int {
		return slices.Index(areas, a.Area) - slices.Index(areas, b.Area)
	})
	checks := make([]*audit.Check, len(list))
	for i := range list {
		checks[i] = &list[i]
	}
	return checks
}

// Commands that get what is missing, as gaps name them.
const (
	getReport  = "aws iam generate-credential-report && aws iam get-credential-report > credential-report.json"
	getSummary = "aws iam get-account-summary > account-summary.json"
	getDetails = "aws iam get-account-authorization-details > authorization-details.json"
)
