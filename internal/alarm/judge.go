package alarm

import "github.com/warder-iam/warder/trail"

// Fact is something that is true of a principal or role, by what the account allows and not by what a policy is called.
type Fact string

// The facts that rules may ask for.
const (
	// Administrator: the user or role can give itself everything.
	Administrator Fact = "administrator"
	// Outsider: the trust policy of the role lets somebody in who is not of its account.
	Outsider Fact = "outsider"
)

func facts() []Fact { return []Fact{Administrator, Outsider} }

// Finding is what is true of one subject now.
type Finding struct {
	Account string
	Subject string // ARN of a user or role
	// Details are what makes it true, such as who is let in, each a fact of its own. None: it is not true.
	Details []string
}

// Judge looks at the accounts as they are when it is asked, which is a moment after the event. What was granted and taken
// away again before that it does not see; rules about the changes themselves do.
type Judge interface {
	// Workload reports whether AWS services may assume the role with that ARN.
	Workload(role string) bool
	// Look tells about everybody whom the event may have given the fact to, or taken it from.
	Look(f Fact, e *trail.Event) []Finding
	// All tells about everybody of whom the fact is true.
	All(f Fact) []Finding
}
