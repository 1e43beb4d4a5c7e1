package escalation

import (
	"maps"
	"slices"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// model is what all searches share: the account as it is, and where to look.
type model struct {
	root       *world
	unfixed    *access.Finder // for which iam:PolicyARN may be any
	options    Options
	vocabulary *vocabulary
	steps      map[Family][]*Step
	byID       map[string]*Step

	nodes          []Node
	administrators []Administrator
	admin          map[string]bool // by ARN
	// candidates are the users and roles that are no administrators and to which some statement or trust policy may give a step.
	candidates []string
	// worthy are the users and roles that are worth becoming: administrators first, then the candidates.
	worthy map[string]bool
	// users and roles among them.
	users, roles []string

	trust     trustIndex
	workloads map[string][]*Workload // by ARN of the role

	gained    map[string][]*edge       // what the account as it is lets a principal become, by its ARN
	strong    []*catalog.ManagedPolicy // AWS's that allow a step; made when first needed
	undecided map[string]string
	questions int // that audit/access was asked

	classes       map[string]string // of the candidates, by ARN
	personalities map[*eval.Policy]bool
}

func newModel(f *access.Finder, opts Options) *model {
	m := newUnsorted(f, opts)
	m.trust = newTrustIndex(f.Snapshot())
	m.sort(m.root.finder)
	return m
}

// newUnsorted is a model that does not know yet who is what.
func newUnsorted(f *access.Finder, opts Options) *model {
	unfixed := f
	f = f.Fixing("iam:PermissionsBoundary", "iam:PolicyARN", "iam:PassedToService") // the steps say what they are
	steps := slices.DeleteFunc(Steps(), func(s Step) bool { return s.passkey && !opts.PasskeySignIn })
	m := &model{
		root: newWorld(f), unfixed: unfixed, options: opts, vocabulary: newVocabulary(steps),
		steps: map[Family][]*Step{}, byID: map[string]*Step{},
		admin: map[string]bool{}, worthy: map[string]bool{}, workloads: map[string][]*Workload{},
		gained: map[string][]*edge{}, undecided: map[string]string{},
		classes: map[string]string{}, personalities: map[*eval.Policy]bool{},
	}
	for i := range steps {
		s := &steps[i]
		m.steps[s.Family] = append(m.steps[s.Family], s)
		m.byID[s.ID] = s
	}
	for i := range opts.Workloads {
		w := &opts.Workloads[i]
		m.workloads[w.Role] = append(m.workloads[w.Role], w)
	}
	return m
}

// sort finds the administrators, and who may take a step at all.
func (m *model) sort(f *access.Finder) {
	for p := range f.Principals() {
		if p.Kind != eval.User && p.Kind != eval.RoleSession {
			continue
		}
		s := m.subject(m.root, p.ARN)
		if s == nil || s.role != nil && serviceLinked(s.role) {
			continue // nobody but its service has it
		}
		switch found := m.administrator(m.root, s, true); {
		case found != nil:
			m.administrators = append(m.administrators, *found)
			m.admin[p.ARN] = true
		case len(s.leads) > 0 || m.trust.names(p):
			m.candidates = append(m.candidates, p.ARN)
			m.classes[p.ARN] = m.class(s)
		default:
			continue
		}
		m.worthy[p.ARN] = true
		m.nodes = append(m.nodes, Node{p.ARN, m.admin[p.ARN]})
		if s.user != nil {
			m.users = append(m.users, p.ARN)
		} else {
			m.roles = append(m.roles, p.ARN)
		}
	}
}

// isAdmin reports whether that is an administrator of the account as it is.
func (m *model) isAdmin(name string) bool { return m.admin[name] }

func (m *model) unsettled() []string {
	var all []string
	for _, what := range slices.Sorted(maps.Keys(m.undecided)) {
		all = append(all, what+": "+m.undecided[what])
	}
	return all
}

// trustIndex finds the roles whose trust policies may let somebody in, by whom they name.
type trustIndex struct {
	named   map[string][]string // ARN or unique id of a principal, account id, service, provider -> ARNs of roles
	anybody []string            // ARNs of roles that name "*", or everybody but some
}

func newTrustIndex(snap *directory.Snapshot) trustIndex {
	t := trustIndex{named: map[string][]string{}}
	for account := range snap.Accounts() {
		for r := range account.Roles() {
			for _, name := range trusted(r) {
				if name == "*" {
					t.anybody = append(t.anybody, account.ARN(r))
				} else {
					t.named[name] = append(t.named[name], account.ARN(r))
				}
			}
		}
	}
	return t
}

// names reports whether a trust policy names the principal itself, or everybody.
func (t *trustIndex) names(p access.Principal) bool {
	return len(t.anybody) > 0 || len(t.named[p.ARN]) > 0 || len(t.named[p.ID]) > 0
}

// direct are the roles that may let the principal in without a policy of its own.
func (t *trustIndex) direct(p access.Principal) []string {
	return slices.Concat(t.named[p.ARN], t.named[p.ID], t.anybody)
}

// trusted are those whom the Allow statements of a role's trust policy name, each once: ARNs, unique ids, account ids,
// services, providers, and "*".
func trusted(r *directory.Role) []string {
	doc := r.Trust.Compiled().Document()
	if doc == nil {
		return nil
	}
	names := map[string]bool{}
	for i := range doc.Statements {
		st := &doc.Statements[i]
		if p := st.Principal; p != nil {
			if p.Any {
				names["*"] = true
			}
			for _, v := range slices.Concat(p.AWS, p.Service, p.Federated) {
				names[accountOf(v.Text)] = true
			}
		}
		if st.NotPrincipal != nil {
			names["*"] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// accountOf turns the ARN of a root user, which stands for its account, into the account's id; all others it leaves. The
// ARN of a session is taken for "*": its role is found by its name alone.
func accountOf(name string) string {
	a, err := arn.Parse(name)
	switch named, ok := a.Named(); {
	case err != nil || !ok:
	case named.Kind == arn.KindRoot:
		return a.Account
	case a.Service == "sts":
		return "*"
	}
	return name
}
