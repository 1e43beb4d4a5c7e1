package server

import (
	"crypto/sha256"
	"errors"

	"github.com/warder-iam/warder/internal/authn"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/sigv4"
)

// identify finds the operation: by the signing name in the credential scope together with what the protocol names an
// operation by, never by the scope alone; without a signature by the latter.
func (s *Server) identify(c *Call) error {
	r := c.request
	claim, err := r.credential()
	if err != nil {
		return authn.Public(err)
	}
	c.protocol = s.protocols.choose(claim, r.wire.RawTarget, r.wire.Header)
	if r.wire.Header[awsapi.TargetHeader] != nil && !s.protocols.reads(c.protocol) {
		return awsapi.InvalidAction.New("The request names an operation by %s, which this service does not read.", awsapi.TargetHeader)
	}
	if c.Operation, err = c.protocol.find(r, claim); err != nil {
		return err
	}
	if claim == nil && !c.Operation.Unsigned && (!c.Operation.Bearer || r.bearer == "") {
		return authn.Public(sigv4.ErrMissing)
	}
	c.claim = claim
	return nil
}

// credential reads the one signature or bearer token of a request; claim is nil where it has no signature.
func (r *request) credential() (claim *sigv4.Claim, err error) {
	if r.bearer, err = sigv4.Bearer(&r.wire); err != nil || r.bearer != "" {
		return nil, err
	}
	if claim, err = sigv4.Parse(&r.wire); errors.Is(err, sigv4.ErrMissing) {
		return nil, nil
	}
	return claim, err
}

// authenticate finds the caller by what the request proves.
func (s *Server) authenticate(c *Call) (err error) {
	c.snapshot = s.Store.Snapshot()
	switch {
	case c.Operation.Unsigned:
		return nil
	case c.claim == nil && s.Bearer == nil:
		return authn.Public(sigv4.ErrUnknownKey)
	case c.claim == nil:
		c.Caller, c.proof, err = s.Bearer(c.snapshot, c.request.bearer, c.Time())
		return err
	}
	c.Caller, c.proof, err = s.Authn.Identify(c.snapshot, c.claim, c.Operation.Service.Name, c.Time())
	if err == nil {
		c.Env.Region = c.claim.Region // not before it is known to be well-formed, and the caller's own
	}
	return err
}

// decode fills the typed input and checks it against the model's constraints.
func (c *Call) decode(in any) error {
	missing, err := c.protocol.decode(c.Operation, c.request, in)
	if err != nil {
		return err
	}
	return awsapi.Validate(c.Operation, in, missing)
}

// invocationHeader names one logical request of an SDK through all its retries.
const invocationHeader = "amz-sdk-invocation-id"

// retryHash is what makes a retry the same request: caller, its name for it, operation and body. nil where it has no name.
func (c *Call) retryHash() []byte {
	name := c.retryName()
	if name == "" {
		return nil
	}
	h := sha256.New()
	for _, part := range []string{c.Caller.Account, c.Caller.UserID, c.Caller.AccessKeyID, c.Action(), name} {
		sum := sha256.Sum256([]byte(part))
		h.Write(sum[:])
	}
	for _, part := range [][]byte{[]byte(c.request.wire.RawTarget), c.request.wire.Body} {
		sum := sha256.Sum256(part)
		h.Write(sum[:])
	}
	return h.Sum(nil)
}

// retryName is what the caller calls this request: the idempotency token of its input, where the operation has one, or
// the invocation id. That counts only where it was signed: else anyone on the way could make a change be taken for an
// earlier one. Tokens stand in the body or query, which always are.
func (c *Call) retryName() string {
	if c.claim == nil {
		return ""
	}
	if token := awsapi.IdempotencyToken(c.Operation.Input, c.input); token != "" {
		return "token " + token
	}
	id := c.request.wire.Header["Amz-Sdk-Invocation-Id"]
	if len(id) != 1 || !c.claim.Signed(invocationHeader) {
		return ""
	}
	return id[0]
}
