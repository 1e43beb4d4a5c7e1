package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/apiclient"
	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/keyscan"
)

const scanKeysHelp = `--scan-keys PATH searches files and folders, ignored ones too: leaked keys lie in .env files. Of every git repository among
them, or around them, it searches the history: branches, tags, stash, messages. --staged searches what the next commit would
change and nothing else, for a pre-commit hook. Nothing is uploaded; only the ids of keys are asked about, at the Warder of
the profile, and not at all with --offline. Secrets are never shown whole.

Exit statuses: 0 no key, or none but examples and keys that do not work any more; 1 a key that works, or of which that is not
known; 2 something could not be searched.`

// scanKeys are the flags of warder audit that look for keys.
type scanKeys struct {
	paths                                                             []string
	staged, gitignore, history, unreachable, deactivate, yes, offline bool
	json                                                              bool
	profile                                                           string
}

func scanKeysFlags(cmd *cobra.Command) *scanKeys {
	k := new(scanKeys)
	f := cmd.Flags()
	f.StringArrayVar(&k.paths, "scan-keys", nil, "search `PATH`, a file or folder, for access keys; may be repeated, and more may follow as arguments")
	f.BoolVar(&k.staged, "staged", false, "search what is staged in git (in PATH, default the current folder)")
	f.BoolVar(&k.gitignore, "gitignore", false, "pass over files that git ignores")
	f.BoolVar(&k.history, "history", true, "search the history of git repositories too")
	f.BoolVar(&k.unreachable, "unreachable", false, "of the history also what no branch or tag reaches any more")
	f.BoolVar(&k.deactivate, "deactivate", false, "make active keys whose secret was found inactive; asks first")
	f.BoolVar(&k.yes, "yes", false, "do not ask")
	f.BoolVar(&k.offline, "offline", false, "ask no Warder whose keys they are and whether they work")
	f.BoolVar(&k.json, "json", false, "the result as JSON")
	cmd.MarkFlagsMutuallyExclusive("deactivate", "offline")
	cmd.MarkFlagsMutuallyExclusive("staged", "gitignore")
	cmd.MarkFlagsMutuallyExclusive("staged", "history")
	cmd.MarkFlagsMutuallyExclusive("staged", "unreachable")
	return k
}

// asked tells whether keys are to be looked for.
func (k *scanKeys) asked() bool { return k.staged || len(k.paths) > 0 }

func (p *program) runScanKeys(cmd *cobra.Command, k *scanKeys, args []string) error {
	paths := append(k.paths, args...)
	switch {
	case k.staged && len(paths) > 1:
		return usagef("--staged takes one PATH")
	case k.unreachable && !k.history:
		return usagef("--unreachable is about the history, which --history=false leaves out")
	case k.yes && !k.deactivate:
		return usagef("--yes goes with --deactivate")
	}
	result, err := p.searchKeys(cmd.Context(), k, paths)
	if err != nil {
		return fmt.Errorf("the search for keys: %w", err)
	}
	report := keyReport{Result: result}
	if !k.offline {
		if report.account, err = p.askAboutKeys(cmd, k, result); err != nil {
			report.notAsked = err
		}
	}
	if err := p.printKeys(k, &report); err != nil {
		return err
	}
	return report.status(k)
}

func (p *program) searchKeys(ctx context.Context, k *scanKeys, paths []string) (*keyscan.Result, error) {
	o := keyscan.Options{
		Paths: paths, GitIgnore: k.gitignore, History: k.history, Unreachable: k.unreachable,
		Environ: p.environ, Now: time.Now(), Progress: new(keyscan.Progress),
	}
	stop := p.showProgress(func() string {
		return fmt.Sprintf("searched %s, %s of git, %s", counted(int(o.Progress.Files.Load()), "file"),
			counted(int(o.Progress.Objects.Load()), "object"), megabytes(o.Progress.Bytes.Load()))
	})
	defer stop()
	if !k.staged {
		return keyscan.Scan(ctx, o)
	}
	path := "."
	if len(paths) == 1 {
		path = paths[0]
	}
	result, err := keyscan.Staged(ctx, path, o)
	if err != nil {
		err = &usageError{err.Error()}
	}
	return result, err
}

// askAboutKeys asks the profile's Warder about what was found, and makes inactive what is to be. Where there is nothing to
// ask about no passphrase is asked for either.
func (p *program) askAboutKeys(cmd *cobra.Command, k *scanKeys, result *keyscan.Result) (account string, err error) {
	questions := false
	for i := range result.Found {
		questions = questions || result.Found[i].NeedsAttention() && result.Found[i].KeyID != ""
	}
	if !questions {
		return "", nil
	}
	client, by, own, err := p.callAs(cmd, k.profile)
	if err != nil {
		return "", err
	}
	server := &keyscan.Server{Client: client, By: by}
	if account, err = server.Ask(cmd.Context(), result.Found); err != nil {
		return "", explain(err, k.profile)
	}
	if k.deactivate {
		err = p.deactivateKeys(cmd.Context(), k, server, result.Found, own)
	}
	return account, err
}

// callAs gives what signs as a profile, or as the administrator whose file is named; own is the long-term key behind it.
func (p *program) callAs(cmd *cobra.Command, profile string) (client *apiclient.Client, by apiclient.Credentials, own string, err error) {
	e, by, own, err := p.serverOf(cmd, profile)
	if err != nil {
		return nil, by, "", err
	}
	client, err = apiclient.New(e.URL, e.CA, app.Region)
	return client, by, own, err
}

// serverOf is like callAs, for a client of another kind.
func (p *program) serverOf(cmd *cobra.Command, profile string) (e *app.Endpoint, by apiclient.Credentials, own string, err error) {
	c, err := p.load(cmd)
	if err != nil {
		return nil, by, "", err
	}
	file := c.String("admin-credentials")
	if file == "" {
		w, err := p.openProfile(profile)
		if err != nil {
			return nil, by, "", err
		}
		settings, sessions, err := w.sessions()
		if err != nil {
			return nil, by, "", err
		}
		if sessions {
			return p.sessionOf(cmd.Context(), w, settings)
		}
	}
	key, written, err := p.knownKey(file, profile)
	if err != nil {
		return nil, by, "", err
	}
	e, err = p.endpoint(cmd, c, written)
	return e, apiclient.Credentials{ID: key.id, Secret: key.secret}, key.id, err
}

func (p *program) sessionOf(ctx context.Context, w *profileFiles, settings sessionSettings) (e *app.Endpoint, by apiclient.Credentials, own string, err error) {
	source, err := p.source(w, settings)
	if err != nil {
		return nil, by, "", err
	}
	session, err := source.Get(ctx)
	if err != nil {
		return nil, by, "", err
	}
	return w.endpoint(), session.Credentials(), settings.keyID, nil
}

// deactivateKeys makes active keys inactive whose secret was found. An id alone opens nothing, and stands in logs: such a key
// stays as it is.
func (p *program) deactivateKeys(ctx context.Context, k *scanKeys, server *keyscan.Server, found []keyscan.Found, own string) error {
	var keys []*keyscan.Found
	var names []string
	for i := range found {
		switch f := &found[i]; {
		case f.State != keyscan.Active || !f.HasSecret():
		case f.KeyID == own:
			p.say("%s stays active: it is the key of this profile, and warder rotate-key replaces it without locking you out.", own)
		default:
			keys = append(keys, f)
			names = append(names, fmt.Sprintf("%s of user %s", f.KeyID, f.User))
		}
	}
	if len(keys) == 0 {
		return nil
	}
	if !k.yes {
		ok, err := confirm(fmt.Sprintf("Make inactive %s? Whatever uses a key stops working. [y/N] ", clean(strings.Join(names, ", "))))
		if err != nil {
			return fmt.Errorf("nothing was made inactive: %w; --yes goes without a question", err)
		} else if !ok {
			p.say("Nothing was made inactive.")
			return nil
		}
	}
	var failed []error
	for _, f := range keys {
		if err := server.Deactivate(ctx, f); err != nil {
			failed = append(failed, fmt.Errorf("%s stays active: %w", f.KeyID, err))
			continue
		}
		p.say("Made %s inactive; aws iam update-access-key --user-name %s --access-key-id %s --status Active takes it back.", f.KeyID, clean(f.User), f.KeyID)
	}
	return errors.Join(failed...)
}

// confirm asks at the terminal.
func confirm(question string) (bool, error) {
	t, err := openTerminal()
	if err != nil {
		return false, err
	}
	defer t.close()
	answer, err := t.line(question)
	return strings.EqualFold(answer, "y") || strings.EqualFold(answer, "yes"), err
}
