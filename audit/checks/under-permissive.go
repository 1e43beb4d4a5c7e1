package checks

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
)

var underPermissive = audit.Check{
	ID:       "under-permissive",
	Title:    "Principals are not denied again and again what they need",
	Why:      "Who cannot work asks for too much, or borrows somebody else's credentials; and repeated denials hide those of an attacker.",
	Severity: audit.Low,
	Area:     audit.AreaOrder,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "least privilege"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		activity := a.Activity()
		if activity == nil || activity.Records == 0 {
			r.NotAssessed("the CloudTrail records of the account", "warder audit --input TRAIL")
			return
		}
		if activity.Unread > 0 {
			r.NotAssessed(count(activity.Unread, "record", "records")+" of the trail, which cannot be read", "")
		}
		all := principals(a, r)
		for i := range all {
			if did := activity.Principal(all[i].ARN); did != nil && works(did) {
				for _, use := range did.Uses {
					missed(a, r, &all[i], use)
				}
			}
		}
	},
}

// works reports whether a principal did anything with success: one that never does is not held up, but tries doors.
func works(did *audit.PrincipalActivity) bool {
	for _, u := range did.Uses {
		if u.Outcome == audit.Succeeded && !u.ByService {
			return true
		}
	}
	return false
}

// repeated is how many denials of one action are too many to be a slip.
const repeated = 3

// lacking is how AWS says which permission is missing, and on what.
var lacking = regexp.MustCompile(`not authorized to perform: ([A-Za-z0-9-]+:[A-Za-z0-9]+)(?: on resource: "?(arn:[^\s"]+))?`)

// missed reports an action that a principal was denied for want of a permission. A denial by a policy is meant; and one that
// today's policies would no longer make is mended.
func missed(a *audit.Account, r *audit.Reporter, p *principal, use *audit.Use) {
	if use.Outcome != audit.Denied || use.Records < repeated || use.ByService || strings.Contains(use.ErrorMessage, "explicit deny") {
		return
	}
	action, resources, ok := whatIsMissing(a, use)
	if !ok {
		r.NotAssessed(fmt.Sprintf("which permission %s lacks for %s of %s", p.label, use.Action, use.Service), "")
		return
	}
	var still []string
	for _, resource := range resources {
		if answer := a.Finder.Can(p.Principal, a.Finder.Ask(action, resource)); answer.Verdict == access.No {
			still = append(still, resource)
		}
	}
	if len(still) == 0 {
		return
	}
	r.Found(action, audit.Finding{
		Resource: p.ARN,
		Title:    fmt.Sprintf("%s was denied %s %d times", title(p.label), action, use.Records),
		Evidence: []audit.Evidence{{
			Text: fmt.Sprintf("was denied from %s to %s, the last time by event %s: %s", use.First.Format("2006-01-02"), use.Last.Format("2006-01-02"), use.EventID,
				use.ErrorMessage), Time: &use.Last,
		}},
		Remedy: audit.Remedy{
			Text:  "If it needs that for its work, allow just this; if not, find out what makes the calls.",
			Patch: fmt.Sprintf(`{"Effect": "Allow", "Action": %q, "Resource": [%s]}`, action, quoteAll(still)),
		},
	})
}

// whatIsMissing is the action and the resources of a denial: as the error's message says, or else as the catalogue knows the
// event, whose name is not always that of an action.
func whatIsMissing(a *audit.Account, use *audit.Use) (action string, resources []string, ok bool) {
	cat := a.Bundle.Snapshot.Library().Catalog()
	if m := lacking.FindStringSubmatch(use.ErrorMessage); m != nil {
		action = m[1]
		if m[2] != "" {
			resources = append(resources, m[2])
		}
	} else {
		action = use.Service + ":" + use.Action
	}
	service, name, _ := strings.Cut(action, ":")
	known, there := cat.Action(service, name)
	if !there {
		return "", nil, false
	}
	action = known.String()
	for _, resource := range use.Resources {
		if len(resources) == 0 && arn.Valid(resource) {
			resources = append(resources, resource)
		}
	}
	if len(resources) == 0 {
		if len(known.Resources) > 0 {
			return "", nil, false // on which resource nobody can say, and "*" would be too much
		}
		resources = []string{"*"}
	}
	return action, resources, true
}
