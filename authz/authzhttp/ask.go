package authzhttp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/sigv4"
)

// Credentials sign the calls to Warder: an access key of a principal that may warder:Evaluate.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string // "" for a long-term key
}

// Caller is who made a request, as Warder verified it.
type Caller struct {
	ARN     string `json:"arn"`
	Account string `json:"account"`
	// UserID is aws:userid, which no other principal ever gets.
	UserID      string `json:"user_id"`
	AccessKeyID string `json:"access_key_id"`
	// DecisionID finds the decision on Warder's side.
	DecisionID string `json:"-"`
}

// AskError is Warder's refusal of a question as such: the asker is at fault, or unknown, not the client.
type AskError struct {
	Status  int
	Code    string
	Message string
}

func (e *AskError) Error() string {
	return fmt.Sprintf("authzhttp: Warder answered %d %s: %s", e.Status, e.Code, e.Message)
}

// evaluationPath is the Access Evaluation endpoint of AuthZEN.
const evaluationPath = "/access/v1/evaluation"

// evaluation, entity and verb are AuthZEN's request.
type evaluation struct {
	Subject  entity         `json:"subject"`
	Action   verb           `json:"action"`
	Resource entity         `json:"resource"`
	Context  map[string]any `json:"context"`
}

type entity struct {
	Type       string         `json:"type"`
	ID         string         `json:"id"`
	Properties map[string]any `json:"properties,omitempty"`
}

type verb struct {
	Name string `json:"name"`
}

// evaluation hands the request over as it was received.
func (g *Guard) evaluation(r *http.Request, q *Question, hash string) *evaluation {
	e := &evaluation{
		Subject:  entity{Type: "signed_request", ID: g.config.Service, Properties: g.signed(r, hash)},
		Action:   verb{Name: q.Action},
		Resource: entity{Type: q.ResourceType, ID: q.Resource, Properties: map[string]any{}},
		Context:  map[string]any{},
	}
	if e.Resource.Type == "" {
		e.Resource.Type = "resource"
	}
	if q.Account != "" {
		e.Resource.Properties["account"] = q.Account
	}
	if len(q.Tags) > 0 {
		e.Resource.Properties["tags"] = q.Tags
	}
	if q.Policy != "" {
		e.Resource.Properties["policy"] = q.Policy
	}
	g.environment(r, e.Context)
	for key, v := range q.Context {
		e.Context[key] = v
	}
	return e
}

func (g *Guard) signed(r *http.Request, hash string) map[string]any {
	headers := make(map[string][]string, len(r.Header)+1)
	for name, values := range r.Header {
		headers[name] = values
	}
	headers["Host"] = []string{r.Host}
	p := map[string]any{"method": r.Method, "target": r.RequestURI, "headers": headers, "body_sha256": hash}
	if g.config.UnsignedPayload {
		p["unsigned_payload"] = true
	}
	return p
}

// environment are the keys that this service saw.
func (g *Guard) environment(r *http.Request, keys map[string]any) {
	keys["aws:SecureTransport"] = r.TLS != nil
	for key, v := range map[string]string{
		"aws:SourceIp": g.config.SourceIP(r), "aws:UserAgent": r.UserAgent(), "aws:referer": r.Referer(),
	} {
		if v != "" {
			keys[key] = v
		}
	}
}

// answer is AuthZEN's response with what Warder says beside the decision.
type answer struct {
	Decision *bool `json:"decision"`
	Context  struct {
		ID     string `json:"id"`
		Reason string `json:"reason"`
		Error  *struct {
			Status  int    `json:"status"`
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
		Subject *Caller `json:"subject"`
		Payload *struct {
			Signed bool   `json:"signed"`
			SHA256 string `json:"sha256"`
		} `json:"payload"`
	} `json:"context"`
}

// caller is who the answer lets through, or the refusal. What an answer does not say is never taken for a yes; unsigned is
// whether a body that nobody signed was asked about.
func (a *answer) caller(hash string, unsigned bool) (*Caller, error) {
	c := &a.Context
	switch {
	case a.Decision == nil:
		return nil, errors.New("authzhttp: Warder's answer has no decision")
	case !*a.Decision && c.Error != nil:
		return nil, &Refusal{Status: c.Error.Status, Code: c.Error.Code, Message: c.Error.Message, DecisionID: c.ID}
	case !*a.Decision:
		return nil, &Refusal{Status: http.StatusForbidden, Code: "AccessDenied", Message: c.Reason, DecisionID: c.ID}
	case c.Subject == nil || c.Subject.ARN == "" || c.Payload == nil:
		return nil, errors.New("authzhttp: Warder's answer does not say whose request it verified")
	case c.Payload.Signed && c.Payload.SHA256 != hash, !c.Payload.Signed && !unsigned:
		return nil, errors.New("authzhttp: Warder verified another body than was received")
	}
	c.Subject.DecisionID = c.ID
	return c.Subject, nil
}

// ask puts the question.
func (g *Guard) ask(ctx context.Context, e *evaluation) (*answer, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("authzhttp: the question: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, g.config.Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.endpoint+evaluationPath, bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("authzhttp: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header["Idempotency-Key"] = []string{} // not sent; net/http may then try again on a fresh connection
	if err := g.authenticate(ctx, r, text); err != nil {
		return nil, &AskError{Status: http.StatusServiceUnavailable, Code: "NoCredentials", Message: err.Error()}
	}
	resp, err := g.config.Client.Do(r)
	if err != nil {
		return nil, &AskError{Status: http.StatusServiceUnavailable, Code: "Unreachable", Message: err.Error()}
	}
	defer func() { _ = resp.Body.Close() }() // read to its end, or of no use
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, &AskError{Status: http.StatusServiceUnavailable, Code: "Unreachable", Message: err.Error()}
	}
	if resp.StatusCode != http.StatusOK {
		return nil, askError(resp, body)
	}
	a := &answer{}
	if err := json.Unmarshal(body, a); err != nil {
		return nil, &AskError{Status: http.StatusServiceUnavailable, Code: "BadAnswer", Message: err.Error()}
	}
	return a, nil
}

func askError(resp *http.Response, body []byte) error {
	var said struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &said) != nil || said.Message == "" {
		said.Message = "no reason given"
	}
	e := &AskError{Status: resp.StatusCode, Code: resp.Header.Get("X-Amzn-Errortype"), Message: said.Message}
	switch {
	case e.Status == http.StatusForbidden && e.Code == "AccessDeniedException", e.Status == http.StatusBadRequest:
	default: // credentials that are wrong or expired, a fault, a redirect: nothing that the client could mend
		e.Status = http.StatusServiceUnavailable
	}
	return e
}

// authenticate signs the call, or gives it the token.
func (g *Guard) authenticate(ctx context.Context, r *http.Request, body []byte) error {
	if g.config.Token != nil {
		token, err := g.config.Token(ctx)
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
	c, err := g.config.Credentials(ctx)
	if err != nil {
		return err
	}
	signer := sigv4.Signer{
		AccessKeyID: c.AccessKeyID, Secret: seal.NewSecret([]byte(c.SecretAccessKey)), SessionToken: c.SessionToken,
		Region: "us-east-1", Service: "warder",
	}
	header := map[string][]string{"Content-Type": r.Header["Content-Type"]}
	wire := &sigv4.Request{
		Method: r.Method, RawTarget: evaluationPath, Header: header, Body: body,
		Host: sigv4.SignedHost(r.URL.Host, r.URL.Scheme == "https"),
	}
	if err := signer.Sign(wire, g.config.Now()); err != nil {
		return err
	}
	for name, values := range header {
		r.Header[name] = values
	}
	return nil
}
