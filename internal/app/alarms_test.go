package app

import (
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
)

// telling lets a place's alarms be told to a webhook of this machine.
func (p *place) telling(t *testing.T, at *httptest.Server) {
	t.Helper()
	dir := t.TempDir()
	ca, secret := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "secret")
	write(t, ca, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: at.Certificate().Raw})))
	write(t, secret, "0123456789abcdef-canary\n")
	p.Alarms = Alarms{
		Webhook: at.URL, WebhookSecret: secret, CA: ca, Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}
}

// until waits for something that another goroutine does.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for began := time.Now(); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > 5*time.Minute {
			t.Fatalf("not within five minutes: %s", what)
		}
	}
}

func alarmsOf(a *App) []*directory.Alarm { return a.store.Snapshot().Account(accountOf(a)).Alarms() }

func accountOf(a *App) string {
	for account := range a.store.Snapshot().Accounts() {
		return account.ID()
	}
	return ""
}

// A webhook that is dead keeps nobody from being ready: the log and the alarm say so. The next start delivers what is left,
// and raises nothing twice.
func TestDeadWebhook(t *testing.T) {
	var alive atomic.Bool
	var taken atomic.Int32
	hook := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil || !alive.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		taken.Add(1)
	}))
	defer hook.Close()
	p := newPlace(t)
	p.telling(t, hook)
	a := p.start(t)
	form := url.Values{"Action": {"CreateAccessKey"}, "Version": {"2010-05-08"}, "UserName": {"admin"}}
	if status, body := call(t, client(t), a.Endpoint().URL, p.adminKey(t), "iam", form); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	until(t, "an attempt", func() bool {
		all := alarmsOf(a)
		return len(all) == 1 && len(all[0].Notices) == 1 && all[0].Notices[0].Attempts > 0
	})
	one := alarmsOf(a)[0]
	if one.Rule != "access-key" || one.Notices[0].Error != "the receiver answers 502" {
		t.Errorf("%+v", one)
	}
	until(t, "/readyz is well all the same", func() bool {
		status, _ := get(t, client(t), a.Endpoint().URL+"/readyz")
		return status == http.StatusOK
	})
	stop(t, a)
	if log := p.log.String(); strings.Count(log, "alarms are not delivered") != 1 || strings.Contains(log, "canary") {
		t.Errorf("log %s", log)
	}
	alive.Store(true)
	a = p.start(t)
	until(t, "the delivery", func() bool { return !alarmsOf(a)[0].Notices[0].Delivered.IsZero() })
	stop(t, a)
	raised := slices.DeleteFunc(p.events(t), func(name string) bool { return !strings.Contains(name, "RaiseAlarm") })
	if taken.Load() != 1 || len(raised) != 1 {
		t.Errorf("taken %d times, raised %d times", taken.Load(), len(raised))
	}
}

// Settings that are wrong keep the server from starting, and say what they are.
func TestAlarmSettings(t *testing.T) {
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	write(t, rules, "rules: [{id: x}]")
	const webhook, mail = "https://x.example", "smtp://u@x.example"
	none, network := rules+".none", []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, c := range []struct {
		setting string
		alarms  Alarms
	}{
		{"alarms", Alarms{State: "perhaps"}},
		{"alarm-severity", Alarms{Severity: "grave"}},
		{"alarm-rules", Alarms{Rules: rules}},
		{"alarm-rules", Alarms{Rules: rules, State: "off"}},
		{"alarm-webhook", Alarms{Webhook: "http://x.example", WebhookSecret: rules}},
		{"alarm-webhook-secret", Alarms{Webhook: webhook, WebhookSecret: none}},
		{"alarm-webhook-secret", Alarms{Webhook: webhook}},
		{"alarm-webhook-secret", Alarms{WebhookSecret: rules}},
		{"alarm-allow", Alarms{Allowed: network, Mail: mail}},
		{"alarm-ca", Alarms{CA: rules, Syslog: "tls://x.example"}},
		{"alarm-ca", Alarms{CA: rules, Syslog: "udp://x.example"}},
		{"alarm-mail", Alarms{Mail: "smtp://x.example", MailFrom: "nobody"}},
		{"alarm-mail-password", Alarms{Mail: mail, MailFrom: "a@x.example", MailPassword: none}},
		{"alarm-mail-password", Alarms{MailPassword: rules}},
		{"alarm-mail-from", Alarms{MailFrom: "a@x.example", Syslog: "udp://x.example"}},
		{"alarm-mail-to", Alarms{MailTo: []string{"a@x.example"}}},
		{"alarm-mail-to", Alarms{MailTo: []string{"a@x.example"}, State: "off"}},
		{"alarm-syslog", Alarms{Syslog: "http://x.example"}},
		{"alarm-syslog", Alarms{Syslog: "http://x.example", State: "off"}},
	} {
		p := newPlace(t)
		p.Alarms = c.alarms
		err := p.fails(t)
		if wrong, ok := errors.AsType[*ConfigError](err); !ok || wrong.Setting != c.setting {
			t.Errorf("%+v: %v, want %s", c.alarms, err, c.setting)
		}
		if _, err := os.Stat(filepath.Join(p.Data, stateName)); err == nil {
			t.Errorf("%s: the state was made all the same", c.setting)
		}
	}
}

// Where alarms are off, nothing is looked at.
func TestAlarmsOff(t *testing.T) {
	p := newPlace(t)
	p.Alarms = Alarms{State: "off", Syslog: "udp://127.0.0.1"}
	a := p.start(t)
	if a.alarms.watch != nil || len(a.alarms.Rules()) != 0 || len(a.alarms.delivery.Channels) != 0 {
		t.Errorf("%+v", a.alarms)
	}
	stop(t, a)
}
