package server

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/warder-iam/warder/internal/awsapi"
)

// reply writes the answer, or the error in its place. Answers may hold credentials: nobody may keep them.
func (s *Server) reply(c *Call, w http.ResponseWriter, out any, public *awsapi.Error) {
	r := s.response(c, out, public)
	h := w.Header()
	for name, value := range r.Header {
		h.Set(name, value)
	}
	h.Set("X-Amzn-Requestid", c.ID)
	if own := c.request.ownID(); own != "" {
		h.Set("X-Request-Id", own)
	}
	h.Set("Content-Length", strconv.Itoa(len(r.Body)))
	if public != nil && c.encoded != "" && len(c.encoded) <= maxEncoded {
		h.Set(encodedHeader, c.encoded)
	}
	if public != nil && public.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int((public.RetryAfter+time.Second-1)/time.Second)))
	}
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer") // RFC 9110 asks for one; a signature has no scheme of its own there
	}
	w.WriteHeader(r.Status)
	_, _ = w.Write(r.Body) // a client that left finds the outcome by asking again
}

// encodedHeader carries why a call was denied, sealed for DecodeAuthorizationMessage. IAM and STS have no place for it in
// their answers; clients that do not know the header go by it. maxEncoded keeps it within what proxies take.
const (
	encodedHeader = "X-Warder-Authorization-Message"
	maxEncoded    = 4 << 10
)

// maxOwnID bounds the id that a client gives its request.
const maxOwnID = 128

// ownID is the client's own id of the request, which the answer repeats (AuthZEN asks for it): one header of printable
// ASCII, or nothing.
func (r *request) ownID() string {
	if r == nil || len(r.wire.Header["X-Request-Id"]) != 1 {
		return ""
	}
	id := r.wire.Header["X-Request-Id"][0]
	if len(id) > maxOwnID || strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return ""
	}
	return id
}

// response is what is written: the error, the remembered answer, or the answer. What cannot be encoded is an error too,
// and an error whose own detail cannot be is InternalFailure.
func (s *Server) response(c *Call, out any, public *awsapi.Error) *awsapi.Response {
	if public == nil {
		if c.replay != nil {
			return c.replay
		}
		r, err := c.protocol.encode(c.Operation, c.ID, out)
		if err == nil {
			return r
		}
		public = s.public(c, err)
	}
	r, err := c.protocol.encodeError(c.Operation, c.ID, public)
	if err != nil {
		bare := *s.public(c, err)
		bare.Kind = &awsapi.ErrorKind{Code: bare.Kind.Code, Status: bare.Kind.Status, Receiver: true}
		r, _ = c.protocol.encodeError(c.Operation, c.ID, &bare) // without detail there is nothing left to fail
	}
	return r
}

// name of the operation for the log.
func (c *Call) name() string {
	if c.Operation == nil {
		return ""
	}
	return c.Action()
}
