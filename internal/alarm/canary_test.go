package alarm

import (
	"encoding/json"
	"log/slog"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/trail"
)

// Whatever stands in a record's parameters, answers and messages, no alarm has it: not in the state, not on the trail, on no
// channel and not in the log.
func TestNoSecretInAlarms(t *testing.T) {
	w := newWorld(t)
	watch := w.watch("webhook", "mail", "syslog")
	secret := func(n string) json.RawMessage { return json.RawMessage(`{"password":"planted-` + n + `"}`) }
	w.check(w.trail.Append(t.Context(), &trail.Event{
		EventVersion: trail.EventVersion, EventID: "e-1", EventName: "CreateAccessKey", EventSource: "iam.amazonaws.com", EventType: "AwsApiCall",
		EventTime: time.Unix(1e9, 0), RecipientAccountID: home, ErrorMessage: "planted-message",
		UserIdentity:      trail.UserIdentity{Type: "IAMUser", ARN: "arn:aws:iam::" + home + ":user/ann"},
		RequestParameters: secret("parameters"), ResponseElements: secret("answer"), AdditionalEventData: secret("more"), ServiceEventDetails: secret("details"),
	}))
	w.read(watch, -1)
	a := w.store.Snapshot().Account(home)
	if len(a.Alarms()) != 1 {
		t.Fatalf("%d alarms", len(a.Alarms()))
	}
	m := message("https://warder.example", a, a.Alarms()[0], time.Unix(1e9, 0))
	texts := map[string]string{"syslog": (&Syslog{hostname: "h"}).format(m), "log": w.log.String()}
	for name, v := range map[string]any{"state": a.Alarms()[0], "webhook": m} {
		text, err := json.Marshal(v)
		w.check(err)
		texts[name] = string(text)
	}
	mailed, err := (&Mail{from: &mail.Address{Address: "warder@example.com"}}).compose(m, []string{"ops@example.com"})
	w.check(err)
	texts["mail"] = string(mailed)
	for o, err := range w.store.Outbox(t.Context(), "") {
		w.check(err)
		text, err := o.Event.MarshalJSON()
		w.check(err)
		texts["trail"] += string(text)
	}
	for name, text := range texts {
		if strings.Contains(text, "planted") || name != "log" && text == "" {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// The channels' own secrets do not print, however a channel is printed.
func TestChannelsDoNotPrint(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, 200)
	h := w.webhook(r)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "channel", h, "secret", h.secret)
	if strings.Contains(log.String(), canary) {
		t.Error(log.String())
	}
}
