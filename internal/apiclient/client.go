package apiclient

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/sigv4"
)

const (
	timeout   = 30 * time.Second
	maxAnswer = 1 << 20
)

// versions of the query APIs, as requests name them.
var versions = map[string]string{"iam": "2010-05-08", "sts": "2011-06-15"}

// Credentials sign requests: a long-term key, or a session's with its token. They do not print.
type Credentials struct {
	ID, Secret string
	Token      string // "" for a long-term key
}

// Format prints [redacted] for every verb.
func (Credentials) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[redacted]") }

// Client reaches one server. It serves any number of goroutines.
type Client struct {
	endpoint *url.URL
	region   string
	http     *http.Client
}

// New makes a client of the server at an endpoint, http://HOST:PORT or https://HOST:PORT. ca is the PEM file of the authority
// to trust, "" for the system's.
func New(endpoint, ca, region string) (*Client, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%q is no endpoint", endpoint)
	}
	httpClient, err := HTTPClient(ca)
	if err != nil {
		return nil, fmt.Errorf("the certificate authority of %s: %w", endpoint, err)
	}
	return &Client{endpoint: u, region: region, http: httpClient}, nil
}

// HTTPClient makes a client that trusts the authority of the PEM file ca, or the system's where that is "", and that follows
// no redirect, which would carry a signed request to somebody else.
func HTTPClient(ca string) (*http.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if ca != "" {
		pem, err := os.ReadFile(ca)
		if err != nil {
			return nil, err
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no PEM certificate", ca)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return &http.Client{
		Transport: transport, Timeout: timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// Error is an answer that refuses.
type Error struct {
	Status        int
	Code, Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// HasCode tells whether err is a refusal with that code.
func HasCode(err error, code string) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == code
}

// ErrUnreachable: no answer came, so it is not known whether the request was carried out.
var ErrUnreachable = errors.New("the server does not answer")

// Call is one operation to ask for.
type Call struct {
	Service, Action string // "iam", "CreateAccessKey"
	Params          url.Values
	// Invocation makes retries of one change happen once: the same id within 15 minutes gives the same answer. "" for none.
	Invocation string
}

// Do calls and reads the answer's XML into out, nil for none. A refusal is an *Error.
func (c *Client) Do(ctx context.Context, by Credentials, call Call, out any) error {
	version, ok := versions[call.Service]
	if !ok {
		return fmt.Errorf("no version is known of service %q", call.Service)
	}
	form := url.Values{"Action": {call.Action}, "Version": {version}}
	for name, values := range call.Params {
		form[name] = values
	}
	answer, resp, err := c.send(ctx, by, &wireRequest{
		service: call.Service, invocation: call.Invocation, method: http.MethodPost, target: "/",
		contentType: "application/x-www-form-urlencoded", body: []byte(form.Encode()),
	})
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return readError(resp.StatusCode, answer)
	}
	if out == nil {
		return nil
	}
	if err := xml.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("the answer to %s from %s is not what Warder writes: %w", call.Action, c.endpoint.Host, err)
	}
	return nil
}

// wireRequest is a request before it is signed.
type wireRequest struct {
	service, invocation string
	method, target      string // of the endpoint: path and query, escaped
	contentType         string // "" without a body
	body                []byte
}

// send gives the answer's body, and its head with the body read.
func (c *Client) send(ctx context.Context, by Credentials, r *wireRequest) (answer []byte, resp *http.Response, err error) {
	header := http.Header{}
	if r.contentType != "" {
		header.Set("Content-Type", r.contentType)
	}
	if r.invocation != "" {
		header.Set("Amz-Sdk-Invocation-Id", r.invocation)
	}
	signer := sigv4.Signer{AccessKeyID: by.ID, Secret: seal.NewSecret([]byte(by.Secret)), SessionToken: by.Token, Region: c.region, Service: r.service}
	err = signer.Sign(&sigv4.Request{Method: r.method, RawTarget: r.target, Header: header, Host: c.endpoint.Host, Body: r.body}, time.Now())
	if err != nil {
		return nil, nil, err
	}
	req, err := http.NewRequestWithContext(ctx, r.method, c.endpoint.Scheme+"://"+c.endpoint.Host+r.target, bytes.NewReader(r.body))
	if err != nil {
		return nil, nil, err
	}
	req.Header = header
	resp, err = c.http.Do(req)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	answer, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, nil, fmt.Errorf("%w to the end: %w", ErrUnreachable, err)
	}
	return answer, resp, nil
}

func readError(status int, answer []byte) error {
	var e struct {
		Code    string `xml:"Error>Code"`
		Message string `xml:"Error>Message"`
	}
	if err := xml.Unmarshal(answer, &e); err != nil || e.Code == "" {
		return &Error{Status: status, Code: http.StatusText(status), Message: "the answer is no error of IAM or STS; is this the endpoint of a Warder?"}
	}
	return &Error{Status: status, Code: e.Code, Message: strings.TrimSpace(e.Message)}
}
