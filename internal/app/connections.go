package app

import (
	"container/list"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// connections is a listener that holds at most so many connections at a time, and so many of one address. Where there
// is no room it closes the connection that has been quiet the longest: one that has sent nothing yet, or waits for its
// client's next request. So a client that opens connections and does nothing with them takes nobody's place for long.
type connections struct {
	net.Listener
	most, mostPerAddress int
	// shared addresses stand for many clients and have no limit of their own: trusted proxies.
	shared func(netip.Addr) bool
	log    *slog.Logger

	mu     sync.Mutex
	room   *sync.Cond // a connection ended or fell quiet, or the listener was closed
	open   int
	from   map[netip.Addr]int
	quiet  *list.List // of *connection, the longest quiet first
	closed bool
	warned time.Time
}

func newConnections(l net.Listener, most int, shared func(netip.Addr) bool, log *slog.Logger) *connections {
	c := &connections{
		Listener: l, most: most, mostPerAddress: max(1, most/4), shared: shared, log: log,
		from: map[netip.Addr]int{}, quiet: list.New(),
	}
	c.room = sync.NewCond(&c.mu)
	return c
}

// connection is one of them.
type connection struct {
	net.Conn
	all  *connections
	addr netip.Addr    // the zero Addr where there is no limit by address
	spot *list.Element // in all.quiet; nil while a request runs
	gone bool          // its place was given back
}

// Accept takes the next connection that there is room for.
func (c *connections) Accept() (net.Conn, error) {
	for {
		conn, err := c.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if admitted := c.admit(conn); admitted != nil {
			return admitted, nil
		}
		_ = conn.Close()
	}
}

// admit makes room for a connection, or gives nil: its address has too many that are busy, or the listener was closed.
func (c *connections) admit(conn net.Conn) net.Conn {
	n := &connection{Conn: conn, all: c, addr: addressOf(conn)}
	if c.shared(n.addr) {
		n.addr = netip.Addr{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if n.addr.IsValid() && c.from[n.addr] >= c.mostPerAddress && !c.evict(n.addr) {
		c.warn("one address holds too many connections; the next is closed", "address", n.addr.String())
		return nil
	}
	for c.open >= c.most && !c.closed {
		if !c.evict(netip.Addr{}) {
			c.warn("all connections are busy; new ones wait", "connections", c.most)
			c.room.Wait()
		}
	}
	if c.closed {
		return nil
	}
	c.open++
	c.from[n.addr]++
	n.spot = c.quiet.PushBack(n)
	return n
}

// evict closes the longest quiet connection, of that address where it is valid, and reports whether there was one.
func (c *connections) evict(addr netip.Addr) bool {
	for e := c.quiet.Front(); e != nil; e = e.Next() {
		if n := e.Value.(*connection); !addr.IsValid() || n.addr == addr {
			n.release()
			_ = n.Conn.Close()
			return true
		}
	}
	return false
}

// warn logs, at most once a minute.
func (c *connections) warn(message string, args ...any) {
	if now := time.Now(); now.Sub(c.warned) > time.Minute {
		c.warned = now
		c.log.Warn(message, args...)
	}
}

// release gives the connection's place back, once; all.mu is held.
func (n *connection) release() {
	if n.gone {
		return
	}
	n.gone = true
	c := n.all
	n.leaveQuiet()
	c.open--
	if c.from[n.addr]--; c.from[n.addr] == 0 {
		delete(c.from, n.addr)
	}
	c.room.Broadcast()
}

func (n *connection) leaveQuiet() {
	if n.spot != nil {
		n.all.quiet.Remove(n.spot)
		n.spot = nil
	}
}

// Close ends the connection and makes room.
func (n *connection) Close() error {
	n.all.mu.Lock()
	n.release()
	n.all.mu.Unlock()
	return n.Conn.Close()
}

// Close ends the listener; connections go on.
func (c *connections) Close() error {
	c.mu.Lock()
	c.closed = true
	c.room.Broadcast()
	c.mu.Unlock()
	return c.Listener.Close()
}

// state is http.Server's ConnState.
func (c *connections) state(conn net.Conn, state http.ConnState) {
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	n, ok := conn.(*connection)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateActive:
		n.leaveQuiet()
	case http.StateIdle:
		if n.gone { // net/http may say so of a connection that it, or this listener, is closing
			return
		}
		n.leaveQuiet()
		n.spot = c.quiet.PushBack(n)
		c.room.Broadcast()
	case http.StateClosed, http.StateHijacked:
		n.release()
	}
}

func addressOf(conn net.Conn) netip.Addr {
	ap, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap().WithZone("")
}
