package objectstore_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
)

// rawServer answers each request on one connection with 200, but for that for the bucket's location, and keeps the last
// one's head as it came. The channel is closed when that one was answered.
func rawServer(t *testing.T, sent *strings.Builder) (address string, done <-chan struct{}) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if rawAnswer(c, sent) {
				return
			}
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-answered })
	return l.Addr().String(), answered
}

// rawAnswer reports whether it was a PUT.
func rawAnswer(c net.Conn, sent *strings.Builder) bool {
	defer func() { _ = c.Close() }()
	sent.Reset()
	for lines := bufio.NewReader(c); ; {
		line, err := lines.ReadString('\n')
		sent.WriteString(line)
		if err != nil || line == "\r\n" {
			break
		}
	}
	body := "<LocationConstraint></LocationConstraint>"
	put := strings.HasPrefix(sent.String(), "PUT ")
	if put {
		body = ""
	}
	_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"+body)
	return put
}
