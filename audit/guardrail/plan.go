package guardrail

import (
	"reflect"
	"time"

	"github.com/warder-iam/warder/audit/repair"
	"github.com/warder-iam/warder/directory"
)

// Name is a guardrail, by the setting that switches it on.
type Name string

// The guardrails.
const (
	UnusedCredentials  Name = "guardrail-unused-credentials"
	KeyAge             Name = "guardrail-key-age"
	RotateKeys         Name = "guardrail-rotate-keys"
	PolicyVersions     Name = "guardrail-policy-versions"
	UnattachedPolicies Name = "guardrail-unattached-policies"
)

// Settings switch guardrails on: each is an age in time that counts, 0 for off.
type Settings struct {
	// UnusedCredentials: an access key is made inactive, and a password deleted, that was not used for so long.
	UnusedCredentials time.Duration
	// KeyAge: an active access key this old is made inactive, KeyNotice after notice was given at the earliest.
	KeyAge, KeyNotice time.Duration
	// RotateKeys: an active access key this old, of a user with the tag for it, is replaced.
	RotateKeys time.Duration
	// PolicyVersions: a version is deleted that no run has found to be the default one for so long.
	PolicyVersions time.Duration
	// UnattachedPolicies: a policy is deleted that no run has found attached, or as a boundary, for so long.
	UnattachedPolicies time.Duration
}

// On reports whether any guardrail is.
func (s *Settings) On() bool {
	return s.UnusedCredentials > 0 || s.KeyAge > 0 || s.RotateKeys > 0 || s.PolicyVersions > 0 || s.UnattachedPolicies > 0
}

// Input is what a plan is made from.
type Input struct {
	Snapshot *directory.Snapshot
	Account  *directory.Account // of Snapshot
	Settings Settings
	// KeyUse is the last use of an access key, PasswordUse that of a user's password, by unique id; zero for never.
	KeyUse, PasswordUse func(id string) time.Time
	// Notes are what earlier runs remember, by the unique id of the user or policy or the id of the key.
	Notes map[string]Note
	Runs  Runs
	Now   time.Time
}

// Note is what runs remember of one thing.
type Note struct {
	// Noticed is when notice of a key's end was given.
	Noticed time.Time `json:"noticed,omitzero"`
	// Inactive is when a run last found the key inactive. Whoever makes one active again has its full time.
	Inactive time.Time `json:"inactive,omitzero"`
	// Rotation of a user's key that is under way.
	Rotation *Rotation `json:"rotation,omitempty"`
	// Unattached is when a run first found that nothing has the policy; zero while something has.
	Unattached time.Time `json:"unattached,omitzero"`
	// Versions of the policy: when a run first found that they are not the default one, by number.
	Versions map[int]time.Time `json:"versions,omitempty"`
}

// Empty notes need not be kept.
func (n *Note) Empty() bool {
	return n.Noticed.IsZero() && n.Inactive.IsZero() && n.Rotation == nil && n.Unattached.IsZero() && len(n.Versions) == 0
}

// Action is what a change does.
type Action string

// The actions.
const (
	Notice  Action = "notice"  // tells that a key is to be made inactive
	Call    Action = "call"    // makes the calls of Steps
	Rotate  Action = "rotate"  // makes a key, hands it to the hook, and makes the old one inactive
	Finish  Action = "finish"  // ends a rotation that broke off after the hook had taken the key: Steps
	Abandon Action = "abandon" // ends one that broke off before the hook had it: Steps
)

// Change is one thing that a run does.
type Change struct {
	Guardrail Name
	Action    Action
	// Resource is the ARN of the user or policy.
	Resource string
	// User whose credential it is, nil for policies; Key is the access key, nil for passwords.
	User *directory.User
	Key  *directory.AccessKey
	// Why says it with the evidence, in a sentence without a full stop.
	Why string
	// Since is what the age is counted from: the last use, the creation, the first run that found it so.
	Since time.Time
	// Due is when the key of a notice is made inactive.
	Due time.Time
	// Steps are calls, with their way back where there is one.
	Steps []repair.Step
}

// ID tells changes of an account apart, in one plan and from run to run.
func (c *Change) ID() string {
	id := string(c.Guardrail) + " " + string(c.Action) + " " + c.Resource
	if c.Key != nil {
		id += " " + c.Key.ID
	}
	return id
}

// Size is how many changes of the account it makes.
func (c *Change) Size() int {
	switch c.Action {
	case Notice:
		return 0
	case Rotate:
		return 2 // a key more, and one inactive
	}
	return len(c.Steps)
}

// Skipped is something that a guardrail is about and leaves alone.
type Skipped struct {
	Guardrail Name
	Resource  string
	// Why, in a sentence without a full stop.
	Why string
}

// Plan is what a run does.
type Plan struct {
	Changes []Change
	Skipped []Skipped
	// Notes are those that differ from the input's, an empty one where it is to be forgotten.
	Notes map[string]Note
}

// Size is how many changes of the account the plan makes; notices are none.
func (p *Plan) Size() int {
	n := 0
	for i := range p.Changes {
		n += p.Changes[i].Size()
	}
	return n
}

// Make plans a run for one account. It has no effect.
func Make(in *Input) *Plan {
	p := &planner{Input: in, plan: &Plan{Notes: map[string]Note{}}, seen: map[string]Note{}}
	for u := range in.Account.Users() {
		p.user(u)
	}
	p.keepAdministrators()
	for policy := range in.Account.Policies() {
		p.policy(policy)
	}
	for id, was := range in.Notes {
		now := p.seen[id]
		if !reflect.DeepEqual(was, now) {
			p.plan.Notes[id] = now
		}
	}
	for id, now := range p.seen {
		if _, known := in.Notes[id]; !known && !now.Empty() {
			p.plan.Notes[id] = now
		}
	}
	return p.plan
}

// planner makes one plan.
type planner struct {
	*Input
	plan *Plan
	seen map[string]Note // of everything that there is to remember, as it is from now on
}

// counted is the time that counts since then, and whether it reaches an age; of an age of 0 it never does.
func (p *planner) counted(since time.Time, age time.Duration) (time.Duration, bool) {
	d := p.Runs.Counted(since, p.Now)
	return d, age > 0 && d >= age
}

func (p *planner) change(c Change) { p.plan.Changes = append(p.plan.Changes, c) }

func (p *planner) skip(guardrail Name, resource, why string) {
	p.plan.Skipped = append(p.plan.Skipped, Skipped{guardrail, resource, why})
}

// note is what is remembered, without times that are yet to come: a clock that was wrong wrote them.
func (p *planner) note(id string) Note {
	n := p.Notes[id]
	for _, t := range []*time.Time{&n.Noticed, &n.Inactive, &n.Unattached} {
		if t.After(p.Now) {
			*t = p.Now
		}
	}
	versions := n.Versions
	n.Versions = nil
	for number, t := range versions {
		if n.Versions == nil {
			n.Versions = map[int]time.Time{}
		}
		if n.Versions[number] = t; t.After(p.Now) {
			n.Versions[number] = p.Now
		}
	}
	return n
}
