package warder

import (
	"context"
	"time"

	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
)

// GuardrailPlan tells what a run of the guardrails at some time would do to an account.
type GuardrailPlan func(ctx context.Context, account string, at time.Time) (*api.GetGuardrailPlanOutput, error)

// RegisterGuardrails makes s answer what the next run of the guardrails would do.
func RegisterGuardrails(s *server.Server, plan GuardrailPlan) {
	server.Handle(s, api.GetGuardrailPlan, onAccount[*api.GetGuardrailPlanInput](), func(c *server.Call, in *api.GetGuardrailPlanInput) (*api.GetGuardrailPlanOutput, error) {
		at := c.Time()
		if in.At != nil {
			if in.At.Before(at.Truncate(time.Second)) {
				return nil, awsapi.ValidationError.New("at is a time that is over. A run that was made is on the trail.")
			}
			at = *in.At
		}
		return plan(c.Context(), c.Caller.Account, at)
	})
}
