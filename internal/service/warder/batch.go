package warder

import (
	"github.com/warder-iam/warder/internal/server"
)

// Semantic says how a batch goes on after a decision.
type Semantic string

// The semantics of AuthZEN.
const (
	ExecuteAll          Semantic = "execute_all"
	DenyOnFirstDeny     Semantic = "deny_on_first_deny"
	PermitOnFirstPermit Semantic = "permit_on_first_permit"
)

// ends reports whether nothing is asked after this decision.
func (s Semantic) ends(decision bool) bool {
	return s == DenyOnFirstDeny && !decision || s == PermitOnFirstPermit && decision
}

// withDefaults gives the question what the batch says for all and it does not say itself. Each of the four is taken whole,
// but for a type or an id that is needed and missing.
func (q Question) withDefaults(all *Question) *Question {
	q.Subject = q.Subject.withDefaults(&all.Subject)
	q.Resource = q.Resource.withDefaults(&all.Resource)
	if q.Action.Name == "" && len(q.Action.Properties) == 0 {
		q.Action = all.Action
	}
	if len(q.Context) == 0 {
		q.Context = all.Context
	}
	return &q
}

func (e Entity) withDefaults(all *Entity) Entity {
	if e.Type == "" && e.ID == "" && len(e.Properties) == 0 {
		return *all
	}
	if e.Type == "" {
		e.Type = all.Type
	}
	if e.ID == "" {
		e.ID = all.ID
	}
	return e
}

// decideAll answers the questions of a batch, in their order, as far as the semantic goes.
func (s *Service) decideAll(c *server.Call, questions []*Question, semantic Semantic, more wishes) ([]*Answer, error) {
	all, err := s.understand(c, questions, true)
	if err != nil {
		return nil, err
	}
	var answers []*Answer
	explained := 0
	for i, a := range all {
		answer, err := s.decide(c, a, more, i)
		if err != nil {
			return nil, err
		}
		if answer.Explanation != nil {
			if explained += explanationSize(answer.Explanation); explained > maxExplained {
				return nil, tooLong()
			}
		}
		answers = append(answers, answer)
		if semantic.ends(answer.Decision) {
			break
		}
		if err := c.Context().Err(); err != nil {
			return nil, err
		}
	}
	return answers, nil
}
