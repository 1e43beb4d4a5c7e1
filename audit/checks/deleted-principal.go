package checks

import (
	"regexp"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/policy"
)

var deletedPrincipal = audit.Check{
	ID:       "deleted-principal",
	Title:    "Policies name principals that exist",
	Why:      "A name that is left behind hides who gets in; where it is an ARN, whoever makes a principal of that name inherits its rights.",
	Severity: audit.Low,
	Area:     audit.AreaTrust,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "remove what is unused"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if a.Evidence.Extent(awsimport.KindResourcePolicy) == awsimport.Absent {
			r.NotAssessed("the policies of resources", "warder audit collect")
		}
		inventory(a, r, users|rolesOf)
		for d := range documents(a) {
			if doc := d.parsed(r); doc != nil {
				gone(a, r, &d, doc)
			}
		}
	},
}

// uniqueID is the id of a user or role, which AWS shows in the place of one that was deleted. Source: IAM User Guide, IAM
// identifiers.
var uniqueID = regexp.MustCompile(`^(AIDA|AROA)[A-Z0-9]{12,124}$`)

func gone(a *audit.Account, r *audit.Reporter, d *document, doc *policy.Document) {
	var ids, names []string
	var evidence []audit.Evidence
	for i := range doc.Statements {
		st := &doc.Statements[i]
		for _, v := range namedIn(st) {
			switch {
			case uniqueID.MatchString(v.Text) && !hasID(a, v.Text):
				ids = append(ids, v.Text)
			case missing(a, v.Text):
				names = append(names, v.Text)
			default:
				continue
			}
			e := d.at(st, "names "+v.Text+", which does not exist")
			e.Line, e.Column = v.Span.Start.Line, v.Span.Start.Column
			evidence = append(evidence, e)
		}
	}
	if len(evidence) == 0 {
		return
	}
	s := audit.Low // an id is never given again
	if len(names) > 0 {
		s = audit.Medium
	}
	r.FoundAs(s, d.aspect, audit.Finding{
		Resource: d.resource,
		Title:    in(d, "names principals that no longer exist: %s", and(slices.Compact(slices.Sorted(slices.Values(append(ids, names...)))))),
		Evidence: evidence,
		Remedy:   audit.Remedy{Text: "Take them out.", Command: d.edit()},
	})
}

// namedIn are the principals that a statement names exactly: in its Principal elements, and in conditions on the principal's
// ARN.
func namedIn(st *policy.Statement) []policy.Value {
	var all []policy.Value
	for _, p := range []*policy.Principals{st.Principal, st.NotPrincipal} {
		if p != nil {
			all = append(all, p.AWS...)
		}
	}
	for i := range st.Condition {
		if strings.EqualFold(st.Condition[i].Key.Text, "aws:PrincipalArn") {
			all = append(all, st.Condition[i].Values...)
		}
	}
	return all
}

func hasID(a *audit.Account, id string) bool {
	for account := range a.Bundle.Snapshot.Accounts() {
		if account.UserByID(id) != nil || account.RoleByID(id) != nil {
			return true
		}
	}
	return false
}

// missing reports whether a name is that of a user or role of this account which the account, all of which is known, does
// not have.
func missing(a *audit.Account, name string) bool {
	parsed, err := arn.Parse(name)
	if err != nil || parsed.Account != a.ID || strings.ContainsAny(name, "*?$") {
		return false
	}
	named, ok := parsed.Named()
	if !ok {
		return false
	}
	c := &a.Evidence.AuthorizationDetails
	switch named.Kind {
	case arn.KindUser:
		return c.Users == awsimport.Complete && userOf(a, name) == nil
	case arn.KindRole:
		return c.Roles == awsimport.Complete && (a.Directory == nil || a.Directory.Role(named.Name) == nil || a.Directory.ARN(a.Directory.Role(named.Name)) != name)
	case arn.KindAssumedRole:
		return c.Roles == awsimport.Complete && (a.Directory == nil || a.Directory.Role(named.Name) == nil)
	}
	return false
}
