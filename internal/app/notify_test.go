package app

import (
	"net"
	"path/filepath"
	"testing"
	"time"
)

func TestNotify(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	if err := notify(stateReady); err != nil {
		t.Errorf("not started by systemd: %v", err)
	}
	name := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Skipf("no unix sockets here: %v", err)
	}
	defer func() { _ = conn.Close() }()
	t.Setenv("NOTIFY_SOCKET", name)
	p := newPlace(t)
	stop(t, p.start(t))
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"READY=1", "STOPPING=1"} {
		b := make([]byte, 64)
		n, err := conn.Read(b)
		if got := string(b[:n]); err != nil || got != want {
			t.Errorf("systemd was told %q, want %q; %v", got, want, err)
		}
	}
}
