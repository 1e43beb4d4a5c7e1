package repair

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

// Input is what a plan is made from.
type Input struct {
	// Bundle that the findings were found in.
	Bundle   *awsimport.Bundle
	Settings audit.Settings
	// Now is the time of the audit: uses are counted back from it.
	Now time.Time
	// Details of customer-managed policies, by ARN. A policy that is not there would lose its tags on the way back, so it is not deleted.
	Details map[string]PolicyDetails
	// Spare are ids of access keys that stay active: those that whoever makes the calls signs with.
	Spare []string
	// Stop is asked before each principal that a proof looks at, and ends it where it is true; nil never does.
	Stop func() bool
}

// PolicyDetails are what GetPolicy tells of a policy and GetAccountAuthorizationDetails does not, or not always.
type PolicyDetails struct {
	Description string
	Tags        []directory.Tag
}

// Plan mends findings: its steps one after the other lead from Before to After.
type Plan struct {
	// Changes are the findings that are mended, and Manual those that are not, each in the order in which they were given.
	Changes []Change
	Manual  []Manual
	// Before is the bundle's snapshot.
	Before, After *directory.Snapshot
}

// Change mends one finding.
type Change struct {
	Finding audit.Finding
	Steps   []Step
}

// Manual is a finding that no plan mends.
type Manual struct {
	Finding audit.Finding
	// Why, in one sentence without a full stop.
	Why string
}

// Step is one call, with the way back.
type Step struct {
	// Text says it to people: "deactivate access key AKIA… of user ann".
	Text string
	// Diff are the lines of a document that the step removes, with "- " before them, and those that it adds, with "+ ".
	Diff []string
	Call Call
	// Undo are the calls that take it back, in order.
	Undo []Call
	// key is the access key that stops to work, nil for none.
	key *directory.AccessKey
}

// Call is a request to IAM.
type Call struct {
	// Action is the operation: "UpdateAccessKey".
	Action string `json:"action"`
	// Params of the query protocol: "UserName", "Tags.member.1.Key".
	Params map[string]string `json:"params"`
}

// call makes a Call of names and values in turn.
func call(action string, params ...string) Call {
	c := Call{Action: action, Params: map[string]string{}}
	for i := 0; i+1 < len(params); i += 2 {
		c.Params[params[i]] = params[i+1]
	}
	return c
}

// String is the call for people, without the documents, which the step's diff has: "UpdateAccessKey UserName=ann …".
func (c Call) String() string {
	parts := []string{c.Action}
	for _, name := range slices.Sorted(maps.Keys(c.Params)) {
		if name != "PolicyDocument" {
			parts = append(parts, name+"="+c.Params[name])
		}
	}
	return strings.Join(parts, " ")
}

// Steps are those of all changes, in order.
func (p *Plan) Steps() []Step {
	var all []Step
	for _, c := range p.Changes {
		all = append(all, c.Steps...)
	}
	return all
}

// Make plans the mending of findings, each on the account as the changes before it leave it.
func Make(in *Input, findings []audit.Finding) *Plan {
	p := &Plan{Before: in.Bundle.Snapshot, After: in.Bundle.Snapshot}
	for _, f := range findings {
		m := maker{in: in, finding: f, account: p.After.Account(f.Account), evidence: in.Bundle.Accounts[f.Account]}
		why := "the input does not hold the account's users and policies"
		if m.account != nil {
			why = m.plan()
		}
		if why != "" {
			p.Manual = append(p.Manual, Manual{Finding: f, Why: why})
			continue
		}
		p.Changes = append(p.Changes, Change{Finding: f, Steps: m.steps})
		p.After = p.After.With(p.After.Revision()+1, f.Account, m.puts, m.deletes)
	}
	return p
}

// maker plans one finding.
type maker struct {
	in       *Input
	finding  audit.Finding
	account  *directory.Account  // as the changes before it leave it
	evidence *awsimport.Evidence // nil where there is none

	steps         []Step
	puts, deletes []directory.Entity
}

// plan makes steps, puts and deletes; or says why there is nothing to do automatically.
func (m *maker) plan() (why string) {
	if plan := planOf(m.finding.Check); plan != nil {
		return plan(m)
	}
	return "which change is meant is for people to decide: findings of " + m.finding.Check + " are not mended automatically"
}

// Mends reports whether findings of that check are mended automatically, if nothing in the single case is against it.
func Mends(check string) bool { return planOf(check) != nil }

// planOf is what mends findings of a check; nil where nothing does.
func planOf(check string) func(*maker) (why string) {
	switch check {
	case "access-key-rotation", "credential-unused":
		return (*maker).credential
	case "access-key-two-active":
		return (*maker).idleKey
	case "policy-unattached":
		return (*maker).policy
	case "group-empty":
		return (*maker).group
	case "user-direct-policy":
		return (*maker).moveToGroup
	case "managed-policy-cloudshell":
		return (*maker).detachEverywhere
	}
	return nil
}

// is reports whether the finding is about that aspect of its resource.
func (m *maker) is(aspect string) bool {
	f := &m.finding
	return f.ID == audit.FindingID(f.Check, f.Account, f.Resource, aspect)
}

// named is the name of the finding's resource, if it is of that kind.
func (m *maker) named(kind string) (name string, ok bool) {
	a, err := arn.Parse(m.finding.Resource)
	if err != nil {
		return "", false
	}
	n, ok := a.Named()
	return n.Name, ok && n.Kind == kind
}

func (m *maker) step(s Step) { m.steps = append(m.steps, s) }

// lines are those of a text, each behind a sign.
func lines(sign, text string) []string {
	var all []string
	for line := range strings.Lines(strings.TrimRight(text, "\r\n")) {
		all = append(all, sign+" "+strings.TrimRight(line, "\r\n"))
	}
	return all
}
