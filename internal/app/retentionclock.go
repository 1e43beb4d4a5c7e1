package app

import (
	"context"
	"fmt"
	"time"
)

const (
	// retentionReader is the name under which the state keeps how far the time of retention is.
	retentionReader = "retention"
	// retentionCatchUp is how many times as fast as it runs the time of retention may go, until it is that of the clock.
	retentionCatchUp = 2
	// retentionLag is how far behind the clock it is before the log says so.
	retentionLag = 24 * time.Hour
)

// retentionTime is what the state keeps of it.
type retentionTime struct {
	Counted time.Time `json:"counted"`
}

// counted is the time by which ages are told: the clock's, but it goes at most twice as fast as the server has run since the
// last call. A clock that is set ahead, by whoever can or by a fault, would else have the whole log removed at once. After a
// time in which the server was stopped, which nothing tells from such a step, it catches up. Where nothing was counted
// before it begins with the clock's.
func (r *retention) counted(ctx context.Context, now time.Time, ran time.Duration) (time.Time, error) {
	var kept retentionTime
	known, err := r.state.Progress(ctx, retentionReader, &kept)
	if err != nil {
		return time.Time{}, err
	}
	at := now.UTC()
	if most := kept.Counted.Add(retentionCatchUp * ran); known && most.Before(at) {
		at = most
	}
	r.tellOfLag(now.Sub(at))
	if known && !at.After(kept.Counted) {
		return at, nil
	}
	if err := r.state.SaveProgress(ctx, retentionReader, retentionTime{at}); err != nil {
		return time.Time{}, fmt.Errorf("count the time of retention: %w", err)
	}
	return at, nil
}

// tellOfLag logs once that the clock is far ahead, and once that it is no longer.
func (r *retention) tellOfLag(lag time.Duration) {
	switch far := lag > retentionLag; {
	case far && !r.lags:
		r.lags = true
		r.log.Warn("the clock is ahead of the time in which the server ran: it was set, or the server was stopped; what is kept of the trail by age is kept longer",
			"ahead", lag.Round(time.Minute).String())
	case !far && r.lags:
		r.lags = false
		r.log.Info("the time by which the trail is kept is the clock's again")
	}
}
