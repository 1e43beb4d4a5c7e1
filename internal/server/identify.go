package server

import (
	"crypto/sha256"
	"errors"
	"mime"
	"strings"

	"github.com/warder-iam/warder/internal/authn"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/sigv4"
)

// identify finds the operation: by the signing name in the credential scope together with the Action, never by the scope
// alone; without a signature by Action and Version.
func (s *Server) identify(c *Call) error {
	r := c.request
	claim, err := sigv4.Parse(&r.wire)
	if err != nil && !errors.Is(err, sigv4.ErrMissing) {
		return authn.Public(err)
	}
	if err := r.parseForm(); err != nil {
		return err
	}
	action, ok := r.form.Get("Action")
	if !ok {
		return awsapi.MissingAction.New("The request names no Action.")
	}
	version, ok := r.form.Get("Version")
	if !ok {
		version = "NO_VERSION_SPECIFIED"
	}
	table, service := s.byAction, ""
	if claim != nil {
		table, service = s.byName, claim.Service
	}
	if c.Operation = table[operationName{service, version, action}]; c.Operation == nil {
		return awsapi.InvalidAction.New("Could not find operation %.128s for version %.32s", action, version)
	}
	if claim == nil && !c.Operation.Unsigned {
		return authn.Public(sigv4.ErrMissing)
	}
	c.claim = claim
	return nil
}

// parseForm reads the parameters of query string and body. A body in another form than a form's is refused: what it
// would mean as one is not what its sender meant.
func (r *request) parseForm() (err error) {
	if len(r.wire.Body) > 0 {
		value := r.wire.Header["Content-Type"]
		if len(value) != 1 {
			return awsapi.MalformedInput.New("The request has a body and not one Content-Type.")
		}
		media, params, err := mime.ParseMediaType(value[0])
		if err != nil || media != "application/x-www-form-urlencoded" || !strings.EqualFold(params["charset"], "utf-8") && params["charset"] != "" {
			return awsapi.MalformedInput.New("The Content-Type of this request must be application/x-www-form-urlencoded, in UTF-8.")
		}
	}
	_, query, _ := strings.Cut(r.wire.RawTarget, "?")
	r.form, err = awsapi.ParseForm(query, string(r.wire.Body))
	return err
}

// decode fills the typed input and checks it against the model's constraints.
func (r *request) decode(op *awsapi.Operation, in any) error {
	missing, err := awsapi.DecodeQuery(op, r.form, in)
	if err != nil {
		return err
	}
	return awsapi.Validate(op, in, missing)
}

// invocationHeader names one logical request of an SDK through all its retries.
const invocationHeader = "amz-sdk-invocation-id"

// retryHash is what makes a retry the same request: caller, invocation id, operation and body. The id counts only where
// it was signed: else anyone on the way could make a change be taken for an earlier one. nil where there is none.
func (c *Call) retryHash() []byte {
	if c.claim == nil || !c.claim.Signed(invocationHeader) {
		return nil
	}
	id := c.request.wire.Header["Amz-Sdk-Invocation-Id"]
	if len(id) != 1 || id[0] == "" {
		return nil
	}
	h := sha256.New()
	for _, part := range []string{c.Caller.Account, c.Caller.UserID, c.Caller.AccessKeyID, c.Action(), id[0]} {
		sum := sha256.Sum256([]byte(part))
		h.Write(sum[:])
	}
	for _, part := range [][]byte{[]byte(c.request.wire.RawTarget), c.request.wire.Body} {
		sum := sha256.Sum256(part)
		h.Write(sum[:])
	}
	return h.Sum(nil)
}
