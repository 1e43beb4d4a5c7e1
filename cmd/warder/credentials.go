package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/apiclient"
	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/localkey"
)

func (p *program) credentials() *cobra.Command {
	var profile string
	cmd := &cobra.Command{
		Use:   "credentials",
		Short: "Hand out a session of a profile to an AWS client",
		Long: `Print the credentials of a session as JSON, in the form that AWS clients read from a credential_process. warder configure
writes that line into the profile; nobody needs to call this by hand.

A session is kept, in a file for its owner alone, and handed out until a quarter of an hour before it ends; then the key is
taken from the keyring, or unsealed under its passphrase, for the next one. Passphrase and MFA code are asked for at the
terminal itself. Nothing but the JSON goes to standard output.`,
		Example: `  warder credentials --profile warder`,
		Args:    cobra.NoArgs,
	}
	cmd.Flags().StringVar(&profile, "profile", app.Profile, "`NAME` of the profile that warder configure wrote")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return p.runCredentials(cmd.Context(), profile) }
	return cmd
}

func (p *program) runCredentials(ctx context.Context, profile string) error {
	w, err := p.openProfile(profile)
	if err != nil {
		return err
	}
	settings, ok, err := w.sessions()
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("%s has no profile %q with sessions; warder configure --profile %[2]s writes it", w.configPath, profile)
	}
	source, err := p.source(w, settings)
	if err != nil {
		return err
	}
	made, err := source.Get(ctx)
	if err != nil {
		return fmt.Errorf("profile %s: %w", profile, explain(err, profile))
	}
	return json.NewEncoder(p.out).Encode(made)
}

// explain adds what to do.
func explain(err error, profile string) error {
	switch {
	case apiclient.HasCode(err, "InvalidClientTokenId"):
		return fmt.Errorf("%w (the access key was deleted or made inactive; get another one, and warder configure --profile %s puts it in)", err, profile)
	case errors.Is(err, localkey.ErrNoKey):
		return fmt.Errorf("%w (warder configure --profile %s puts it in)", err, profile)
	case errors.Is(err, apiclient.ErrUnreachable):
		return fmt.Errorf("%w (is warder serve running there?)", err)
	}
	return err
}

// source is what makes the sessions of a profile.
func (p *program) source(w *profileFiles, s sessionSettings) (*localkey.Source, error) {
	endpoint := w.endpoint()
	if endpoint == nil {
		return nil, fmt.Errorf("%s: the profile %q names no endpoint; warder configure writes it", w.configPath, w.name)
	}
	client, err := apiclient.New(endpoint.URL, endpoint.CA, app.Region)
	if err != nil {
		return nil, err
	}
	place, err := p.place(s.store)
	if err != nil {
		return nil, err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	return &localkey.Source{
		Client: client, Endpoint: endpoint.URL, KeyID: s.keyID, Place: place, RoleARN: s.roleARN, MFASerial: s.mfaSerial,
		Duration: s.duration, Code: p.code, CacheDir: filepath.Join(cache, "warder", "sessions"),
	}, nil
}

// Values of --store, and of the line in a profile.
const (
	autoStore    = "auto"
	keyringStore = "keyring"
	sealedStore  = "sealed"
)

// place is where keys are kept. Auto is the keyring where there is one.
func (p *program) place(store string) (localkey.Place, error) {
	switch store {
	case keyringStore:
		return localkey.Keyring{}, nil
	case sealedStore:
		dir, err := keysDir()
		return &localkey.Sealed{Dir: dir, Passphrase: p.passphrase}, err
	}
	return nil, fmt.Errorf("a key is kept in %s or %s, not in %q", keyringStore, sealedStore, store)
}

// keysDir holds sealed keys, and rotations that are under way.
func keysDir() (string, error) {
	dir, err := os.UserConfigDir()
	return filepath.Join(dir, "warder", "keys"), err
}

// processCommand is the line for a profile. The program stands there with its whole path: clients that a desktop starts
// search another PATH, and whoever puts another warder into a PATH must not be handed the sessions.
func (p *program) processCommand(profile string) (string, error) {
	path, err := exec.LookPath(p.name)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return "", fmt.Errorf("where is this program? %w", err)
	}
	return app.Quote(path) + " credentials --profile " + profile, nil
}
