package escalation

import (
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/directory"
)

// Options of a Graph.
type Options struct {
	// Workloads are what is known to run with roles of the account.
	Workloads []Workload
	// PasskeySignIn is whether a passkey alone signs a user in, as the setting passkey-sign-in of a Warder server says. AWS has
	// no such thing.
	PasskeySignIn bool
}

// Graph is who may become whom in the accounts of a snapshot, and by what. It is for one goroutine.
type Graph struct {
	// Nodes are the administrators, and all others to whom some policy may give a step; they are in the order of the Finder's
	// principals.
	Nodes []Node
	// Administrators by effective rights, in the order of the Finder's principals; root users are not among them.
	Administrators []Administrator
	// Edges are the steps from one principal to another that the account allows as it is, and those of Escalations. Left
	// out are steps of administrators, and steps to principals from which none goes on: Path finds those when it is asked.
	Edges []Edge
	// Escalations are the principals that are no administrators and can become one, each with one way of fewest rounds.
	Escalations []Escalation
	// Unsettled are questions that audit/access could not decide, each with the reason; no edge was drawn for them.
	Unsettled []string

	model *model
	paths map[string][]Edge // by principal
	short map[string]bool   // principals that no path was found for, of which not all could be tried
}

// Node is a user or role.
type Node struct {
	ARN           string
	Administrator bool
}

// Administrator is a principal that can give itself everything.
type Administrator struct {
	ARN string
	// How says what makes it one, for people.
	How string
	// Requirements that it meets only under, such as "with MFA"; none for most. They are those of the least demanding request
	// that gives unlimited rights: what must be met to have everything.
	Requirements []access.Requirement
	// Partly are the rest of what makes it one, where that asks for more.
	Partly []Part
	// Statements that make it one.
	Statements []Statement
	// Witness is a request that only an administrator can make.
	Witness *access.Witness
}

// Part is what an administrator may do under requirements beyond its own.
type Part struct {
	Actions      []string             `json:"actions"`
	Requirements []access.Requirement `json:"requirements"`
}

// Edge is a step that the permissions of From allow.
type Edge struct {
	// From is the ARN of who takes the step.
	From string
	// To is the ARN of whom one is, or of what is stronger, afterwards.
	To string
	// Step is the id of one of Steps, and Title what it says.
	Step, Title string
	// Object is the ARN of the policy, group or provider that the step makes use of, where it is neither From nor To.
	Object string
	// Gains: one is To afterwards. Otherwise the account has changed.
	Gains bool
	// Limited steps give one To's standing with one service only.
	Limited bool
	// Asks are the requests, all of which are allowed before the step.
	Asks []Asked
	// Requirements of all of them.
	Requirements []access.Requirement
	// Statements that grant them.
	Statements []Statement
	// Change is what becomes of the account; nil for nothing.
	Change *Change
}

// Asked is one request of a step and its answer, which has a witness.
type Asked struct {
	// Principal makes the request: From, or the service or provider of the step.
	Principal        string
	Action, Resource string
	Answer           access.Answer
}

// Escalation is how a principal that is no administrator becomes one.
type Escalation struct {
	// From is who, and To the ARN of the administrator that it is in the end: itself, where it has given itself the rights.
	From, To string
	// Steps in the order in which they are taken. Each is allowed on the account as those before have left it.
	Steps []Edge
	// Requirements of To, beside those of the steps, without which it is no administrator.
	Requirements []access.Requirement
}

// Apply is the account after the step.
func (e *Edge) Apply(snap *directory.Snapshot) *directory.Snapshot {
	if e.Change == nil {
		return snap
	}
	return e.Change.Apply(snap)
}

// Build finds the administrators of the snapshot that f answers about, and who can become one.
func Build(f *access.Finder, opts Options) *Graph {
	m := newModel(f, opts)
	g := &Graph{model: m, paths: map[string][]Edge{}, short: map[string]bool{}, Nodes: m.nodes, Administrators: m.administrators}
	seen := map[string]bool{}
	for _, name := range m.candidates {
		s := m.newSearch(name, "")
		if found := s.run(); found != nil {
			g.Escalations = append(g.Escalations, *found)
			g.paths[name] = found.Steps
			g.addEdges(seen, found.Steps)
		} else if s.budget.short {
			g.short[name] = true
		}
		g.addEdges(seen, m.edgesOf(name))
	}
	g.Unsettled = m.unsettled()
	return g
}

// Administrators are those of a Graph of the snapshot that f answers about, without the work of finding who can become one.
func Administrators(f *access.Finder) []Administrator { return newModel(f, Options{}).administrators }

func (g *Graph) addEdges(seen map[string]bool, edges []Edge) {
	for i := range edges {
		e := &edges[i]
		if key := e.From + " " + e.To + " " + e.Step + " " + e.Object; !seen[key] {
			seen[key] = true
			g.Edges = append(g.Edges, *e)
		}
	}
}

// Path gives the steps by which the principal from becomes the principal to; nil where it cannot, and where both are the
// same. It may be asked about any user and role.
func (g *Graph) Path(from, to string) []Edge {
	if from == to {
		return nil
	}
	found := g.model.newSearch(from, to).run()
	if found == nil {
		return nil
	}
	return found.Steps
}
