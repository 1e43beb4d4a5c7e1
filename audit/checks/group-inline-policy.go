package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory"
)

var groupInlinePolicy = audit.Check{
	ID:       "group-inline-policy",
	Title:    "Permissions stand in managed policies",
	Why:      "An inline policy has no versions, no name of its own and no list of where it is used, so nobody reviews it.",
	Severity: audit.Low,
	Area:     audit.AreaOrder,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "managed rather than inline policies"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !inventory(a, r, groups|rolesOf) {
			return
		}
		for e := range holders(a) {
			if _, isUser := e.(*directory.User); isUser { // user-direct-policy reports those, inline or not
				continue
			}
			inline := inlineOf(e)
			if len(inline) == 0 {
				continue
			}
			severity := audit.Low
			if _, isRole := e.(*directory.Role); isRole {
				// A policy that only makes sense in one role is what AWS keeps inline policies for.
				severity = audit.Informational
			}
			kind, name := kindAndName(e)
			f := audit.Finding{
				Resource: a.Directory.ARN(e),
				Title:    fmt.Sprintf("%s %s has %s", title(kind), name, count(len(inline), "inline policy", "inline policies")),
				Remedy:   audit.Remedy{Text: "Make a managed policy of each document, attach it, and delete the inline one."},
			}
			for _, p := range inline {
				f.Evidence = append(f.Evidence, audit.Evidence{
					Text: "is inline", Policy: fmt.Sprintf("inline policy %s of %s", p.Name, label(e)),
				})
				f.Remedy.Command += audit.Command("aws", "iam", "create-policy", "--policy-name", p.Name, "--policy-document", "file://"+p.Name+".json") +
					"\n" + audit.Command("aws", "iam", "attach-"+kind+"-policy", "--"+kind+"-name", name, "--policy-arn", a.ARN("policy/"+p.Name)) +
					"\n" + deleteInline(e, p.Name) + "\n"
			}
			f.Remedy.Command = f.Remedy.Command[:len(f.Remedy.Command)-1]
			r.FoundAs(severity, "", f)
		}
	},
}
