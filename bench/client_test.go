package bench

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/sigv4"
)

// credentials are an access key.
type credentials struct{ id, secret string }

// readCredentials reads the one profile of a file in the AWS credentials format.
func readCredentials(path string) (c credentials, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	for line := range strings.Lines(string(text)) {
		switch name, value, _ := strings.Cut(line, "="); strings.TrimSpace(name) {
		case "aws_access_key_id":
			c.id = strings.TrimSpace(value)
		case "aws_secret_access_key":
			c.secret = strings.TrimSpace(value)
		}
	}
	if c.id == "" || c.secret == "" {
		return c, fmt.Errorf("%s holds no access key", path)
	}
	return c, nil
}

func (c credentials) signer(service string) *sigv4.Signer {
	return &sigv4.Signer{AccessKeyID: c.id, Secret: seal.NewSecret([]byte(c.secret)), Region: "us-east-1", Service: service}
}

// client calls one server over one connection that is kept. It does less than net/http's client, so that it takes little
// of the machine from the server that is measured: one write and mostly one read for a call.
type client struct {
	conn  net.Conn
	in    *bufio.Reader
	host  string
	out   []byte
	body  []byte
	name  string // begins the invocation ids, no two clients have the same
	calls int
}

func dial(address, name string) (*client, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &client{conn: conn, in: bufio.NewReader(conn), host: address, name: name}, nil
}

func (c *client) close() error { return c.conn.Close() }

// call posts a form, signed now and with an invocation id of its own as the SDKs do. The body is good until the next call.
func (c *client) call(s *sigv4.Signer, form string) (status int, body []byte, err error) {
	c.calls++
	r := &sigv4.Request{Method: "POST", RawTarget: "/", Host: c.host, Body: []byte(form), Header: map[string][]string{
		"Content-Type":          {"application/x-www-form-urlencoded; charset=utf-8"},
		"Amz-Sdk-Invocation-Id": {c.name + "-" + strconv.Itoa(c.calls)},
	}}
	if err := s.Sign(r, time.Now()); err != nil {
		return 0, nil, err
	}
	out := append(c.out[:0], "POST / HTTP/1.1\r\nHost: "...)
	out = append(out, c.host...)
	for name, values := range r.Header {
		out = append(out, "\r\n"...)
		out = append(out, name...)
		out = append(out, ": "...)
		out = append(out, values[0]...)
	}
	out = append(out, "\r\nUser-Agent: warder-bench\r\nContent-Length: "...)
	out = strconv.AppendInt(out, int64(len(form)), 10)
	out = append(out, "\r\n\r\n"...)
	c.out = append(out, form...)
	if _, err := c.conn.Write(c.out); err != nil {
		return 0, nil, err
	}
	return c.read()
}

// read takes one answer that has a Content-Length, as all of these servers' have.
func (c *client) read() (status int, body []byte, err error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, nil, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, nil, fmt.Errorf("the answer begins with %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, nil, err
	}
	length := -1
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return 0, nil, err
		}
		if line = bytes.TrimRight(line, "\r\n"); len(line) == 0 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, nil, err
			}
		}
	}
	if length < 0 {
		return 0, nil, errors.New("an answer without Content-Length")
	}
	if cap(c.body) < length {
		c.body = make([]byte, length)
	}
	c.body = c.body[:length]
	_, err = io.ReadFull(c.in, c.body)
	return status, c.body, err
}
