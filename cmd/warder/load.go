package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/audit/guardrail"
	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/trailstore"
)

// addSettings gives a command the flags of these settings, and --config.
func addSettings(cmd *cobra.Command, names ...string) {
	flags := cmd.Flags()
	flags.String(configSetting, "", "`FILE` with settings, YAML (default warder/config.yaml in the user's configuration directory)")
	for _, s := range settings() {
		if !slices.Contains(names, s.name) {
			continue
		}
		help := "`" + s.arg + "`: " + s.help
		if s.shown != "" {
			help += " (default " + s.shown + ")"
		}
		if s.kind == list || s.kind == table {
			flags.StringSlice(s.name, nil, help+"; may be repeated")
		} else {
			flags.String(s.name, "", help)
		}
	}
}

// serverSettings are the names of all settings that have a flag.
func serverSettings() []string {
	var names []string
	for _, s := range settings() {
		if !s.secret {
			names = append(names, s.name)
		}
	}
	return names
}

// configuration is all settings, merged from everywhere, and where each came from.
type configuration struct {
	*koanf.Koanf
	// source of each value, by its key as koanf flattens it: "quota.UsersPerAccount".
	source map[string]string
}

// load merges the settings: flag, then environment, then a file named in the environment, then the configuration file,
// then default.
func (p *program) load(cmd *cobra.Command) (*configuration, error) {
	c := &configuration{koanf.New("."), map[string]string{}}
	for _, s := range settings() {
		if err := c.addDefault(&s); err != nil {
			return nil, err
		}
	}
	if err := c.addFile(p, cmd); err != nil {
		return nil, err
	}
	if err := checkEnvironment(p.environ); err != nil {
		return nil, err
	}
	for _, s := range settings() {
		if err := c.addEnvironment(p, &s); err != nil {
			return nil, err
		}
	}
	for _, s := range settings() {
		if err := c.addFlag(cmd, &s); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *configuration) add(s *setting, source string, v any) error {
	v, err := s.normal(v)
	if err != nil {
		return &app.ConfigError{Setting: s.name, Err: fmt.Errorf("%w (from %s)", err, source)}
	}
	if m, ok := v.(map[string]any); ok {
		for name := range m {
			c.source[s.name+"."+name] = source
		}
	}
	c.source[s.name] = source
	return c.Load(confmap.Provider(map[string]any{s.name: v}, ""), nil)
}

// addDefault passes over a default that does not exist here: it is an error only where it is needed.
func (c *configuration) addDefault(s *setting) error {
	if s.fallback == nil {
		return nil
	}
	v, err := s.fallback()
	if err != nil {
		return nil
	}
	return c.add(s, "default", v)
}

// addFile reads the configuration file. The one that nobody named may be missing.
func (c *configuration) addFile(p *program, cmd *cobra.Command) error {
	name, _ := cmd.Flags().GetString(configSetting)
	if name == "" {
		name = p.getenv(configVariable)
	}
	named := name != ""
	if !named {
		dir, err := os.UserConfigDir()
		if err != nil {
			return nil
		}
		name = filepath.Join(dir, "warder", "config.yaml")
	}
	content, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return nil
	} else if err != nil {
		return &app.ConfigError{Setting: configSetting, Err: err}
	}
	values, err := yaml.Parser().Unmarshal(content)
	if err != nil {
		return &app.ConfigError{Setting: configSetting, Err: fmt.Errorf("%s is no YAML: %w", name, err)}
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		s, err := fileSetting(key)
		if err != nil {
			return &app.ConfigError{Setting: configSetting, Err: fmt.Errorf("%s: %w", name, err)}
		}
		if err := c.add(s, name, values[key]); err != nil {
			return err
		}
	}
	return nil
}

// fileSetting is the setting of a line in a configuration file.
func fileSetting(key string) (*setting, error) {
	var known []string
	for _, s := range settings() {
		switch {
		case s.secret && s.name == key:
			return nil, fmt.Errorf("a secret does not stand in a configuration file; set %s", s.env())
		case s.secret:
			continue
		case s.name == key:
			return &s, nil
		}
		known = append(known, s.name)
	}
	near, _ := nearest(key, known)
	return nil, fmt.Errorf("there is no setting %q; the nearest is %q", key, near)
}

// checkEnvironment finds misspelt variables. Others are let pass: cluster managers set such as WARDER_SERVICE_HOST, from
// the name of a service.
func checkEnvironment(environ []string) error {
	known := []string{configVariable, passphraseFile}
	for _, s := range settings() {
		known = append(known, s.env())
		if f := s.envFile(); f != "" {
			known = append(known, f)
		}
	}
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "WARDER_") {
			continue
		}
		if near, far := nearest(name, known); far > 0 && far <= 2 {
			return &app.ConfigError{Setting: name, Err: fmt.Errorf("there is no such environment variable; the nearest is %s", near)}
		}
	}
	return nil
}

func (c *configuration) addEnvironment(p *program, s *setting) error {
	if v := p.getenv(s.env()); v != "" {
		return c.add(s, s.env(), v)
	}
	if s.envFile() == "" {
		return nil
	}
	name := p.getenv(s.envFile())
	if name == "" {
		return nil
	}
	content, err := os.ReadFile(name)
	if err != nil {
		return &app.ConfigError{Setting: s.name, Err: fmt.Errorf("%s: %w", s.envFile(), err)}
	}
	return c.add(s, s.envFile(), strings.TrimRight(string(content), "\r\n"))
}

func (c *configuration) addFlag(cmd *cobra.Command, s *setting) error {
	f := cmd.Flags().Lookup(s.name)
	if f == nil || !f.Changed {
		return nil
	}
	if s.kind == list || s.kind == table {
		values, err := cmd.Flags().GetStringSlice(s.name)
		if err != nil {
			return err
		}
		return c.add(s, "--"+s.name, strings.Join(values, ","))
	}
	return c.add(s, "--"+s.name, f.Value.String())
}

// normal checks the form of a value and gives the type that the kind has: string, []string, int or map[string]any of int.
func (s *setting) normal(v any) (any, error) {
	switch s.kind {
	case list:
		return normalList(v)
	case table:
		return normalTable(v)
	case number:
		return normalNumber(v)
	case age:
		return normalAge(v)
	case duration:
		t, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("%v is no time such as 30s", v)
		}
		d, err := parseDuration(t)
		if err != nil {
			return nil, fmt.Errorf("%q is no time such as 30s", t)
		}
		return d.String(), nil
	}
	t, ok := v.(string)
	if !ok {
		return nil, fmt.Errorf("%v must be text; put it in quotes", v)
	}
	return t, nil
}

func normalList(v any) (any, error) {
	var items []string
	switch v := v.(type) {
	case string:
		items = strings.Split(v, ",")
	case []any:
		for _, item := range v {
			t, ok := item.(string)
			if !ok {
				return nil, fmt.Errorf("%v must be text; put it in quotes", item)
			}
			items = append(items, t)
		}
	default:
		return nil, fmt.Errorf("%v is no list", v)
	}
	for i, item := range items {
		if items[i] = strings.TrimSpace(item); items[i] == "" {
			return nil, errors.New("an entry of the list is empty")
		}
	}
	return items, nil
}

func normalTable(v any) (any, error) {
	if m, ok := v.(map[string]any); ok {
		for name, value := range m {
			n, err := normalNumber(value)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			m[name] = n
		}
		return m, nil
	}
	t, ok := v.(string)
	if !ok {
		return nil, fmt.Errorf("%v is no list of NAME=N", v)
	}
	m := map[string]any{}
	for entry := range strings.SplitSeq(t, ",") {
		name, value, ok := strings.Cut(entry, "=")
		n, err := normalNumber(value)
		if name = strings.TrimSpace(name); !ok || name == "" || err != nil {
			return nil, fmt.Errorf("%q is not NAME=N", entry)
		}
		m[name] = n
	}
	return m, nil
}

// normalAge gives "off", days such as "90d", or a time in its shortest form.
func normalAge(v any) (any, error) {
	t, ok := v.(string)
	d, err := parseAge(t)
	switch {
	case !ok || err != nil:
		return nil, fmt.Errorf("%v is no age such as 90d", v)
	case d == 0:
		return "off", nil
	case d%oneDay == 0:
		return strconv.FormatInt(int64(d/oneDay), 10) + "d", nil
	}
	return d.String(), nil
}

// parseAge reads what parseDuration does, or "off", which is 0.
func parseAge(t string) (time.Duration, error) {
	if t == "off" {
		return 0, nil
	}
	return parseDuration(t)
}

// age is the value of a setting of that kind.
func (c *configuration) age(name string) time.Duration {
	d, _ := parseAge(c.String(name)) // it was parsed when it was added
	return d
}

func normalNumber(v any) (any, error) {
	switch v := v.(type) {
	case int:
		return v, nil
	case string:
		if n, err := strconv.Atoi(strings.TrimSpace(v)); err == nil {
			return n, nil
		}
	}
	return nil, fmt.Errorf("%v is no whole number", v)
}

// server is the configuration as the server takes it.
func (c *configuration) server() (app.Config, error) {
	config := app.Config{
		Data:             c.String("data"),
		Listen:           c.String("listen"),
		AccountID:        c.String("account-id"),
		AdminCredentials: c.String("admin-credentials"),
		MasterKeyFile:    c.String("master-key"),
		TLSCert:          c.String("tls-cert"),
		TLSKey:           c.String("tls-key"),
		TLSHosts:         c.Strings("tls-host"),
		Catalog:          c.String(catalogSetting),
		Quotas:           c.IntMap("quota"),
		ConsoleDir:       c.String("console-dir"),
		IssuerURL:        c.String("issuer-url"),
		OIDC:             app.OIDC{CA: c.String("oidc-ca"), KeySets: c.Strings("oidc-jwks"), Algorithms: c.Strings("oidc-algorithm")},
		Alarms:           c.alarms(),
		SAMLAudiences:    c.Strings("saml-audience"),
		SAMLRecipients:   c.Strings("saml-recipient"),
		Deliveries: app.Deliveries{
			Storage: c.String("trail-storage"), Credentials: c.String("trail-storage-credentials"),
			Every: c.Duration("deliver-every"), DigestEvery: c.Duration("digest-every"), Checkpoint: c.String("checkpoint"),
		},
		Guardrails: app.Guardrails{
			Settings: guardrail.Settings{
				UnusedCredentials: c.age("guardrail-unused-credentials"), KeyAge: c.age("guardrail-key-age"), KeyNotice: c.age("guardrail-key-notice"),
				RotateKeys: c.age("guardrail-rotate-keys"), PolicyVersions: c.age("guardrail-policy-versions"), UnattachedPolicies: c.age("guardrail-unattached-policies"),
			},
			Every: c.age("guardrail-every"), Limit: c.Int("guardrail-limit"),
			RotateHook: c.String("guardrail-rotate-hook"), NoticeHook: c.String("guardrail-notice-hook"),
		},
		Console: app.Console{
			URL: c.String("console-url"), SetupFile: c.String("setup-file"),
			Idle: c.Duration("console-idle"), Session: c.Duration("console-session"), PasskeySignIn: c.String("passkey-sign-in"),
		},
		DataEvents:     c.String("data-events"),
		WeakPasswords:  c.String("weak-passwords"),
		LogFormat:      c.String("log-format"),
		DrainTimeout:   c.Duration("drain-timeout"),
		MaxConnections: c.Int("max-connections"),
	}
	size, err := parseSize(c.String("trail-retain-size"))
	if err != nil {
		return config, &app.ConfigError{Setting: "trail-retain-size", Err: err}
	}
	config.Retention = trailstore.Retention{Age: c.age("trail-retain"), Bytes: size}
	if err := c.refuseZeros(); err != nil {
		return config, err
	}
	for setting, list := range map[string]*[]netip.Prefix{
		"trusted-proxy": &config.TrustedProxies, "oidc-allow": &config.OIDC.Allowed,
		"alarm-allow": &config.Alarms.Allowed, "alarm-workload-network": &config.Alarms.WorkloadNetworks,
	} {
		for _, p := range c.Strings(setting) {
			prefix, err := parsePrefix(p)
			if err != nil {
				return config, &app.ConfigError{Setting: setting, Err: err}
			}
			*list = append(*list, prefix)
		}
	}
	if key := c.String(masterText); key != "" && !strings.HasPrefix(c.source["master-key"], "--") {
		master, err := seal.MasterFromEnv(key)
		if err != nil {
			return config, &app.ConfigError{Setting: "WARDER_MASTER_KEY", Err: err}
		}
		config.Master = &master
	}
	return config, nil
}

// refuseZeros refuses a zero that somebody wrote where app.Config takes zero for a setting that was not given: the server
// would run with the default instead.
func (c *configuration) refuseZeros() error {
	for _, name := range []string{
		"guardrail-key-notice", "guardrail-every", "guardrail-limit", "deliver-every", "digest-every", "drain-timeout", "max-connections",
		"console-idle", "console-session",
	} {
		switch c.Get(name) {
		case "off":
			return &app.ConfigError{Setting: name, Err: errors.New("it cannot be off; switch the guardrails themselves off")}
		case 0, "0s":
			return &app.ConfigError{Setting: name, Err: errors.New("it cannot be 0; leave it out for the default")}
		}
	}
	return nil
}

// alarms are the settings of alarms but the networks.
func (c *configuration) alarms() app.Alarms {
	return app.Alarms{
		State: c.String("alarms"), Rules: c.String("alarm-rules"), Severity: c.String("alarm-severity"),
		Webhook: c.String("alarm-webhook"), WebhookSecret: c.String("alarm-webhook-secret"), CA: c.String("alarm-ca"),
		Mail: c.String("alarm-mail"), MailPassword: c.String("alarm-mail-password"), MailFrom: c.String("alarm-mail-from"),
		MailTo: c.Strings("alarm-mail-to"), Syslog: c.String("alarm-syslog"),
	}
}

// parsePrefix reads a network, or one address.
func parsePrefix(s string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(s); err == nil {
		addr = addr.Unmap().WithZone("")
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(s)
	if err != nil {
		return prefix, fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8", s)
	}
	return prefix.Masked(), nil
}
