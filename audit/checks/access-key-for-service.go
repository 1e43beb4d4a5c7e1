package checks

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/audit"
)

var accessKeyForService = audit.Check{
	ID:         "access-key-for-service",
	Title:      "Workloads use roles, not access keys of users",
	Why:        "A role's credentials last hours and are in no file; a user's key lasts until somebody thinks of it.",
	Severity:   audit.Medium,
	Area:       audit.AreaCredentials,
	References: practice("roles for workloads"),
	Run: func(a *audit.Account, r *audit.Reporter) {
		users := consoleUsers(a)
		activity := a.Activity()
		for _, k := range accessKeys(a, r) {
			if !k.active {
				continue
			}
			calls := callsWith(activity, &k)
			switch {
			case len(calls) > 0:
				if why := workload(calls); len(why) > 0 {
					usedByWorkload(r, &k, why)
				}
			case activity == nil || k.id == "":
				r.NotAssessed("what uses "+k.name()+" of user "+k.user+": events of a trail, and the key's id", getEvents)
				guessWorkload(a, r, &k, users[k.user])
			default:
				guessWorkload(a, r, &k, users[k.user])
			}
		}
	},
}

// callsWith are the sources of calls with a key.
func callsWith(activity *audit.Activity, k *userKey) []*audit.Source {
	if activity == nil || k.id == "" {
		return nil
	}
	p := activity.Principal(k.arn)
	if p == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(p.Sources), func(s *audit.Source) bool { return s.KeyID != k.id })
}

// environments are what user agents have where a workload runs that a role serves: SDKs repeat AWS_EXECUTION_ENV as exec-env,
// and the action that gives GitHub's pipelines their credentials its own name. A person in CloudShell is none.
var environments = []struct{ word, name string }{
	{"exec-env/AWS_Lambda", "AWS Lambda"}, {"exec-env/AWS_ECS", "Amazon ECS"}, {"configure-aws-credentials-for-github-actions", "GitHub Actions"},
}

// Nobody works in so many hours of the day on each day of the week.
const (
	workloadHours    = 18
	workloadWeekdays = 7
)

// workload says by what calls look like those of a workload: by the user agent, or because they come around the clock.
func workload(sources []*audit.Source) []audit.Evidence {
	var evidence []audit.Evidence
	var hours uint32
	var weekdays uint8
	for _, s := range sources {
		hours |= s.Hours
		weekdays |= s.Weekdays
		for _, e := range environments {
			if strings.Contains(s.Agent, e.word) {
				last := s.Last
				evidence = append(evidence, audit.Evidence{
					Text: fmt.Sprintf("%s from %s in %s, by its user agent %q, last on %s", count(s.Records, "call", "calls"), s.Address, e.name, s.Agent, last.UTC().Format(time.DateTime)),
					Time: &last,
				})
				break
			}
		}
	}
	if n := bits.OnesCount32(hours); n >= workloadHours && bits.OnesCount8(weekdays) == workloadWeekdays {
		evidence = append(evidence, fact("calls in %d of the 24 hours and on all days of the week", n))
	}
	return evidence
}

func usedByWorkload(r *audit.Reporter, k *userKey, why []audit.Evidence) {
	r.Found(k.aspect(), audit.Finding{
		Resource: k.arn,
		Title:    fmt.Sprintf("A workload uses %s of user %s", k.name(), k.user),
		Evidence: few(why), Remedy: roleInstead(k),
	})
}

func roleInstead(k *userKey) audit.Remedy {
	return audit.Remedy{
		Text: "Give the workload a role: an instance profile, a task or execution role, a trust for the pipeline's OpenID Connect provider, or IAM Roles Anywhere " +
			"outside of AWS. Then deactivate the key.",
		Command: k.deactivate(),
	}
}

// lately is how recently a key was used that something still uses.
const lately = 30

// guessWorkload goes by the user: one that has no password and uses its key is no person.
func guessWorkload(a *audit.Account, r *audit.Reporter, k *userKey, u *consoleUser) {
	if u == nil || !u.known || u.password || k.used.IsZero() || a.Ago(k.used) > lately {
		return
	}
	r.FoundAs(audit.Informational, k.aspect(), audit.Finding{
		Resource: k.arn,
		Title:    fmt.Sprintf("A workload seems to use %s of user %s", k.name(), k.user),
		Evidence: []audit.Evidence{fact("user %s has no password", k.user), lastUse(a, k)},
		Remedy:   roleInstead(k),
	})
}
