package escalation

import (
	"strings"

	"github.com/warder-iam/warder/directory"
)

// Family says what a step makes use of.
type Family uint8

// The families of steps.
const (
	// Rights steps change what policies say, of oneself or of a principal that one holds.
	Rights Family = iota + 1
	// Credentials steps get the credentials of another principal.
	Credentials
	// Trust steps assume a role, or change who may.
	Trust
	// Through steps hand a role to a service that then runs what one tells it.
	Through
	// Running steps take over what already runs with a role.
	Running
	// Making steps make a principal, group or policy that was not there.
	Making
)

// String is the family in one word.
func (f Family) String() string {
	return [...]string{Rights: "rights", Credentials: "credentials", Trust: "trust", Through: "service", Running: "workload", Making: "new"}[f]
}

// Step is one kind of change or request by which a principal gains rights.
type Step struct {
	ID     string // "create-access-key": stable, for scripts
	Title  string // what is done, for people: "makes an access key for the user"
	Family Family
	// Service that gets the role, of a Through step: its principal.
	Service string
	// Kind of the workload, of a Running step.
	Kind WorkloadKind
	// Limited steps give less than the principal they are done to: its standing with one service, and no credentials of AWS.
	// No path goes on from there.
	Limited bool

	// passkey steps need a server on which a passkey alone signs in. Who takes one has the user with a second factor.
	passkey bool

	// Needs are the requests that all must be allowed.
	Needs []Need

	// makes is the form of the ARN of what a Making step makes.
	makes string
	// when says whether the state of the account lets the step succeed; nil is always.
	when func(*attempt) bool
	// change is what becomes of the account; nil is nothing.
	change func(*attempt) *Change
	// replaces is true of a change that may also take rights away: it is tried, but not on top of everything else.
	replaces func(*attempt) bool
}

// Need is one request of a step.
type Need struct {
	Action string
	// On is the resource. {user}, {group}, {role}, {policy}, {provider} and {workload} stand for what the step is done to,
	// {made} for what it makes, {managed} for the policy that is attached; {new} for a name that one chooses, {partition}, {account} and {region} likewise.
	On string
	// By says who makes the request: "" is whoever takes the step, {service} the service that gets the role, {provider} whom
	// the identity provider vouches for.
	By string
	// Keys are condition keys that follow from the step's parameters, such as iam:PassedToService, with the same words in
	// braces. One that is empty is absent.
	Keys map[string]string

	// tags: the request gives the tag of the step.
	tags bool
	// when says whether this request is needed at all; nil is always.
	when func(*attempt) bool
}

// attempt is a step with all that it is done to, in some world. Entities are those of that world.
type attempt struct {
	step    *Step
	account *directory.Account

	user     *directory.User
	group    *directory.Group
	role     *directory.Role
	policy   *directory.Policy
	workload *Workload
	provider string // ARN of an identity provider
	service  string // principal of the service that gets the role

	managed string // ARN of a managed policy that is attached, detached, or becomes a boundary
	inline  string // name of an inline policy
	version int    // of the policy
	tag     directory.Tag
	made    string // ARN of what is made
}

// word gives what a word in braces stands for; ok is false for a word that depends on who asks.
func (a *attempt) word(name string) (text string, ok bool) {
	switch name {
	case "account":
		return a.account.ID(), true
	case "partition":
		return a.account.Partition(), true
	case "user":
		return a.account.ARN(a.user), true
	case "group":
		return a.account.ARN(a.group), true
	case "role":
		return a.account.ARN(a.role), true
	case "policy":
		return a.account.ARN(a.policy), true
	case "workload":
		return a.workload.ARN, true
	case "cluster":
		return clusterOf(a.workload.ARN), true
	case "provider":
		return a.provider, true
	case "managed":
		return a.managed, true
	case "made":
		return a.made, true
	case "boundary":
		return a.boundary(), true
	case "service":
		return a.service, true
	case "issuer":
		_, issuer, _ := strings.Cut(a.provider, ":oidc-provider/")
		return issuer, true
	}
	return "", false
}

// boundary is the one that the target has.
func (a *attempt) boundary() string {
	switch {
	case a.user != nil:
		return a.user.Boundary
	case a.role != nil:
		return a.role.Boundary
	}
	return ""
}

// fill replaces the words in braces that do not depend on who asks, and leaves the others.
func (a *attempt) fill(template string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(template, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		if text, known := a.word(name); known {
			b.WriteString(text)
		} else {
			b.WriteString("{" + name + "}")
		}
		template = after
	}
}
