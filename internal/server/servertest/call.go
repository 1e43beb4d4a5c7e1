package servertest

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/sigv4"
)

// Credentials sign requests to a World. The zero Signer signs nothing.
type Credentials struct {
	*World
	sigv4.Signer
	// Plain is the secret in clear, for clients of other makes.
	Plain string
}

// Anonymous signs nothing.
func (w *World) Anonymous() *Credentials { return &Credentials{World: w} }

// Mint makes temporary credentials with these claims, as no operation would.
func (w *World) Mint(t testing.TB, claims session.Claims) *Credentials {
	t.Helper()
	c, err := w.Keys.Mint(claims)
	Check(t, err)
	return w.credentials(c.AccessKeyID, c.Show(), c.Token)
}

// Holder signs with an access key that was minted; that it is stored is the caller's business.
func (w *World) Holder(key *session.AccessKey) *Credentials {
	return w.credentials(key.ID, key.Show(), "")
}

// Session are the temporary credentials in an answer of STS; without them the test ends.
func (w *World) Session(t testing.TB, a Answer) *Credentials {
	t.Helper()
	if a.Status != http.StatusOK {
		t.Fatalf("no credentials: %d %s: %s", a.Status, a.Code, a.Message)
	}
	return w.credentials(a.Text("AccessKeyId"), a.Text("SecretAccessKey"), a.Text("SessionToken"))
}

func (w *World) credentials(id, secret, token string) *Credentials {
	return &Credentials{World: w, Plain: secret, Signer: sigv4.Signer{
		AccessKeyID: id, Secret: seal.NewSecret([]byte(secret)), SessionToken: token, Region: Region,
	}}
}

// AWS configures a client of the AWS SDK: it calls this world, signs with these credentials, and tries once.
func (c *Credentials) AWS() aws.Config {
	return aws.Config{
		Region: c.Region, BaseEndpoint: aws.String(c.URL), RetryMaxAttempts: 1, HTTPClient: OwnBody{c.Client},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.Plain, SessionToken: c.SessionToken}, nil
		}),
	}
}

// Call calls an operation of IAM or STS with parameters in pairs of name and value.
func (c *Credentials) Call(t testing.TB, operation string, pairs ...string) Answer {
	t.Helper()
	service := ServiceOf(t, operation)
	form := url.Values{"Action": {operation}, "Version": {service.APIVersion}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return c.Post(t, service.Name, form.Encode(), nil)
}

// ServiceOf is the service that has an operation of that name.
func ServiceOf(t testing.TB, operation string) *awsapi.Service {
	t.Helper()
	for _, s := range services {
		for _, op := range s.Operations {
			if op.Name == operation {
				return s
			}
		}
	}
	t.Fatalf("no model has an operation %s", operation)
	return nil
}

// Post sends a form as it is, signed for that service; header is signed too.
func (c *Credentials) Post(t testing.TB, service, form string, header map[string]string) Answer {
	t.Helper()
	return c.Send(t, c.Request(t, service, form, header, time.Now()))
}

// Request is a request signed at that time.
func (c *Credentials) Request(t testing.TB, service, form string, header map[string]string, at time.Time) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.URL+"/", strings.NewReader(form))
	Check(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for k, v := range header {
		r.Header.Set(k, v)
	}
	if c.AccessKeyID != "" {
		c.Sign(t, r, service, form, at)
	}
	return r
}

// REST sends a request of a REST-JSON service as it is, signed for that service. target is path and query; body is JSON, ""
// for none.
func (c *Credentials) REST(t testing.TB, service, method, target, body string, header map[string]string) Answer {
	t.Helper()
	return c.Send(t, c.RESTRequest(t, service, method, target, body, header, time.Now()))
}

// RESTRequest is REST's request, signed at that time.
func (c *Credentials) RESTRequest(t testing.TB, service, method, target, body string, header map[string]string, at time.Time) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, c.URL+target, strings.NewReader(body))
	Check(t, err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for k, v := range header {
		r.Header.Set(k, v)
	}
	if c.AccessKeyID != "" {
		c.Sign(t, r, service, body, at)
	}
	return r
}

// JSON11 sends a request of a JSON 1.1 service as it is, signed for that service. target names the operation; header may
// replace what such a request has.
func (c *Credentials) JSON11(t testing.TB, service, target, body string, header map[string]string) Answer {
	t.Helper()
	own := map[string]string{"Content-Type": "application/x-amz-json-1.1", awsapi.TargetHeader: target}
	maps.Copy(own, header)
	return c.REST(t, service, http.MethodPost, "/", body, own)
}

// Sign signs r, whose body this is, in its header.
func (c *Credentials) Sign(t testing.TB, r *http.Request, service, body string, at time.Time) {
	t.Helper()
	signer := c.Signer
	signer.Service = service
	wire := &sigv4.Request{Method: r.Method, RawTarget: r.URL.RequestURI(), Header: r.Header, Host: r.URL.Host, Body: []byte(body)}
	Check(t, signer.Sign(wire, at))
}

// Presign gives the URL of a GET request for that target, signed in its query and good for as long as it says.
func (c *Credentials) Presign(t testing.TB, service, target string, expires time.Duration) string {
	t.Helper()
	signer := c.Signer
	signer.Service = service
	wire := &sigv4.Request{Method: http.MethodGet, RawTarget: target, Host: strings.TrimPrefix(c.URL, "http://")}
	Check(t, signer.Presign(wire, time.Now(), expires))
	return c.URL + wire.RawTarget
}

// Answer is what a client sees.
type Answer struct {
	Status  int    `xml:"-" json:"-"`
	Code    string `xml:"Error>Code" json:"-"`
	Message string `xml:"Error>Message" json:"message"`
	Type    string `xml:"Error>Type" json:"-"`
	Request string `xml:"RequestId" json:"-"`
	Body    string `xml:"-" json:"-"`
}

// Send sends a request as it is. Of an error it checks that clients can read it, in the protocol of the answer.
func (w *World) Send(t testing.TB, r *http.Request) Answer {
	t.Helper()
	resp, err := w.Client.Do(r)
	Check(t, err)
	body, err := io.ReadAll(resp.Body)
	Check(t, errors.Join(err, resp.Body.Close()))
	a := Answer{Status: resp.StatusCode, Body: string(body)}
	id := resp.Header.Get("X-Amzn-Requestid")
	if id == "" {
		t.Error("no request id in the header")
	}
	switch {
	case a.Status < http.StatusMultipleChoices:
	case resp.Header.Get("Content-Type") == "application/json":
		a.Code, a.Request = resp.Header.Get("X-Amzn-Errortype"), id
		if err := json.Unmarshal(body, &a); err != nil || a.Code == "" {
			t.Fatalf("%d %s %q: %v", a.Status, a.Code, body, err)
		}
	case resp.Header.Get("Content-Type") == "application/x-amz-json-1.1":
		var typed struct {
			Type string `json:"__type"`
		}
		if err := errors.Join(json.Unmarshal(body, &a), json.Unmarshal(body, &typed)); err != nil || typed.Type == "" {
			t.Fatalf("%d %q: %v", a.Status, body, err)
		}
		a.Code, a.Request = typed.Type, id
	default:
		if err := xml.Unmarshal(body, &a); err != nil {
			t.Fatalf("%d %q: %v", a.Status, body, err)
		}
		if a.Request != id {
			t.Errorf("request id %q in the body, %q in the header", a.Request, id)
		}
	}
	return a
}

// Text is the text of the first element of that name, "" where there is none.
func (a Answer) Text(name string) string {
	for d := xml.NewDecoder(strings.NewReader(a.Body)); ; {
		token, err := d.Token()
		if err != nil {
			return ""
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == name {
			var text string
			if d.DecodeElement(&text, &start) != nil {
				return ""
			}
			return text
		}
	}
}
