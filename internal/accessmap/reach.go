package accessmap

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/audit/escalation"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/policy/eval"
)

// Bounds of one answer about reach, beside the time of a turn. What is beyond is left out, and the answer says so.
const (
	reachPatience = 5 * time.Second // for the analysis
	maxReach      = 2_000           // principals, and grants
)

// Reach answers GetReach: who can reach something, or what a principal can reach.
func (m *Maps) Reach(ctx context.Context, account string, in *api.GetReachInput) (*api.GetReachOutput, error) {
	switch {
	case (in.From == nil) == (in.To == nil):
		return nil, awsapi.ValidationError.New("Give either from or to.")
	case in.Action != nil && in.To == nil:
		return nil, awsapi.ValidationError.New("action goes with to: it is who can do that.")
	case in.Service != nil && in.From == nil:
		return nil, awsapi.ValidationError.New("service goes with from: it is what can be done there.")
	}
	s := m.present()
	r := &reach{
		account: s.snap.Account(account), analysis: s.analysis(ctx, reachPatience),
		out: &api.GetReachOutput{Principals: []api.ReachPrincipal{}, Grants: []api.ReachGrant{}, NotAssessed: []string{}, Revision: strconv.FormatUint(s.revision, 10)},
	}
	if r.analysis == nil {
		r.out.NotAssessed = append(r.out.NotAssessed, "The account is being analysed. Ask again in a moment.")
		r.out.Arn, r.out.Truncated = cmp.Or(text(in.From), text(in.To)), true
		return r.out, nil
	}
	var done func()
	var err error
	if r.ctx, done, err = m.options.Turns.Take(ctx, account); err != nil {
		return nil, err
	}
	defer done()
	r.began = time.Now()
	if in.From != nil {
		err = r.from(*in.From, text(in.Service))
	} else {
		err = r.to(*in.To, text(in.Action))
	}
	if err != nil {
		return nil, err
	}
	return r.out, nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// reach is one question that is being answered.
type reach struct {
	ctx      context.Context
	began    time.Time
	account  *directory.Account
	analysis *analysis
	out      *api.GetReachOutput
}

func (r *reach) finder() *access.Finder { return r.analysis.finder }

// over reports whether there is neither time nor room for more.
func (r *reach) over() bool {
	if r.ctx.Err() != nil || len(r.out.Principals) >= maxReach || len(r.out.Grants) >= maxReach {
		r.out.Truncated = true
		return true
	}
	return false
}

// to is who can reach a principal, by becoming it, or another resource, by doing something to it.
func (r *reach) to(name, action string) error {
	switch _, err := arn.Parse(name); {
	case err != nil:
		return awsapi.ValidationError.New("to is no ARN.")
	case foreign(name, r.account):
		return awsapi.ValidationError.New("to belongs to another account, which knows who can reach it.")
	}
	r.out.Arn = name
	p, ok := r.finder().Principal(name)
	principal := ok && !p.Outside && p.Account == r.account.ID() && (p.Kind == eval.User || p.Kind == eval.RoleSession)
	if principal && action == "" {
		r.become(p)
		return nil
	}
	actions := []string{action}
	if action == "" {
		if actions = r.finder().ActionsOn(name); len(actions) == 0 {
			r.out.NotAssessed = append(r.out.NotAssessed, "The catalogue has no actions on such a resource. Name one.")
		}
	}
	r.does(name, actions)
	return nil
}

// become are those who can become a principal: administrators, whoever has a way of steps, and whom its trust policy lets in from
// outside or as a service.
func (r *reach) become(p access.Principal) {
	r.add(api.ReachPrincipal{Arn: r.account.Names().Root().String(), Answer: access.Yes.String(), Why: new("It is the root user.")})
	graph := r.analysis.graph
	for i := range graph.Administrators {
		if a := &graph.Administrators[i]; a.ARN != p.ARN && r.own(a.ARN) {
			needs := texts(a.Requirements)
			r.add(api.ReachPrincipal{Arn: a.ARN, Answer: verdict(needs), Requirements: needs, Why: new("It is an administrator: " + a.How + ".")})
		}
	}
	for i := range graph.Nodes {
		if n := &graph.Nodes[i]; !n.Administrator && n.ARN != p.ARN && r.own(n.ARN) {
			if r.over() {
				break
			}
			r.way(n.ARN, n.ARN, p.ARN)
		}
	}
	if p.Kind == eval.RoleSession {
		r.assume(p)
	}
}

func (r *reach) own(name string) bool {
	a, err := arn.Parse(name)
	return err == nil && a.Account == r.account.ID()
}

// way adds the steps from one principal to another, if there are any, about who is at one of the ends.
func (r *reach) way(who, from, to string) {
	r.analysis.mu.Lock()
	steps := r.analysis.graph.Path(from, to)
	r.analysis.mu.Unlock()
	if len(steps) == 0 {
		return
	}
	row := api.ReachPrincipal{Arn: masked(who, r.account), Steps: make([]api.ReachStep, len(steps))}
	for i := range steps {
		row.Steps[i] = r.step(&steps[i])
		for _, need := range row.Steps[i].Requirements {
			if !slices.Contains(row.Requirements, need) {
				row.Requirements = append(row.Requirements, need)
			}
		}
	}
	row.Answer = verdict(row.Requirements)
	r.add(row)
}

func (r *reach) step(e *escalation.Edge) api.ReachStep {
	s := api.ReachStep{
		Step: e.Step, Title: e.Title, From: masked(e.From, r.account), To: masked(e.To, r.account), Requirements: listed(texts(e.Requirements)),
	}
	if e.Object != "" {
		s.Object = new(masked(e.Object, r.account))
	}
	return s
}

func verdict(needs []string) string {
	if len(needs) > 0 {
		return access.YesIf.String()
	}
	return access.Yes.String()
}

func (r *reach) add(p api.ReachPrincipal) {
	p.Requirements, p.Actions = listed(p.Requirements), listed(p.Actions)
	if p.Steps == nil {
		p.Steps = []api.ReachStep{}
	}
	r.out.Principals = append(r.out.Principals, p)
}

// assume are the outsiders and services that a role lets in.
func (r *reach) assume(role access.Principal) {
	f := r.finder()
	seen := map[string]bool{}
	for e := range f.ExternalOf(role.ARN) {
		r.answered(seen, masked(e.Principal.ARN, r.account), e.Actions, e.Answer)
	}
	doc := r.account.RoleByID(role.ID).Trust.Compiled().Document()
	if doc == nil {
		return
	}
	const assumeRole = "sts:AssumeRole"
	for i := range doc.Statements {
		if doc.Statements[i].Principal == nil {
			continue
		}
		for _, v := range doc.Statements[i].Principal.Service {
			if p, ok := f.Principal(v.Text); ok {
				if a := f.Can(p, f.Ask(assumeRole, role.ARN)); a.Verdict != access.No {
					r.answered(seen, p.ARN, []string{assumeRole}, a)
				}
			}
		}
	}
}

// answered adds what the finder says of a principal, once.
func (r *reach) answered(seen map[string]bool, name string, actions []string, a access.Answer) {
	row := api.ReachPrincipal{Arn: name, Answer: a.Verdict.String(), Requirements: a.Texts(), Actions: actions}
	if a.Why != "" {
		row.Why = &a.Why
	}
	key := name + " " + a.Text() + " " + strings.Join(actions, " ")
	if !seen[key] && !r.over() {
		seen[key] = true
		r.add(row)
	}
}

// does are those who can do some of the actions to a resource.
func (r *reach) does(resource string, actions []string) {
	f := r.finder()
	rows := map[string]int{}
	for _, action := range actions {
		ask := f.Ask(action, resource)
		ask.ResourceAccount = cmp.Or(ask.ResourceAccount, r.account.ID()) // an ARN of S3 names none
		for p, a := range f.WhoCan(ask) {
			if r.over() {
				return
			}
			if p.Account != r.account.ID() && !a.Possible() {
				continue
			}
			name := masked(p.ARN, r.account)
			key := name + " " + a.Text()
			at, ok := rows[key]
			if !ok {
				at = len(r.out.Principals)
				rows[key] = at
				row := api.ReachPrincipal{Arn: name, Answer: a.Verdict.String(), Requirements: a.Texts()}
				if a.Why != "" {
					row.Why = &a.Why
				}
				r.add(row)
			}
			if row := &r.out.Principals[at]; !slices.Contains(row.Actions, action) {
				row.Actions = append(row.Actions, action)
			}
		}
		if r.over() {
			return
		}
	}
}
