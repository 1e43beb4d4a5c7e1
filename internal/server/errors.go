package server

import (
	"context"
	"errors"

	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/internal/turns"
	"github.com/warder-iam/warder/policy"
)

// limitExceeded and malformedPolicy have the same code and status in the iam and sts models.
var (
	limitExceeded   = &awsapi.ErrorKind{Code: "LimitExceeded", Status: 409}
	malformedPolicy = &awsapi.ErrorKind{Code: "MalformedPolicyDocument", Status: 400}
)

// publicError is the one error table: what a client sees of an error. known is false when the error is none that the
// table names; the client then sees InternalFailure and the log has the rest under the request id.
func publicError(err error) (public *awsapi.Error, known bool) {
	var quota *store.QuotaError
	var malformed *policy.MalformedError
	switch {
	case errors.Is(err, turns.ErrBusy):
		public = awsapi.Throttling.New("Rate exceeded: too many calls that take long are being worked on.")
		public.RetryAfter = turns.Longest
		return public, true
	case errors.As(err, &public):
		return public, true
	case errors.As(err, &quota):
		return limitExceeded.New("%s", quota.Error()), true
	case errors.As(err, &malformed):
		return malformedPolicy.New("%s", malformed.Message), true
	case errors.Is(err, kv.ErrLimit):
		return limitExceeded.New("The change is larger than what is stored in one piece. White space in policy documents counts here."), true
	case errors.Is(err, kv.ErrFull), errors.Is(err, trailstore.ErrFull):
		return awsapi.ServiceUnavailable.New("There is no space left to store this change and its record. Decisions go on."), true
	case errors.Is(err, kv.ErrReadOnly), errors.Is(err, trailstore.ErrFailed), errors.Is(err, kv.ErrClosed), errors.Is(err, trailstore.ErrClosed):
		return awsapi.ServiceUnavailable.New("The store does not take changes at the moment. Decisions go on."), true
	case errors.Is(err, kv.ErrUnknown):
		return awsapi.ServiceUnavailable.New("The outcome of this change is not known. A retry with the same invocation id happens once."), true
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return awsapi.ServiceUnavailable.New("The request took too long."), true
	}
	return awsapi.InternalFailure.New("The request processing has failed because of an unknown error, exception or failure."), false
}
