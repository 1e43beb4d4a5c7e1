package audit

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit/usage"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/trail"
)

// Activity is what a trail says the principals of one account did, added up. Numbers are of records: one that two files
// of the bundle hold counts twice.
type Activity struct {
	// From and To are the times of the first and last record of the account's own trail; both are zero where all that is
	// known of its principals was recorded by other accounts.
	From, To time.Time
	// Records is how many there are, of the account's trail or its principals.
	Records int
	// Unread is how many records of the bundle, of any account, could not be read or found no room: what they tell is not
	// known, and nobody can be said not to have done something.
	Unread int
	// Principals are the root user, users and roles that did anything, in the order of their ARNs.
	Principals []*PrincipalActivity

	byARN map[string]*PrincipalActivity
}

// PrincipalActivity is what one principal did.
type PrincipalActivity struct {
	// ARN of the root user, user or role. What sessions of a role or of a user did, their role or user did.
	ARN string
	// Records is how many, Denied how many of them were refused for want of a permission.
	Records, Denied int
	First, Last     time.Time
	// Uses are what it did, by service, action, outcome and Via.
	Uses []*Use
	// Sources are from where, and with what.
	Sources []*Source
}

// Outcome says how calls ended.
type Outcome = usage.Outcome

// The outcomes. A call that failed was permitted all the same, but for a failed sign-in.
const (
	Succeeded = usage.Succeeded
	Failed    = usage.Failed // for a reason other than a missing permission
	Denied    = usage.Denied // a permission was missing
)

// Use is one action of a principal, with one outcome.
type Use struct {
	// Service is the event's, "iam". It is not always that of the action.
	Service string
	// Action is the event's name, such as "CreateUser". It is not always that of the action in policies.
	Action  string
	Outcome Outcome
	// Via is the service that called on the principal's behalf, "" for the principal itself.
	Via      string
	ReadOnly bool
	// ByService: AWS itself wrote the record of something that it did (AwsServiceEvent), not the principal's call.
	ByService bool

	Records     int
	First, Last time.Time
	// WithoutMFA is how many were made with temporary credentials that were got without a second factor.
	WithoutMFA int
	// Resources are ARNs of resources that the records name, the first MaxUseResources of them.
	Resources []string
	// Of the last record: its id, where it came from, and the error's code and message.
	EventID, Region, Address, Agent string
	ErrorCode, ErrorMessage         string
}

// MaxUseResources bounds Use.Resources.
const MaxUseResources = 10

// Source is from where, and with which credentials and program, a principal called.
type Source struct {
	// KeyID is that of a long-term access key; "" for the console and temporary credentials.
	KeyID string
	// Address is an IP address, or the name of a service.
	Address, Agent string
	Records        int
	First, Last    time.Time
	// Hours of the day, in UTC, and Weekdays, from Sunday, in which it was used: bit n for the n-th, from 0.
	Hours    uint32
	Weekdays uint8
}

// maxActivity bounds all Uses and all Sources of a run: some 100 bytes each and their texts.
const maxActivity = 200_000

// Principal is what one did, by its ARN; nil where nothing is known that it did.
func (a *Activity) Principal(name string) *PrincipalActivity { return a.byARN[name] }

// TrailActivity is the activity of all accounts.
type TrailActivity struct {
	accounts map[string]*Activity
	unread   int
}

// Of is that of one account; nil where there is no trail.
func (t *TrailActivity) Of(account string) *Activity {
	if t == nil {
		return nil
	}
	if a := t.accounts[account]; a != nil {
		return a
	}
	return &Activity{Unread: t.unread}
}

// Activities adds up all events of a bundle; nil where it has no trail.
func Activities(b *awsimport.Bundle) *TrailActivity {
	if b.Events == nil {
		return nil
	}
	g := newGatherer(maxActivity)
	for e, problem := range b.Events {
		if problem != nil {
			g.unread++
			continue
		}
		g.add(e)
	}
	for _, a := range g.accounts {
		a.Unread = g.unread
		a.sort()
	}
	return &TrailActivity{g.accounts, g.unread}
}

func newGatherer(limit int) *gatherer {
	return &gatherer{
		limit: limit, accounts: map[string]*Activity{}, uses: map[useKey]*Use{}, sources: map[sourceKey]*Source{}, texts: map[string]string{},
	}
}

// gatherer adds up events.
type gatherer struct {
	limit    int // of uses and of sources
	accounts map[string]*Activity
	uses     map[useKey]*Use
	sources  map[sourceKey]*Source
	texts    map[string]string // each text is kept once
	unread   int
}

type useKey struct {
	principal, service, action, via string
	outcome                         Outcome
	byService                       bool
}

type sourceKey struct{ principal, key, address, agent string }

func (g *gatherer) account(id string) *Activity {
	a := g.accounts[id]
	if a == nil {
		a = &Activity{byARN: map[string]*PrincipalActivity{}}
		g.accounts[id] = a
	}
	return a
}

func (g *gatherer) add(e *trail.Event) {
	principal, account := usage.Actor(e)
	if id := e.RecipientAccountID; arn.IsAccountID(id) {
		a := g.account(id)
		span(&a.From, &a.To, e.EventTime)
		if account != id {
			a.Records++
		}
	}
	if account == "" {
		return
	}
	if !g.room(principal, e) {
		g.unread++
		return
	}
	principal = g.text(principal)
	a := g.account(account)
	a.Records++
	p := a.byARN[principal]
	if p == nil {
		p = &PrincipalActivity{ARN: principal}
		a.byARN[principal] = p
		a.Principals = append(a.Principals, p)
	}
	p.Records++
	span(&p.First, &p.Last, e.EventTime)
	if usage.OutcomeOf(e) == Denied {
		p.Denied++
	}
	g.use(p, e)
	if e.UserIdentity.InvokedBy == "" && !e.ByService() {
		g.source(p, e)
	}
}

// room reports whether the event can be added without more than the bounded number of uses and sources.
func (g *gatherer) room(principal string, e *trail.Event) bool {
	if len(g.uses) < g.limit && len(g.sources) < g.limit {
		return true
	}
	return g.uses[keyOfUse(principal, e)] != nil && g.sources[keyOfSource(principal, e)] != nil
}

func (g *gatherer) text(s string) string {
	if kept, ok := g.texts[s]; ok {
		return kept
	}
	s = strings.Clone(s)
	g.texts[s] = s
	return s
}

func keyOfUse(principal string, e *trail.Event) useKey {
	return useKey{
		principal: principal, service: e.Service(), action: e.EventName,
		via: e.UserIdentity.InvokedBy, outcome: usage.OutcomeOf(e), byService: e.ByService(),
	}
}

func (g *gatherer) use(p *PrincipalActivity, e *trail.Event) {
	k := keyOfUse(p.ARN, e)
	u := g.uses[k]
	if u == nil {
		k.service, k.action, k.via = g.text(k.service), g.text(k.action), g.text(k.via)
		u = &Use{Service: k.service, Action: k.action, Via: k.via, Outcome: k.outcome, ReadOnly: e.ReadOnly, ByService: k.byService}
		g.uses[k] = u
		p.Uses = append(p.Uses, u)
	}
	u.Records++
	if s := e.UserIdentity.SessionContext; s != nil && s.Attributes.MFAAuthenticated == "false" {
		u.WithoutMFA++
	}
	for _, r := range e.Resources {
		if len(u.Resources) < MaxUseResources && r.ARN != "" && !slices.Contains(u.Resources, r.ARN) {
			u.Resources = append(u.Resources, strings.Clone(r.ARN))
		}
	}
	if span(&u.First, &u.Last, e.EventTime) {
		u.EventID, u.Region = strings.Clone(e.EventID), g.text(e.AWSRegion)
		u.Address, u.Agent = g.text(e.SourceIPAddress), g.text(e.UserAgent)
		u.ErrorCode, u.ErrorMessage = g.text(e.ErrorCode), strings.Clone(e.ErrorMessage)
	}
}

func keyOfSource(principal string, e *trail.Event) sourceKey {
	k := sourceKey{principal: principal, address: e.SourceIPAddress, agent: e.UserAgent}
	if id := e.UserIdentity.AccessKeyID; strings.HasPrefix(id, "AKIA") {
		k.key = id
	}
	return k
}

func (g *gatherer) source(p *PrincipalActivity, e *trail.Event) {
	k := keyOfSource(p.ARN, e)
	s := g.sources[k]
	if s == nil {
		k.key, k.address, k.agent = g.text(k.key), g.text(k.address), g.text(k.agent)
		s = &Source{KeyID: k.key, Address: k.address, Agent: k.agent}
		g.sources[k] = s
		p.Sources = append(p.Sources, s)
	}
	s.Records++
	s.Hours |= 1 << e.EventTime.Hour()
	s.Weekdays |= 1 << e.EventTime.Weekday()
	span(&s.First, &s.Last, e.EventTime)
}

// span widens a span of time, and reports whether t is its end now.
func span(first, last *time.Time, t time.Time) bool {
	if first.IsZero() || t.Before(*first) {
		*first = t
	}
	if t.Before(*last) {
		return false
	}
	*last = t
	return true
}

// sort puts everything into an order that does not depend on that of the files.
func (a *Activity) sort() {
	slices.SortFunc(a.Principals, func(p, q *PrincipalActivity) int { return cmp.Compare(p.ARN, q.ARN) })
	for _, p := range a.Principals {
		slices.SortFunc(p.Uses, func(u, v *Use) int {
			return cmp.Or(cmp.Compare(u.Service, v.Service), cmp.Compare(u.Action, v.Action), cmp.Compare(u.Outcome, v.Outcome),
				cmp.Compare(u.Via, v.Via), u.First.Compare(v.First))
		})
		slices.SortFunc(p.Sources, func(s, t *Source) int {
			return cmp.Or(cmp.Compare(s.KeyID, t.KeyID), cmp.Compare(s.Address, t.Address), cmp.Compare(s.Agent, t.Agent))
		})
	}
}
