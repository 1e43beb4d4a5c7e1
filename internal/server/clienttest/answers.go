package clienttest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"

	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server/servertest"
)

// Answer is what a server answered to a call of an operation of the query protocol.
type Answer struct {
	Operation string `json:"operation"`
	Status    int    `json:"status"`
	Body      string `json:"body"`
}

// Answers are all that a world answered to its client since Keep.
type Answers struct {
	base http.RoundTripper

	mu   sync.Mutex
	kept map[string][]Answer // by API version and operation
}

// Keep makes the client of a world keep the answers.
func Keep(w *servertest.World) *Answers {
	a := &Answers{base: w.Client.Transport, kept: map[string][]Answer{}}
	w.Client = &http.Client{Transport: a}
	return a
}

// RoundTrip implements http.RoundTripper.
func (a *Answers) RoundTrip(r *http.Request) (*http.Response, error) {
	form, err := formOf(r)
	if err != nil {
		return nil, err
	}
	resp, err := a.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))

	a.mu.Lock()
	defer a.mu.Unlock()
	op := form.Get("Action")
	key := form.Get("Version") + op
	a.kept[key] = append(a.kept[key], Answer{op, resp.StatusCode, string(body)})
	return resp, nil
}

// formOf reads the request's form, and leaves it to be sent.
func formOf(r *http.Request) (url.Values, error) {
	if r.GetBody == nil {
		return r.URL.Query(), nil
	}
	body, err := r.GetBody()
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	return url.ParseQuery(string(text))
}

// of are the answers of an operation.
func (a *Answers) of(op *awsapi.Operation) []Answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.kept[op.Service.APIVersion+op.Name]
}
