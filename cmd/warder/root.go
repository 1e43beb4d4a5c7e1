package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/setup"
)

func (p *program) rootUser() *cobra.Command {
	parent := &cobra.Command{
		Use:   "root",
		Short: "What the account's root user does, on the host itself",
		Long: `What the account's root user does. It has no access key, and the API gives it none; its password is chosen when the console is
set up. Whoever holds the data directory and the master key is the root user. recover and status work on the data of a server that
does not run, setup-link whether it runs or not.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	parent.AddCommand(p.rootRecover(), p.rootSetupLink(), p.rootStatus())
	return parent
}

// offlineSettings say which data, how they are opened, and where a key goes.
func offlineSettings() []string {
	return []string{"data", "master-key", "account-id", "admin-credentials", catalogSetting, "log-format"}
}

func (p *program) rootRecover() *cobra.Command {
	var user string
	cmd := &cobra.Command{
		Use:   "recover",
		Short: "Restore an administrator whose keys are lost",
		Long: `Make a user an administrator with a new access key, as the account's root user: in the group Administrators, which gets the
policy AdministratorAccess. User and group are made if they are not there. The key is shown once, or written to the file of
--admin-credentials.

Stop the server first; the command refuses while it runs. The trail records the recovery as done by Root. Other keys of the
user stay as they are: look at them afterwards (aws iam list-access-keys), and make inactive what may be in wrong hands.`,
		Example: `  warder root recover --data /srv/warder --admin-credentials ~/warder-admin
  warder root recover --data /srv/warder --user second-admin`,
		Args: cobra.NoArgs,
	}
	addSettings(cmd, offlineSettings()...)
	cmd.Flags().StringVar(&user, "user", "admin", "`NAME` of the user")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return p.runRootRecover(cmd, user) }
	return cmd
}

func (p *program) runRootRecover(cmd *cobra.Command, user string) error {
	config, err := p.offlineConfig(cmd)
	if err != nil {
		return err
	}
	r, err := app.RecoverAdministrator(cmd.Context(), config, user, app.Output{Text: p.out, Log: p.err})
	if r == nil {
		return err
	}
	if err != nil { // the key is in force all the same
		p.say("warder: %v", err)
	}
	text := fmt.Sprintf("Root restored an administrator of account %s: user %s in group %s, with the access key %s.\n", r.Account, r.User, r.Group, r.KeyID)
	if config.AdminCredentials != "" {
		text += "The key is in " + config.AdminCredentials + ".\n"
	}
	if len(r.Bounds) > 0 {
		text += "These policies bind the user too; a Deny in one of them holds:\n"
		for _, b := range r.Bounds {
			text += "  " + clean(b) + "\n"
		}
	}
	return p.printf("%sStart the server again: warder serve\n", text)
}

func (p *program) rootSetupLink() *cobra.Command {
	var reset bool
	cmd := &cobra.Command{
		Use:   "setup-link",
		Short: "Print a link that sets the console up",
		Long: `Print a link with which a browser sets the console up, or goes on where it was left: the root user's e-mail address, password and
MFA, then the administrator's password and MFA. It is good for 15 minutes, and takes the place of any link before it.

It works whether the server runs or not. The trail records the link, as made by Root, when the server takes it over: when it is
next asked for the console, or started.

Once the console is set up, people sign in. Where the root user's password or MFA device is lost, --reset-root takes password and
devices away and lets the link's holder choose others.`,
		Example: `  warder root setup-link --data /srv/warder
  warder root setup-link --data /srv/warder --reset-root`,
		Args: cobra.NoArgs,
	}
	addSettings(cmd, "data", "master-key", "account-id", "listen", "tls-host", "tls-cert", "tls-key", "console-url")
	cmd.Flags().BoolVar(&reset, "reset-root", false, "take the root user's password and MFA devices away, to be chosen anew")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return p.runRootSetupLink(cmd, reset) }
	return cmd
}

func (p *program) runRootSetupLink(cmd *cobra.Command, reset bool) error {
	config, err := p.offlineConfig(cmd)
	if err != nil {
		return err
	}
	link, err := app.MakeSetupLink(cmd.Context(), config, reset)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("Set the console up within %d minutes at:\n\n  %s\n\n", setup.LinkTime/time.Minute, link.URL)
	if !link.Serves {
		text += "No server runs on these data; start it within that time: warder serve\n"
	}
	return p.printf("%s", text)
}

func (p *program) rootStatus() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Print who administers the account, and what the root user has and did",
		Long: `Print the root user's address, password and MFA devices, whether the console is set up, the account's administrators, how many active access keys each has, and the recoveries that the trail holds. Stop
the server first. While it runs, ask it: aws iam list-entities-for-policy --policy-arn arn:aws:iam::aws:policy/AdministratorAccess`,
		Example: `  warder root status --data /srv/warder`,
		Args:    cobra.NoArgs,
	}
	addSettings(cmd, offlineSettings()...)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		config, err := p.offlineConfig(cmd)
		if err != nil {
			return err
		}
		return p.runRootStatus(cmd.Context(), config)
	}
	return cmd
}

// rootText tells of the root user and of the console's first run.
func rootText(s *app.RootStatus) string {
	text := "root user       no password"
	if !s.Password.IsZero() {
		text = fmt.Sprintf("root user       %s, password of %s, MFA devices: %d", clean(s.Email), dayOf(s.Password), len(s.Devices))
	}
	text += ", no access key; the API gives it none\n"
	for _, d := range s.Devices {
		text += "  MFA device    " + clean(d) + "\n"
	}
	if s.SetUp.IsZero() {
		return text + "console         not set up; warder root setup-link makes a link that does\n"
	}
	return text + "console         set up on " + dayOf(s.SetUp) + "\n"
}

func dayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func (p *program) offlineConfig(cmd *cobra.Command) (app.Config, error) {
	settings, err := p.load(cmd)
	if err != nil {
		return app.Config{}, err
	}
	return settings.server()
}

func (p *program) runRootStatus(ctx context.Context, config app.Config) error {
	s, err := app.ReadRootStatus(ctx, config, app.Output{Text: p.out, Log: p.err})
	if err != nil {
		return err
	}
	text := "account         " + s.Account + "\n" + rootText(s)
	for _, a := range s.Administrators {
		text += fmt.Sprintf("administrator   user %s, active access keys: %d", a.User, a.ActiveKeys)
		if a.Boundary != "" {
			text += ", bounded by " + a.Boundary
		}
		text += "\n"
	}
	if len(s.Administrators) == 0 {
		text += "administrator   none; warder root recover restores one\n"
	}
	for _, r := range s.Recoveries {
		text += fmt.Sprintf("recovery        %s, user %s, access key %s\n", r.At.UTC().Format("2006-01-02T15:04:05Z"), r.User, r.KeyID)
	}
	return p.printf("%s", text)
}
