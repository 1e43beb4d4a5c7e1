package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/apiclient"
	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/localkey"
	"github.com/warder-iam/warder/internal/wholefile"
)

func (p *program) rotateKey() *cobra.Command {
	var profile string
	var grace time.Duration
	var finish bool
	cmd := &cobra.Command{
		Use:   "rotate-key",
		Short: "Replace the access key of a profile by a new one",
		Long: `Make a new access key, try it, switch the profile to it, and make the old one inactive. The old key is deleted by the same
command once the grace time is over: until then it shows who still uses it, and can be made active again.

It may be interrupted at any point; the same command goes on where it was. It works for profiles that warder configure
wrote, --static ones too. The user needs iam:ListAccessKeys, iam:CreateAccessKey, iam:UpdateAccessKey and
iam:DeleteAccessKey on itself, and room for a second key.`,
		Example: `  warder rotate-key --profile warder
  warder rotate-key --profile warder --finish
  warder rotate-key --profile warder --grace 0s`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().StringVar(&profile, "profile", app.Profile, "`NAME` of the profile")
	cmd.Flags().DurationVar(&grace, "grace", localkey.DefaultGrace, "how long the old key stays, inactive: `TIME`")
	cmd.Flags().BoolVar(&finish, "finish", false, "delete the old key of a rotation now")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if grace < 0 {
			return usagef("--grace %v is below zero", grace)
		}
		return p.runRotateKey(cmd.Context(), profile, grace, finish)
	}
	return cmd
}

func (p *program) runRotateKey(ctx context.Context, profile string, grace time.Duration, finish bool) (err error) {
	if !nameForm.MatchString(profile) {
		return usagef("--profile %q: a name is letters, digits and any of _.@+-", profile)
	}
	dir, err := keysDir()
	if err != nil {
		return err
	}
	unlock, err := localkey.Lock(dir, "rotation-"+profile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	w, err := p.openProfile(profile)
	if err != nil {
		return err
	}
	settings, sessions, err := w.sessions()
	if err != nil {
		return err
	}
	r := &localkey.Rotation{File: filepath.Join(dir, "rotation-"+profile+".json"), Grace: grace, Finish: finish, Say: p.say}
	if sessions {
		source, err := p.source(w, settings)
		if err != nil {
			return err
		}
		server := &localkey.IAM{Client: source.Client}
		if settings.mfaSerial != "" {
			source.RoleARN = "" // a user's keys are changed by the user
			server.MFA = source.Make
		}
		r.Server, r.Holder = server, &keptHolder{w: w, place: source.Place}
		return r.Run(ctx)
	}
	endpoint := w.endpoint()
	if endpoint == nil {
		return fmt.Errorf("%s has no profile %q of Warder; warder configure writes one", w.configPath, profile)
	}
	client, err := apiclient.New(endpoint.URL, endpoint.CA, app.Region)
	if err != nil {
		return err
	}
	r.Server, r.Holder = &localkey.IAM{Client: client}, &clearHolder{w: w, dir: dir}
	return r.Run(ctx)
}

// keptHolder is a profile whose key lies in a Place, under its id: the profile switches by one line of one file.
type keptHolder struct {
	w     *profileFiles
	place localkey.Place
}

func (h *keptHolder) Current() (string, error) {
	id, _, _ := h.w.config.get(profileSection(h.w.name), keyIDSetting)
	return id, nil
}

func (h *keptHolder) Load(id string) (localkey.Key, error) { return h.place.Load(id) }

func (h *keptHolder) Stage(k localkey.Key) error { return h.place.Save(k) }

func (h *keptHolder) Switch(id string) error {
	config, err := readINI(h.w.configPath) // as it is now: others write it too
	if err != nil {
		return err
	}
	config.set(profileSection(h.w.name), keyIDSetting, id)
	h.w.config = config
	return writeINI(h.w.configPath, config)
}

func (h *keptHolder) Discard(id string) error { return h.place.Remove(id) }

// clearHolder is a profile with its key in clear. The new key is staged in a file beside, as clear and as private as the
// profile's own.
type clearHolder struct {
	w   *profileFiles
	dir string
}

func (h *clearHolder) staged(id string) string { return filepath.Join(h.dir, id+".staged") }

func (h *clearHolder) current() (accessKey, error) {
	key, ok, err := readKey(h.w.credentialsPath, h.w.name)
	if err == nil && !ok {
		err = fmt.Errorf("%s has no key under [%s]; warder configure writes one", h.w.credentialsPath, h.w.name)
	}
	if err == nil {
		err = key.check()
	}
	return key, err
}

func (h *clearHolder) Current() (string, error) {
	key, err := h.current()
	return key.id, err
}

func (h *clearHolder) Load(id string) (localkey.Key, error) {
	key, err := h.current()
	if err != nil {
		return localkey.Key{}, err
	}
	if key.id == id {
		return localkey.Key{ID: key.id, Secret: key.secret}, nil
	}
	text, err := os.ReadFile(h.staged(id))
	if errors.Is(err, fs.ErrNotExist) {
		return localkey.Key{}, fmt.Errorf("%w: %s", localkey.ErrNoKey, h.staged(id))
	} else if err != nil {
		return localkey.Key{}, err
	}
	var k struct{ ID, Secret string }
	if err := json.Unmarshal(text, &k); err != nil || (accessKey{k.ID, k.Secret}).check() != nil || k.ID != id {
		return localkey.Key{}, fmt.Errorf("%s is not what a rotation wrote", h.staged(id))
	}
	return localkey.Key{ID: k.ID, Secret: k.Secret}, nil
}

func (h *clearHolder) Stage(k localkey.Key) error {
	text, err := json.Marshal(struct{ ID, Secret string }{k.ID, k.Secret})
	if err != nil {
		return err
	}
	return app.ReplaceFile(h.staged(k.ID), 0o600, text)
}

func (h *clearHolder) Switch(id string) error {
	k, err := h.Load(id)
	if err != nil {
		return err
	}
	if h.w.credentials, err = readINI(h.w.credentialsPath); err != nil {
		return err
	}
	h.w.setKey(accessKey{k.ID, k.Secret})
	if err := writeINI(h.w.credentialsPath, h.w.credentials); err != nil {
		return err
	}
	return h.unstage(id) // the profile has the key now
}

func (h *clearHolder) unstage(id string) error {
	if err := os.Remove(h.staged(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return wholefile.Sweep(h.staged(id))
}

// Discard: the old key's secret went when the profile switched; what may be left are files that were not finished.
func (h *clearHolder) Discard(string) error { return wholefile.Sweep(h.w.credentialsPath) }
