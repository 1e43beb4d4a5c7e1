package main

import (
	"context"
	"fmt"
	"os/signal"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/apiclient"
	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/collect"
)

// isURL tells the address of a Warder from the name of a file.
func isURL(input string) bool {
	return strings.HasPrefix(input, "http://") || strings.HasPrefix(input, "https://")
}

// askWarder collects what a live Warder answers: that of the profile, or the one at a URL.
func (p *program) askWarder(cmd *cobra.Command, profile, at string) (*collect.Result, error) {
	e, by, _, err := p.serverOf(cmd, profile)
	if err != nil {
		return nil, err
	}
	if at != "" {
		if at = strings.TrimSuffix(at, "/"); at != e.URL {
			e = &app.Endpoint{URL: at}
		}
	}
	client, err := apiclient.HTTPClient(e.CA)
	if err != nil {
		return nil, fmt.Errorf("the certificate authority of %s: %w", e.URL, err)
	}
	return p.collected(cmd.Context(), collect.Options{
		Services: collect.WarderServices(),
		Regions:  []string{app.Region},
		Config: aws.Config{
			Region: app.Region, BaseEndpoint: &e.URL, HTTPClient: client,
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: by.ID, SecretAccessKey: by.Secret, SessionToken: by.Token}, nil
			}),
		},
	}, profile)
}

// collected makes the calls, shows how far they are, and stops them at a signal.
func (p *program) collected(ctx context.Context, o collect.Options, profile string) (*collect.Result, error) {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	report, end := p.counting("asking")
	defer end()
	o.Progress = report
	result, err := collect.Run(ctx, o)
	if err != nil {
		return nil, explain(err, profile)
	}
	return result, nil
}
