package checks

import (
	"fmt"
	"slices"

	"github.com/warder-iam/warder/audit"
)

var accessKeyTwoActive = audit.Check{
	ID:         "access-key-two-active",
	Title:      "No user has two active access keys",
	Why:        "A second active key is either a rotation that nobody finished or a second use that nobody wrote down.",
	Severity:   audit.Low,
	Area:       audit.AreaCredentials,
	References: slices.Concat(cis("1.12", ""), practice("rotate")),
	Run: func(a *audit.Account, r *audit.Reporter) {
		keys := slices.DeleteFunc(accessKeys(a, r), func(k userKey) bool { return !k.active })
		for i := 0; i < len(keys); {
			n := i + 1
			for n < len(keys) && keys[n].arn == keys[i].arn {
				n++
			}
			if n-i > 1 {
				twoKeys(a, r, keys[i:n])
			}
			i = n
		}
	},
}

func twoKeys(a *audit.Account, r *audit.Reporter, keys []userKey) {
	idle := &keys[0]
	var evidence []audit.Evidence
	for i := range keys {
		k := &keys[i]
		if k.used.Before(idle.used) {
			idle = k
		}
		evidence = append(evidence, lastUse(a, k))
	}
	r.Found("", audit.Finding{
		Resource: idle.arn,
		Title:    fmt.Sprintf("User %s has %d active access keys", idle.user, len(keys)),
		Evidence: evidence,
		Remedy: audit.Remedy{
			Text:    "Find out what uses the older one, move it to the other, then deactivate it and later delete it: " + idle.name() + " was used least recently.",
			Command: idle.deactivate(),
		},
	})
}

// lastUse is the evidence of a key's last use.
func lastUse(a *audit.Account, k *userKey) audit.Evidence {
	made := ""
	if !k.created.IsZero() {
		made = ", made on " + day(k.created)
	}
	switch {
	case !k.usedKnown:
		return fact("%s%s", k.name(), made)
	case k.used.IsZero():
		return fact("%s%s, never used", k.name(), made)
	case k.usedFor != "":
		return fact("%s%s, last used on %s for %s, %s ago", k.name(), made, day(k.used), k.usedFor, count(a.Ago(k.used), "day", "days"))
	}
	return fact("%s%s, last used on %s, %s ago", k.name(), made, day(k.used), count(a.Ago(k.used), "day", "days"))
}
