package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/localkey"
)

func (p *program) configure() *cobra.Command {
	var o configureOptions
	cmd := &cobra.Command{
		Use:   "configure",
		Short: "Write a profile for the AWS CLI and SDKs",
		Long: `Write a profile for the AWS clients into ~/.aws/config and ~/.aws/credentials (or the files that AWS_CONFIG_FILE and
AWS_SHARED_CREDENTIALS_FILE name): where the credentials come from, the region, and where Warder is reached. Everything else
in these files stays as it is.

The key comes from the file that the first start wrote (--admin-credentials), or from two lines of standard input: the
access key id and the secret.

The profile then has no key in it, but a credential_process: warder credentials hands out sessions of an hour. The key itself
is kept in the system's keyring or, where there is none, in a file sealed under a passphrase, which is asked for at the
terminal, or read from the file that WARDER_PASSPHRASE_FILE names. As on AWS, what a session may do depends on its kind:

  --role-arn ARN       a session of that role
  --mfa-serial ARN     a session of the user with a second factor: all that the user may
  neither              if the user has an MFA device, as with --mfa-serial. Else, for a user who has the policy
                       AdministratorAccess, the role AdministratorSession-NAME: it has the same policy, and only this user may
                       assume it. It is made unless it is there. For anybody else, or with --no-role, a session of the user
                       without a second factor: that calls everything but IAM

--static keeps the key in clear in ~/.aws/credentials instead and asks no server.`,
		Example: `  warder configure
  warder configure --role-arn arn:aws:iam::123456789012:role/deploy
  warder configure --static --admin-credentials ~/warder-admin --profile warder
  aws --profile warder iam list-users`,
		Args: cobra.NoArgs,
	}
	addSettings(cmd, "data", "listen", "admin-credentials")
	flags := cmd.Flags()
	flags.StringVar(&o.profile, "profile", app.Profile, "`NAME` of the profile")
	flags.BoolVar(&o.static, "static", false, "keep the long-term access key itself in the profile, in clear")
	flags.BoolVar(&o.force, "force", false, "replace a profile that warder configure did not write")
	flags.StringVar(&o.roleARN, "role-arn", "", "`ARN` of the role whose sessions are handed out")
	flags.StringVar(&o.mfaSerial, "mfa-serial", "", "`ARN` of the MFA device whose code is asked for")
	flags.BoolVar(&o.noRole, "no-role", false, "do not make or use a role for an administrator")
	flags.DurationVar(&o.duration, "duration", localkey.DefaultDuration, "how long a session lasts, `TIME` from 15m to 36h")
	flags.StringVar(&o.store, "store", autoStore, "where the key is kept: keyring, sealed, or auto for keyring where there is one")
	flags.String("endpoint", "", endpointHelp)
	for _, name := range []string{"role-arn", "mfa-serial", "no-role", "duration", "store"} {
		cmd.MarkFlagsMutuallyExclusive("static", name)
	}
	cmd.MarkFlagsMutuallyExclusive("role-arn", "no-role")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return p.runConfigure(cmd, &o) }
	return cmd
}

// configureOptions are the flags of warder configure.
type configureOptions struct {
	profile            string
	static, force      bool
	roleARN, mfaSerial string
	noRole             bool
	duration           time.Duration
	store              string
}

func (o *configureOptions) check() error {
	if !nameForm.MatchString(o.profile) {
		return usagef("--profile %q: a name is letters, digits and any of _.@+-", o.profile)
	}
	if err := checkDuration(o.duration); err != nil {
		return usagef("--duration %v: %v", o.duration, err)
	}
	if !slices.Contains([]string{autoStore, keyringStore, sealedStore}, o.store) {
		return usagef("--store %q: auto, keyring or sealed", o.store)
	}
	return nil
}

func (p *program) runConfigure(cmd *cobra.Command, o *configureOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	c, err := p.load(cmd)
	if err != nil {
		return err
	}
	endpoint, err := p.endpoint(cmd, c, nil)
	if err != nil {
		return err
	}
	w, err := p.openProfile(o.profile)
	if err != nil {
		return err
	}
	if !o.force && !w.free() {
		return fmt.Errorf("the profile %q is there and was not written by warder configure; give another --profile NAME, or --force to replace its key and endpoint", o.profile)
	}
	key, err := p.givenKey(c.String("admin-credentials"))
	if err != nil {
		return err
	}
	if !o.static {
		return p.configureSessions(cmd.Context(), o, w, key, endpoint)
	}
	w.setStatic(key, endpoint)
	if err := w.saveStatic(); err != nil {
		return err
	}
	return p.printf("Wrote the profile %s, for %s, to %s and %s.\nTry it: aws%s sts get-caller-identity\n",
		o.profile, endpoint.URL, w.configPath, w.credentialsPath, profileFlag(o.profile))
}

// profileFlag is how the AWS CLI is told the profile.
func profileFlag(profile string) string {
	if profile == "default" {
		return ""
	}
	return " --profile " + profile
}

// givenKey reads the key from the administrator's file, or asks for it; at a terminal the secret does not show.
func (p *program) givenKey(file string) (accessKey, error) {
	if file != "" {
		return adminKey(file)
	}
	in := bufio.NewReader(io.LimitReader(p.in, 4<<10))
	id, err := p.ask(in, "Access key id: ")
	if err != nil {
		return accessKey{}, err
	}
	secret, err := p.askSecret(in, "Secret access key: ")
	if err != nil {
		return accessKey{}, err
	}
	key := accessKey{id, secret}
	return key, key.check()
}

func (p *program) ask(in *bufio.Reader, prompt string) (string, error) {
	_, _ = io.WriteString(p.err, prompt)
	line, err := in.ReadString('\n')
	return answer(line, err)
}

// askSecret asks without showing what is typed. A terminal hands over one line at a time, so in holds nothing back.
func (p *program) askSecret(in *bufio.Reader, prompt string) (string, error) {
	tty, ok := p.in.(*os.File)
	if !ok || !term.IsTerminal(int(tty.Fd())) {
		return p.ask(in, prompt)
	}
	_, _ = io.WriteString(p.err, prompt)
	line, err := term.ReadPassword(int(tty.Fd()))
	_, _ = io.WriteString(p.err, "\n")
	return answer(string(line), err)
}

func answer(line string, err error) (string, error) {
	if line = strings.TrimSpace(line); line != "" {
		return line, nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = errors.New("no key was given: type the two lines that the first start showed, or name its file with --admin-credentials FILE")
	}
	return "", err
}
