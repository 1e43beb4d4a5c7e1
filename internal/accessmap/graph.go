package accessmap

import (
	"time"

	"github.com/warder-iam/warder/internal/maplayout"
)

// Kind says what a node is.
type Kind uint8

// The kinds of nodes. Of those of one age the earlier ones come first.
const (
	Root Kind = iota
	Group
	Service  // of AWS or one's own, that a role trusts
	Provider // of identities
	Account  // another one, that a role trusts
	Outsider // a user, role or session of another account
	Everyone // whoever a trust policy with "*" means
	User
	Role
	Policy    // customer-managed
	AWSPolicy // AWS-managed
	Resource  // as policies name it, wildcards and all
)

var kindNames = [...]string{
	Root: "root", Group: "group", Service: "service", Provider: "provider", Account: "account", Outsider: "outsider", Everyone: "everyone",
	User: "user", Role: "role", Policy: "policy", AWSPolicy: "aws-policy", Resource: "resource",
}

// Relation says what an edge means.
type Relation uint8

// The relations.
const (
	Member     Relation = iota // a user is in a group
	Attached                   // a user, group or role has a managed policy
	Boundary                   // a user or role is bounded by one
	Trust                      // whom a role's trust policy names, and the role
	Names                      // a policy, or whoever has it inline, allows something on a resource
	Step                       // one may become the other, or change it
	Escalation                 // a step on a way to become administrator
	External                   // somebody outside reaches the role
)

var relationNames = [...]string{
	Member: "member", Attached: "attached", Boundary: "boundary", Trust: "trust", Names: "names", Step: "step", Escalation: "escalation", External: "external",
}

// Flags of a node.
type Flags uint8

// The flags, as bits.
const (
	Administrator   Flags = 1 << iota // it can give itself everything
	Escalates                         // it can become administrator
	FromOutside                       // somebody outside of the account gets in, or is outside
	Public                            // anybody gets in
	Unused                            // a policy that nobody has, a group without members
	AdminUnderTerms                   // it is administrator only where it meets requirements
)

var flagNames = [...]string{"admin", "escalates", "external", "public", "unused", "conditional"}

// Node of a Graph.
type Node struct {
	// Name is the ARN, or what principals without one are called in policies.
	Name  string
	Kind  Kind
	Flags Flags
	// Home is the index of the node that it is drawn around, or -1.
	Home int
	// Created is when it came; of what has no time of its own, when the first came that names it.
	Created time.Time
	At      maplayout.Point
}

// Edge of a Graph: indexes of nodes.
type Edge struct {
	From, To int
	Relation Relation
	// Note is an index of Notes, or -1.
	Note int
}

// Note tells more of an edge.
type Note struct {
	// Title says it to people.
	Title string
	// Step is the id of the step, and Object the ARN of what it makes use of; "" for none.
	Step, Object string
	// Requirements must be met: "with MFA", "from 10.0.0.0/8".
	Requirements []string
}

// Graph is an account's, the oldest nodes first.
type Graph struct {
	Nodes []Node
	Edges []Edge
	Notes []Note
	// Truncated: the account has more than fits.
	Truncated bool
}

// Bounds of a graph. A map of more is none that anybody reads, and its answer no longer small.
const (
	maxNodes     = 60_000
	maxEdges     = 250_000
	maxResources = 5_000
	maxNamed     = 50 // resources of one policy
)
