package evaltest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

func TestShapesDecide(t *testing.T) {
	for _, shape := range Shapes() {
		t.Run(shape.Name, func(t *testing.T) { decide(t, shape.Policies, shape.Cases) })
	}
	for _, i := range []int{0, 1, 9_999} {
		m := Many{Principals: 10_000}
		t.Run(fmt.Sprintf("principal %d of many", i), func(t *testing.T) { decide(t, m.Policies(i), m.Cases()) })
	}
}

func decide(t *testing.T, p Policies, cases []Case) {
	t.Helper()
	set, err := p.Compile()
	if err != nil {
		t.Fatal(err)
	}
	var outcomes []string
	for _, c := range cases {
		outcomes = append(outcomes, c.Outcome)
		if got := set.Decide(c.Request); got != c.Want {
			t.Errorf("%s: %+v, want %+v", c.Outcome, got, c.Want)
		}
	}
	if want := []string{Allow, Deny, NoMatch}; !slices.Equal(outcomes, want) {
		t.Errorf("cases %v, want %v", outcomes, want)
	}
}

// AWS would take every policy as it is.
func TestShapesAreWellFormed(t *testing.T) {
	for _, shape := range append(Shapes(), Shape{Name: "many", Policies: Many{}.Policies(4711)}) {
		p := shape.Policies
		for _, layer := range []struct {
			kind  policy.Kind
			limit int
			texts []string
		}{
			{policy.Identity, 6144, append(slices.Clone(p.Identity), p.Boundary)},
			{policy.Identity, 2048, p.Session},
			{policy.SCP, 5120, slices.Concat(p.SCP...)},
		} {
			for _, text := range layer.texts {
				if text == "" {
					continue
				}
				if _, err := policy.ParseFor(layer.kind, text); err != nil || policy.Size(text) > layer.limit {
					t.Errorf("%s: %v, %d characters of %d:\n%s", shape.Name, err, policy.Size(text), layer.limit, text)
				}
			}
		}
	}
}

// The generated shapes are what their comments say: so many statements, every tenth a Deny, no two alike, of all services
// or of one.
func TestGeneratedShapes(t *testing.T) {
	for _, test := range []struct {
		shape              Shape
		policies, services int
	}{
		{B(), 10, 10}, {C(), 100, 10}, {BHot(), 10, 1}, {CHot(), 100, 1},
		{Shape{Name: "many", Policies: Many{}.Policies(4711)}, 10, 10},
	} {
		t.Run(test.shape.Name, func(t *testing.T) {
			resources, services, denies := map[string]bool{}, map[string]bool{}, 0
			for _, st := range statements(t, test.shape) {
				if len(st.Action) != 2 || len(st.Resource) != 2 || len(st.Condition) != 2 {
					t.Errorf("%d actions, %d resources, %d conditions", len(st.Action), len(st.Resource), len(st.Condition))
				}
				for i := range st.Action {
					name, _, _ := strings.Cut(st.Action[i].Text, ":")
					services[name], resources[st.Resource[i].Text] = true, true
				}
				if st.Effect == policy.Deny {
					denies++
				}
			}
			n := test.policies * perPolicy
			if len(resources) != 2*n || denies != test.policies || len(services) != test.services {
				t.Errorf("%d resources, %d denies, %d services; want %d, %d, %d", len(resources), denies, len(services), 2*n, test.policies, test.services)
			}
		})
	}
}

func statements(t *testing.T, shape Shape) []policy.Statement {
	t.Helper()
	var all []policy.Statement
	for _, text := range shape.Policies.Identity {
		doc, err := policy.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, doc.Statements...)
	}
	return all
}

// In a hot shape each statement's action matches the request, and one statement matches all of it.
func TestHotShapes(t *testing.T) {
	for _, shape := range []Shape{BHot(), CHot()} {
		byAction, whole := 0, 0
		all := statements(t, shape)
		for _, st := range all {
			st.Effect = policy.Allow
			if allows(st, shape.Cases[0].Request) {
				whole++
			}
			st.Resource, st.Condition = []policy.Value{{Text: "*"}}, nil
			if allows(st, shape.Cases[0].Request) {
				byAction++
			}
		}
		if byAction != len(all) || whole != 1 {
			t.Errorf("%s: of %d statements %d match by action and %d as a whole, want all and one", shape.Name, len(all), byAction, whole)
		}
	}
}

func allows(st policy.Statement, r *eval.Request) bool {
	doc := &policy.Document{Version: policy.Version2012, Statements: []policy.Statement{st}}
	return eval.Compile(eval.Layers{Identity: []eval.Source{{Policy: eval.Prepare(doc)}}}).Decide(r).Verdict == eval.Allow
}

// No principal has what another one has but for the policy that the requests are about.
func TestManyAreDistinct(t *testing.T) {
	seen := map[string]int{}
	const principals = 200
	for i := range principals {
		for _, text := range (Many{}).Policies(i).Identity {
			seen[text]++
		}
	}
	if want := 9*principals + 1; len(seen) != want {
		t.Errorf("%d policies, want %d", len(seen), want)
	}
	order := Many{Principals: principals}.Order()
	slices.Sort(order)
	if len(slices.Compact(order)) != principals {
		t.Error("the order does not hold every principal once")
	}
}
