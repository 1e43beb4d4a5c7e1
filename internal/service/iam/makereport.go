package iam

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/google/uuid"

	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
)

// reportPatience is how long a call that begins a report waits for it. Nearly every report is made by then, and the next
// call finds it.
const reportPatience = 5 * time.Second

// reportDeadline bounds the writing of a report; a stop of the server waits that long at most.
const reportDeadline = 10 * time.Second

// makeReport begins a report and has text make it in the background, beyond the call's own end. It gives the report's id.
func (iam *Service) makeReport(c *server.Call, kind store.ReportKind, text func() ([]byte, error)) (id string, err error) {
	id, account := uuid.NewString(), c.Caller.Account
	if err := iam.store.BeginReport(c.Context(), account, kind, id, reportOwner(c), c.Time().Truncate(time.Second)); err != nil {
		return "", err
	}
	done := make(chan struct{})
	begun := iam.store.InBackground(func(ctx context.Context) {
		defer close(done)
		if err := iam.finishReport(ctx, account, kind, id, text); err != nil {
			iam.log.Error("a report was not made", "account", account, "kind", string(kind), "report", id, "error", err.Error())
		}
	})
	if !begun {
		return "", errors.New("report: the server is stopping")
	}
	patience := time.NewTimer(reportPatience)
	defer patience.Stop()
	select {
	case <-done:
	case <-patience.C:
	case <-c.Context().Done():
	}
	return id, nil
}

// reportOwner is the user or role that calls, or the root user under the account's id.
func reportOwner(c *server.Call) string {
	if c.Caller.PrincipalID != "" {
		return c.Caller.PrincipalID
	}
	return c.Caller.Account
}

// reportsAtOnce is how many reports are made at the same time; more wait for their turn.
const reportsAtOnce = 2

// finishReport leaves nothing of a report that cannot be made: the next call begins another. A stop of the server waits for
// it; a panic in it does not take the server down.
func (iam *Service) finishReport(ctx context.Context, account string, kind store.ReportKind, id string, text func() ([]byte, error)) (err error) {
	select {
	case iam.making <- struct{}{}:
		defer func() { <-iam.making }()
	case <-ctx.Done():
		return errors.Join(ctx.Err(), iam.store.DropReport(context.WithoutCancel(ctx), account, kind, id))
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), reportDeadline)
	defer cancel()
	made, err := text()
	if err == nil {
		err = iam.store.FinishReport(ctx, account, kind, id, made, time.Now().UTC().Truncate(time.Second))
	}
	if err != nil {
		_ = iam.store.DropReport(ctx, account, kind, id) // or it ends by itself after store.ReportTimeout
	}
	return err
}
