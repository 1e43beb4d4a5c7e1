package checks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

var federationMissing = audit.Check{
	ID:    "federation-missing",
	Title: "People sign in through a central identity provider",
	Why: "Who leaves the organization loses the central account on that day, and IAM users one by one, if somebody thinks of them; and their passwords " +
		"and keys live long.",
	Severity:   audit.Low,
	Area:       audit.AreaSignIn,
	References: slices.Concat(cis("1.20", "2.19"), practice("federate people")),
	Run: func(a *audit.Account, r *audit.Reporter) {
		people, ok := peopleAsUsers(a, r)
		if !ok || len(people) == 0 {
			return
		}
		provider := centralProvider(a)
		remedy := audit.Remedy{
			Text: "Connect the organization's identity provider, through IAM Identity Center or a SAML provider, give its groups roles, and delete the users; " +
				"keep one or two with MFA for the day on which it does not work.",
			Command: "aws iam create-saml-provider --name PROVIDER --saml-metadata-document file://metadata.xml",
		}
		switch {
		case provider != "" && len(people) > a.Settings.EmergencyUsers:
			r.FoundAs(audit.Medium, "", audit.Finding{
				Title:    fmt.Sprintf("%d people are IAM users with passwords although %s serves", len(people), provider),
				Evidence: few(people), Remedy: audit.Remedy{Text: remedy.Text},
			})
		case provider != "":
		case !providersKnown(a, r):
		case len(people) > a.Settings.EmergencyUsers || manyAccounts(a):
			r.Found("", audit.Finding{
				Title:    fmt.Sprintf("No central identity provider serves: people sign in with passwords of IAM users, %d of them", len(people)),
				Evidence: few(people), Remedy: remedy,
			})
		}
	},
}

// peopleAsUsers are the users with passwords. What is not known of them is a gap; ok is false where nothing is known.
func peopleAsUsers(a *audit.Account, r *audit.Reporter) (people []audit.Evidence, ok bool) {
	if a.Evidence.CredentialReport == nil && a.Evidence.Extent(awsimport.KindLoginProfile) == awsimport.Complete {
		for _, user := range slices.Sorted(maps.Keys(a.Evidence.LoginProfiles)) {
			if a.Evidence.LoginProfiles[user] != nil {
				people = append(people, fact("user %s has a login profile", user))
			}
		}
		return people, true
	}
	rows, ok := reportRows(a, r)
	for i := range rows {
		if is(rows[i].PasswordEnabled, true) {
			people = append(people, fact("the credential report says password_enabled true for user %s", rows[i].User))
		}
	}
	return people, ok
}

// identityCenterPath is that of the roles that IAM Identity Center makes for people.
const identityCenterPath = "/aws-reserved/sso.amazonaws.com/"

// centralProvider names a provider through which people sign in. OpenID Connect providers do not count: they are for
// pipelines and applications as a rule.
func centralProvider(a *audit.Account) string {
	if len(a.Evidence.SAMLProviders) > 0 {
		return "the SAML provider " + a.Evidence.SAMLProviders[0].ARN
	}
	if a.Directory != nil {
		for role := range a.Directory.Roles() {
			if strings.HasPrefix(role.Path, identityCenterPath) {
				return "IAM Identity Center"
			}
		}
	}
	return ""
}

// providersKnown reports whether a provider that is not there does not exist; if not, that is a gap.
func providersKnown(a *audit.Account, r *audit.Reporter) bool {
	saml := a.Evidence.Extent(awsimport.KindSAMLProviders) == awsimport.Complete
	if !saml {
		r.NotAssessed("the SAML providers", getSAML)
	}
	roles := a.Evidence.AuthorizationDetails.Roles == awsimport.Complete
	if !roles {
		r.NotAssessed("all roles, among them those of IAM Identity Center", getDetails)
	}
	return saml && roles
}

// manyAccounts reports whether the account is one of several of an organization.
func manyAccounts(a *audit.Account) bool {
	o := a.Bundle.Organization
	return o != nil && len(o.Accounts) > 1 && o.Accounts[a.ID] != nil
}
