package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
)

var accessKeyLeaked = audit.Check{
	ID:         "access-key-leaked",
	Title:      "No access key of the account lies in files or git history",
	Why:        "What is in a repository is in every clone of it, and whoever reads it may do what the key's user may.",
	Severity:   audit.Critical,
	Area:       audit.AreaCredentials,
	References: practice("no keys in code"),
	Run: func(a *audit.Account, r *audit.Reporter) {
		if a.Input.LeakedKeys == nil {
			r.NotAssessed("a search for keys in files and git history", "warder audit --scan-keys .")
			return
		}
		places := map[string][]audit.LeakedKey{}
		var ids []string
		for _, k := range a.Input.LeakedKeys {
			if places[k.ID] == nil {
				ids = append(ids, k.ID)
			}
			places[k.ID] = append(places[k.ID], k)
		}
		for _, id := range ids {
			o, found := ownerOf(a, id)
			switch {
			case found:
				leaked(r, id, &o, places[id])
			case !ownersKnown(a):
				r.NotAssessed("whether "+id+" is a key of the account: the access keys of all users", perUser("list-access-keys", "access-keys"))
			}
		}
	},
}

func leaked(r *audit.Reporter, id string, o *keyOwner, places []audit.LeakedKey) {
	severity := audit.High
	evidence := []audit.Evidence{{Text: o.proof}}
	for _, k := range places {
		if k.WithSecret {
			severity = audit.Critical
			evidence = append(evidence, fact("%s, with what looks like its secret", k.Place))
		} else {
			evidence = append(evidence, fact("%s", k.Place))
		}
	}
	if !o.active {
		severity = audit.Low
	}
	whose := "the root user"
	if o.user != "" {
		whose = "user " + o.user
	}
	r.FoundAs(severity, id, audit.Finding{
		Resource: o.arn,
		Title:    fmt.Sprintf("%s of %s was found in %s", o.name(id), whose, count(len(places), "place", "places")),
		Evidence: few(evidence), Remedy: o.withdraw(id),
	})
}
