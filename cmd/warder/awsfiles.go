package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/warder-iam/warder/internal/app"
)

// accessKey is a long-term key as people hold it. It does not print.
type accessKey struct {
	id     string
	secret string
}

func (accessKey) String() string   { return "[redacted]" }
func (accessKey) GoString() string { return "[redacted]" }

var (
	keyIDForm  = regexp.MustCompile(`^AKIA[A-Z2-7]{16}$`)
	secretForm = regexp.MustCompile(`^[A-Za-z0-9/+]{40}$`)
	nameForm   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.@+-]*$`)
)

// check finds what was cut off or pasted into the wrong place. It never repeats the text: that may be the secret.
func (k accessKey) check() error {
	if !keyIDForm.MatchString(k.id) {
		return errors.New("the access key id is not AKIA and 16 letters or digits")
	}
	if !secretForm.MatchString(k.secret) {
		return errors.New("the secret is not 40 characters as Warder shows them")
	}
	return nil
}

// awsPath is where the AWS clients keep a file: what the variable says, or ~/.aws/name.
func (p *program) awsPath(variable, name string) (string, error) {
	if path := p.getenv(variable); path != "" {
		return path, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no home directory is known; set %s", variable)
	}
	return filepath.Join(home, ".aws", name), nil
}

func (p *program) awsConfigPath() (string, error) { return p.awsPath("AWS_CONFIG_FILE", "config") }

func (p *program) awsCredentialsPath() (string, error) {
	return p.awsPath("AWS_SHARED_CREDENTIALS_FILE", "credentials")
}

// readINI reads a file that may be missing.
func readINI(path string) (*ini, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = nil, nil
	}
	if err != nil {
		return nil, err
	}
	f, err := parseINI(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w; mend it by hand, nothing was changed", path, err)
	}
	return f, nil
}

// writeINI writes a file for its owner alone.
func writeINI(path string, f *ini) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return app.ReplaceFile(path, 0o600, []byte(f.String()))
}

// readKey reads the key of a profile from a credentials file. ok is false where there is none.
func readKey(path, profile string) (key accessKey, ok bool, err error) {
	f, err := readINI(path)
	if err != nil {
		return accessKey{}, false, err
	}
	id, _, hasID := f.get(profile, "aws_access_key_id")
	secret, _, hasSecret := f.get(profile, "aws_secret_access_key")
	if !hasID || !hasSecret {
		return accessKey{}, false, nil
	}
	return accessKey{id, secret}, true, nil
}

// adminKey reads the file that the first start wrote.
func adminKey(path string) (accessKey, error) {
	if _, err := os.Stat(path); err != nil {
		return accessKey{}, fmt.Errorf("the administrator's credentials: %w; the first start of warder serve --admin-credentials FILE writes them", err)
	}
	key, ok, err := readKey(path, app.Profile)
	if err == nil && !ok {
		err = fmt.Errorf("%s has no key under [%s]", path, app.Profile)
	}
	if err == nil {
		err = key.check()
	}
	return key, err
}

// profileSection is the section of a profile in ~/.aws/config; in the credentials file it is the bare name.
func profileSection(name string) string {
	if name == "default" {
		return name
	}
	return "profile " + name
}
