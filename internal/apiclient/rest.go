package apiclient

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// RESTCall is one operation of a service that speaks REST-JSON.
type RESTCall struct {
	Service string // the signing name: "warder"
	Method  string // "GET"
	Path    string // escaped
	Query   url.Values
	Body    any // encoded as JSON; nil for none
	// Invocation is as in Call.
	Invocation string
}

// REST calls and reads the answer's JSON into out, nil for none. A refusal is an *Error.
func (c *Client) REST(ctx context.Context, by Credentials, call RESTCall, out any) error {
	r := &wireRequest{service: call.Service, invocation: call.Invocation, method: call.Method, target: call.Path}
	if len(call.Query) > 0 {
		r.target += "?" + strings.ReplaceAll(call.Query.Encode(), "+", "%20")
	}
	if call.Body != nil {
		text, err := json.Marshal(call.Body)
		if err != nil {
			return err
		}
		r.contentType, r.body = "application/json", text
	}
	answer, resp, err := c.send(ctx, by, r)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return readRESTError(resp, answer)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("the answer to %s %s from %s is not what Warder writes: %w", call.Method, call.Path, c.endpoint.Host, err)
	}
	return nil
}

// readRESTError takes the code from the head, as SDKs do.
func readRESTError(resp *http.Response, answer []byte) error {
	var e struct{ Message string }
	code := resp.Header.Get("X-Amzn-Errortype")
	if err := json.Unmarshal(answer, &e); err != nil || code == "" {
		return &Error{Status: resp.StatusCode, Code: http.StatusText(resp.StatusCode), Message: "the answer is no error of a service; is this the endpoint of a Warder?"}
	}
	return &Error{Status: resp.StatusCode, Code: code, Message: e.Message}
}
