package usage

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/trail"
)

// Status is what is known of the use of something granted.
type Status uint8

// The statuses.
const (
	// NoEvidence: nothing that was read would show it.
	NoEvidence Status = iota
	// Unused: what would show it was read, and does not.
	Unused
	// Used by a call that was permitted.
	Used
)

// String is "no evidence", "unused" or "used".
func (s Status) String() string {
	return [...]string{NoEvidence: "no evidence", Unused: "unused", Used: "used"}[s]
}

// MarshalText is String.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Rights are what identity policies grant a principal, against what it used.
type Rights struct {
	Principal string         `json:"principal"`
	Services  []ServiceRight `json:"services"`
	// Denied are attempts that were refused: they show a wish, and no use.
	Denied []Attempt `json:"denied"`
}

// ServiceRight is what is granted of one service.
type ServiceRight struct {
	Service string `json:"service"`
	// Status is Used if any action is, Unused if no action is or can be used unseen, else NoEvidence.
	Status Status    `json:"status"`
	Last   time.Time `json:"last,omitzero"`
	// Actions by their status.
	Used       []ActionRight `json:"used"`
	Unused     []string      `json:"unused"`
	NoEvidence []Unproven    `json:"noEvidence"`
}

// ActionRight is an action that was used.
type ActionRight struct {
	Action string    `json:"action"`
	Last   time.Time `json:"last"`
	// By is "trail" or "last accessed details".
	By string `json:"by"`
}

// Unproven are actions of which the same thing is missing.
type Unproven struct {
	Why     string   `json:"why"`
	Actions []string `json:"actions"`
}

// Attempt is an action that was refused.
type Attempt struct {
	Action  string    `json:"action"`
	Records int       `json:"records"`
	Last    time.Time `json:"last"`
}

// Activity is what principals used according to a trail: when each last used an action, and what was refused.
type Activity struct {
	// From and To are the times of the first and last record; both are zero without a trail.
	From, To time.Time
	// Unread is how many records could not be read: nobody can be said not to have done something.
	Unread int

	used    map[actionOf]time.Time
	denied  map[actionOf]*Attempt
	unknown map[[2]string]bool // principal and service of calls of which it is not known what they needed
	reads   map[string]bool    // accounts with records of calls that change nothing
}

type actionOf struct{ principal, action string }

// maxActions bounds the actions of all principals of an Activity.
const maxActions = 1_000_000

// ReadActivity reads a trail.
func ReadActivity(trails []Records, snap *directory.Snapshot) *Activity {
	a := &Activity{used: map[actionOf]time.Time{}, denied: map[actionOf]*Attempt{}, unknown: map[[2]string]bool{}, reads: map[string]bool{}}
	c := snap.Library().Catalog()
	t := Translator{Catalog: c, Snapshot: snap}
	for e, problem := range ahead(trails, func(*trail.Event) bool { return true }) {
		if problem != nil || len(a.used) >= maxActions {
			a.Unread++
			continue
		}
		span(&a.From, &a.To, e.EventTime)
		a.add(&t, e)
	}
	return a
}

func (a *Activity) add(t *Translator, e *trail.Event) {
	actor, account := Actor(e)
	if actor == "" || e.ByService() {
		return
	}
	needs, why := t.Needs(e)
	switch {
	case why == needsNone:
		return
	case why != "":
		a.unknown[[2]string{strings.Clone(actor), service(e.EventSource)}] = true
		return
	}
	if e.ReadOnly {
		a.reads[account] = true
	}
	denied := OutcomeOf(e) == Denied
	for i := range needs {
		n := &needs[i]
		key := actionOf{strings.Clone(actor), n.Action}
		if !denied {
			if e.EventTime.After(a.used[key]) {
				a.used[key] = e.EventTime
			}
			continue
		}
		if n.With != "" {
			continue
		}
		if a.denied[key] == nil {
			a.denied[key] = &Attempt{Action: n.Action}
		}
		a.denied[key].Records++
		if e.EventTime.After(a.denied[key].Last) {
			a.denied[key].Last = e.EventTime
		}
	}
}

// RightsOf compares what the identity policies of a user or role grant with what it used: by the trail, and by the last
// accessed details of the account, which may be nil. ok is false for what is no user or role of the snapshot.
func RightsOf(snap *directory.Snapshot, principal string, a *Activity, last *awsimport.LastAccessed) (r Rights, ok bool) {
	account, e := entityOf(snap, principal)
	if e == nil {
		return Rights{}, false
	}
	r = Rights{Principal: principal, Services: []ServiceRight{}, Denied: []Attempt{}}
	var policies []*eval.Policy
	for _, p := range account.IdentityPolicies(e) {
		policies = append(policies, p.Policy)
	}
	j := rightsJudge{principal: principal, account: account.ID(), activity: a, last: last}
	for _, g := range authz.Grants(snap.Library().Catalog(), policies...) {
		r.Services = append(r.Services, j.service(&g))
	}
	for key, attempt := range a.denied {
		if key.principal == principal {
			r.Denied = append(r.Denied, *attempt)
		}
	}
	slices.SortFunc(r.Denied, func(a, b Attempt) int { return cmp.Compare(a.Action, b.Action) })
	return r, true
}

type rightsJudge struct {
	principal, account string
	activity           *Activity
	last               *awsimport.LastAccessed
}

func (j *rightsJudge) service(g *authz.Grant) ServiceRight {
	s := ServiceRight{Service: g.Service.Prefix, Used: []ActionRight{}, Unused: []string{}, NoEvidence: []Unproven{}}
	report := j.report(g.Service.Prefix)
	for _, action := range g.Actions {
		status, why, use := j.action(action, report)
		switch status {
		case Used:
			s.Used = append(s.Used, use)
			if use.Last.After(s.Last) {
				s.Last = use.Last
			}
		case Unused:
			s.Unused = append(s.Unused, action.String())
		case NoEvidence:
			s.unproven(why, action.String())
		}
	}
	if report != nil && report.Last.After(s.Last) {
		s.Last = report.Last
	}
	switch {
	case len(s.Used) > 0 || !s.Last.IsZero():
		s.Status = Used
	case len(s.NoEvidence) == 0:
		s.Status = Unused
	}
	return s
}

func (s *ServiceRight) unproven(why, action string) {
	at := slices.IndexFunc(s.NoEvidence, func(u Unproven) bool { return u.Why == why })
	if at < 0 {
		at = len(s.NoEvidence)
		s.NoEvidence = append(s.NoEvidence, Unproven{Why: why})
	}
	s.NoEvidence[at].Actions = append(s.NoEvidence[at].Actions, action)
}

// report is that of last access for a service.
func (j *rightsJudge) report(service string) *awsimport.ServiceAccess {
	if j.last == nil {
		return nil
	}
	for i := range j.last.Services {
		if j.last.Services[i].Service == service {
			return &j.last.Services[i]
		}
	}
	return nil
}

// action says what is known of one action. A service that the report of last access has and that was not used rules all of
// its actions out, but for those that nothing shows.
func (j *rightsJudge) action(a *catalog.Action, report *awsimport.ServiceAccess) (status Status, why string, use ActionRight) {
	use = ActionRight{Action: a.String(), Last: j.activity.used[actionOf{j.principal, a.String()}], By: "trail"}
	tracked := false
	if report != nil {
		for _, t := range report.Actions {
			if t.Action == a.Name {
				tracked = true
				if t.Last.After(use.Last) {
					use.Last, use.By = t.Last, "last accessed details"
				}
			}
		}
	}
	logging := LoggingOf(a)
	switch {
	case !use.Last.IsZero():
		return Used, "", use
	case tracked:
		return Unused, "", use
	case logging == Never:
		return NoEvidence, whyUnseen[Never], use
	case report != nil && report.Last.IsZero():
		return Unused, "", use
	case j.activity.From.IsZero():
		return NoEvidence, "there is no trail, and the last accessed details do not have the action", use
	case j.activity.Unread > 0:
		return NoEvidence, "records of the trail could not be read", use
	case j.activity.unknown[[2]string{j.principal, a.Service}]:
		return NoEvidence, "of some calls to the service it is not known what they needed", use
	case logging == Data:
		return NoEvidence, "calls are data events, which a trail has of the resources that it was told, if of any", use
	case (a.Access == catalog.List || a.Access == catalog.Read) && !j.activity.reads[j.account]:
		return NoEvidence, "the trail has no calls that only read", use
	}
	return Unused, "", use
}
