package acceptance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// promptly is by how much bad connections may delay a call of somebody else.
const promptly = 5 * time.Second

// TestHostileSockets opens many connections that send half of something, or nothing, or slowly. Callers from other
// addresses are answered at the same time, and the server ends the bad ones by itself. Who shares the attacker's address
// shares its quarter of the connections, and may find a new one closed before it has sent anything.
func TestHostileSockets(t *testing.T) {
	t.Parallel()
	w := start(t)
	ctx := background(t)
	const each = 100
	var wg sync.WaitGroup
	for _, kind := range []struct {
		name, text string
		drip       bool
	}{
		{"nothing", "", false},
		{"half a request line", "POST / HT", false},
		{"half a header", "POST / HTTP/1.1\r\nHost: x\r\nX-A", false},
		{"headers without end", "POST / HTTP/1.1\r\nHost: x\r\n", true},
		{"half a body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: " + formType + "\r\nContent-Length: 1000\r\n\r\nAction=", false},
		{"a slow body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: " + formType + "\r\nContent-Length: 100000\r\n\r\nAction=", true},
	} {
		for range each {
			wg.Go(func() {
				if err := w.linger(ctx, kind.text, kind.drip); err != nil {
					t.Errorf("%s: %v", kind.name, err)
				}
			})
		}
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	beside := start(t)
	client, calm := w.sts(w.Key), beside.sts(beside.Key)
	slowest, calls := time.Duration(0), 0
	for open := true; open; calls++ {
		slowest = max(slowest, delay(ctx, t, client, calm))
		select {
		case <-done:
			open = false
		case <-time.After(50 * time.Millisecond):
		}
	}
	t.Logf("%d calls beside %d bad connections, which delayed them by %v at most", calls, 6*each, slowest)
	if slowest > promptly {
		t.Errorf("the bad connections delayed a call by %v", slowest)
	}
	if held := w.memory(t); held > roomy {
		t.Errorf("the server holds %d MiB", held>>20)
	}
}

// delay is how much longer a call to one server takes than the same call to another: at the same time, so that a machine that is
// slow is so for both.
func delay(ctx context.Context, t *testing.T, attacked, calm *sts.Client) time.Duration {
	t.Helper()
	var took [2]time.Duration
	var errs [2]error
	var wg sync.WaitGroup
	for i, client := range []*sts.Client{attacked, calm} {
		wg.Go(func() {
			began := time.Now()
			_, errs[i] = client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
			took[i] = time.Since(began)
		})
	}
	wg.Wait()
	check(t, errors.Join(errs[:]...))
	return took[0] - took[1]
}

// linger sends text and then, if drip, a byte now and then, until the server closes the connection.
func (w *warder) linger(ctx context.Context, text string, drip bool) error {
	conn, err := w.dialFrom(ctx, net.IPv4(127, 0, 0, 2))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, text); err != nil {
		return nil // closed already
	}
	closed := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, conn)
		closed <- err
	}()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-closed:
			if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
				return errors.New("the server leaves the connection open")
			}
			return nil
		case <-tick.C:
			if drip {
				_, _ = io.WriteString(conn, "a") // its error shows in the reader too
			}
		}
	}
}

func (w *warder) dial(ctx context.Context) (net.Conn, error) { return w.dialFrom(ctx, nil) }

// dialFrom connects from that address of this machine; nil is the usual one.
func (w *warder) dialFrom(ctx context.Context, from net.IP) (net.Conn, error) {
	var d net.Dialer
	if from != nil {
		d.LocalAddr = &net.TCPAddr{IP: from}
	}
	conn, err := d.DialContext(ctx, "tcp", strings.TrimPrefix(w.URL, "http://"))
	if from != nil && errors.Is(err, syscall.EADDRNOTAVAIL) { // only Linux has the whole of 127.0.0.0/8 by itself
		return w.dialFrom(ctx, nil)
	}
	return conn, err
}

// TestHostileBytes sends what is not even HTTP, or HTTP that two readers would read in two ways: it is refused with a
// status of 400 or more, or the connection is closed.
func TestHostileBytes(t *testing.T) {
	t.Parallel()
	w := start(t)
	ctx := background(t)
	form := "Content-Type: " + formType + "\r\n"
	const body = "Version=2010-05-08&Action=ListUsers"
	tests := []struct{ name, text string }{
		{"noise", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"},
		{"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
		{"no host", "POST / HTTP/1.1\r\n" + form + "Content-Length: 0\r\n\r\n"},
		{"two hosts", "POST / HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 0\r\n\r\n"},
		{"absolute form", "POST http://elsewhere.example/ HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"},
		{"length and chunks", "POST / HTTP/1.1\r\nHost: x\r\n" + form + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
		{"two lengths", "POST / HTTP/1.1\r\nHost: x\r\n" + form + fmt.Sprintf("Content-Length: %d\r\nContent-Length: 1\r\n\r\n%s", len(body), body)},
		{"a length below zero", "POST / HTTP/1.1\r\nHost: x\r\n" + form + "Content-Length: -1\r\n\r\n" + body},
		{"a length beyond all bounds", "POST / HTTP/1.1\r\nHost: x\r\n" + form + "Content-Length: 99999999999999999999\r\n\r\n" + body},
		{"a folded header", "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Date: a\r\n b\r\nContent-Length: 0\r\n\r\n"},
		{"a header with a space in its name", "POST / HTTP/1.1\r\nHost: x\r\nAuthorization : a\r\nContent-Length: 0\r\n\r\n"},
		{"a header of a megabyte", "POST / HTTP/1.1\r\nHost: x\r\nX-A: " + strings.Repeat("a", 1<<20) + "\r\nContent-Length: 0\r\n\r\n"},
		{"50,000 headers", "POST / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X-A: a\r\n", 50_000) + "Content-Length: 0\r\n\r\n"},
		{"a broken chunk", "POST / HTTP/1.1\r\nHost: x\r\n" + form + "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"},
		{"CONNECT", "CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"OPTIONS of everything", "OPTIONS * HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			conn, err := w.dial(ctx)
			check(t, err)
			defer func() { _ = conn.Close() }()
			check(t, conn.SetDeadline(time.Now().Add(patience)))
			go func() { _, _ = io.WriteString(conn, test.text) }()
			head := make([]byte, len("HTTP/1.1 400"))
			n, err := io.ReadFull(conn, head)
			if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
				t.Fatal("no answer")
			}
			if n > 0 && !strings.HasPrefix(string(head[:n]), "HTTP/1.1 4") && !strings.HasPrefix(string(head[:n]), "HTTP/1.1 5") {
				t.Errorf("the server answers %q", head[:n])
			}
			if err := w.ready(); err != nil {
				t.Fatalf("the server is no longer ready: %v", err)
			}
		})
	}
}
