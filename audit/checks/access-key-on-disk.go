package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
)

var accessKeyOnDisk = audit.Check{
	ID:         "access-key-on-disk",
	Title:      "No access key of the account lies in clear text on this machine",
	Why:        "Any program that the user of a machine starts can read the credentials file, and so can whoever gets hold of a backup.",
	Severity:   audit.Medium,
	Area:       audit.AreaCredentials,
	References: practice("no keys on disk"),
	Run: func(a *audit.Account, r *audit.Reporter) {
		if a.Input.DiskKeys == nil {
			r.NotAssessed("the credentials files of this machine, which are read only where somebody asks for it", "")
			return
		}
		for _, k := range a.Input.DiskKeys {
			o, found := ownerOf(a, k.ID)
			if !found {
				if !ownersKnown(a) {
					r.NotAssessed("whether "+k.ID+" is a key of the account: the access keys of all users", perUser("list-access-keys", "access-keys"))
				}
				continue
			}
			severity := audit.Medium
			switch {
			case !o.active:
				severity = audit.Low
			case o.user == "":
				severity = audit.Critical
			}
			r.FoundAs(severity, k.ID+" "+k.File+" "+k.Profile, audit.Finding{
				Resource: o.arn,
				Title:    fmt.Sprintf("%s lies in clear text in %s, profile %s", o.name(k.ID), k.File, k.Profile),
				Evidence: []audit.Evidence{{Text: o.proof}},
				Remedy: audit.Remedy{
					Text:    "Sign in through the identity provider, which leaves only sessions on disk, or take the key from the system's key store; then delete the key.",
					Command: audit.Command("aws", "configure", "sso", "--profile", k.Profile),
				},
			})
		}
	},
}
