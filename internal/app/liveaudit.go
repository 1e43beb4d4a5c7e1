package app

import (
	"time"

	"github.com/warder-iam/warder/internal/liveaudit"
	"github.com/warder-iam/warder/internal/turns"
)

// newLiveAudit makes what audits accounts while the server runs.
func (a *App) newLiveAudit(t *turns.Turns) *liveaudit.Live {
	o := liveaudit.Options{Store: a.store, Events: a.recorder.index, Status: trailStatus{a.trails}, Turns: t, PasskeySignIn: a.config.Console.passkeyAlone(), Now: time.Now, Log: a.log}
	if a.config.Alarms.State != alarmsOff {
		o.Channels = a.alarms.channelNames
	}
	return liveaudit.New(o)
}

// channelNames are the channels by which somebody is told.
func (a *alarms) channelNames() []string {
	var names []string
	for _, c := range a.delivery.Channels {
		names = append(names, c.Name())
	}
	return names
}
