package authz

import (
	"strings"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// Status is the authorization status of a request in the form that DecodeAuthorizationMessage shows: who asked for what,
// under which condition keys, and what decided. Source: AWS STS API Reference, DecodeAuthorizationMessage.
type Status struct {
	Allowed           bool                    `json:"allowed"`
	ExplicitDeny      bool                    `json:"explicitDeny"`
	MatchedStatements Items[MatchedStatement] `json:"matchedStatements"`
	Failures          Items[struct{}]         `json:"failures"`
	Context           StatusContext           `json:"context"`
}

// Items is a list as AWS writes it there.
type Items[T any] struct {
	Items []T `json:"items"`
}

// MatchedStatement is a statement that denied.
type MatchedStatement struct {
	StatementID string `json:"statementId"`
	Effect      string `json:"effect"` // DENY
	// Policy is the name of the policy that has it, which AWS does not tell.
	Policy string `json:"policy"`
}

// StatusContext is what was judged.
type StatusContext struct {
	Principal  StatusPrincipal    `json:"principal"`
	Action     string             `json:"action"`
	Resource   string             `json:"resource"`
	Conditions Items[StatusValue] `json:"conditions"`
}

// StatusPrincipal is who asked.
type StatusPrincipal struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	ARN  string `json:"arn"`
}

// StatusValue is one condition key and its values.
type StatusValue struct {
	Key    string            `json:"key"`
	Values Items[StatusText] `json:"values"`
}

// StatusText is one value.
type StatusText struct {
	Value string `json:"value"`
}

// statusOf tells what became of a decision. It is for the caller's own account: of a resource in another one it has neither
// the tags nor the statements of its policies.
func statusOf(d *Decision, explained *eval.Explanation, keys eval.Context) Status {
	foreign := d.Ask.ResourceAccount != "" && d.Ask.ResourceAccount != d.Caller.Account
	s := Status{
		Allowed: d.Allowed(), ExplicitDeny: d.Verdict == eval.ExplicitDeny,
		MatchedStatements: Items[MatchedStatement]{[]MatchedStatement{}}, Failures: Items[struct{}]{[]struct{}{}},
		Context: StatusContext{
			Principal: StatusPrincipal{ID: d.Caller.UserID, Name: d.Caller.UserName, ARN: d.Caller.ARN},
			Action:    d.Ask.Action, Resource: d.Ask.Resource, Conditions: Items[StatusValue]{[]StatusValue{}},
		},
	}
	for i := range explained.Statements {
		st := &explained.Statements[i]
		if st.Effect == "Deny" && !(foreign && (st.Layer == eval.LayerResource || st.Layer == eval.LayerRCP)) {
			s.MatchedStatements.Items = append(s.MatchedStatements.Items, MatchedStatement{StatementID: st.Sid, Effect: "DENY", Policy: st.Policy})
		}
	}
	for key, v := range keys.All() {
		if foreign && strings.Contains(strings.ToLower(key), ":resourcetag/") {
			continue
		}
		value := StatusValue{Key: key, Values: Items[StatusText]{[]StatusText{}}}
		for _, text := range v.Texts() {
			value.Values.Items = append(value.Values.Items, StatusText{text})
		}
		s.Context.Conditions.Items = append(s.Context.Conditions.Items, value)
	}
	return s
}

// Describe decides ask once more and tells what becomes of it, for readers in the caller's own account. ok is false when the principal is unknown.
func Describe(snap *directory.Snapshot, caller *Caller, env *Environment, ask *Ask) (s Status, ok bool) {
	set, req, ok := question(snap, caller, env, ask, (*directory.Account).PolicySet)
	if !ok {
		return Status{}, false
	}
	d := Decision{Decision: set.Decide(req), Caller: caller, Ask: ask}
	e := set.Explain(req)
	return statusOf(&d, &e, req.Context), true
}
