package warder

import (
	"encoding/hex"
	"errors"
	"net/textproto"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/authn"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/sigv4"
)

// signedProperties is an HTTP request as the asking service received it, to be verified.
type signedProperties struct {
	Method string `json:"method"`
	// Target is the request target as it was sent: path and query, undecoded.
	Target string `json:"target"`
	// Headers by name, in any case; of each one value or a list. Host is among them.
	Headers map[string]headerValues `json:"headers"`
	// BodySHA256 is what the asking service computed of the body: 64 lower-case hexadecimal digits. Without it the hash that
	// the client declared in x-amz-content-sha256 is verified, and the service compares the body with that itself.
	BodySHA256 string `json:"body_sha256"`
	// UnsignedPayload takes requests whose signature does not cover the body: UNSIGNED-PAYLOAD, the streaming forms, and
	// S3's presigned requests.
	UnsignedPayload bool `json:"unsigned_payload"`
}

// headerValues are the values of one header.
type headerValues []string

// UnmarshalJSON takes one text or a list of them.
func (h *headerValues) UnmarshalJSON(data []byte) error {
	if jsontext.Value(data).Kind() == '"' {
		*h = make([]string, 1)
		return json.Unmarshal(data, &(*h)[0])
	}
	var list []*string // a null must not pass for an empty text
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	for _, v := range list {
		if v == nil {
			return errors.New("a header's value is null")
		}
		*h = append(*h, *v)
	}
	if len(*h) == 0 {
		return errors.New("a header has no value")
	}
	return nil
}

// signedRequest is a request with the signature that it claims, and the rules to verify it by.
type signedRequest struct {
	claim *sigv4.Claim // nil where the request has no signature that could be read
	rules sigv4.Rules
	hash  string // of the body that the signature covers, as far as the asker or the client said
}

// payload says what the signature covers of the body.
func (r *signedRequest) payload() *Payload {
	if !r.claim.PayloadSigned() {
		return &Payload{}
	}
	return &Payload{Signed: true, SHA256: r.hash}
}

// signer is the subject that a signed request claims. secure is whether the request came over TLS.
func (s *Service) signer(q *Question, snap *directory.Snapshot, asker *authz.Caller, secure bool, now time.Time) (*subject, error) {
	service, _, _ := q.action()
	if q.Subject.ID != service {
		return nil, invalid("subject.id of a signed request is the name of the service that it must be signed for: %q, that of the action", service)
	}
	var p signedProperties
	if err := read("subject.properties", q.Subject.Properties, &p); err != nil {
		return nil, err
	}
	wire, err := p.request(service, secure)
	if err != nil {
		return nil, err
	}
	signed := &signedRequest{
		rules: sigv4.Rules{Skew: sigv4.Skew, Services: []string{service}, UnsignedPayload: p.UnsignedPayload},
		hash:  wire.BodySHA256,
	}
	claim, err := sigv4.Parse(wire)
	if err != nil {
		var refusal *awsapi.Error
		if !errors.As(authn.Public(err), &refusal) {
			return nil, err
		}
		sub := unknownKey(asker, "-", refusal)
		sub.signed = signed
		return sub, nil
	}
	if wire.BodySHA256 == "" && claim.PayloadSigned() {
		return nil, invalid("subject.properties.body_sha256 is missing: the request declares no hash of its body")
	}
	sub, err := s.holder(snap, asker, claim.AccessKeyID, claim.SessionToken, now)
	if err != nil {
		return nil, err
	}
	signed.claim, sub.signed = claim, signed
	return sub, nil
}

// request is the received request as sigv4 reads it.
func (p *signedProperties) request(service string, secure bool) (*sigv4.Request, error) {
	switch {
	case p.Method == "" || p.Target == "":
		return nil, invalid("subject.properties: method and target are needed")
	case len(p.Headers) > maxHeaders:
		return nil, invalid("subject.properties.headers: more than %d", maxHeaders)
	case p.BodySHA256 != "" && !isHash(p.BodySHA256):
		return nil, invalid("subject.properties.body_sha256 must be 64 lower-case hexadecimal digits")
	}
	header, host, err := p.header()
	if err != nil {
		return nil, err
	}
	hash := p.BodySHA256
	if declared := header["X-Amz-Content-Sha256"]; hash == "" && len(declared) == 1 && isHash(declared[0]) {
		hash = declared[0]
	}
	return &sigv4.Request{
		Method: p.Method, RawTarget: p.Target, Header: header, Host: sigv4.SignedHost(host, secure),
		BodySHA256: hash, PathAsSent: sigv4.PathAsSent(service),
	}, nil
}

// header gives the headers under their canonical names, and the host apart. Two spellings of one name, and an underscore,
// which other servers read as a hyphen, are refused.
func (p *signedProperties) header() (map[string][]string, string, error) {
	header := make(map[string][]string, len(p.Headers))
	for name, values := range p.Headers {
		canonical := textproto.CanonicalMIMEHeaderKey(name)
		if _, twice := header[canonical]; twice || strings.Contains(name, "_") {
			return nil, "", invalid("subject.properties.headers: %q stands there twice or has an underscore", clip(name))
		}
		header[canonical] = values
	}
	host := header["Host"]
	if len(host) != 1 {
		return nil, "", invalid("subject.properties.headers: one Host is needed, as the client sent it")
	}
	delete(header, "Host")
	return header, host[0], nil
}

// isHash reports whether s is a SHA-256 in its one spelling.
func isHash(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == 32 && s == strings.ToLower(s)
}
