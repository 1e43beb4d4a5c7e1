package app

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"strings"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/alarm"
	"github.com/warder-iam/warder/internal/outbound"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/service/warder"
)

// The values of Alarms.State.
const (
	alarmsOn  = "on"
	alarmsOff = "off"
)

// Alarms are which events raise alarms, and who is told.
type Alarms struct {
	// State is "off" to look at no event, or "on", as "" is.
	State string
	// Rules is a file of one's own rules, and of which of Warder's are not wanted; "" for none.
	Rules string
	// WorkloadNetworks are where programs run that use roles; without any, no use of their credentials is outside.
	WorkloadNetworks []netip.Prefix
	// Severity is the least that somebody is told of: "low", as "" is, "medium", "high" or "critical".
	Severity string
	// Webhook is an https URL, and WebhookSecret the file with the secret that requests are signed with.
	Webhook, WebhookSecret string
	// Allowed are networks in which the webhook may be, beside public addresses.
	Allowed []netip.Prefix
	// CA is a PEM file of authorities that vouch for receivers beside the system's; "" for none.
	CA string
	// Mail is the URL of a mail server, MailPassword the file with its user's password, MailFrom the sender, and MailTo who
	// gets what is about an account without a security contact.
	Mail, MailPassword, MailFrom string
	MailTo                       []string
	// Syslog is the URL of a syslog server.
	Syslog string
}

// maxSecretFile is the most bytes of a file with a secret.
const maxSecretFile = 4 << 10

// alarms are the parts of the running alarms; there is no rule and no watch where they are off.
type alarms struct {
	options  alarm.Options
	tell     alarm.Severity
	watch    *alarm.Watch
	delivery *alarm.Delivery
}

// check refuses what would not be used: whoever set it believes that it is.
func (c *Alarms) check() error {
	switch c.State {
	case "", alarmsOn, alarmsOff:
	default:
		return wrong("alarms", "%q is neither %s nor %s", c.State, alarmsOn, alarmsOff)
	}
	webhook, mail := c.Webhook != "", c.Mail != ""
	for _, s := range []struct {
		setting string
		given   bool
		needs   string
		has     bool
	}{
		{"alarm-webhook-secret", c.WebhookSecret != "", "alarm-webhook", webhook},
		{"alarm-allow", len(c.Allowed) > 0, "alarm-webhook", webhook},
		{"alarm-mail-password", c.MailPassword != "", "alarm-mail", mail},
		{"alarm-mail-from", c.MailFrom != "", "alarm-mail", mail},
		{"alarm-mail-to", len(c.MailTo) > 0, "alarm-mail", mail},
		{"alarm-ca", c.CA != "", "alarm-webhook, alarm-mail or an alarm-syslog with tls://", webhook || mail || strings.HasPrefix(c.Syslog, "tls://")},
	} {
		if s.given && !s.has {
			return wrong(s.setting, "it is of no use without %s; give that too, or leave this out", s.needs)
		}
	}
	return nil
}

// newAlarms reads what the settings name, also where alarms are off: what is wrong is better found now than on the day that
// they are switched on. Nothing is called and nothing watched yet.
func newAlarms(c *Alarms, log *slog.Logger) (*alarms, error) {
	a := &alarms{options: alarm.Options{Rules: alarm.Builtin(), Networks: c.WorkloadNetworks}}
	if c.Rules != "" {
		text, err := readBounded(c.Rules, alarm.MaxFile)
		if err != nil {
			return nil, wrong("alarm-rules", "%w", err)
		}
		if a.options.Rules, err = alarm.ParseRules(text); err != nil {
			return nil, wrong("alarm-rules", "%s: %w", c.Rules, err)
		}
	}
	var err error
	if a.tell, err = c.severity(); err != nil {
		return nil, err
	}
	channels, err := c.channels()
	if err != nil {
		return nil, err
	}
	if c.State == alarmsOff {
		return &alarms{delivery: &alarm.Delivery{}}, nil
	}
	a.delivery = &alarm.Delivery{Channels: channels, Log: log}
	return a, nil
}

// channels are those that are configured.
func (c *Alarms) channels() (all []alarm.Channel, err error) {
	var roots *x509.CertPool
	if c.CA != "" {
		if roots, err = rootsWith(c.CA); err != nil {
			return nil, wrong("alarm-ca", "%w", err)
		}
	}
	if c.Webhook != "" {
		secret, err := readSecret(c.WebhookSecret)
		if err != nil {
			return nil, wrong("alarm-webhook-secret", "%w", err)
		}
		w, err := alarm.NewWebhook(c.Webhook, secret, &outbound.Dialer{Allowed: c.Allowed, Setting: "alarm-allow"}, roots)
		if err != nil {
			return nil, wrong("alarm-webhook", "%w", err)
		}
		all = append(all, w)
	}
	if c.Mail != "" {
		password := seal.Secret{}
		if c.MailPassword != "" {
			if password, err = readSecret(c.MailPassword); err != nil {
				return nil, wrong("alarm-mail-password", "%w", err)
			}
		}
		m, err := alarm.NewMail(alarm.MailOptions{Server: c.Mail, Password: password, From: c.MailFrom, To: c.MailTo, Roots: roots})
		if err != nil {
			return nil, wrong("alarm-mail", "%w", err)
		}
		all = append(all, m)
	}
	if c.Syslog != "" {
		s, err := alarm.NewSyslog(c.Syslog, roots)
		if err != nil {
			return nil, wrong("alarm-syslog", "%w", err)
		}
		all = append(all, s)
	}
	return all, nil
}

// readSecret reads a secret out of a file, without the line end that editors put behind it.
func readSecret(file string) (seal.Secret, error) {
	if file == "" {
		return seal.Secret{}, errors.New("no file with the secret is named")
	}
	text, err := readBounded(file, maxSecretFile)
	if err != nil {
		return seal.Secret{}, err
	}
	for len(text) > 0 && (text[len(text)-1] == '\n' || text[len(text)-1] == '\r') {
		text = text[:len(text)-1]
	}
	if len(text) == 0 {
		return seal.Secret{}, errors.New(file + " is empty")
	}
	return seal.NewSecret(text), nil
}

// readBounded reads a file that has at most so many bytes.
func readBounded(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = errors.New(name + " is too large")
	}
	return text, err
}

// severity is the least that is told.
func (c *Alarms) severity() (alarm.Severity, error) {
	switch c.Severity {
	case "", "low":
		return alarm.Low, nil
	case "medium":
		return alarm.Medium, nil
	case "high":
		return alarm.High, nil
	case "critical":
		return alarm.Critical, nil
	}
	return "", wrong("alarm-severity", "%q is none of low, medium, high and critical", c.Severity)
}

// openAlarms finds where the alarms go on, before anything is served: what comes after it raises alarms.
func (a *App) openAlarms(ctx context.Context) error {
	if len(a.alarms.options.Rules) == 0 {
		return nil
	}
	a.alarms.options.Judge = judge{a.store}
	a.alarms.delivery.Store, a.alarms.delivery.Server = a.store, a.endpoint.URL
	names := []string{}
	for _, c := range a.alarms.delivery.Channels {
		names = append(names, c.Name())
	}
	var err error
	a.alarms.watch, err = alarm.OpenWatch(ctx, alarm.WatchOptions{
		Options: a.alarms.options, Store: a.store, Trail: TrailDir(a.config.Data), Region: Region,
		Channels: names, Tell: a.alarms.tell, Log: a.log,
	})
	return err
}

// runAlarms starts the jobs.
func (a *App) runAlarms(ctx context.Context) {
	if a.alarms.watch == nil {
		return
	}
	a.background.Go(func() { a.alarms.watch.Run(ctx) })
	a.background.Go(func() { a.alarms.delivery.Run(ctx) })
}

// Rules implements warder.Alarms.
func (a *alarms) Rules() []alarm.RuleState { return a.options.States() }

// Test implements warder.Alarms.
func (a *alarms) Test(ctx context.Context, of *directory.Account, id, by string) []alarm.Tested {
	return a.delivery.Test(ctx, of, id, by)
}

var _ warder.Alarms = (*alarms)(nil)
