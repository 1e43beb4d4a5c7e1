package main

import (
	"strings"

	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/delivery"
)

// kind is how the value of a setting is written.
type kind uint8

const (
	text     kind = iota
	path          // a file or directory; there is no _FILE variant of its environment variable
	list          // a YAML list; on the command line repeated, or with commas
	table         // NAME=NUMBER; a YAML mapping
	number        // a whole number
	duration      // "30s", "1m30s"
	age           // "90d", "36h"; "off" is no age
)

// setting is one thing that can be configured: by a flag, an environment variable, or a line of the configuration file.
type setting struct {
	name string // of the flag and of the line in the file
	kind kind
	arg  string // what stands for the value in help texts
	help string
	// fallback is the default; nil for none.
	fallback func() (any, error)
	// shown is the default as documentation shows it.
	shown string
	// variable replaces the name of the environment variable.
	variable string
	// secret settings come from the environment only, and are not shown.
	secret bool
}

// settings are all there are. docs/configuration.md is checked against this table.
func settings() []setting {
	return []setting{
		{name: "data", kind: path, arg: "DIR", help: "directory of the state, the data keys and the trail",
			fallback: func() (any, error) { return app.DefaultData() }, shown: "$XDG_DATA_HOME/warder, or ~/.local/share/warder"},
		{name: "listen", kind: text, arg: "HOST:PORT", help: "address to serve on; plain HTTP on loopback only, else TLS",
			fallback: constant(app.DefaultListen), shown: app.DefaultListen},
		{name: "account-id", kind: text, arg: "ID", help: "12-digit id of the account that the first start makes", shown: "random"},
		{name: "admin-credentials", kind: path, arg: "FILE",
			help: "the first start writes the administrator's key to this file (profile " + app.Profile + ") and does not show it; other commands read it there"},
		{name: "console-url", kind: text, arg: "URL", help: "where browsers reach the console, such as https://iam.example.org, and nowhere else",
			shown: "every name that the server knows to be its own"},
		{name: "setup-file", kind: path, arg: "FILE", help: "answers for the first run of the console, read until it is set up: e-mail, passwords and where they stand"},
		{name: "master-key", kind: path, arg: "FILE", help: "file of the master key; the first start makes it",
			fallback: func() (any, error) { return app.DefaultMasterKeyFile() }, shown: "warder/master.key in the user's configuration directory",
			variable: "WARDER_MASTER_KEY_FILE"},
		{name: "tls-cert", kind: path, arg: "FILE", help: "PEM certificate chain; needs tls-key"},
		{name: "tls-key", kind: path, arg: "FILE", help: "PEM private key of tls-cert"},
		{name: "tls-host", kind: list, arg: "NAME", help: "name or address for the certificate of the local authority; the first one stands in the endpoint"},
		{name: catalogSetting, kind: path, arg: "DIR", help: "directory, or one file, of your own services in AWS's service reference form",
			shown: "catalog in the data directory"},
		{name: "quota", kind: table, arg: "NAME=N", help: "quota that differs from AWS's default, such as UsersPerAccount=100000"},
		{name: "console-dir", kind: path, arg: "DIR", help: "directory with a built console, looked at anew for each request; without it, the console in the binary"},
		{name: "trusted-proxy", kind: list, arg: "CIDR", help: "address or network of a proxy whose X-Forwarded-For, -Proto and -Host are believed"},
		{name: "weak-passwords", kind: text, arg: "WHICH", help: "refuse, or allow to take passwords that are common or easily guessed where the account's password policy does",
			fallback: constant("refuse"), shown: "refuse"},
		{name: "console-idle", kind: duration, arg: "TIME", help: "how long a session at the console lasts that nobody uses",
			fallback: constant(app.DefaultConsoleIdle.String()), shown: "30m"},
		{name: "console-session", kind: duration, arg: "TIME", help: "how long a session at the console lasts at most, up to 30 days",
			fallback: constant(app.DefaultConsoleSession.String()), shown: "12h"},
		{name: "passkey-sign-in", kind: text, arg: "WHICH", help: "refuse, or allow to sign in at the console with a passkey alone that asks for a PIN, finger or face",
			fallback: constant("refuse"), shown: "refuse"},
		{name: "oidc-allow", kind: list, arg: "CIDR", help: "network in which identity providers may be called; without it, public addresses only"},
		{name: "oidc-ca", kind: path, arg: "FILE", help: "PEM certificates of authorities that vouch for identity providers, beside the system's"},
		{name: "oidc-jwks", kind: list, arg: "ISSUER=FILE", help: "key set of an identity provider, which is then never called"},
		{name: "oidc-algorithm", kind: list, arg: "ISSUER=ALG", help: "algorithms of an identity provider's tokens, joined by +, instead of RS256 to RS512 and ES256 to ES512"},
		{name: "issuer-url", kind: text, arg: "URL", help: "what the URLs of the accounts' token issuers begin with, where others reach this server by another than its own",
			shown: "the endpoint"},
		{name: "saml-audience", kind: list, arg: "NAME", help: "audience that a SAML assertion may be for",
			shown: "urn:amazon:webservices, https://signin.aws.amazon.com/saml"},
		{name: "saml-recipient", kind: list, arg: "URL", help: "URL that a SAML response may be sent to",
			shown: "AWS's sign-in URLs, https://signin.aws.amazon.com/saml and those of its Regions"},
		{name: "data-events", kind: text, arg: "WHICH", help: "decisions of the authorization API that are recorded: selected those that a trail's event selectors choose, all, or off; buffered, and counted when dropped",
			fallback: constant("selected"), shown: "selected"},
		{name: "trail-storage", kind: text, arg: "WHERE", help: "directory, or URL of S3-compatible storage, with the buckets that trails deliver to"},
		{name: "trail-storage-credentials", kind: path, arg: "FILE", help: "credentials for the storage behind a URL, in AWS's form, profile default; read anew when it changes"},
		{name: "deliver-every", kind: duration, arg: "TIME", help: "how often trails deliver log files",
			fallback: constant(delivery.DefaultEvery.String()), shown: "5m"},
		{name: "digest-every", kind: duration, arg: "TIME", help: "how often trails with log file validation deliver a digest",
			fallback: constant(delivery.DefaultDigestEvery.String()), shown: "1h"},
		{name: "trail-retain", kind: age, arg: "AGE", help: "how long the log keeps events, such as 90d, at least a day; off keeps all; what a trail still has to deliver stays",
			shown: "for ever"},
		{name: "trail-retain-size", kind: text, arg: "SIZE", help: "how much the log may take, such as 20GiB, at least 256MiB; the oldest goes first, and what a trail still has to deliver stays",
			shown: "no bound"},
		{name: "checkpoint", kind: path, arg: "DIR", help: "directory, best on another machine's disk, that each digest's signed checkpoint is written to"},
		{name: "guardrail-unused-credentials", kind: age, arg: "AGE", help: "access keys not used for so long are made inactive, and passwords deleted", shown: "off"},
		{name: "guardrail-key-age", kind: age, arg: "AGE", help: "active access keys this old are made inactive, after a notice", shown: "off"},
		{name: "guardrail-key-notice", kind: age, arg: "AGE", help: "how long before that notice is given", fallback: constant("14d"), shown: "14d"},
		{name: "guardrail-rotate-keys", kind: age, arg: "AGE", help: "access keys this old, of users tagged warder:guardrail=rotate, are replaced", shown: "off"},
		{name: "guardrail-policy-versions", kind: age, arg: "AGE", help: "versions of policies that were not the default one for so long are deleted", shown: "off"},
		{name: "guardrail-unattached-policies", kind: age, arg: "AGE", help: "policies attached to nothing for so long are deleted", shown: "off"},
		{name: "guardrail-rotate-hook", kind: path, arg: "FILE", help: "program that is given each new key on standard input, and installs it"},
		{name: "guardrail-notice-hook", kind: path, arg: "FILE", help: "program that is given the notices on standard input"},
		{name: "guardrail-every", kind: age, arg: "TIME", help: "how often the guardrails run, 1h to 7d", fallback: constant("1d"), shown: "1d"},
		{name: "guardrail-limit", kind: number, arg: "N", help: "changes that one run of the guardrails may make; one that would make more makes none",
			fallback: constant(app.DefaultGuardrailLimit), shown: "25"},
		{name: "alarms", kind: text, arg: "WHICH", help: "on, or off to raise no alarm about any event",
			fallback: constant("on"), shown: "on"},
		{name: "alarm-rules", kind: path, arg: "FILE", help: "rules of your own, and which of Warder's are not wanted; YAML or JSON"},
		{name: "alarm-severity", kind: text, arg: "WHICH", help: "least severity that somebody is told of: low, medium, high or critical",
			fallback: constant("low"), shown: "low"},
		{name: "alarm-workload-network", kind: list, arg: "CIDR", help: "network in which programs run that use roles; their credentials anywhere else raise an alarm"},
		{name: "alarm-webhook", kind: text, arg: "URL", help: "https URL that alarms are posted to; needs alarm-webhook-secret"},
		{name: "alarm-webhook-secret", kind: path, arg: "FILE", help: "file with the secret that posts are signed with, 16 bytes or more"},
		{name: "alarm-allow", kind: list, arg: "CIDR", help: "network in which the webhook may be; without it, public addresses only"},
		{name: "alarm-ca", kind: path, arg: "FILE", help: "PEM certificates of authorities that vouch for webhook, mail and syslog servers, beside the system's"},
		{name: "alarm-mail", kind: text, arg: "URL", help: "mail server, smtp://[USER@]HOST[:587] with STARTTLS or smtps://[USER@]HOST[:465]; needs alarm-mail-from"},
		{name: "alarm-mail-password", kind: path, arg: "FILE", help: "file with the password of that user"},
		{name: "alarm-mail-from", kind: text, arg: "ADDRESS", help: "sender of mails about alarms"},
		{name: "alarm-mail-to", kind: list, arg: "ADDRESS", help: "who gets mails, beside the account's SECURITY contact"},
		{name: "alarm-syslog", kind: text, arg: "URL", help: "syslog server, udp://HOST[:514], tcp://HOST[:601], tls://HOST[:6514] or unix:///PATH"},
		{name: "log-format", kind: text, arg: "FORMAT", help: "text or json", shown: "text on a terminal, else json"},
		{name: "drain-timeout", kind: duration, arg: "TIME", help: "how long running requests are waited for at the end",
			fallback: constant(app.DefaultDrainTimeout.String()), shown: app.DefaultDrainTimeout.String()},
		{name: "max-connections", kind: number, arg: "N", help: "connections at the same time; one address gets a quarter of them",
			fallback: constant(app.DefaultMaxConnections), shown: "1024"},
		{name: masterText, kind: text, help: "the master key itself, the second line of its file; the flag --master-key goes before it",
			variable: "WARDER_MASTER_KEY", secret: true},
	}
}

// catalogSetting is the setting of one's own services.
const catalogSetting = "catalog"

// masterText is the setting of a master key that comes in the environment.
const masterText = "master-key-text"

func constant(v any) func() (any, error) { return func() (any, error) { return v, nil } }

// env is the setting's environment variable.
func (s *setting) env() string {
	if s.variable != "" {
		return s.variable
	}
	return "WARDER_" + strings.ToUpper(strings.ReplaceAll(s.name, "-", "_"))
}

// envFile is the variable that names a file with the value; "" where there is none.
func (s *setting) envFile() string {
	if s.kind == path || s.secret {
		return ""
	}
	return s.env() + "_FILE"
}

// Where the configuration file is named.
const (
	configSetting  = "config"
	configVariable = "WARDER_CONFIG"
)
