package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// Direction is which way access changed.
type Direction uint8

// The directions.
const (
	Lost   Direction = iota
	Gained           // more circumstances allow it: none before, or conditions that are gone
	// Changed: it is allowed before and after, on other conditions.
	Changed
)

// String is "lost", "gained" or "changed".
func (d Direction) String() string {
	return [...]string{Lost: "lost", Gained: "gained", Changed: "changed"}[d]
}

// MarshalText is String.
func (d Direction) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// Difference is access that principals have in one state and not, or not so, in the other.
type Difference struct {
	Direction Direction `json:"direction"`
	// Principals by ARN: all to whom just this happened.
	Principals []string `json:"principals"`
	Actions    []string `json:"actions"`
	// Resource is the narrowest pattern of the policies for what is concerned; "*" for actions without resources. Example is
	// one resource that was asked about, for the first of the actions.
	Resource string `json:"resource"`
	Example  string `json:"example"`
	// Before and After are the answers, for people: "no", "yes, with MFA".
	Before string `json:"before"`
	After  string `json:"after"`
	// Statements allow it, in the state in which it is allowed (after, if it is in both).
	Statements []access.StatementRef `json:"statements"`
}

// Report is all that differs.
type Report struct {
	Differences []Difference `json:"differences"`
	// Added and Removed are principals that only one state has; what they gain and lose is among the differences.
	Added   []string `json:"added"`
	Removed []string `json:"removed"`
	// Undecided says about whom and what no answer was found, and why.
	Undecided []string `json:"undecided"`
	// Unfinished is true where the bounds of Options ended the comparison: there may be more differences.
	Unfinished bool `json:"unfinished,omitempty"`
}

// Options bound a comparison. The zero value does not.
type Options struct {
	// Questions is how many requests may be decided in both states; 0 is no bound.
	Questions int
	// Stop is asked before each of them, and ends the comparison where it is true; nil never does.
	Stop func() bool
}

// Compare tells what principals can do in the state of after and could not in that of before, and the other way round. Users,
// roles and whoever outside of the accounts reaches something are looked at, where policies that concern them differ.
func Compare(before, after *access.Finder, o Options) *Report {
	c := comparison{options: o, before: before, after: after, catalog: after.Snapshot().Library().Catalog(), known: map[string][]Difference{}, found: map[string]*Difference{},
		keys: map[string]*eval.Source{}}
	c.report = Report{Differences: []Difference{}, Added: []string{}, Removed: []string{}, Undecided: []string{}}
	for p := range principals(before, after) {
		if c.over() {
			break
		}
		c.principal(p)
	}
	c.resources()
	if !c.over() {
		c.external()
	}
	return c.finish()
}

// principals are the users and roles of both states, each once.
func principals(before, after *access.Finder) func(yield func(access.Principal) bool) {
	return func(yield func(access.Principal) bool) {
		for p := range before.Principals() {
			if !yield(p) {
				return
			}
		}
		for p := range after.Principals() {
			if _, there := before.Principal(p.ARN); !there || before.Snapshot().Account(p.Account) == nil {
				if !yield(p) {
					return
				}
			}
		}
	}
}

type comparison struct {
	options       Options
	asked         int // questions so far
	before, after *access.Finder
	catalog       *catalog.Catalog
	known         map[string][]Difference // of principals with the same policies in both states
	found         map[string]*Difference
	keys          map[string]*eval.Source // the policies that keys are supposed to have, by account
	report        Report
}

// over reports whether a bound is reached, and keeps that it was.
func (c *comparison) over() bool {
	o := &c.options
	c.report.Unfinished = c.report.Unfinished || o.Questions > 0 && c.asked >= o.Questions || o.Stop != nil && o.Stop()
	return c.report.Unfinished
}

// principal compares what one can do, as far as its policies differ.
func (c *comparison) principal(p access.Principal) {
	if p.Kind == eval.Root {
		return // nothing but SCPs bind it, and those come and go for all of its account
	}
	was, is := policiesOf(c.before, p), policiesOf(c.after, p)
	switch {
	case was.missing && !is.missing:
		c.report.Added = append(c.report.Added, p.ARN)
	case is.missing && !was.missing:
		c.report.Removed = append(c.report.Removed, p.ARN)
	}
	changed := changedStatements(was, is)
	if len(changed) == 0 {
		return
	}
	key := ""
	if c.alike(was, is) {
		key = was.key() + "\x00" + is.key()
		if list, ok := c.known[key]; ok {
			c.add(p, list)
			return
		}
	}
	var list []Difference
	for a := range matching(c.catalog, changed) {
		list = append(list, c.action(p, a)...)
	}
	for _, name := range unlisted(c.catalog, changed) {
		list = append(list, c.unlisted(p, name, changed)...)
	}
	if key != "" {
		c.known[key] = list
	}
	c.add(p, list)
}

// alike reports whether principals with the same policies get the same answers: nothing in these asks who they are.
func (c *comparison) alike(all ...*policies) bool {
	if len(c.before.Resources())+len(c.after.Resources()) > 0 {
		return false
	}
	return !slices.ContainsFunc(all, func(p *policies) bool { return p.personal() })
}

// action compares what a principal can do with one action.
func (c *comparison) action(p access.Principal, a *catalog.Action) (list []Difference) {
	regions, complete := access.Regions(p, a, c.before, c.after)
	if !complete {
		c.undecided("%s: %s: not all sets of resources could be looked at", p.ARN, a)
	}
	for _, r := range regions {
		if d, differs := c.ask(p, a.String(), r.Resource); differs {
			d.Resource = r.Resource
			if len(r.Within) > 0 {
				d.Resource = r.Within[0]
			}
			list = append(list, d)
		}
	}
	return list
}

// ask puts one question to both states.
func (c *comparison) ask(p access.Principal, action, resource string) (d Difference, differs bool) {
	if c.over() {
		return d, false
	}
	c.asked++
	was := c.before.Can(in(c.before, p), c.question(c.before, action, resource))
	is := c.after.Can(in(c.after, p), c.question(c.after, action, resource))
	if was.Verdict == access.Undecided || is.Verdict == access.Undecided {
		c.undecided("%s: %s on %s: %s", p.ARN, action, resource, cmp.Or(is.Why, was.Why))
		return d, false
	}
	d = Difference{Actions: []string{action}, Resource: resource, Example: resource, Before: was.Text(), After: is.Text(), Statements: is.Statements}
	switch {
	case is.Verdict > was.Verdict:
		d.Direction = Gained
	case is.Verdict < was.Verdict:
		d.Direction = Lost
		if is.Verdict == access.No {
			d.Statements = was.Statements
		}
	case d.Before == d.After:
		return d, false
	default:
		d.Direction = Changed
	}
	return d, true
}

// question is about a resource as a state knows it. A key whose policy neither state knows is supposed to have the one that AWS
// gives to new keys, which leaves it to the account: what a key's own policy grants is the same before and after, so that only
// what identities may is compared.
func (c *comparison) question(f *access.Finder, action, resource string) *authz.Ask {
	ask := f.Ask(action, resource)
	if strings.HasPrefix(strings.ToLower(action), "kms:") && ask.ResourceKind == eval.Authoritative && ask.ResourcePolicy == nil {
		owner := cmp.Or(ask.ResourceAccount, accountOf(resource))
		if c.keys[owner] == nil {
			c.keys[owner] = &eval.Source{Name: "the key's policy", Policy: directory.Document{Text: fmt.Sprintf(leftToAccount, owner)}.Compiled()}
		}
		ask.ResourcePolicy = c.keys[owner]
	}
	return ask
}

// leftToAccount is the default key policy. Source: AWS KMS Developer Guide, "Default key policy".
const leftToAccount = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"%s"},"Action":"kms:*","Resource":"*"}]}`

func accountOf(resource string) string {
	a, err := arn.Parse(resource)
	if err != nil {
		return ""
	}
	return a.Account
}

func (c *comparison) undecided(format string, args ...any) {
	c.report.Undecided = append(c.report.Undecided, fmt.Sprintf(format, args...))
}

// add joins a principal's differences, and with those of others.
func (c *comparison) add(p access.Principal, list []Difference) {
	var own []*Difference
	for i := range list {
		d := list[i]
		at := slices.IndexFunc(own, func(o *Difference) bool {
			return o.Direction == d.Direction && o.Resource == d.Resource && o.Before == d.Before && o.After == d.After
		})
		if at < 0 {
			d.Actions = slices.Clone(d.Actions)
			own = append(own, &d)
		} else if o := own[at]; !slices.Contains(o.Actions, d.Actions[0]) {
			o.Actions = append(o.Actions, d.Actions[0])
		}
	}
	for _, d := range own {
		slices.Sort(d.Actions)
		key := fmt.Sprint(d.Direction, "\x00", d.Resource, "\x00", d.Before, "\x00", d.After, "\x00", d.Actions)
		if o := c.found[key]; o != nil {
			o.Principals = append(o.Principals, p.ARN)
			continue
		}
		d.Principals = []string{p.ARN}
		c.found[key] = d
	}
}

func (c *comparison) finish() *Report {
	for _, d := range c.found {
		slices.Sort(d.Principals)
		d.Principals = slices.Compact(d.Principals)
		c.report.Differences = append(c.report.Differences, *d)
	}
	slices.SortFunc(c.report.Differences, func(a, b Difference) int {
		return cmp.Or(-cmp.Compare(a.Direction, b.Direction), slices.Compare(a.Principals, b.Principals),
			cmp.Compare(a.Resource, b.Resource), cmp.Compare(strings.Join(a.Actions, " "), strings.Join(b.Actions, " ")), cmp.Compare(a.Before+a.After, b.Before+b.After))
	})
	slices.Sort(c.report.Undecided)
	c.report.Undecided = slices.Compact(c.report.Undecided)
	return &c.report
}
