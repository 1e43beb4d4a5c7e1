package iam_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// TestSimulations runs testdata/simulations.json: what is set up, what is simulated then, and the results, one line each
// as line and its kin write them.
func TestSimulations(t *testing.T) {
	f := newFixture(t, nil)
	for _, c := range readCases[struct {
		Name  string   `json:"name"`
		Setup []call   `json:"setup"`
		Call  call     `json:"call"`
		Want  []string `json:"want"`
	}](t, "simulations.json") {
		t.Run(c.Name, func(t *testing.T) {
			a := f.newAccount(t, nil)
			for _, s := range c.Setup {
				a.must(t, s.Op, s.In)
			}
			got := readSimulation(t, a.must(t, c.Call.Op, c.Call.In)).lines()
			want := make([]string, len(c.Want))
			for i, line := range c.Want {
				want[i] = a.fill(line)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s answers\n%s\nwant\n%s", c.Call.Op, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// simulationAnswer is the answer of either Simulate operation, or of either GetContextKeys.
type simulationAnswer struct {
	Results []simulatedAction `xml:"EvaluationResults>member"`
	Keys    []string          `xml:"ContextKeyNames>member"`
}

type simulatedAction struct {
	Action   string              `xml:"EvalActionName"`
	Resource string              `xml:"EvalResourceName"`
	Decision string              `xml:"EvalDecision"`
	Matched  []simulatedMatch    `xml:"MatchedStatements>member"`
	Missing  []string            `xml:"MissingContextValues>member"`
	Boundary string              `xml:"PermissionsBoundaryDecisionDetail>AllowedByPermissionsBoundary"`
	Details  *simulationDetails  `xml:"EvalDecisionDetails"`
	Specific []simulatedResource `xml:"ResourceSpecificResults>member"`
}

type simulatedResource struct {
	Resource string             `xml:"EvalResourceName"`
	Decision string             `xml:"EvalResourceDecision"`
	Matched  []simulatedMatch   `xml:"MatchedStatements>member"`
	Missing  []string           `xml:"MissingContextValues>member"`
	Boundary string             `xml:"PermissionsBoundaryDecisionDetail>AllowedByPermissionsBoundary"`
	Details  *simulationDetails `xml:"EvalDecisionDetails"`
}

type simulatedMatch struct {
	ID    string `xml:"SourcePolicyId"`
	Type  string `xml:"SourcePolicyType"`
	Start place  `xml:"StartPosition"`
	End   place  `xml:"EndPosition"`
}

type place struct{ Line, Column int }

type simulationDetails struct {
	Entries []struct {
		Key   string `xml:"key"`
		Value string `xml:"value"`
	} `xml:"entry"`
}

func readSimulation(t *testing.T, body string) *simulationAnswer {
	t.Helper()
	var parsed struct {
		Custom    simulationAnswer `xml:"SimulateCustomPolicyResult"`
		Principal simulationAnswer `xml:"SimulatePrincipalPolicyResult"`
		Keys      simulationAnswer `xml:"GetContextKeysForCustomPolicyResult"`
		KeysOf    simulationAnswer `xml:"GetContextKeysForPrincipalPolicyResult"`
	}
	check(t, xml.Unmarshal([]byte(body), &parsed))
	return &simulationAnswer{
		Results: append(parsed.Custom.Results, parsed.Principal.Results...),
		Keys:    append(parsed.Keys.Keys, parsed.KeysOf.Keys...),
	}
}

// lines are a line for each action and, indented, one for each of its resources. Then the keys, if any.
func (a *simulationAnswer) lines() []string {
	var lines []string
	for i := range a.Results {
		r := &a.Results[i]
		lines = append(lines, r.Action+" "+line(r.Resource, r.Decision, r.Matched, r.Missing, r.Boundary, r.Details))
		for _, s := range r.Specific {
			lines = append(lines, "  "+line(s.Resource, s.Decision, s.Matched, s.Missing, s.Boundary, s.Details))
		}
	}
	return append(lines, a.Keys...)
}

func line(resource, decision string, matched []simulatedMatch, missing []string, boundary string, details *simulationDetails) string {
	parts := []string{resource, decision}
	for _, m := range matched {
		parts = append(parts, fmt.Sprintf("[%s, %s, %d:%d to %d:%d]", m.ID, m.Type, m.Start.Line, m.Start.Column, m.End.Line, m.End.Column))
	}
	if len(missing) > 0 {
		parts = append(parts, "missing "+strings.Join(missing, " "))
	}
	if boundary != "" {
		parts = append(parts, "boundary "+boundary)
	}
	if details != nil {
		var entries []string
		for _, e := range details.Entries {
			entries = append(entries, e.Key+" "+e.Value)
		}
		slices.Sort(entries)
		parts = append(parts, "{"+strings.Join(entries, ", ")+"}")
	}
	return strings.Join(parts, " ")
}

// TestSimulationPages: the SDK's paginator gets every action once, in order, however small the pages are.
func TestSimulationPages(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	var actions []string
	for i := range 23 {
		actions = append(actions, fmt.Sprintf("s3:Action%d", i))
	}
	for _, size := range []int32{1, 5, 23, 1000} {
		var got []string
		p := iam.NewSimulatePrincipalPolicyPaginator(a.client("admin"), &iam.SimulatePrincipalPolicyInput{
			PolicySourceArn: new("arn:aws:iam::" + a.id + ":user/caller"), ActionNames: actions, MaxItems: &size,
		})
		for p.HasMorePages() {
			page, err := p.NextPage(t.Context())
			check(t, err)
			if len(page.EvaluationResults) > int(size) {
				t.Errorf("%d results on a page of %d", len(page.EvaluationResults), size)
			}
			for _, r := range page.EvaluationResults {
				got = append(got, *r.EvalActionName)
			}
		}
		if !slices.Equal(got, actions) {
			t.Errorf("pages of %d give %v", size, got)
		}
	}
	for _, marker := range []string{"what", "U2ltdWxhdGVDdXN0b21Qb2xpY3kgMQ"} { // the other is "SimulateCustomPolicy 1"
		got := a.as(t, "admin", "SimulatePrincipalPolicy", map[string]any{
			"PolicySourceArn": "arn:aws:iam::{account}:user/caller", "ActionNames": []any{"s3:A", "s3:B"}, "Marker": marker})
		if got.Status != http.StatusBadRequest || got.Message != "Invalid Marker." {
			t.Errorf("marker %s: %d %s: %s", marker, got.Status, got.Code, got.Message)
		}
	}
}

// TestSimulationHasAnEnd: the work of one call is bounded. A page ends early where it would be too much, and what is too
// much for one action is refused.
func TestSimulationHasAnEnd(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	statement := `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::` + strings.Repeat("?", 900) + `*"}`
	policy := `{"Version":"2012-10-17","Statement":[` + strings.Repeat(statement+",", 110) + statement + `]}`
	resource := "arn:aws:s3:::" + strings.Repeat("a", 1900)
	in := map[string]any{"PolicyInputList": []any{policy}, "ActionNames": []any{}, "ResourceArns": []any{resource, resource + "b"}}
	for i := range 50 {
		in["ActionNames"] = append(in["ActionNames"].([]any), fmt.Sprintf("s3:Action%d", i))
	}
	first := a.must(t, "SimulateCustomPolicy", in)
	if got := len(readSimulation(t, first).Results); got == 0 || got == 50 {
		t.Errorf("%d of 50 results on a page", got)
	}
	in["Marker"] = elements(t, first, "Marker")[0]
	if next := readSimulation(t, a.must(t, "SimulateCustomPolicy", in)).Results; len(next) == 0 || next[0].Action == "s3:Action0" {
		t.Errorf("the next page begins with %+v", next)
	}
	delete(in, "Marker")
	for i := range 60 {
		in["ResourceArns"] = append(in["ResourceArns"].([]any), fmt.Sprint(resource, i))
	}
	if got := a.as(t, "admin", "SimulateCustomPolicy", in); got.Status != http.StatusBadRequest || got.Code != "InvalidInput" {
		t.Errorf("%d %s: %s", got.Status, got.Code, got.Message)
	}
}

// TestSimulationOfLongValues: what is supposed counts as work too, for each value may meet each pattern of a condition.
func TestSimulationOfLongValues(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	var patterns, values, actions []any
	for i := range 30 {
		patterns = append(patterns, fmt.Sprintf("*%sb%d*", strings.Repeat("a", 4000), i))
		values = append(values, fmt.Sprint(i, strings.Repeat("a", 9000)))
		actions = append(actions, fmt.Sprintf("s3:Action%d", i))
	}
	policy, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": map[string]any{"Effect": "Allow", "Action": "*", "Resource": "*",
		"Condition": map[string]any{"ForAnyValue:StringLike": map[string]any{"myapp:x": patterns}}}})
	check(t, err)
	in := map[string]any{"PolicyInputList": []any{string(policy)}, "ActionNames": actions,
		"ContextEntries": []any{map[string]any{"ContextKeyName": "myapp:x", "ContextKeyType": "stringList", "ContextKeyValues": values}}}
	start := time.Now()
	got := a.as(t, "admin", "SimulateCustomPolicy", in)
	if took := time.Since(start); took > time.Minute || got.Status == http.StatusRequestEntityTooLarge {
		t.Errorf("%d after %v: %s", got.Status, took, got.Message)
	}
}

// TestSimulationTellsNothing: a simulation of somebody's policies needs the permission for that very entity, and one of
// given policies reads nobody's tags.
func TestSimulationTellsNothing(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, furnish(t))
	a.allow(t, map[string]any{"Effect": "Allow", "Action": []any{"iam:SimulatePrincipalPolicy", "iam:GetContextKeysForPrincipalPolicy"},
		"Resource": "arn:aws:iam::" + a.id + ":user/team/spare"}, map[string]any{"Effect": "Allow", "Action": "iam:SimulateCustomPolicy", "Resource": "*"})
	for _, arn := range []string{"user/team/target", "user/team/nobody", "role/team/spare", "group/team/target", "user/spare"} {
		for _, op := range []string{"SimulatePrincipalPolicy", "GetContextKeysForPrincipalPolicy"} {
			got := a.as(t, "caller", op, map[string]any{"PolicySourceArn": "arn:aws:iam::{account}:" + arn, "ActionNames": []any{"s3:GetObject"}})
			if got.Status != http.StatusForbidden || got.Code != "AccessDenied" {
				t.Errorf("%s of %s: %d %s: %s", op, arn, got.Status, got.Code, got.Message)
			}
		}
	}
	policy := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:PrincipalTag/team":"*"}}}}`
	out, err := a.client("caller").SimulateCustomPolicy(t.Context(), &iam.SimulateCustomPolicyInput{
		PolicyInputList: []string{policy}, ActionNames: []string{"s3:GetObject"}, CallerArn: new("arn:aws:iam::" + a.id + ":user/team/target"),
	})
	check(t, err)
	if r := out.EvaluationResults[0]; r.EvalDecision != types.PolicyEvaluationDecisionTypeImplicitDeny || !slices.Equal(r.MissingContextValues, []string{"aws:PrincipalTag/team"}) {
		t.Errorf("of a user's tags is told: %s, missing %v", r.EvalDecision, r.MissingContextValues)
	}
	out2, err := a.client("caller").SimulatePrincipalPolicy(t.Context(), &iam.SimulatePrincipalPolicyInput{
		PolicyInputList: []string{policy}, ActionNames: []string{"s3:GetObject"}, PolicySourceArn: new("arn:aws:iam::" + a.id + ":user/team/spare"),
		CallerArn: new("arn:aws:iam::" + a.id + ":user/team/target"),
	})
	check(t, err)
	if r := out2.EvaluationResults[0]; r.PermissionsBoundaryDecisionDetail == nil || len(r.MissingContextValues) > 0 {
		t.Errorf("the source's tags and boundary are not used: %+v", r)
	}
}

// TestSimulationIsOnRecord: who asks what another may do is on record.
func TestSimulationIsOnRecord(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	a.must(t, "SimulatePrincipalPolicy", map[string]any{"PolicySourceArn": "arn:aws:iam::{account}:user/caller", "ActionNames": []any{"s3:GetObject"}})
	e := a.Recorder.Last(t)
	if e.EventName != "SimulatePrincipalPolicy" || !e.ReadOnly || !strings.Contains(string(e.RequestParameters), "user/caller") {
		t.Errorf("on record: %s, read-only %v, %s", e.EventName, e.ReadOnly, e.RequestParameters)
	}
}

// TestSimulationIgnoresNothing: what newer clients send and Warder does not serve yet would change the answer, and so is
// refused.
func TestSimulationIgnoresNothing(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	_, err := a.client("admin").SimulateCustomPolicy(t.Context(), &iam.SimulateCustomPolicyInput{
		PolicyInputList: []string{everything}, ActionNames: []string{"s3:GetObject"},
		OrderedOrganizationPolicyInputList: []types.OrderedOrganizationPolicyType{{ServiceControlPolicyInputList: []string{everything}}},
	})
	if err == nil || !strings.Contains(err.Error(), "NotImplemented") || !strings.Contains(err.Error(), "OrderedOrganizationPolicyInputList") {
		t.Errorf("with service control policies: %v", err)
	}
	_, err = a.client("admin").SimulatePrincipalPolicy(t.Context(), &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: new("arn:aws:iam::" + a.id + ":user/admin"), ActionNames: []string{"s3:GetObject"},
		PolicyExclusionList: []types.PolicyIdentifier{&types.PolicyIdentifierMemberPolicyArn{Value: administrator}},
	})
	if err == nil || !strings.Contains(err.Error(), "NotImplemented") || !strings.Contains(err.Error(), "PolicyExclusionList") {
		t.Errorf("without a policy: %v", err)
	}
}
