package server

import (
	"net/http"
	"strconv"

	"github.com/warder-iam/warder/internal/awsapi"
)

// encode is a successful answer's body.
func (c *Call) encode(out any) ([]byte, error) { return awsapi.EncodeQuery(c.Operation, c.ID, out) }

// reply writes the answer, or the error in its place. Answers may hold credentials: nobody may keep them.
func (s *Server) reply(c *Call, w http.ResponseWriter, out any, public *awsapi.Error) {
	status, body := http.StatusOK, c.replay
	if public == nil && body == nil {
		var err error
		if body, err = c.encode(out); err != nil {
			public = s.public(c, err)
		}
	}
	if public != nil {
		status, body = public.Kind.Status, awsapi.EncodeQueryError(s.serviceOf(c), c.ID, public)
	}
	h := w.Header()
	h.Set("X-Amzn-Requestid", c.ID)
	h.Set("Content-Type", "text/xml")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that left finds the outcome by asking again
}

// serviceOf is the service in whose form an error is written; the first one where the request named none.
func (s *Server) serviceOf(c *Call) *awsapi.Service {
	if c.Operation != nil {
		return c.Operation.Service
	}
	return s.services[0]
}

// name of the operation for the log.
func (c *Call) name() string {
	if c.Operation == nil {
		return ""
	}
	return c.Action()
}
