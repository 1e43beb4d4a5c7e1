package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"runtime/debug"
	"time"

	"github.com/google/uuid"

	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/trail"
)

// recordTimeout bounds how long an answer waits for its record after the caller's own deadline is gone.
const recordTimeout = 10 * time.Second

// ServeHTTP is the life of a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), s.Deadline)
	defer cancel()
	c := &Call{ID: uuid.NewString(), ctx: ctx, server: s, protocol: s.protocols.choose(nil, r.RequestURI, r.Header), origin: &received{w, r}}

	out, public := s.live(c)

	// 7 reply
	s.reply(c, w, out, public)
}

// live is steps 0 to 6, whether the call came over the wire or from a job of this process.
func (s *Server) live(c *Call) (any, *awsapi.Error) {
	out, err := s.run(c)

	// 6 record: a change is on record with itself; everything else that named an operation is recorded now, or fails.
	public := s.public(c, err)
	if c.Operation != nil && !c.committed {
		if rerr := s.record(c, out, public); rerr != nil {
			out, public = nil, s.public(c, rerr)
			c.replay = nil
		}
	}
	return out, public
}

// run is steps 0 to 5. A panic in it is an error like any other and does not take the server down.
func (s *Server) run(c *Call) (out any, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()

	// 0 admit: body and headers within their limits, source address, request id
	if err := c.origin.admit(c); err != nil {
		return nil, err
	}

	// 1 identify: signing name and Action, or method and path -> operation
	if err := c.origin.identify(c); err != nil {
		return nil, err
	}

	// 2 authn: the signature -> the caller
	if err := c.origin.authenticate(c); err != nil {
		return nil, err
	}
	if c.route = s.routes[c.Operation]; c.route == nil {
		return nil, awsapi.NotImplemented.New("Warder does not serve %s yet. `warder operations` lists what it serves.", c.Action())
	}

	// 3 decode: by protocol -> typed, validated input
	in := reflect.New(c.Operation.Input.GoType).Interface()
	if err := c.origin.decode(c, in); err != nil {
		return nil, err
	}
	c.input = in
	if err := c.vouch(in); err != nil {
		return nil, err
	}

	// 4 authorize: every ask of the rule
	err = c.authorize(c.snapshot)
	s.Attempted(c, c.Caller, c.Action(), err == nil, c.Env.Region)
	if err != nil {
		return nil, err
	}
	c.retry = c.retryHash()
	if s.Touch != nil {
		s.Touch(c)
	}

	// 5 act
	return c.route.act(c, in)
}

// public maps err to what the client sees, in its protocol's words; nil stays nil. What no table knows is logged with the request id.
func (s *Server) public(c *Call, err error) *awsapi.Error {
	if err == nil {
		return nil
	}
	public, known := publicError(err)
	if !known || public.Kind.Receiver && !errors.Is(err, context.Canceled) {
		s.Log.Error("request failed", "request", c.ID, "operation", c.name(), "error", err.Error())
	}
	return c.protocol.public(c.Operation, public)
}

// record appends the event of a call that changed nothing; it goes on when the client has left.
func (s *Server) record(c *Call, out any, public *awsapi.Error) error {
	if public != nil && c.stranger() {
		var ok bool
		if c.unrecorded, ok = s.strangers.take(c.Env.SourceIP, c.Time()); !ok {
			return awsapi.Throttling.New("Rate exceeded")
		}
	}
	if public == nil && c.route.data {
		s.offer(c, out)
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), recordTimeout)
	defer cancel()
	events := []*trail.Event{c.event(out, public, c.Time())}
	if theirs := c.shared(events[0]); theirs != nil {
		events = append(events, theirs)
	}
	if err := s.Recorder.Append(ctx, events...); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

// offer records a data event where it is to be recorded. None is made where no trail chooses any.
func (s *Server) offer(c *Call, out any) {
	if s.Data == nil || !s.AllData && !c.Account().ChoosesData() {
		return
	}
	if e := c.dataEvent(out); s.AllData || c.Account().Selects(e) {
		s.Data.Offer(e)
	}
}
