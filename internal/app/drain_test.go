package app

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/sigv4"
)

// halfSent sends a signed request but for its last byte, and gives the connection and that byte.
func halfSent(t *testing.T, a *App, k key) (net.Conn, string) {
	t.Helper()
	host := strings.TrimPrefix(a.Endpoint().URL, "http://")
	body := callerIdentity.Encode()
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	signer := sigv4.Signer{AccessKeyID: k.id, Secret: seal.NewSecret([]byte(k.secret)), Region: Region, Service: "sts"}
	err := signer.Sign(&sigv4.Request{Method: http.MethodPost, RawTarget: "/", Header: header, Host: host, Body: []byte(body)}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "POST / HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", host, len(body))
	if err := header.Write(&text); err != nil {
		t.Fatal(err)
	}
	conn := dial(t, host)
	last := len(body) - 1
	if _, err := conn.Write([]byte(text.String() + "\r\n" + body[:last])); err != nil {
		t.Fatal(err)
	}
	return conn, body[last:]
}

// A request that runs is finished, and on record, before the server ends.
func TestStopFinishesRequests(t *testing.T) {
	p := newPlace(t)
	a := p.start(t)
	conn, rest := halfSent(t, a, p.adminKey(t))
	waitBusy(t, a)
	stopped := make(chan error, 1)
	go func() { stopped <- a.Stop() }()
	<-a.stopping
	if _, err := conn.Write([]byte(rest)); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", resp, err)
	}
	if err := errors.Join(resp.Body.Close(), <-stopped); err != nil {
		t.Error(err)
	}
	if got := p.events(t); len(got) != 2 || got[1] != "GetCallerIdentity" {
		t.Errorf("events %v", got)
	}
}

// A client that never ends its request does not keep the server from ending.
func TestStopIsBounded(t *testing.T) {
	p := newPlace(t)
	p.DrainTimeout = 50 * time.Millisecond
	a := p.start(t)
	halfSent(t, a, p.adminKey(t))
	waitBusy(t, a)
	if err := a.Stop(); err == nil || !strings.Contains(err.Error(), "did not finish in time") {
		t.Errorf("error %v", err)
	}
	p.DrainTimeout = 0
	stop(t, p.start(t)) // everything was closed
}

// waitBusy waits until the server has begun to read a request.
func waitBusy(t *testing.T, a *App) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range 300_000 {
		a.conns.mu.Lock()
		busy := a.conns.open > 0 && a.conns.quiet.Len() < a.conns.open
		a.conns.mu.Unlock()
		if busy {
			return
		}
		<-tick.C
	}
	t.Fatal("the request never began")
}
