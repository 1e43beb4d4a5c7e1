package iam

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/catalog"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// simulation is what both Simulate operations ask about every action.
type simulation struct {
	authz.Simulation
	catalog *catalog.Catalog
	// policies are all that take part; their places in the list are the names of the Sources.
	policies []simulated
	// resources are ARNs, or "*" alone; explicit says that the request gave some.
	resources []string
	explicit  bool
	// owner is the account of the resources whose names have none.
	owner string
	// anybody is true where no caller is named: it is one of each resource's own account.
	anybody bool
	keys    []string // that the policies mention
}

// The types of policy as AWS's simulator names them in SourcePolicyType and in EvalDecisionDetails. The model lists
// others (user, group, role, aws-managed, …), which AWS does not send. Source: recorded answers; the acceptance test of
// Terraform's aws_iam_principal_policy_simulation expects the first.
const (
	identityPolicy = "IAM Policy"
	resourcePolicy = "Resource Policy"
	boundaryPolicy = "Permissions Boundary Policy"
)

// simulated is a policy under the name that answers have for it.
type simulated struct {
	id, kind string
	policy   *eval.Policy
}

// newSimulation takes the input of either operation; source is nil for SimulateCustomPolicy.
func newSimulation(c *server.Call, in *api.SimulateCustomPolicyInput, from *source) (*simulation, error) {
	s := &simulation{catalog: c.Directory().Library().Catalog()}
	s.Time = c.Time()
	var err error
	if err = checkActions(in.ActionNames); err != nil {
		return nil, err
	}
	if s.resources, s.explicit, err = simulatedResources(in); err != nil {
		return nil, err
	}
	if err = s.setCaller(c, in, from); err != nil {
		return nil, err
	}
	if s.owner, err = resourceOwner(in.ResourceOwner, s.Caller.Account); err != nil {
		return nil, err
	}
	if err = s.setPolicies(in, from); err != nil {
		return nil, err
	}
	s.Supposed, err = s.suppose(in.ContextEntries)
	return s, err
}

// checkActions: every action has a service and a name, known or not, and no wildcard.
func checkActions(names []string) error {
	for _, name := range names {
		service, action, ok := strings.Cut(name, ":")
		unfit := func(r rune) bool { return r <= ' ' || r > '~' || r == '*' || r == '?' }
		if !ok || service == "" || action == "" || strings.ContainsFunc(name, unfit) {
			return api.InvalidInput.New("Invalid Input Actions: %s is not the name of an action. Write the service and the operation, such as iam:CreateUser, without wildcards.", name)
		}
	}
	if len(names) == 0 {
		return api.InvalidInput.New("Invalid Input Actions: ActionNames is empty.")
	}
	return nil
}

// setCaller says who would call: CallerArn, else the source if it is a user or role, else anybody.
func (s *simulation) setCaller(c *server.Call, in *api.SimulateCustomPolicyInput, from *source) error {
	if from != nil {
		s.Caller = from.caller()
		s.Tags = tagsOf(from.entity)
	}
	switch {
	case in.CallerArn != nil && (from == nil || *in.CallerArn != from.text):
		n, ok := readEntityName(*in.CallerArn)
		if !ok {
			return api.InvalidInput.New("Invalid caller - Caller must be an IAM user, role or group in this context.")
		}
		s.Caller = callerNamed(n)
	case in.CallerArn == nil && in.ResourcePolicy != nil && (from == nil || from.kind == "group"):
		return api.InvalidInput.New("Invalid caller - Caller cannot be null or empty.")
	case from == nil:
		s.Caller = authz.Caller{Kind: eval.User, Account: c.Caller.Account}
		s.anybody = true
	}
	return nil
}

// callerNamed is a caller of whom only the ARN is known. A group never calls: in its place stands one of its members, of
// whom no name is known. A role stands for any of its sessions.
func callerNamed(n entityName) authz.Caller {
	c := authz.Caller{Kind: eval.User, Account: n.account}
	switch n.kind {
	case "user":
		c.ARN, c.UserName = n.text, n.name
	case "role":
		c.Kind, c.ARN = eval.RoleSession, n.text
	}
	return c
}

// resourceOwner reads the ResourceOwner, the ARN of an account.
func resourceOwner(text *string, caller string) (string, error) {
	if text == nil {
		return caller, nil
	}
	a, err := arn.Parse(*text)
	if err != nil || a.Service != "iam" || a.Region != "" || !arn.IsAccountID(a.Account) || a.Resource != "root" {
		return "", api.InvalidInput.New("'%s' is not a valid as a Resource Owner.", *text)
	}
	return a.Account, nil
}

// setPolicies collects the policies: those of the source, and those that are given. A boundary that is given stands in
// place of the source's own. There is no organization yet; its SCPs and RCPs belong into the layers here.
func (s *simulation) setPolicies(in *api.SimulateCustomPolicyInput, from *source) error {
	if len(in.PermissionsBoundaryPolicyInputList) > 1 {
		return api.InvalidInput.New("The list of Permissions Boundary policies cannot exceed 1 items.")
	}
	var identity []simulated
	var boundary *simulated
	if from != nil {
		identity, boundary = from.policies(), from.boundary()
	}
	for i, text := range in.PolicyInputList {
		p, err := s.given("PolicyInputList."+strconv.Itoa(i+1), identityPolicy, text)
		if err != nil {
			return err
		}
		identity = append(identity, p)
	}
	for _, text := range in.PermissionsBoundaryPolicyInputList {
		p, err := s.given("PermissionsBoundaryPolicyInputList.1", boundaryPolicy, text)
		if err != nil {
			return err
		}
		boundary = &p
	}
	for _, p := range identity {
		s.Layers.Identity = append(s.Layers.Identity, s.takePart(p))
	}
	if boundary != nil {
		s.Layers.Boundary = new(s.takePart(*boundary))
	}
	if in.ResourcePolicy != nil {
		p, err := s.given("ResourcePolicy", resourcePolicy, *in.ResourcePolicy)
		if err != nil {
			return err
		}
		s.Layers.Resource = new(s.takePart(p))
	}
	s.keys = eval.ContextKeys(each(s.policies, func(p simulated) *eval.Policy { return p.policy })...)
	return nil
}

// takePart makes a Source of a policy.
func (s *simulation) takePart(p simulated) eval.Source {
	s.policies = append(s.policies, p)
	return eval.Source{Name: strconv.Itoa(len(s.policies) - 1), Policy: p.policy}
}

// given reads a policy of the input. Documents of either version are taken, and with none: they may long have been
// stored. What could never be evaluated is refused rather than simulated.
func (s *simulation) given(id, kind, text string) (simulated, error) {
	doc, err := readInput(id, text, kind)
	if err != nil {
		return simulated{}, err
	}
	var options []eval.Option
	if s.catalog != nil {
		options = append(options, eval.WithKeyTypes(s.catalog))
	}
	return simulated{id: id, kind: kind, policy: eval.Prepare(doc, options...)}, nil
}

// anyPolicy is a kind for readInput: identity policies and resource policies alike.
const anyPolicy = ""

// readInput parses a policy of the input and refuses what no policy of its kind may have, in the words in which AWS
// refuses to store it.
func readInput(id, text, kind string) (*policy.Document, error) {
	doc, err := policy.ParseLimit(text, policy.MaxWritten)
	if err != nil {
		return nil, malformedInput(id, "Syntax errors in policy. ("+strings.TrimPrefix(err.Error(), "policy: ")+")")
	}
	for i := range doc.Statements {
		if reason := statementFault(&doc.Statements[i], kind); reason != "" {
			return nil, malformedInput(id, reason)
		}
	}
	return doc, nil
}

// statementFault says why a statement could never be evaluated, "" where it can.
func statementFault(st *policy.Statement, kind string) string {
	for _, c := range st.Condition {
		if at := c.OperatorText.Span.Start; !c.Operator.Known() {
			return fmt.Sprintf("Syntax errors in policy. (line %d, column %d: %q is no condition operator)", at.Line, at.Column, c.OperatorText.Text)
		}
	}
	names := st.Principal != nil || st.NotPrincipal != nil
	switch {
	case names && (kind == identityPolicy || kind == boundaryPolicy):
		return "Policy document should not specify a principal."
	case !names && kind == resourcePolicy:
		return "Missing required field Principal"
	case len(st.Action) == 0 && len(st.NotAction) == 0:
		return "Policy statement must contain actions."
	case len(st.Resource) == 0 && len(st.NotResource) == 0 && !names: // trust policies have none
		return "Policy statement must contain resources."
	}
	return ""
}

// malformedInput has the code InvalidInput: the model gives these operations no MalformedPolicyDocument.
func malformedInput(id, reason string) *awsapi.Error {
	return api.InvalidInput.New("Invalid policy %s: %s", id, reason)
}
