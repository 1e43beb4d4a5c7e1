package main

import (
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/app"
)

func (p *program) serve() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve IAM, STS, CloudTrail and what else Warder has",
		Long: `Serve IAM, STS, CloudTrail, Access Analyzer and the account's contacts until Ctrl-C or SIGTERM ("warder operations" lists
what is served). The first start makes an account with the user admin and shows the user's access key, once. Later starts go on
where the last one ended, whatever ended it.

SIGTERM and Ctrl-C finish the requests that run; a second one ends at once. SIGHUP reads the TLS certificate anew.`,
		Example: `  warder serve
  warder serve --data /srv/warder --admin-credentials ~/warder-admin
  warder serve --listen 0.0.0.0:4600 --tls-host warder.example.org
  warder serve --quota UsersPerAccount=100000`,
		Args: cobra.NoArgs,
	}
	addSettings(cmd, serverSettings()...)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return p.runServe(cmd) }
	return cmd
}

func (p *program) runServe(cmd *cobra.Command) error {
	settings, err := p.load(cmd)
	if err != nil {
		return err
	}
	config, err := settings.server()
	if err != nil {
		return err
	}
	config.Program = filepath.Base(p.name)
	if strings.ContainsRune(p.name, filepath.Separator) {
		config.Program = app.Quote(p.name)
	}
	ctx, release := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer release()
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGHUP)
	defer signal.Stop(reload)

	server, err := app.Start(ctx, config, app.Output{Text: p.out, Log: p.err})
	if err != nil {
		return err
	}
	for {
		select {
		case <-reload:
			_ = server.Reload() // it logs its errors and goes on
			continue
		case err = <-server.Failed():
		case <-ctx.Done():
		}
		release() // a second signal ends the process at once
		if stopErr := server.Stop(); err == nil {
			err = stopErr
		}
		return err
	}
}
