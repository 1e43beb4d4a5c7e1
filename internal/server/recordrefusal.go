package server

import (
	"encoding/json"

	"github.com/warder-iam/warder/authz"
)

// additional is what a refusal's record has beside CloudTrail's members, in additionalEventData.
type additional struct {
	// Denial of a caller who is known.
	Denial *denial `json:"denial,omitempty"`
	// RefusalsNotRecorded counts the refusals of strangers since the last one that was recorded.
	RefusalsNotRecorded int `json:"refusalsNotRecorded,omitempty"`
}

// denial says what was denied, and by what. The client's own message says less where the operation's rule is Saying.
type denial struct {
	Action   string `json:"action"`
	Resource string `json:"resource"`
	// Layer is the kind of policy that decided.
	Layer        string `json:"layer"`
	ExplicitDeny bool   `json:"explicitDeny"`
	// Statements are those that denied; none where no statement allowed.
	Statements []deniedBy `json:"statements,omitempty"`
}

// deniedBy names a statement.
type deniedBy struct {
	Policy      string `json:"policy"`
	StatementID string `json:"statementId,omitempty"`
}

// mostStatements are named in one record.
const mostStatements = 16

func (d *denial) because(status *authz.Status) {
	d.ExplicitDeny = status.ExplicitDeny
	for _, s := range status.MatchedStatements.Items {
		if len(d.Statements) == mostStatements {
			break
		}
		d.Statements = append(d.Statements, deniedBy{Policy: s.Policy, StatementID: s.StatementID})
	}
}

// refusal is additionalEventData of a call that failed; nil where there is nothing to add.
func (c *Call) refusal() json.RawMessage {
	more := additional{Denial: c.denial, RefusalsNotRecorded: c.unrecorded}
	if more == (additional{}) {
		return nil
	}
	text, _ := json.Marshal(more) // texts and numbers always encode
	return text
}
