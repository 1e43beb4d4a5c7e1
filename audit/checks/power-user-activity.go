package checks

import (
	"fmt"
	"slices"
	"time"

	"github.com/warder-iam/warder/audit"
)

var powerUserActivity = audit.Check{
	ID:         "power-user-activity",
	Title:      "What privileged principals do is looked through",
	Why:        "Administrators can undo every other protection, so what they do is what has to be read.",
	Severity:   audit.Informational,
	Area:       audit.AreaVisibility,
	References: practice("review privileged activity"),
	Run: func(a *audit.Account, r *audit.Reporter) {
		activity := a.Activity()
		if activity == nil {
			r.NotAssessed("what privileged principals did: events of a trail", getEvents)
			return
		}
		if activity.Unread > 0 {
			r.NotAssessed(count(activity.Unread, "record", "records")+" of the trail", "")
		}
		since, review := lastReview(a)
		if activity.From.IsZero() || activity.From.After(since) {
			r.NotAssessed("events of the trail since "+day(since), getEvents)
		}
		for _, name := range privileged(a, r) {
			if p := activity.Principal(name); p != nil && !p.Last.Before(since) {
				privilegedActivity(r, p, since, review)
			}
		}
	},
}

// lastReview is when somebody last looked through what privileged principals did, and by what that is known.
func lastReview(a *audit.Account) (since time.Time, source string) {
	if t := answer(a, privilegedActivityReviewed); t != nil && t.Answer {
		return t.On, fmt.Sprintf("%s looked through it on %s", t.By, day(t.On))
	}
	return a.Now.AddDate(0, 0, -a.Settings.ReviewDays), "nobody attested a review: the last " + count(a.Settings.ReviewDays, "day", "days") + " count"
}

// privileged are the root user and the administrators. Of whom it is not known whether they are is a gap.
func privileged(a *audit.Account, r *audit.Reporter) []string {
	if inventory(a, r, users|groups|rolesOf|policies) && a.Directory != nil {
		for e := range actors(a) {
			if !a.Bundle.Complete(a.Directory.ARN(e)) {
				r.NotAssessed("the permissions of "+label(e), getDetails)
			}
		}
	}
	for _, why := range a.Unsettled() {
		r.NotAssessed("who the administrators are: "+why, "")
	}
	names := []string{a.RootARN()}
	for _, adm := range a.Administrators() {
		names = append(names, adm.ARN)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func privilegedActivity(r *audit.Reporter, p *audit.PrincipalActivity, since time.Time, review string) {
	uses := slices.DeleteFunc(slices.Clone(p.Uses), func(u *audit.Use) bool { return u.Last.Before(since) || u.ByService })
	if len(uses) == 0 {
		return
	}
	strange := unusual(p, uses, since)
	severity, title := audit.Informational, fmt.Sprintf("Privileged %s used %s since %s", p.ARN, count(len(uses), "action", "actions"), day(since))
	if len(strange) > 0 {
		severity, title = audit.Medium, title+", not all as before"
	}
	// Changes first, the latest of them before the others.
	slices.SortStableFunc(uses, func(u, v *audit.Use) int {
		switch {
		case u.ReadOnly == v.ReadOnly:
			return v.Last.Compare(u.Last)
		case u.ReadOnly:
			return 1
		}
		return -1
	})
	evidence := append(strange, fact("%s", review))
	for _, u := range uses {
		evidence = append(evidence, used(u))
	}
	r.FoundAs(severity, "", audit.Finding{
		Resource: p.ARN, Title: title, Evidence: few(evidence),
		Remedy: audit.Remedy{
			Text: "Ask whoever it was about what you cannot explain, then write the review down as an attestation of " + privilegedActivityReviewed + ".",
		},
	})
}

// unusual says what of somebody's activity since a time differs from what it did before, or should not be in any case.
func unusual(p *audit.PrincipalActivity, uses []*audit.Use, since time.Time) []audit.Evidence {
	var evidence []audit.Evidence
	before := p.First.Before(since)
	for _, u := range uses {
		switch {
		case u.Outcome == audit.Denied:
			evidence = append(evidence, fact("refused: %s", used(u).Text))
		case u.WithoutMFA > 0 && !u.ReadOnly:
			evidence = append(evidence, fact("without MFA: %s", used(u).Text))
		case before && !u.First.Before(since) && !u.ReadOnly:
			evidence = append(evidence, fact("for the first time: %s", used(u).Text))
		}
	}
	for _, s := range p.Sources {
		if before && !s.First.Before(since) && !addressBefore(p, s.Address, since) {
			evidence = append(evidence, fact("from a new address, %s, since %s", s.Address, day(s.First)))
		}
	}
	return evidence
}

// addressBefore reports whether a principal called from an address before a time.
func addressBefore(p *audit.PrincipalActivity, address string, t time.Time) bool {
	return slices.ContainsFunc(p.Sources, func(s *audit.Source) bool { return s.Address == address && s.First.Before(t) })
}
