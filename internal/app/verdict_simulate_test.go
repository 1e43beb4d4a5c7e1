package app_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/server/servertest"
	service "github.com/warder-iam/warder/internal/service/iam"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy/eval"
)

// simulator is a server whose two Simulate operations are doors, through the AWS SDK.
type simulator struct {
	world   *servertest.World
	clients map[string]*iam.Client // of an administrator, by account
}

func newSimulator(t *testing.T) *simulator {
	return &simulator{clients: map[string]*iam.Client{}, world: servertest.New(t, func(w *servertest.World) {
		service.Register(w.Server, w.Store, w.Keys, "")
	})}
}

// client is an administrator of the account.
func (s *simulator) client(t *testing.T, account string) *iam.Client {
	if s.clients[account] == nil {
		s.clients[account] = iam.NewFromConfig(s.world.Account(t, account).Admin(t, "the-corpus-administrator").AWS())
	}
	return s.clients[account]
}

// simulated is the part of a simulation that both operations have.
type simulated struct {
	caller, owner, resourcePolicy *string
	boundary, resources           []string
	context                       []types.ContextEntry
}

// simulate makes the common part. known are the keys that the door gives to the request by itself, beside those that
// follow from the principal's ARN, which a case derives too.
func simulate(q *question, known eval.Context) (*simulated, error) {
	p := &q.request.Principal
	switch {
	case p.Kind != eval.User && p.Kind != eval.RoleSession:
		return nil, cannot("only users and roles can be simulated")
	case p.Kind == eval.RoleSession && p.ARN != p.RoleARN:
		return nil, cannot("a session can not be simulated, only its role")
	case len(q.layers.Session) > 0:
		return nil, cannot("session policies can not be simulated")
	case len(q.layers.SCP)+len(q.layers.RCP) > 0:
		return nil, cannot("there is no organization yet")
	case q.layers.Resource != nil && q.request.Resource == "*":
		return nil, cannot("a resource policy needs a resource")
	}
	now := time.Now().UTC()
	known.Set("aws:CurrentTime", now.Format(time.RFC3339))
	known.Set("aws:EpochTime", "some second")
	s := &simulated{caller: &p.ARN}
	for key, v := range q.request.Context.All() {
		s.context = append(s.context, entry(key, v))
		known.Delete(key) // what is supposed stands before what is known
	}
	if err := q.knows(&known); err != nil {
		return nil, err
	}
	if err := s.setResource(q); err != nil {
		return nil, err
	}
	if b := q.Policies.Boundary; b != nil {
		s.boundary = []string{string(b.Document)}
	}
	if q.layers.Resource != nil {
		s.resourcePolicy = new(string(q.Policies.Resource))
	}
	return s, nil
}

func entry(key string, v eval.Value) types.ContextEntry {
	e := types.ContextEntry{ContextKeyName: &key, ContextKeyValues: v.Texts(), ContextKeyType: types.ContextKeyTypeEnumString}
	if v.List() {
		e.ContextKeyType = types.ContextKeyTypeEnumStringList
	}
	return e
}

// setResource names the resource and its owner. An ARN that has an account is that account's.
func (s *simulated) setResource(q *question) error {
	r := q.request
	s.resources = []string{r.Resource}
	owner := r.Principal.Account
	if parts := strings.SplitN(r.Resource, ":", 6); len(parts) == 6 && len(parts[4]) == 12 {
		owner = parts[4]
		if r.ResourceAccount != owner {
			return cannot("the resource is of another account than its ARN says")
		}
	}
	if r.ResourceAccount != owner {
		s.owner = new("arn:aws:iam::" + r.ResourceAccount + ":root")
	}
	return nil
}

func (s *simulator) custom(t *testing.T, q *question) (eval.Verdict, error) {
	in, err := simulate(q, eval.Context{})
	if err != nil {
		return 0, err
	}
	out, err := s.client(t, "999988887777").SimulateCustomPolicy(t.Context(), &iam.SimulateCustomPolicyInput{
		PolicyInputList: append([]string{}, q.identity()...), PermissionsBoundaryPolicyInputList: in.boundary,
		ActionNames: []string{q.request.Action}, ResourceArns: in.resources, ContextEntries: in.context,
		ResourcePolicy: in.resourcePolicy, ResourceOwner: in.owner, CallerArn: in.caller,
	})
	if err != nil {
		return 0, refusal(err)
	}
	return verdictOf(q, out.EvaluationResults)
}

// principal puts the caller with its policies, boundary and tags into the directory.
func (s *simulator) principal(t *testing.T, q *question) (eval.Verdict, error) {
	var known eval.Context
	known.Set("aws:userid", "its own")
	if q.request.Principal.Kind != eval.User {
		known = eval.Context{}
	}
	in, err := simulate(q, known)
	if err != nil {
		return 0, err
	}
	client := s.client(t, q.request.Principal.Account)
	account := servertest.Account{World: s.world, ID: q.request.Principal.Account}
	entities, tags := residents(q)
	account.Put(t, entities...)
	defer account.Change(t, func(tx *store.Tx) error {
		for _, e := range entities {
			tx.Delete(e)
		}
		return nil
	})
	in.context = slices.DeleteFunc(in.context, func(e types.ContextEntry) bool { return directory.HasTag(tags, tagKey(*e.ContextKeyName)) })
	out, err := client.SimulatePrincipalPolicy(t.Context(), &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: in.caller, ActionNames: []string{q.request.Action}, ResourceArns: in.resources, ContextEntries: in.context,
		ResourcePolicy: in.resourcePolicy, ResourceOwner: in.owner,
	})
	if err != nil {
		return 0, refusal(err)
	}
	return verdictOf(q, out.EvaluationResults)
}

// residents are the case's user or role as the directory of its account holds it, with its boundary. Documents stand
// there as they are in the case: an older Warder may have written them. The tags are those of the principal.
func residents(q *question) (entities []directory.Entity, tags []directory.Tag) {
	p := &q.request.Principal
	var inline []directory.InlinePolicy
	for i, text := range q.identity() {
		inline = append(inline, directory.InlinePolicy{Name: "policy" + string(rune('a'+i)), Document: directory.Document{Text: text}})
	}
	boundary := ""
	if b := q.Policies.Boundary; b != nil {
		boundary = "arn:aws:iam::" + p.Account + ":policy/edge"
		entities = append(entities, &directory.Policy{ID: session.NewEntityID(session.PrefixPolicy), Name: "edge", Path: "/", Default: 1, Latest: 1,
			Versions: []directory.PolicyVersion{{Number: 1, Document: directory.Document{Text: string(b.Document)}}}})
	}
	for key, v := range q.request.Context.All() {
		if tag := tagKey(key); tag != "" && !v.List() {
			tags = append(tags, directory.Tag{Key: tag, Value: v.At(0)})
		}
	}
	arn := p.ARN
	if p.Kind == eval.RoleSession {
		arn = p.RoleARN
	}
	path, name := arn[strings.IndexByte(arn, '/'):], ""
	slash := strings.LastIndexByte(path, '/')
	path, name = path[:slash+1], path[slash+1:]
	if p.Kind == eval.RoleSession {
		return append(entities, &directory.Role{ID: session.NewEntityID(session.PrefixRole), Name: name, Path: path, MaxSession: 3600,
			Inline: inline, Boundary: boundary, Tags: tags, Trust: directory.Document{Text: "{}"}}), tags
	}
	return append(entities, &directory.User{ID: session.NewEntityID(session.PrefixUser), Name: name, Path: path,
		Inline: inline, Boundary: boundary, Tags: tags}), tags
}

// tagKey is the key of the tag that a condition key of the principal names, "" for any other.
func tagKey(key string) string {
	const prefix = "aws:PrincipalTag/"
	if len(key) > len(prefix) && strings.EqualFold(key[:len(prefix)], prefix) {
		return key[len(prefix):]
	}
	return ""
}

// refusal tells the inputs that the API documents as none from everything else.
func refusal(err error) error {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return err
	}
	message := api.ErrorMessage()
	switch code := api.ErrorCode(); {
	case code == "ValidationError":
		return cannot("the model of the API does not take such an input")
	case code != "InvalidInput":
		return err
	case strings.HasPrefix(message, "Invalid Input Actions: "):
		return cannot("not the name of an action")
	case strings.HasPrefix(message, "ResourceNames are not in a valid ARN format: "):
		return cannot("the resource has no ARN")
	case strings.HasPrefix(message, "Invalid policy "):
		_, reason, _ := strings.Cut(message, ": ")
		reason, _, _ = strings.Cut(reason, " (")
		return cannot("no such policy can be written: " + reason)
	}
	return err
}

var verdicts = map[types.PolicyEvaluationDecisionType]eval.Verdict{
	types.PolicyEvaluationDecisionTypeAllowed: eval.Allow, types.PolicyEvaluationDecisionTypeExplicitDeny: eval.ExplicitDeny,
	types.PolicyEvaluationDecisionTypeImplicitDeny: eval.ImplicitDeny,
}

// verdictOf is the verdict of a single result, whose single resource has the same one. What allows or denies is shown;
// where nothing is needed, or nothing allows, there is nothing to show.
func verdictOf(q *question, results []types.EvaluationResult) (eval.Verdict, error) {
	if len(results) != 1 {
		return 0, fmt.Errorf("%d results", len(results))
	}
	r := &results[0]
	verdict, ok := verdicts[r.EvalDecision]
	if !ok {
		return 0, fmt.Errorf("the decision is %q", r.EvalDecision)
	}
	for _, s := range r.ResourceSpecificResults {
		if s.EvalResourceDecision != r.EvalDecision || len(s.MatchedStatements) != len(r.MatchedStatements) {
			return 0, fmt.Errorf("of the resource is said %+v, of the action %+v", s, r)
		}
	}
	d := eval.Compile(q.layers).Decide(q.request)
	if needs := d.Layer != eval.LayerNone && d.Verdict != eval.ImplicitDeny; needs != (len(r.MatchedStatements) > 0) {
		return 0, fmt.Errorf("%s with the statements %+v", r.EvalDecision, r.MatchedStatements)
	}
	return verdict, nil
}
