package collect

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Refusal is an answer that is an error.
type Refusal struct {
	Status        int
	Code, Message string
}

func (r *Refusal) Error() string { return r.Code + ": " + r.Message }

// HTTPStatusCode and ErrorCode let the SDK's retryer judge a refusal.
func (r *Refusal) HTTPStatusCode() int { return r.Status }

// ErrorCode is the code by the interface of the SDK.
func (r *Refusal) ErrorCode() string { return r.Code }

// None tells whether the refusal says that there is none of what was asked for, which is an answer.
func (r *Refusal) None() bool {
	return strings.Contains(r.Code, "NoSuch") || strings.Contains(r.Code, "NotFound") || r.Code == "AWSOrganizationsNotInUseException"
}

// notServed is the code for what is no answer of AWS's API: that of a server that does not have the operation.
const notServed = "NotServed"

// readAnswer makes of a body the answer's members, as the AWS CLI prints them.
func (s *service) readAnswer(c *Call, status int, header http.Header, body []byte) (map[string]json.RawMessage, error) {
	if status != http.StatusOK {
		return nil, readRefusal(status, header, body)
	}
	switch {
	case c.Name() == "s3:GetBucketPolicy":
		policy, err := json.Marshal(string(body))
		return map[string]json.RawMessage{"Policy": policy}, err
	case s.protocol == queryProtocol || s.protocol == s3Protocol:
		return readXML(c, body)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return nil, &Refusal{status, notServed, "the answer is not in the form of AWS"}
	}
	return members, nil
}

func readXML(c *Call, body []byte) (map[string]json.RawMessage, error) {
	shape := shapeOf(c)
	if shape == nil {
		return nil, fmt.Errorf("no shape is known of %s", c.Name())
	}
	var root element
	if err := xml.Unmarshal(body, &root); err != nil || root.XMLName.Local == "html" {
		return nil, &Refusal{http.StatusOK, notServed, "the answer is not in the form of AWS"}
	}
	if result := root.child(c.Operation + "Result"); result != nil {
		root = *result
	}
	value, err := root.value(shape)
	if err != nil {
		return nil, fmt.Errorf("the answer to %s: %w", c.Name(), err)
	}
	members := map[string]json.RawMessage{}
	for name, v := range value.(map[string]any) {
		if members[name], err = json.Marshal(v); err != nil {
			return nil, err
		}
	}
	return members, nil
}

// readRefusal finds code and message where the protocols have them.
func readRefusal(status int, header http.Header, body []byte) error {
	r := &Refusal{Status: status}
	var form struct {
		Type    string `json:"__type"`
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	var root element
	switch {
	case json.Unmarshal(body, &form) == nil:
		r.Code, r.Message = or(header.Get("X-Amzn-Errortype"), or(form.Type, form.Code)), form.Message
		r.Code, _, _ = strings.Cut(r.Code, ":")
		r.Code = r.Code[strings.LastIndexByte(r.Code, '#')+1:]
	case xml.Unmarshal(body, &root) == nil:
		if e := root.find("Code"); e != nil {
			r.Code = e.Text
		}
		if e := root.find("Message"); e != nil {
			r.Message = e.Text
		}
	}
	if r.Code == "" {
		r.Code, r.Message = notServed, fmt.Sprintf("the answer is status %d and not in the form of AWS", status)
	}
	r.Message = strings.TrimSpace(r.Message)
	return r
}

// merge adds the next page to an answer: its lists go on.
func merge(answer, page map[string]json.RawMessage) error {
	for name, raw := range page {
		var have, more []json.RawMessage
		if json.Unmarshal(answer[name], &have) != nil || json.Unmarshal(raw, &more) != nil || have == nil {
			answer[name] = raw
			continue
		}
		whole, err := json.Marshal(append(have, more...))
		if err != nil {
			return err
		}
		answer[name] = whole
	}
	return nil
}

// refusal is the refusal that err is; any other error is one with the code that says so.
func refusal(err error) *Refusal {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r
	}
	return &Refusal{Code: "NoAnswer", Message: err.Error()}
}
