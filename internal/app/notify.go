package app

import (
	"fmt"
	"net"
	"os"
)

// States that systemd is told about (Type=notify).
const (
	stateReady    = "READY=1"
	stateStopping = "STOPPING=1"
)

// notify tells systemd, where it started this process with Type=notify. Nothing else listens.
func notify(state string) error {
	name := os.Getenv("NOTIFY_SOCKET")
	if name == "" {
		return nil
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: name, Net: "unixgram"}) // "@name" is an abstract socket for net too
	if err != nil {
		return fmt.Errorf("tell systemd %q: %w", state, err)
	}
	_, err = conn.Write([]byte(state))
	if closing := conn.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return fmt.Errorf("tell systemd %q: %w", state, err)
	}
	return nil
}
