package app

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
)

// Defaults of a Config.
const (
	DefaultListen         = "127.0.0.1:4600"
	DefaultDrainTimeout   = 30 * time.Second
	DefaultMaxConnections = 1024
	// Region stands where a request or a profile names none.
	Region = "us-east-1"
)

// The values of Config.WeakPasswords.
const (
	weakPasswordsRefuse = "refuse"
	weakPasswordsAllow  = "allow"
)

// The values of Config.DataEvents.
const (
	dataEventsOff      = "off"
	dataEventsSelected = "selected"
	dataEventsAll      = "all"
)

// Config is what a server needs to know. Only Data and Listen must be set; MasterKeyFile must be too where Master is nil.
type Config struct {
	// Data is the directory with the state, the wrapped data keys and the trail.
	Data string
	// Listen is HOST:PORT; port 0 takes any free one.
	Listen string
	// AccountID of the account that the first start makes, 12 digits; "" for a random one. On data that hold another
	// account the server does not start.
	AccountID string
	// AdminCredentials is a file that the first start writes the administrator's key to, in the AWS credentials format,
	// instead of showing the secret; "" for none.
	AdminCredentials string
	// MasterKeyFile holds the master key; the first start creates it. Not read where Master is given.
	MasterKeyFile string
	// Master is the master key itself, where it does not come from a file.
	Master *seal.Master
	// TLSCert and TLSKey are PEM files, both or neither. Without them a listener on loopback speaks plain HTTP, any other
	// one gets a certificate of a local CA.
	TLSCert, TLSKey string
	// ConsoleDir is a directory with a built console, which is looked at anew for each request; "" for the one in the binary.
	ConsoleDir string
	// TLSHosts are names and addresses for the local CA's certificate, beside those that the server knows itself. The
	// first one stands in the endpoint.
	TLSHosts []string
	// Catalog is a directory or file of one's own services; "" is the directory catalog in Data, which may be missing.
	Catalog string
	// Quotas that differ from AWS's defaults, by name.
	Quotas map[string]int
	// TrustedProxies may say the caller's address in X-Forwarded-For.
	TrustedProxies []netip.Prefix
	// WeakPasswords is "allow" to take passwords that are common or easily guessed, or "refuse", as "" is. The account's
	// password policy holds in any case.
	WeakPasswords string
	// OIDC is how identity providers are called.
	OIDC OIDC
	// IssuerURL is what the URLs of token issuers begin with, where others reach this server by another URL than its
	// endpoint; "" for the endpoint.
	IssuerURL string
	// SAMLAudiences and SAMLRecipients are whom SAML responses must be for, the latter URLs; where there are none, AWS's own
	// names stand.
	SAMLAudiences, SAMLRecipients []string
	// Guardrails are what is changed on a schedule.
	Guardrails Guardrails
	// Console is how people sign in with a browser.
	Console Console
	// Alarms are which events raise alarms, and who is told.
	Alarms Alarms
	// DataEvents is which decisions are on the trail: "selected" those that a trail's event selectors choose, as "" is,
	// "all" or "off".
	DataEvents string
	// Retention is how much of the log is kept; the zero value is all.
	Retention trailstore.Retention
	// Deliveries is where trails deliver, and how often.
	Deliveries Deliveries
	// LogFormat is "text" or "json"; "" is text on a terminal and JSON elsewhere.
	LogFormat string
	// DrainTimeout bounds how long running requests are waited for at the end; 0 is DefaultDrainTimeout.
	DrainTimeout time.Duration
	// MaxConnections at the same time; 0 is DefaultMaxConnections. One address, trusted proxies aside, gets a quarter.
	MaxConnections int
	// Program is how the user calls warder, for the commands in the text of the first start; "" is "warder".
	Program string
}

// ConfigError says which setting is wrong and what to do. Nothing was changed.
type ConfigError struct {
	Setting string // as in a configuration file: "tls-cert"
	Err     error
}

func (e *ConfigError) Error() string { return e.Setting + ": " + e.Err.Error() }

func (e *ConfigError) Unwrap() error { return e.Err }

func wrong(setting, format string, args ...any) error {
	return &ConfigError{Setting: setting, Err: fmt.Errorf(format, args...)}
}

// DefaultData is where the data lie unless --data says otherwise: $XDG_DATA_HOME/warder, or ~/.local/share/warder.
func DefaultData() (string, error) {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "warder"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", wrong("data", "no home directory is known; give --data DIR")
	}
	return filepath.Join(home, ".local", "share", "warder"), nil
}

// TrailDir is where the trail lies in a data directory.
func TrailDir(data string) string { return filepath.Join(data, trailName) }

// DefaultMasterKeyFile is warder/master.key in the user's configuration directory: outside of any data directory.
func DefaultMasterKeyFile() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", wrong("master-key", "no home directory is known; give --master-key FILE")
	}
	return filepath.Join(dir, "warder", "master.key"), nil
}

// complete checks c and fills in the defaults.
func (c Config) complete() (Config, error) {
	var err error
	for _, p := range []struct {
		setting string
		path    *string
	}{
		{"data", &c.Data}, {"master-key", &c.MasterKeyFile}, {"admin-credentials", &c.AdminCredentials},
		{"tls-cert", &c.TLSCert}, {"tls-key", &c.TLSKey}, {"catalog", &c.Catalog}, {"oidc-ca", &c.OIDC.CA},
		{"trail-storage-credentials", &c.Deliveries.Credentials}, {"checkpoint", &c.Deliveries.Checkpoint},
		{"guardrail-rotate-hook", &c.Guardrails.RotateHook}, {"guardrail-notice-hook", &c.Guardrails.NoticeHook},
		{"alarm-rules", &c.Alarms.Rules}, {"alarm-webhook-secret", &c.Alarms.WebhookSecret}, {"alarm-mail-password", &c.Alarms.MailPassword},
		{"alarm-ca", &c.Alarms.CA}, {"setup-file", &c.Console.SetupFile}, {"console-dir", &c.ConsoleDir},
	} {
		if *p.path == "" {
			continue
		}
		if *p.path, err = filepath.Abs(*p.path); err != nil {
			return c, wrong(p.setting, "%w", err)
		}
	}
	if err := c.Deliveries.complete(); err != nil {
		return c, err
	}
	if c.DrainTimeout == 0 {
		c.DrainTimeout = DefaultDrainTimeout
	}
	if c.MaxConnections == 0 {
		c.MaxConnections = DefaultMaxConnections
	}
	if c.Program == "" {
		c.Program = "warder"
	}
	c.Guardrails.complete()
	c.Console.complete()
	return c, c.check()
}

func (c *Config) check() error {
	if c.Data == "" {
		return wrong("data", "no data directory; give --data DIR")
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return wrong("listen", "%q is not HOST:PORT, such as %s", c.Listen, DefaultListen)
	}
	if c.AccountID != "" && !arn.IsAccountID(c.AccountID) {
		return wrong("account-id", "%q is not 12 digits", c.AccountID)
	}
	if c.Master == nil && c.MasterKeyFile == "" {
		return wrong("master-key", "no place for the master key; give --master-key FILE")
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return wrong("tls-cert", "a certificate needs its key and the other way round; give both --tls-cert and --tls-key")
	}
	for _, host := range c.TLSHosts {
		if !isHost(host) {
			return wrong("tls-host", "%q is neither a host name nor an IP address", host)
		}
	}
	for _, recipient := range c.SAMLRecipients {
		if u, err := url.Parse(recipient); err != nil || u.Scheme != "https" || u.Host == "" {
			return wrong("saml-recipient", "%q is no https URL", recipient)
		}
	}
	for name, limit := range c.quotas() {
		switch {
		case new(store.Quotas).Limit(name) == 0:
			return wrong("quota", "there is no quota %q; docs/configuration.md lists them", name)
		case limit < 0:
			return wrong("quota", "%s is %d, which is below zero", name, limit)
		}
	}
	if u, err := url.Parse(c.IssuerURL); c.IssuerURL != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil) {
		return wrong("issuer-url", "%q is no URL such as https://warder.example.org", c.IssuerURL)
	}
	switch c.LogFormat {
	case "", "text", "json":
	default:
		return wrong("log-format", "%q is neither text nor json", c.LogFormat)
	}
	switch c.WeakPasswords {
	case "", weakPasswordsRefuse, weakPasswordsAllow:
	default:
		return wrong("weak-passwords", "%q is neither %s nor %s", c.WeakPasswords, weakPasswordsRefuse, weakPasswordsAllow)
	}
	switch c.DataEvents {
	case "", dataEventsOff, dataEventsSelected, dataEventsAll:
	default:
		return wrong("data-events", "%q is none of %s, %s and %s", c.DataEvents, dataEventsOff, dataEventsSelected, dataEventsAll)
	}
	if c.DrainTimeout < 0 {
		return wrong("drain-timeout", "%v is below zero", c.DrainTimeout)
	}
	if c.MaxConnections < 8 {
		return wrong("max-connections", "%d is too few; at least 8", c.MaxConnections)
	}
	if err := checkRetention(c.Retention); err != nil {
		return err
	}
	if err := c.Deliveries.check(c.Data); err != nil {
		return err
	}
	if err := c.Guardrails.check(); err != nil {
		return err
	}
	if err := c.Console.check(c.Data); err != nil {
		return err
	}
	if err := c.Alarms.check(); err != nil {
		return err
	}
	return c.checkAdminCredentials()
}

func (c *Config) quotas() map[store.QuotaName]int {
	quotas := make(map[store.QuotaName]int, len(c.Quotas))
	for name, limit := range c.Quotas {
		quotas[store.QuotaName(name)] = limit
	}
	return quotas
}

// checkAdminCredentials refuses a file that would be part of the data: everything in there is sealed, or no secret.
func (c *Config) checkAdminCredentials() error {
	if c.AdminCredentials == "" {
		return nil
	}
	if inside(c.Data, c.AdminCredentials) {
		return wrong("admin-credentials", "%s lies in the data directory, which holds no clear secret; name a file outside of %s", c.AdminCredentials, c.Data)
	}
	if info, err := os.Stat(filepath.Dir(c.AdminCredentials)); errors.Is(err, os.ErrNotExist) || err == nil && !info.IsDir() {
		return wrong("admin-credentials", "there is no directory %s; make it first", filepath.Dir(c.AdminCredentials))
	}
	return nil
}

// inside tells whether path lies in dir or below; both are absolute.
func inside(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// isHost: an IP address, or letters, digits, hyphens and dots as in a DNS name, its first label "*" perhaps.
func isHost(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	if len(s) == 0 || len(s) > 253 {
		return false
	}
	for i, label := range strings.Split(s, ".") {
		if label == "*" && i == 0 {
			continue
		}
		if !isLabel(label) {
			return false
		}
	}
	return true
}

func isLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-') {
			return false
		}
	}
	return true
}
