package alarm

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/store"
)

// Times of deliveries.
const (
	// deliverEvery is how often the state is looked through for notices that are due.
	deliverEvery = time.Second
	// againFirst and againMost bound the growing pause between attempts; giveUp ends them.
	againFirst, againMost = 5 * time.Second, 15 * time.Minute
	giveUp                = 3 * 24 * time.Hour
)

// Delivery carries what alarms have to tell to the channels. What is to be told stands in the state with the alarm, from
// the transaction that raised it until a channel has taken it: nothing is lost over a restart. Each channel goes by
// itself, so that one that is dead keeps none waiting.
type Delivery struct {
	Store    *store.Store
	Channels []Channel
	// Server is the endpoint that messages name.
	Server string
	Log    *slog.Logger
}

// Run delivers until ctx ends.
func (d *Delivery) Run(ctx context.Context) {
	d.abandon(ctx)
	var channels sync.WaitGroup
	for _, c := range d.Channels {
		channels.Go(func() { d.serve(ctx, c) })
	}
	channels.Wait()
}

// abandon ends the notices for channels that are configured no more.
func (d *Delivery) abandon(ctx context.Context) {
	known := map[string]bool{}
	for _, c := range d.Channels {
		known[c.Name()] = true
	}
	for a := range d.Store.Snapshot().Accounts() {
		for _, alarm := range a.Alarms() {
			for i := range alarm.Notices {
				if n := &alarm.Notices[i]; !known[n.Channel] && !n.Next.IsZero() {
					if err := d.keep(ctx, n.Channel, due{a.ID(), alarm.ID}, alarm.Raises, errGone); err != nil {
						d.Log.Error("the outcome of a delivery was not kept", "channel", n.Channel, "alarm", alarm.ID, "error", err.Error())
					}
				}
			}
		}
	}
}

// errGone ends deliveries for good.
var errGone = errors.New("the channel is configured no more")

// serve is one channel's.
func (d *Delivery) serve(ctx context.Context, c Channel) {
	failing := false
	for ctx.Err() == nil {
		for _, due := range d.due(c.Name(), time.Now()) {
			if ctx.Err() != nil {
				return
			}
			failing = d.deliver(ctx, c, due, failing)
		}
		pause(ctx, deliverEvery)
	}
}

// due is a notice whose time has come.
type due struct{ account, alarm string }

func (d *Delivery) due(channel string, now time.Time) (all []due) {
	for a := range d.Store.Snapshot().Accounts() {
		for _, alarm := range a.Alarms() {
			if n := noticeOf(alarm, channel); n != nil && !n.Next.IsZero() && !now.Before(n.Next) {
				all = append(all, due{a.ID(), alarm.ID})
			}
		}
	}
	return all
}

func noticeOf(alarm *directory.Alarm, channel string) *directory.AlarmNotice {
	for i := range alarm.Notices {
		if alarm.Notices[i].Channel == channel {
			return &alarm.Notices[i]
		}
	}
	return nil
}

// deliver makes one attempt and keeps what came of it. failing is whether the channel's last attempt failed, and the result
// whether this one did: the log has a channel's failure once, and its end.
func (d *Delivery) deliver(ctx context.Context, c Channel, which due, failing bool) bool {
	a := d.Store.Snapshot().Account(which.account)
	if a == nil || a.Alarm(which.alarm) == nil {
		return failing
	}
	alarm := a.Alarm(which.alarm)
	sent := c.Send(ctx, message(d.Server, a, alarm, time.Now().UTC().Truncate(time.Second)))
	if ctx.Err() != nil && sent != nil {
		return failing
	}
	switch {
	case sent != nil && !failing:
		d.Log.Error("alarms are not delivered", "channel", c.Name(), "alarm", alarm.ID, "error", sent.Error())
	case sent == nil && failing:
		d.Log.Info("alarms are delivered again", "channel", c.Name())
	}
	kept, cancel := context.WithTimeout(context.WithoutCancel(ctx), changeTimeout)
	defer cancel()
	if err := d.keep(kept, c.Name(), which, alarm.Raises, sent); err != nil {
		d.Log.Error("the outcome of a delivery was not kept", "channel", c.Name(), "alarm", alarm.ID, "error", err.Error())
		pause(ctx, againFirst)
	}
	return sent != nil
}

// keep writes the outcome of an attempt, unless the alarm was raised anew in the meantime.
func (d *Delivery) keep(ctx context.Context, channel string, which due, raises int, sent error) error {
	gaveUp := false
	_, err := d.Store.Update(ctx, &store.Change{Account: which.account}, func(tx *store.Tx) ([]byte, error) {
		gaveUp = false
		if tx.Account() == nil || tx.Account().Alarm(which.alarm) == nil {
			return nil, nil
		}
		alarm := tx.Account().Alarm(which.alarm).Clone()
		n := noticeOf(alarm, channel)
		if n == nil || alarm.Raises != raises {
			return nil, nil
		}
		n.Attempts++
		n.Error, n.Next = "", time.Time{}
		switch {
		case sent == nil:
			n.Delivered = tx.Now()
		case errors.Is(sent, errGone), tx.Now().Sub(alarm.Raised) > giveUp:
			n.Error, gaveUp = oneLine(sent.Error(), maxText), true
		default:
			n.Error, n.Next = oneLine(sent.Error(), maxText), tx.Now().Add(again(n.Attempts))
		}
		return nil, tx.Put(alarm)
	})
	if err == nil && gaveUp {
		d.Log.Error("an alarm was not delivered and is given up", "channel", channel, "alarm", which.alarm)
	}
	return err
}

// again is the pause after so many attempts.
func again(attempts int) time.Duration {
	wait := againFirst
	for range attempts - 1 {
		if wait = 2 * wait; wait > againMost {
			return againMost
		}
	}
	return wait
}

// Tested is what came of a test of a channel.
type Tested struct {
	Channel string
	Err     error
}

// Test sends a test message on every channel, once.
func (d *Delivery) Test(ctx context.Context, a *directory.Account, id, by string) []Tested {
	m := testMessage(d.Server, a, id, by, time.Now().UTC().Truncate(time.Second))
	results := make([]Tested, len(d.Channels))
	var all sync.WaitGroup
	for i, c := range d.Channels {
		all.Go(func() { results[i] = Tested{c.Name(), c.Send(ctx, m)} })
	}
	all.Wait()
	return results
}
