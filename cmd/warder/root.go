package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/app"
)

func (p *program) rootUser() *cobra.Command {
	parent := &cobra.Command{
		Use:   "root",
		Short: "What the account's root user does, on the host itself",
		Long: `What the account's root user does. It has no password and no access key, and the API gives it none: whoever holds the data
directory and the master key is the root user. These commands work on the data of a server that does not run.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	parent.AddCommand(p.rootRecover(), p.rootStatus())
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

func (p *program) rootStatus() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Print who administers the account, and what the root user did",
		Long: `Print the account's administrators, how many active access keys each has, and the recoveries that the trail holds. Stop
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
	text := "account         " + s.Account + "\nroot user       no password, no access key; the API gives it none\n"
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
