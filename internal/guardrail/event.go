package guardrail

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/warder-iam/warder/audit/guardrail"
	"github.com/warder-iam/warder/audit/repair"
	"github.com/warder-iam/warder/trail"
)

// The names of the events that are no calls.
const (
	noticeEvent  = "AccessKeyNotice"
	refusedEvent = "GuardrailRefused"
)

// serviceEvent is the record of something that guardrails do and that is no call.
func serviceEvent(account, region, name string, at time.Time, details map[string]any) (*trail.Event, error) {
	text, err := json.Marshal(details)
	if err != nil {
		return nil, err
	}
	return trail.ServiceEvent(uuid.NewString(), Principal, account, region, name, at, text), nil
}

// reason is what the event of a call has beside the call: which guardrail made it, why, and what takes it back.
func reason(c *guardrail.Change, why string, undo []repair.Call) (json.RawMessage, error) {
	return json.Marshal(struct {
		Guardrail guardrail.Name `json:"guardrail"`
		Reason    string         `json:"reason"`
		Undo      []repair.Call  `json:"undo,omitempty"`
	}{c.Guardrail, why, undo})
}
