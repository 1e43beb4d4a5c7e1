package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

var groupEmpty = audit.Check{
	ID:       "group-empty",
	Title:    "Every group has members and policies",
	Why:      "A group without members or policies says nothing today, and gives away its rights, or its members' trust, by mistake tomorrow.",
	Severity: audit.Low,
	Area:     audit.AreaOrder,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "remove what is unused"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !inventory(a, r, groups|users) {
			return
		}
		// Members are known by the users: where some users are not known, nor are the members.
		allUsers := a.Evidence.AuthorizationDetails.Users == awsimport.Complete
		for g := range a.Directory.Groups() {
			if len(g.Attached)+len(g.Inline) == 0 {
				r.Found("policies", groupWithout(a, g, "policies", "Attach the policies that its members need, or delete it."))
			}
			if allUsers && a.Directory.MemberCount(g.ID) == 0 {
				r.Found("members", groupWithout(a, g, "members", "Delete it, or add those who do the work that it is for."))
			}
		}
	},
}

func groupWithout(a *audit.Account, g *directory.Group, what, remedy string) audit.Finding {
	command := ""
	for _, p := range g.Attached {
		command += detach(g, p) + "\n"
	}
	for _, p := range g.Inline {
		command += deleteInline(g, p.Name) + "\n"
	}
	for u := range a.Directory.Members(g.ID) {
		command += audit.Command("aws", "iam", "remove-user-from-group", "--group-name", g.Name, "--user-name", u.Name) + "\n"
	}
	return audit.Finding{
		Resource: a.Directory.ARN(g),
		Title:    fmt.Sprintf("Group %s has no %s", g.Name, what),
		Evidence: []audit.Evidence{{Text: fmt.Sprintf("the authorization details show the group with %s and %s",
			count(a.Directory.MemberCount(g.ID), "member", "members"), count(len(g.Attached)+len(g.Inline), "policy", "policies"))}},
		Remedy: audit.Remedy{Text: remedy, Command: command + audit.Command("aws", "iam", "delete-group", "--group-name", g.Name)},
	}
}
