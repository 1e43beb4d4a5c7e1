package checks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
)

var policyName = audit.Check{
	ID:       "policy-name",
	Title:    "A policy's name says what the policy does",
	Why:      "People attach policies by their names; one that says less than the policy does is given to those who must not have it.",
	Severity: audit.Low,
	Area:     audit.AreaOrder,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "name things for what they do"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !inventory(a, r, users|groups|rolesOf|policies) {
			return
		}
		copies(a, r)
		for d := range documents(a) {
			if d.kind != policy.Identity {
				continue
			}
			name := strings.TrimPrefix(d.aspect, "inline ")
			if d.managed != nil {
				name = d.managed.Name
			}
			if bare.MatchString(name) {
				r.Found("bare "+d.aspect, audit.Finding{
					Resource: d.resource,
					Title:    in(&d, "has a name that says nothing"),
					Evidence: []audit.Evidence{{Text: "is named " + name, Policy: d.name}},
					Remedy:   audit.Remedy{Text: "Make it anew under a name that says whom it lets do what, and delete this one."},
				})
			}
			if modest(name) && d.parsed(r) != nil {
				understated(a, r, &d)
			}
		}
	},
}

// understated reports a policy that makes its holder an administrator; its name is known not to say so.
func understated(a *audit.Account, r *audit.Reporter, d *document) {
	admin, ok := administers(a, d.text)
	if !ok {
		return
	}
	var evidence []audit.Evidence
	for i := range admin.Statements {
		e := statementEvidence("", &admin.Statements[i].StatementRef, "makes its holder an administrator, who "+admin.How)
		e.Policy = d.name
		evidence = append(evidence, e)
	}
	r.FoundAs(audit.Medium, "administrator "+d.aspect, audit.Finding{
		Resource: d.resource,
		Title:    in(d, "makes its holder an administrator%s, and its name does not say so", onlyIf(admin.Requirements)),
		Evidence: evidence,
		Remedy:   audit.Remedy{Text: "Give it the rights that its name promises, or a name that says administrator.", Command: d.edit()},
	})
}

// bare are names made of words that say nothing, with numbers: "test", "policy1", "my-new-policy-2".
var bare = regexp.MustCompile(`(?i)^(?:(?:test(?:ing|s)?|tmp|temp(?:orary)?|polic(?:y|ies)|new|my|foo|bar|baz|example|sample|demo|untitled|copy|old|default|inline|custom|asdf|x+|of|the|a)[-_.+=,@ 0-9]*)+$`)

// modest reports whether a name gives no hint of full rights.
func modest(name string) bool {
	name = strings.ToLower(name)
	return !slices.ContainsFunc([]string{"admin", "full", "super", "root", "owner", "break", "emergency", "everything", "god"}, func(hint string) bool {
		return strings.Contains(name, hint)
	})
}

// copied is what people put behind the name of a policy when they copy it.
var copied = regexp.MustCompile(`(?i)[-_. ]?(?:copy|old|new|backup|bak|orig(?:inal)?|final|v[0-9]+)[-_. ]?[0-9]*$`)

// copies reports customer-managed policies that are copies of one by their names, and differ.
func copies(a *audit.Account, r *audit.Reporter) {
	byBase := map[string][]*directory.Policy{}
	var bases []string
	for p := range a.Directory.Policies() {
		base := strings.ToLower(p.Name)
		for cut := ""; cut != base && copied.ReplaceAllString(base, "") != ""; {
			cut, base = base, copied.ReplaceAllString(base, "")
		}
		if byBase[base] == nil {
			bases = append(bases, base)
		}
		byBase[base] = append(byBase[base], p)
	}
	for _, base := range bases {
		list := byBase[base]
		if len(list) < 2 || !differ(list) {
			continue
		}
		var names []string
		f := audit.Finding{
			Resource: a.Directory.ARN(list[0]),
			Remedy:   audit.Remedy{Text: "Keep one, with versions, and move to it what the others are attached to."},
		}
		for _, p := range list {
			names = append(names, p.Name)
			f.Evidence = append(f.Evidence, audit.Evidence{
				Text: fmt.Sprintf("is attached to %s", count(a.Directory.AttachedCount(a.Directory.ARN(p)), "principal", "principals")), Policy: a.Directory.ARN(p),
			})
		}
		f.Title = fmt.Sprintf("Policies %s are copies by their names, and differ", and(names))
		r.Found("copies", f)
	}
}

// differ reports whether the default versions of the policies are not all the same.
func differ(list []*directory.Policy) bool {
	canonical := func(p *directory.Policy) string {
		doc := p.DefaultDocument()
		if doc.Err() != nil {
			return doc.Text
		}
		return doc.Compiled().Document().Canonical()
	}
	return slices.ContainsFunc(list[1:], func(p *directory.Policy) bool { return canonical(p) != canonical(list[0]) })
}
