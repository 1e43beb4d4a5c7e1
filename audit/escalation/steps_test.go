package escalation

import (
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/catalog"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/awsapi"
)

// kinds are the resource types that the words of Need.On stand for.
var kinds = map[string]string{
	"{user}": "arn:aws:iam::111122223333:user/u", "{group}": "arn:aws:iam::111122223333:group/g", "{role}": "arn:aws:iam::111122223333:role/r",
	"{policy}": "arn:aws:iam::111122223333:policy/p",
}

// TestStepsAreOfTheCatalogue: every action of a step exists, and its resource is of a type that the action works on.
func TestStepsAreOfTheCatalogue(t *testing.T) {
	c := catalog.Load()
	ids := map[string]bool{}
	for _, step := range Steps() {
		if ids[step.ID] || step.ID == "" || step.Title == "" || step.Family == 0 {
			t.Errorf("step %q is there twice, or says too little", step.ID)
		}
		ids[step.ID] = true
		for _, need := range step.Needs {
			service, name, _ := strings.Cut(need.Action, ":")
			if service == api.Service.Name && slices.ContainsFunc(api.Service.Operations, func(op *awsapi.Operation) bool { return op.Name == name }) {
				continue // Warder's own are not of AWS's catalogue
			}
			action, ok := c.Action(service, name)
			if !ok {
				t.Errorf("%s: there is no action %s", step.ID, need.Action)
				continue
			}
			if resource, known := exampleOf(&step, need.On); known && !worksOn(c, action, resource) {
				t.Errorf("%s: %s does not work on %s", step.ID, need.Action, resource)
			}
			for key := range need.Keys {
				if strings.HasPrefix(key, "iam:") && !slices.Contains(keysOf(c, action), key) {
					t.Errorf("%s: %s has no key %s", step.ID, need.Action, key)
				}
			}
		}
	}
}

// exampleOf is an ARN that a template may become; known is false for one that only a provider or workload tells.
func exampleOf(step *Step, on string) (resource string, known bool) {
	if on == "{made}" {
		on = step.makes
	}
	if example, ok := kinds[on]; ok {
		return example, true
	}
	if on == "{provider}" || on == "{workload}" || on == "{cluster}" {
		return "", false
	}
	return instances(on, arn.In(home), "", nil)[0], true
}

// worksOn reports whether an action has a resource type whose ARNs a resource may be one of; "*" is for those without.
func worksOn(c *catalog.Catalog, action *catalog.Action, resource string) bool {
	if resource == "*" {
		return len(action.Resources) == 0
	}
	service, _ := c.Service(action.Service)
	for _, r := range action.Resources {
		of, ok := service.Resource(r.Type)
		if ok && slices.ContainsFunc(of.ARNs, func(pattern string) bool { return arn.Glob(globOf(pattern), resource) }) {
			return true
		}
	}
	return false
}

// globOf makes a pattern of the catalogue one of policies.
func globOf(pattern string) string {
	for {
		before, rest, ok := strings.Cut(pattern, "${")
		if !ok {
			return pattern
		}
		_, after, _ := strings.Cut(rest, "}")
		pattern = before + "*" + after
	}
}

func keysOf(c *catalog.Catalog, action *catalog.Action) []string {
	keys := slices.Clone(action.Keys)
	service, _ := c.Service(action.Service)
	for _, r := range action.Resources {
		keys = append(keys, r.Keys...)
		if of, ok := service.Resource(r.Type); ok {
			keys = append(keys, of.Keys...)
		}
	}
	return keys
}

// TestServiceSteps: whoever may pass the role of an administrator and do all that a step takes has it; without any one
// request, or where the role does not trust the service, nobody has.
func TestServiceSteps(t *testing.T) {
	for _, step := range Steps() {
		if step.Family != Through {
			continue
		}
		t.Run(step.ID, func(t *testing.T) {
			var actions []any
			for _, need := range step.Needs {
				if need.By == "" && !slices.Contains(actions, any(need.Action)) {
					actions = append(actions, need.Action)
				}
			}
			account := throughAccount(step.Service, actions)
			checkEscalates(t, &account, step.ID)
			for i := range actions {
				without := throughAccount(step.Service, slices.Delete(slices.Clone(actions), i, i+1))
				checkEscalates(t, &without, "")
			}
			stranger := throughAccount("events.amazonaws.com", actions)
			checkEscalates(t, &stranger, "")
		})
	}
}

func throughAccount(service string, actions []any) testAccount {
	return testAccount{
		Users: map[string]testUser{"eve": {testHolder: testHolder{Inline: []statement{{Allow: actions}}}}},
		Roles: map[string]testRole{"admin": {Trust: []statement{{To: service}}, testHolder: testHolder{Attached: []string{administratorARN}}}},
	}
}

// TestWorkloadSteps: the same of what already runs.
func TestWorkloadSteps(t *testing.T) {
	arns := map[WorkloadKind]string{
		Function: "arn:aws:lambda:eu-west-1:111122223333:function:f", Instance: "arn:aws:ec2:eu-west-1:111122223333:instance/i-1",
		Task: "arn:aws:ecs:eu-west-1:111122223333:task/cluster/1", Project: "arn:aws:codebuild:eu-west-1:111122223333:project/p",
		Stack: "arn:aws:cloudformation:eu-west-1:111122223333:stack/s/1", DevEndpoint: "arn:aws:glue:eu-west-1:111122223333:devEndpoint/d",
		Notebook:        "arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/n",
		LaunchTemplate:  "arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-1",
		AppService:      "arn:aws:apprunner:eu-west-1:111122223333:service/s/1",
		CodeInterpreter: "arn:aws:bedrock-agentcore:eu-west-1:111122223333:code-interpreter-custom/c",
	}
	for _, step := range Steps() {
		if step.Family != Running {
			continue
		}
		t.Run(step.ID, func(t *testing.T) {
			var actions []any
			for _, need := range step.Needs {
				actions = append(actions, need.Action)
			}
			account := throughAccount("ec2.amazonaws.com", actions)
			checkEscalates(t, &account, "")
			w := Workload{Kind: step.Kind, ARN: arns[step.Kind], Role: longName("role/admin")}
			account.Workloads = []Workload{w}
			checkEscalates(t, &account, step.ID)
			account.Users["eve"].Inline[0].On = w.ARN + "-other"
			checkEscalates(t, &account, "")
		})
	}
}

// checkEscalates compares the only step of eve; "" is none.
func checkEscalates(t *testing.T, account *testAccount, step string) {
	t.Helper()
	c := accountCase{Account: *account}
	snap, g := c.build(t)
	var got string
	for i := range g.Escalations {
		replay(t, snap, &g.Escalations[i])
		got += strings.Join(stepsOf(&g.Escalations[i]), ",")
	}
	if got != step {
		t.Errorf("%v: eve escalates by %q, want %q", account.Users["eve"].Inline, got, step)
	}
}

// TestEveryStepIsInSomePath: the table of accounts and the tests above have each step that leads anywhere.
func TestEveryStepIsInSomePath(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range readAccounts(t) {
		for _, steps := range c.Escalations {
			for _, id := range steps {
				seen[id] = true
			}
		}
	}
	for _, step := range Steps() {
		if step.Family != Through && step.Family != Running && !step.Limited && !seen[step.ID] {
			t.Errorf("no account has a path by %s", step.ID)
		}
	}
}
