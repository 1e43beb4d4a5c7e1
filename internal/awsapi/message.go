package awsapi

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Request is an HTTP request as it was received; nothing in it is decoded.
type Request struct {
	Method string
	// Path and Query are the two parts of the request target: "/tags/arn%3Aaws…" and "a=1&b=2".
	Path, Query string
	// Header by canonical name.
	Header map[string][]string
	Body   []byte
}

// Response is an HTTP answer.
type Response struct {
	Status int
	// Header by canonical name, its content type included.
	Header map[string]string
	Body   []byte
}

const (
	contentType = "Content-Type"
	jsonType    = "application/json"
)

// MarshalBinary writes the answer so that UnmarshalBinary gives it back, for the memory of answers: the status, the
// headers by name, and behind an empty line the body.
func (r *Response) MarshalBinary() ([]byte, error) {
	b := strconv.AppendInt(make([]byte, 0, len(r.Body)+64), int64(r.Status), 10)
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if strings.ContainsAny(name+r.Header[name], "\r\n") {
			return nil, errors.New("awsapi: a header holds the end of a line")
		}
		b = append(append(append(append(b, '\n'), name...), ": "...), r.Header[name]...)
	}
	return append(append(b, "\n\n"...), r.Body...), nil
}

// UnmarshalBinary undoes MarshalBinary.
func (r *Response) UnmarshalBinary(text []byte) error {
	head, body, ok := bytes.Cut(text, []byte("\n\n"))
	status, lines, _ := strings.Cut(string(head), "\n")
	n, err := strconv.Atoi(status)
	if !ok || err != nil {
		return errors.New("awsapi: what was remembered is no answer")
	}
	*r = Response{Status: n, Header: map[string]string{}, Body: body}
	for line := range strings.SplitSeq(lines, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			r.Header[name] = value
		}
	}
	return nil
}
