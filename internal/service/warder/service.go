package warder

import (
	"encoding/json"

	"github.com/warder-iam/warder/authz"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/authn"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
)

// Service serves the API of the signing name warder.
type Service struct {
	server *server.Server
	keys   *session.Keys
}

// aboutSubject ends every denial of a question. It is the same for a subject that is not there, for one that the asker may
// not ask about, and whatever policy says so.
const aboutSubject = " about this subject"

// Register makes s answer the operations of warder.
func Register(s *server.Server, keys *session.Keys) {
	w := &Service{server: s, keys: keys}
	server.HandleData(s, api.Evaluate, server.Saying(aboutSubject, server.Asks(func(c *server.Call, in *api.EvaluateInput) ([]authz.Ask, error) {
		return w.permissions(c, []*Question{evaluation(in)}, false, in.Options != nil && flag(in.Options.Explain))
	})), w.evaluate)
	server.HandleData(s, api.EvaluateBatch, server.Saying(aboutSubject, server.Asks(w.batchPermissions)), w.evaluateBatch)
	server.HandleData(s, api.Explain, server.Saying(aboutSubject, server.Asks(func(c *server.Call, in *api.ExplainInput) ([]authz.Ask, error) {
		return w.permissions(c, []*Question{explained(in)}, false, true)
	})), w.explain)
	server.Handle(s, api.CreateAccessToken, onAccount[*api.CreateAccessTokenInput](), w.createAccessToken)
	server.Handle(s, api.ListCatalogServices, onAccount[*api.ListCatalogServicesInput](), w.listCatalogServices)
	server.Handle(s, api.GetCatalogService, onAccount[*api.GetCatalogServiceInput](), w.getCatalogService)
	server.Handle(s, api.ListConditionKeys, onAccount[*api.ListConditionKeysInput](), w.listConditionKeys)
}

func (s *Service) authn() *authn.Authenticator { return s.server.Authn }

// permissions are what the asker needs for these questions: to ask, and to be told why, about every subject.
func (s *Service) permissions(c *server.Call, questions []*Question, batch, explain bool) ([]authz.Ask, error) {
	actions := []string{"warder:Evaluate", "warder:Explain"}
	if !explain {
		actions = actions[:1]
	}
	all, err := s.understand(c, questions, batch)
	if err != nil {
		return nil, err
	}
	var asks []authz.Ask
	asked := map[[2]string]bool{} // a batch is mostly about one subject
	for _, a := range all {
		if a.refusal != nil {
			continue
		}
		same := [2]string{a.subject.arn, a.ask.Action}
		for _, action := range actions {
			if !asked[same] {
				asks = append(asks, a.permission(action))
			}
		}
		asked[same] = true
	}
	if len(asks) == 0 { // there is nobody to ask about
		asks = []authz.Ask{{Action: "warder:Evaluate", Resource: "*"}}
	}
	return asks, nil
}

func (s *Service) evaluate(c *server.Call, in *api.EvaluateInput) (*api.EvaluateOutput, error) {
	answer, err := s.answer(c, evaluation(in), wishesOf(in.Options))
	if err != nil {
		return nil, err
	}
	return &api.EvaluateOutput{Decision: answer.Decision, Context: answer.Context}, nil
}

func (s *Service) explain(c *server.Call, in *api.ExplainInput) (*api.ExplainOutput, error) {
	answer, err := s.explanation(c, in)
	if err != nil {
		return nil, err
	}
	return &api.ExplainOutput{Decision: answer.Decision, Context: answer.Context}, nil
}

func (s *Service) explanation(c *server.Call, in *api.ExplainInput) (*api.Decision, error) {
	more, err := supposition(c, in.Suppose)
	switch {
	case err != nil:
		return nil, err
	case more == nil:
		return s.answer(c, explained(in), wishes{explain: true})
	}
	answer, err := s.explainSupposing(c, explained(in), more)
	if err != nil {
		return nil, err
	}
	return shown(answer)
}

func (s *Service) answer(c *server.Call, q *Question, more wishes) (*api.Decision, error) {
	all, err := s.understand(c, []*Question{q}, false)
	if err != nil {
		return nil, err
	}
	answer, err := s.decide(c, all[0], more, -1)
	if err != nil {
		return nil, err
	}
	return shown(answer)
}

// batchPermissions are those of every question of a batch, also of the ones that its semantic may leave unasked.
func (s *Service) batchPermissions(c *server.Call, in *api.EvaluateBatchInput) ([]authz.Ask, error) {
	return s.permissions(c, batch(in), len(in.Evaluations) > 0, in.Options != nil && flag(in.Options.Explain))
}

func (s *Service) evaluateBatch(c *server.Call, in *api.EvaluateBatchInput) (*api.EvaluateBatchOutput, error) {
	questions := batch(in)
	semantic, more := ExecuteAll, wishes{}
	if in.Options != nil {
		more = wishes{flag(in.Options.Explain), flag(in.Options.EncodedMessage)}
		if in.Options.EvaluationsSemantic != nil {
			semantic = Semantic(*in.Options.EvaluationsSemantic)
		}
	}
	if len(in.Evaluations) == 0 { // AuthZEN: then it is one evaluation
		answer, err := s.answer(c, questions[0], more)
		if err != nil {
			return nil, err
		}
		return &api.EvaluateBatchOutput{Decision: &answer.Decision, Context: answer.Context}, nil
	}
	answers, err := s.decideAll(c, questions, semantic, more)
	if err != nil {
		return nil, err
	}
	out := &api.EvaluateBatchOutput{Evaluations: make([]api.Decision, 0, len(answers))}
	explained := 0
	for _, answer := range answers {
		d, err := shown(answer)
		if err != nil {
			return nil, err
		}
		if explained += len(d.Context.Explanation); explained > maxExplained {
			return nil, tooLong()
		}
		out.Evaluations = append(out.Evaluations, *d)
	}
	return out, nil
}

// batch are the questions of a batch, each with the batch's defaults; one, the defaults themselves, where it lists none.
func batch(in *api.EvaluateBatchInput) []*Question {
	all := question(in.Subject, in.Action, in.Resource, in.Context)
	if len(in.Evaluations) == 0 {
		return []*Question{&all}
	}
	questions := make([]*Question, 0, len(in.Evaluations))
	for i := range in.Evaluations {
		e := &in.Evaluations[i]
		questions = append(questions, question(e.Subject, e.Action, e.Resource, e.Context).withDefaults(&all))
	}
	return questions
}

func evaluation(in *api.EvaluateInput) *Question {
	return asQuestion(&in.Subject, &in.Action, &in.Resource, in.Context)
}

func explained(in *api.ExplainInput) *Question {
	return asQuestion(&in.Subject, &in.Action, &in.Resource, in.Context)
}

// asQuestion is a whole question of the wire.
func asQuestion(subject *api.Entity, action *api.Action, resource *api.Entity, context json.RawMessage) *Question {
	return &Question{
		Subject:  Entity{subject.Type, subject.Id, []byte(subject.Properties)},
		Action:   Verb{action.Name, []byte(action.Properties)},
		Resource: Entity{resource.Type, resource.Id, []byte(resource.Properties)},
		Context:  []byte(context),
	}
}

// question is what a batch says of one question, or of all; what is nil is absent.
func question(subject *api.PartialEntity, action *api.PartialAction, resource *api.PartialEntity, context json.RawMessage) Question {
	q := Question{Subject: entity(subject), Resource: entity(resource), Context: []byte(context)}
	if action != nil {
		q.Action = Verb{Name: text(action.Name), Properties: []byte(action.Properties)}
	}
	return q
}

func entity(e *api.PartialEntity) Entity {
	if e == nil {
		return Entity{}
	}
	return Entity{Type: text(e.Type), ID: text(e.Id), Properties: []byte(e.Properties)}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// wishes are what an answer is to hold beside the decision.
type wishes struct {
	explain bool // every statement that mattered
	encoded bool // of a denial: the message for DecodeAuthorizationMessage
}

func wishesOf(o *api.Options) wishes {
	if o == nil {
		return wishes{}
	}
	return wishes{flag(o.Explain), flag(o.EncodedMessage)}
}

func flag(b *bool) bool { return b != nil && *b }

// shown is an answer on the wire.
func shown(a *Answer) (*api.Decision, error) {
	d := &api.Decision{Decision: a.Decision, Context: &api.DecisionContext{Id: a.ID}}
	c := d.Context
	if a.Reason != "" {
		c.Reason = &a.Reason
	}
	if a.Encoded != "" {
		c.EncodedMessage = &a.Encoded
	}
	if a.Refusal != nil {
		c.Error = &api.Refusal{Status: int32(a.Refusal.Status), Code: a.Refusal.Code, Message: a.Refusal.Message}
	}
	if p := a.Caller; p != nil {
		c.Subject = &api.Principal{Arn: p.ARN, Account: p.Account, UserId: &p.UserID}
		if p.AccessKeyID != "" {
			c.Subject.AccessKeyId = &p.AccessKeyID
		}
	}
	if a.Signed != nil {
		c.Payload = &api.Payload{Signed: a.Signed.Signed}
		if a.Signed.SHA256 != "" {
			c.Payload.Sha256 = &a.Signed.SHA256
		}
	}
	if a.Explanation != nil {
		if explanationSize(a.Explanation) > maxExplained {
			return nil, tooLong()
		}
		text, err := json.Marshal(a.Explanation)
		if err != nil {
			return nil, err
		}
		c.Explanation = text
	}
	return d, nil
}
