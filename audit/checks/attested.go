package checks

import (
	"github.com/warder-iam/warder/audit"
)

var attested = audit.Check{
	ID:         "attested",
	Title:      "What only people can answer is answered, and well",
	Why:        "The strongest policy is worth as much as the drawer in which the root password lies.",
	Severity:   audit.Medium,
	Area:       audit.AreaOrder,
	References: append(cis("1.1", "2.2"), practice("ask people")...),
	Run: func(a *audit.Account, r *audit.Reporter) {
		for _, q := range Questions() {
			t := answer(a, q.ID)
			switch {
			case t == nil:
				r.NotAssessed("an answer to "+q.ID+": "+q.Text, "")
			case !t.Answer:
				said := fact("%s answered no on %s", t.By, day(t.On))
				if t.Note != "" {
					said.Text += ": " + t.Note
				}
				r.FoundAs(q.Severity, q.ID, audit.Finding{
					Title: q.No, Evidence: []audit.Evidence{said}, Remedy: audit.Remedy{Text: q.Remedy},
				})
			}
		}
	},
}

// Question is one that no export answers. A person's answer is an audit.Attestation.
type Question struct {
	// ID is how attestations name it.
	ID string
	// Text asks it. "Yes" is what should be.
	Text string
	// No says what is wrong where the answer is no, Severity how much, and Remedy what to do.
	No       string
	Severity audit.Severity
	Remedy   string
}

// privilegedActivityReviewed is the question whose date power-user-activity goes by.
const privilegedActivityReviewed = "privileged-activity-reviewed"

// Questions are all of them, in the order in which they are asked.
func Questions() []Question {
	return []Question{
		{
			"root-password-stored", "Is the root user's password kept where two people are needed to get at it?",
			"The root user's password is not kept safely", audit.High,
			"Change it, put the new one into a vault that two people open together, and write down each time it is taken out.",
		},
		{
			"root-mfa-stored", "Is the root user's MFA device kept apart from the password, and is there a second one?",
			"The root user's MFA device is not kept apart from the password", audit.High,
			"Register two devices, and keep them apart from the password and from each other.",
		},
		{
			"root-email-controlled", "Do at least two people, and nobody outside, read the mail of the root user's address?",
			"The mail of the root user's address is not under control", audit.High,
			"Make it a distribution list of people with this duty; whoever reads it can reset the password.",
		},
		{
			"contacts-current", "Do the account's contacts answer, by mail and telephone?",
			"The account's contacts are not current", audit.Medium,
			"Call and write to each; replace people by groups.",
		},
		{
			"laptop-disks-encrypted", "Are the disks encrypted of all computers from which people administer the account?",
			"Disks of computers from which the account is administered are not encrypted", audit.Medium,
			"Encrypt them: the credentials files and browser sessions on them open the account.",
		},
		{
			"leavers-removed", "Does whoever leaves lose all access within a day?",
			"People who left still have access", audit.High,
			"Make the end of employment end the central account, and go through the credential report once a month.",
		},
		{
			privilegedActivityReviewed, "Has somebody looked through what privileged principals did, since the last time?",
			"What privileged principals did is not looked through", audit.Medium,
			"Go through the findings of power-user-activity once a month, and write down who did.",
		},
		{
			"access-reviewed", "Have the owners gone through who may do what in the last year?",
			"Nobody has gone through who may do what", audit.Medium,
			"Send each owner the list of principals that reach what they own, and take away what is not needed.",
		},
		{
			"emergency-access-tested", "Has the way in without the identity provider been tried in the last year?",
			"Nobody has tried the way in without the identity provider", audit.Low,
			"Try it, see that an alarm tells of it, and write down what was missing.",
		},
	}
}

// answer is the newest answer to a question that is valid for the account, nil if there is none: one that has expired, that
// nobody has given his name to, or that is dated in the future, is none. One about the account stands before one about all.
func answer(a *audit.Account, question string) *audit.Attestation {
	var best *audit.Attestation
	for i := range a.Input.Attestations {
		t := &a.Input.Attestations[i]
		if t.Question != question || t.Account != "" && t.Account != a.ID || t.By == "" || t.On.IsZero() || t.On.After(a.Now) || !t.Expires.After(a.Now) {
			continue
		}
		if best == nil || best.Account == "" && t.Account != "" || best.Account == t.Account && t.On.After(best.On) {
			best = t
		}
	}
	return best
}
