package usage

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/trail"
)

// Generated is a policy that allows what a principal used, with the reasons.
type Generated struct {
	*Observation
	// Document of the policy; nil where nothing was used.
	Document *policy.Document `json:"-"`
	// Reasons say of each statement why it is there, in the order of the document.
	Reasons []Reason `json:"statements"`
	// Proven is how many calls were decided again with this policy alone, all of them allowed.
	Proven int `json:"proven"`
	// Unseen are actions that the principal's policies grant now and whose calls the trail cannot show: Never, or Data where
	// the trail has no data events of the service. They are not in the policy.
	Unseen []Unseen `json:"unseen"`
}

// Reason is why a statement is in a policy.
type Reason struct {
	Uses []Use `json:"uses"`
}

// Unseen are actions of a service that a trail does not show.
type Unseen struct {
	Service string   `json:"service"`
	Actions []string `json:"actions"`
	Why     string   `json:"why"`
}

// NotProvenError is the refusal to give out a policy: a call that was permitted would be denied by it.
type NotProvenError struct{ Event, Action, Resource string }

func (e *NotProvenError) Error() string {
	return fmt.Sprintf("the policy would not allow %s on %s, as event %s did it", e.Action, e.Resource, e.Event)
}

// Generate writes the smallest tidy policy that allows what a user or role used, and proves it: every call is decided again
// with the new policy alone. The error is a *NotProvenError, or says that the principal can have no policy or is not there.
func Generate(trails []Records, f *access.Finder, principal string) (*Generated, error) {
	account, entity := entityOf(f.Snapshot(), principal)
	if entity == nil {
		return nil, fmt.Errorf("%s is no user or role of the input", principal)
	}
	g := &Generated{Observation: Observe(trails, f, principal), Reasons: []Reason{}, Unseen: []Unseen{}}
	g.Unseen = g.unseen(f.Snapshot().Library().Catalog(), account.IdentityPolicies(entity))
	if len(g.Used) == 0 {
		return g, nil
	}
	text, reasons, err := write(g.Used)
	if err != nil {
		return nil, err
	}
	if g.Document, err = policy.ParseFor(policy.Identity, text); err != nil {
		return nil, fmt.Errorf("the policy cannot be written: %w", err)
	}
	g.Reasons = reasons
	return g, g.prove(trails, f, f.Snapshot().Library().Document(text).Compiled())
}

// Alone is a snapshot of one account with a user or role that has no policies, for a trail without an export. ok is false for
// what is no user or role.
func Alone(library *directory.Library, principal string) (snap *directory.Snapshot, ok bool) {
	a, err := arn.Parse(principal)
	if err != nil || !arn.IsAccountID(a.Account) {
		return nil, false
	}
	named, ok := a.Named()
	if !ok {
		return nil, false
	}
	var e directory.Entity
	switch named.Kind {
	case arn.KindUser:
		e = &directory.User{ID: "AIDAUNKNOWN", Name: named.Name, Path: named.Path}
	case arn.KindRole:
		e = &directory.Role{ID: "AROAUNKNOWN", Name: named.Name, Path: named.Path}
	default:
		return nil, false
	}
	info := &directory.AccountInfo{ID: a.Account, Partition: a.Partition}
	return directory.New(library).With(1, a.Account, []directory.Entity{info, e}, nil), true
}

// write writes a policy in which uses of the same service, resources and conditions are one statement.
func write(uses []Use) (text string, reasons []Reason, err error) {
	type group struct {
		key        string
		statement  statement
		uses       []Use
		conditions []policy.Condition
	}
	var groups []*group
	for i := range uses {
		u := &uses[i]
		service, _, _ := strings.Cut(u.Action, ":")
		key := service + "\x00" + strings.Join(u.Resources, "\x00") + "\x01" + conditionText(u.Conditions)
		at := slices.IndexFunc(groups, func(g *group) bool { return g.key == key })
		if at < 0 {
			at = len(groups)
			groups = append(groups, &group{key: key, statement: statement{Effect: "Allow", Resource: u.Resources}, conditions: u.Conditions})
		}
		g := groups[at]
		g.uses = append(g.uses, *u)
		if !slices.Contains(g.statement.Action, u.Action) {
			g.statement.Action = append(g.statement.Action, u.Action)
		}
	}
	slices.SortStableFunc(groups, func(a, b *group) int { return cmp.Compare(a.statement.Action[0], b.statement.Action[0]) })
	doc := document{Version: policy.Version2012}
	for _, g := range groups {
		g.statement.Condition = conditionsOf(g.conditions)
		doc.Statement = append(doc.Statement, g.statement)
		reasons = append(reasons, Reason{g.uses})
	}
	raw, err := json.Marshal(doc)
	return string(raw), reasons, err
}

// document is a policy as it is written.
type document struct {
	Version   string
	Statement []statement
}

type statement struct {
	Effect    string
	Action    []string
	Resource  []string
	Condition map[string]map[string][]string `json:",omitempty"`
}

func conditionsOf(list []policy.Condition) map[string]map[string][]string {
	if len(list) == 0 {
		return nil
	}
	all := map[string]map[string][]string{}
	for _, c := range list {
		if all[c.OperatorText.Text] == nil {
			all[c.OperatorText.Text] = map[string][]string{}
		}
		for _, v := range c.Values {
			all[c.OperatorText.Text][c.Key.Text] = append(all[c.OperatorText.Text][c.Key.Text], v.Text)
		}
	}
	return all
}

// prover decides the calls of a principal with one policy alone.
type prover struct {
	finder     *access.Finder
	translator Translator
	principal  string
	set        *eval.Set
	seen       map[string]bool // questions that were allowed
	asker      asker
	proven     int
	err        error
}

func (g *Generated) prove(trails []Records, f *access.Finder, p *eval.Policy) error {
	prover := prover{
		finder: f, principal: g.Principal, seen: map[string]bool{},
		translator: Translator{Catalog: f.Snapshot().Library().Catalog(), Snapshot: f.Snapshot()},
		set:        eval.NewSet(eval.Layers{Identity: []eval.Source{{Name: "the new policy", Policy: p}}}),
		asker:      asker{finders: []*access.Finder{f}, keys: map[askedOf][]string{}},
	}
	each(trails, g.Principal, prover.call, func() {})
	g.Proven = prover.proven
	return prover.err
}

func (p *prover) call(e *trail.Event) {
	needs, _ := p.translator.Needs(e)
	if p.err != nil || len(needs) == 0 || OutcomeOf(e) == Denied {
		return
	}
	c, ok := circumstancesOf(p.finder.Snapshot(), e, p.principal)
	if !ok {
		return
	}
	for i := range needs {
		n := &needs[i]
		q, _ := p.asker.question(c, p.principal, n, true)
		if p.seen[q] {
			continue
		}
		ask := c.ask(p.finder, n)
		_, req, ok := authz.Question(p.finder.Snapshot(), c.caller, &c.env, ask)
		if !ok || !p.allows(c, req, n, ask) {
			p.err = &NotProvenError{e.EventID, n.Action, n.Resource}
			return
		}
		if len(p.seen) < maxQuestions {
			p.seen[q] = true
		}
	}
	p.proven++
}

// allows reports whether some statement of the policy allows the request, as far as the record tells: the conditions that it
// does not tell were met when the statement that has them allowed the call.
func (p *prover) allows(c *circumstances, req *eval.Request, n *Need, ask *authz.Ask) bool {
	open := c.openSet(p.set, req, n, ask)
	return len(open.statements(false, func(string) bool { return true })) > 0
}

// unseen are the granted actions that the trail cannot show.
func (g *Generated) unseen(c *catalog.Catalog, policies []eval.Source) []Unseen {
	var compiled []*eval.Policy
	for _, p := range policies {
		compiled = append(compiled, p.Policy)
	}
	used := func(action string) bool {
		return slices.ContainsFunc(g.Used, func(u Use) bool { return u.Action == action })
	}
	list := []Unseen{}
	for _, grant := range authz.Grants(c, compiled...) {
		for _, l := range []Logging{Data, Never} {
			u := Unseen{Service: grant.Service.Prefix, Why: whyUnseen[l]}
			for _, a := range grant.Actions {
				if LoggingOf(a) == l && !used(a.String()) {
					u.Actions = append(u.Actions, a.String())
				}
			}
			if len(u.Actions) > 0 {
				list = append(list, u)
			}
		}
	}
	return list
}

var whyUnseen = map[Logging]string{
	Data:  "calls are data events, which a trail has only if it was told to",
	Never: "CloudTrail never records it",
}
