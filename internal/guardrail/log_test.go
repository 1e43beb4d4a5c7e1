package guardrail_test

import (
	"context"
	"log/slog"

	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/trail"
)

// reacting calls a function at every record.
type reacting struct {
	slog.Handler
	do func()
}

func (r *reacting) Handle(ctx context.Context, record slog.Record) error {
	r.do()
	return r.Handler.Handle(ctx, record)
}

// stopping stops the server once something is on record.
type stopping struct {
	*servertest.Recorder
	stop context.CancelFunc
}

func (s *stopping) Append(ctx context.Context, events ...*trail.Event) error {
	s.stop()
	return s.Recorder.Append(ctx, events...)
}
