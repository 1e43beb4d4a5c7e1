package checks

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

var policyUnattached = audit.Check{
	ID:       "policy-unattached",
	Title:    "Policies are in use, in one version",
	Why:      "A policy that lies about is attached by mistake, and an old version of it is one call away from being the rule again.",
	Severity: audit.Low,
	Area:     audit.AreaOrder,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "remove what is unused"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !inventory(a, r, policies|users|groups|rolesOf) {
			return
		}
		c := &a.Evidence.AuthorizationDetails
		allHolders := min(c.Users, c.Groups, c.Roles) == awsimport.Complete
		for p := range a.Directory.Policies() {
			name := a.Directory.ARN(p)
			if allHolders && a.Directory.AttachedCount(name)+a.Directory.BoundaryCount(name) == 0 {
				r.Found("unattached", unattached(p, name))
			}
			if len(p.Versions) > 1 {
				r.FoundAs(audit.Informational, "versions", oldVersions(p, name))
			}
		}
	},
}

func unattached(p *directory.Policy, name string) audit.Finding {
	var lines []string
	for _, v := range p.Versions {
		if v.Number != p.Default {
			lines = append(lines, deleteVersion(name, v.Number))
		}
	}
	lines = append(lines, audit.Command("aws", "iam", "delete-policy", "--policy-arn", name))
	return audit.Finding{
		Resource: name,
		Title:    fmt.Sprintf("Policy %s is attached to nothing and is nobody's boundary", p.Name),
		Evidence: []audit.Evidence{{Text: "no user, group or role of the authorization details names it", Policy: name}},
		Remedy: audit.Remedy{
			Text: "Delete it, if it is no session policy either: a program may give it to AssumeRole.", Command: strings.Join(lines, "\n"),
		},
	}
}

func oldVersions(p *directory.Policy, name string) audit.Finding {
	f := audit.Finding{
		Resource: name,
		Title:    fmt.Sprintf("Policy %s keeps %s beside v%d", p.Name, count(len(p.Versions)-1, "old version", "old versions"), p.Default),
		Remedy:   audit.Remedy{Text: "Delete the versions that nobody means to go back to."},
	}
	var lines []string
	for _, v := range p.Versions {
		if v.Number == p.Default {
			continue
		}
		when := ""
		if !v.Created.IsZero() {
			when = " of " + v.Created.Format("2006-01-02")
		}
		f.Evidence = append(f.Evidence, audit.Evidence{Text: fmt.Sprintf("has version v%d%s", v.Number, when), Policy: name})
		lines = append(lines, deleteVersion(name, v.Number))
	}
	f.Remedy.Command = strings.Join(lines, "\n")
	return f
}

func deleteVersion(name string, number int) string {
	return audit.Command("aws", "iam", "delete-policy-version", "--policy-arn", name, "--version-id", "v"+strconv.Itoa(number))
}
