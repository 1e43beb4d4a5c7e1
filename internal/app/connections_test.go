package app

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"time"
)

// limited serves on loopback with room for so many connections. A request for /slow is answered when slow is closed.
func limited(t *testing.T, most int, shared bool) (address string, slow chan struct{}, arrived chan struct{}) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	conns := newConnections(l, most, func(netip.Addr) bool { return shared }, slog.New(slog.DiscardHandler))
	slow, arrived = make(chan struct{}), make(chan struct{}, 100)
	srv := newHTTPServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			arrived <- struct{}{}
			<-slow
		}
		w.WriteHeader(http.StatusNoContent)
	}), conns, slog.New(slog.DiscardHandler))
	served := make(chan error, 1)
	go func() { served <- srv.Serve(conns) }()
	t.Cleanup(func() {
		if err := srv.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
		<-served
		if conns.open != 0 || conns.quiet.Len() != 0 || len(conns.from) != 0 {
			t.Errorf("at the end %d are open, %d quiet, by address %v", conns.open, conns.quiet.Len(), conns.from)
		}
	})
	return l.Addr().String(), slow, arrived
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.DialTimeout("tcp", address, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func send(t *testing.T, conn net.Conn, path string) {
	t.Helper()
	if _, err := io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
}

// answered tells whether an answer comes before the connection ends.
func answered(conn net.Conn) bool {
	n, err := conn.Read(make([]byte, 512))
	return err == nil && n > 0
}

// Connections that say nothing give way to those that do.
func TestQuietConnectionsGiveWay(t *testing.T) {
	address, slow, _ := limited(t, 8, true)
	defer close(slow)
	var half []net.Conn
	for range 30 {
		half = append(half, dial(t, address))
	}
	for range 10 {
		conn := dial(t, address)
		send(t, conn, "/")
		if !answered(conn) {
			t.Fatal("no answer beside half-open connections")
		}
	}
	if answered(half[0]) {
		t.Error("the oldest half-open connection got an answer")
	}
}

// Where all are busy the next one waits, and is served when one has ended.
func TestBusyConnectionsAreNotEnded(t *testing.T) {
	address, slow, arrived := limited(t, 8, true)
	var busy []net.Conn
	for range 8 {
		conn := dial(t, address)
		send(t, conn, "/slow")
		busy = append(busy, conn)
		<-arrived
	}
	late := dial(t, address)
	send(t, late, "/")
	close(slow)
	for i, conn := range append(busy, late) {
		if !answered(conn) {
			t.Errorf("connection %d got no answer", i)
		}
	}
}

// One address has a quarter of the room: its busy connections do not shut others out.
func TestOneAddressIsLimited(t *testing.T) {
	address, slow, arrived := limited(t, 8, false)
	defer close(slow)
	for range 2 {
		conn := dial(t, address)
		send(t, conn, "/slow")
		<-arrived
	}
	third := dial(t, address)
	if answered(third) {
		t.Error("a third connection of one address was answered")
	}
}
