package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/warder-iam/warder/internal/app"
)

func (p *program) configure() *cobra.Command {
	var profile string
	var static, force bool
	cmd := &cobra.Command{
		Use:   "configure",
		Short: "Write a profile for the AWS CLI and SDKs",
		Long: `Write a profile for the AWS clients into ~/.aws/config and ~/.aws/credentials (or the files that AWS_CONFIG_FILE and
AWS_SHARED_CREDENTIALS_FILE name): the access key, the region, and where Warder is reached. Everything else in these files
stays as it is.

The key comes from the file that the first start wrote (--admin-credentials), or from two lines of standard input: the
access key id and the secret.`,
		Example: `  warder configure --static
  warder configure --static --admin-credentials ~/warder-admin --profile warder
  aws --profile warder iam list-users`,
		Args: cobra.NoArgs,
	}
	addSettings(cmd, "data", "listen", "admin-credentials")
	cmd.Flags().StringVar(&profile, "profile", app.Profile, "`NAME` of the profile")
	cmd.Flags().BoolVar(&static, "static", false, "a long-term access key; the only kind in this version")
	cmd.Flags().BoolVar(&force, "force", false, "replace a profile that warder configure did not write")
	cmd.Flags().String("endpoint", "", endpointHelp)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if !static {
			return usagef("give --static: this version writes long-term keys only; profiles with short-lived credentials come later")
		}
		if !nameForm.MatchString(profile) {
			return usagef("--profile %q: a name is letters, digits and any of _.@+-", profile)
		}
		return p.runConfigure(cmd, profile, force)
	}
	return cmd
}

func (p *program) runConfigure(cmd *cobra.Command, profile string, force bool) error {
	c, err := p.load(cmd)
	if err != nil {
		return err
	}
	endpoint, err := p.endpoint(cmd, c, nil)
	if err != nil {
		return err
	}
	w, err := p.openProfile(profile)
	if err != nil {
		return err
	}
	if !force && !w.free() {
		return fmt.Errorf("the profile %q is there and was not written by warder configure; give another --profile NAME, or --force to replace its key and endpoint", profile)
	}
	key, err := p.givenKey(c.String("admin-credentials"))
	if err != nil {
		return err
	}
	w.set(key, endpoint)
	if err := w.save(); err != nil {
		return err
	}
	use := ""
	if profile != "default" {
		use = " --profile " + profile
	}
	return p.printf("Wrote the profile %s, for %s, to %s and %s.\nTry it: aws%s sts get-caller-identity\n",
		profile, endpoint.URL, w.configPath, w.credentialsPath, use)
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

// profileFiles is a profile in the two files of the AWS clients.
type profileFiles struct {
	name                        string
	configPath, credentialsPath string
	config, credentials         *ini
}

func (p *program) openProfile(name string) (w *profileFiles, err error) {
	w = &profileFiles{name: name}
	if w.configPath, err = p.awsConfigPath(); err != nil {
		return nil, err
	}
	if w.credentialsPath, err = p.awsCredentialsPath(); err != nil {
		return nil, err
	}
	if w.config, err = readINI(w.configPath); err != nil {
		return nil, err
	}
	w.credentials, err = readINI(w.credentialsPath)
	return w, err
}

// free tells whether the profile may be written: there is none, or it is one of ours, which name a services section of
// the same name.
func (w *profileFiles) free() bool {
	if !w.config.has(profileSection(w.name)) && !w.credentials.has(w.name) {
		return true
	}
	services, _, _ := w.config.get(profileSection(w.name), "services")
	return services == w.name && w.config.has("services "+w.name)
}

// endpoint is what the profile says; nil where it names none.
func (w *profileFiles) endpoint() *app.Endpoint {
	services, _, _ := w.config.get(profileSection(w.name), "services")
	_, iam, _ := w.config.get("services "+services, "iam")
	if iam["endpoint_url"] == "" {
		return nil
	}
	ca, _, _ := w.config.get(profileSection(w.name), "ca_bundle")
	return &app.Endpoint{URL: iam["endpoint_url"], CA: ca}
}

// set puts key and endpoint in. The endpoint stands once for each service, since the credential chain of some SDKs reads
// only that, and once for all, so that a service that Warder does not have is not looked for at AWS with Warder's key.
func (w *profileFiles) set(key accessKey, e *app.Endpoint) {
	w.credentials.set(w.name, "aws_access_key_id", key.id)
	w.credentials.set(w.name, "aws_secret_access_key", key.secret)
	w.credentials.remove(w.name, "aws_session_token")

	profile, services := profileSection(w.name), "services "+w.name
	w.config.set(profile, "region", app.Region)
	w.config.set(profile, "endpoint_url", e.URL)
	w.config.set(profile, "services", w.name)
	if e.CA != "" {
		w.config.set(profile, "ca_bundle", e.CA)
	} else {
		w.config.remove(profile, "ca_bundle")
	}
	for _, service := range clientServices() {
		w.config.set(services, service, "", "endpoint_url = "+e.URL)
	}
}

// save writes the key first: a profile without a key is worse than a key without a profile.
func (w *profileFiles) save() error {
	if err := writeINI(w.credentialsPath, w.credentials); err != nil {
		return err
	}
	return writeINI(w.configPath, w.config)
}
