package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/app"
)

func (p *program) env() *cobra.Command {
	var profile, shell string
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Print the environment that points AWS clients to Warder",
		Long: `Print commands for a shell that set the access key, the region and the endpoint of every service, for the AWS CLI,
the SDKs and Terraform, and unset what would point them elsewhere.

The key comes from the file that the first start wrote (--admin-credentials), else from the profile that warder configure
wrote. Of a profile that has sessions and no key, the profile itself is set.`,
		Example: `  eval "$(warder env)"
  eval "$(warder env --admin-credentials ~/warder-admin)"
  warder env --shell fish | source`,
		Args: cobra.NoArgs,
	}
	addSettings(cmd, "data", "listen", "admin-credentials")
	cmd.Flags().StringVar(&profile, "profile", app.Profile, "`NAME` of the profile with the key")
	cmd.Flags().StringVar(&shell, "shell", "sh", "sh, fish or powershell")
	cmd.Flags().String("endpoint", "", endpointHelp)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return p.runEnv(cmd, profile, shell) }
	return cmd
}

func (p *program) runEnv(cmd *cobra.Command, profile, shellName string) error {
	sh, ok := shells()[shellName]
	if !ok {
		return usagef("--shell %q: sh (bash and zsh too), fish or powershell", shellName)
	}
	c, err := p.load(cmd)
	if err != nil {
		return err
	}
	if file := c.String("admin-credentials"); file == "" {
		w, err := p.openProfile(profile)
		if err != nil {
			return err
		}
		if _, ok, err := w.sessions(); ok || err != nil {
			return errors.Join(err, p.profileEnv(cmd, c, sh, w))
		}
	}
	key, written, err := p.knownKey(c.String("admin-credentials"), profile)
	if err != nil {
		return err
	}
	endpoint, err := p.endpoint(cmd, c, written)
	if err != nil {
		return err
	}
	return p.printf("%s", sh.script(&key, "", endpoint))
}

// profileEnv sets the profile in the place of a key.
func (p *program) profileEnv(cmd *cobra.Command, c *configuration, sh shell, w *profileFiles) error {
	endpoint, err := p.endpoint(cmd, c, w.endpoint())
	if err != nil {
		return err
	}
	return p.printf("%s", sh.script(nil, w.name, endpoint))
}

// knownKey reads the key from the administrator's file, or from a profile, which may name an endpoint too.
func (p *program) knownKey(file, profile string) (accessKey, *app.Endpoint, error) {
	if file != "" {
		key, err := adminKey(file)
		return key, nil, err
	}
	w, err := p.openProfile(profile)
	if err != nil {
		return accessKey{}, nil, err
	}
	id, _, _ := w.credentials.get(profile, "aws_access_key_id")
	secret, _, _ := w.credentials.get(profile, "aws_secret_access_key")
	if id == "" || secret == "" {
		return accessKey{}, nil, fmt.Errorf("%s has no key under [%s]; run warder configure --static first, or name the file "+
			"that the first start wrote with --admin-credentials FILE", w.credentialsPath, profile)
	}
	key := accessKey{id, secret}
	if err := key.check(); err != nil {
		return accessKey{}, nil, fmt.Errorf("%s, [%s]: %w", w.credentialsPath, profile, err)
	}
	return key, w.endpoint(), nil
}

// endpointServices are those whose endpoint must be named one by one. SDKs' credential chains do not ask AWS_ENDPOINT_URL
// where they get credentials: they would go to AWS.
func endpointServices() []string {
	var list []string
	for _, service := range app.ClientServices() {
		list = append(list, strings.ToUpper(service))
	}
	return append(list, "SIGNIN", "SSO", "SSO_OIDC")
}

// unsetVariables would turn clients to another identity, or away from Warder.
func unsetVariables() []string {
	return []string{
		"AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
	}
}

// shell is how commands are written for one.
type shell struct {
	set, unset string // formats of a name and a quoted value, of a name
	quote      func(string) string
}

func shells() map[string]shell {
	return map[string]shell{
		"sh":         {"export %s=%s\n", "unset %s\n", app.Quote},
		"fish":       {"set -gx %s %s\n", "set -e %s\n", quoteWith(`\`, `\\`, `'`, `\'`)},
		"powershell": {"$Env:%s = %s\n", "Remove-Item Env:%s -ErrorAction SilentlyContinue\n", quoteWith(`'`, `''`)},
	}
}

func quoteWith(escapes ...string) func(string) string {
	r := strings.NewReplacer(escapes...)
	return func(s string) string { return "'" + r.Replace(s) + "'" }
}

// script sets a key, or where that is nil a profile.
func (sh shell) script(key *accessKey, profile string, e *app.Endpoint) string {
	var b strings.Builder
	set := func(name, value string) { fmt.Fprintf(&b, sh.set, name, sh.quote(value)) }
	unset := unsetVariables()
	if key != nil {
		set("AWS_ACCESS_KEY_ID", key.id)
		set("AWS_SECRET_ACCESS_KEY", key.secret)
	} else {
		set("AWS_PROFILE", profile)
		unset = append(slices.DeleteFunc(unset, func(name string) bool { return name == "AWS_PROFILE" }), "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
	}
	set("AWS_REGION", app.Region)
	set("AWS_DEFAULT_REGION", app.Region)
	set("AWS_ENDPOINT_URL", e.URL)
	for _, service := range endpointServices() {
		set("AWS_ENDPOINT_URL_"+service, e.URL)
	}
	if e.CA != "" {
		set("AWS_CA_BUNDLE", e.CA)
	}
	for _, name := range unset {
		fmt.Fprintf(&b, sh.unset, name)
	}
	return b.String()
}
