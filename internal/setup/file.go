package setup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"go.yaml.in/yaml/v3"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

// MaxFile bounds a set-up file, and what its reader should read of each file with a password, in bytes.
const MaxFile = 64 << 10

// File is the answers of a set-up that nobody sits at.
type File struct {
	RootEmail                   string
	AdminName                   string // AdminUser where the file says nothing
	RootPassword, AdminPassword seal.Secret
}

// answers are a set-up file's.
type answers struct {
	RootEmail         string `yaml:"root-email"`
	RootPassword      string `yaml:"root-password"`
	RootPasswordFile  string `yaml:"root-password-file"`
	AdminName         string `yaml:"admin-name"`
	AdminPassword     string `yaml:"admin-password"`
	AdminPasswordFile string `yaml:"admin-password-file"`
}

// ParseFile reads a set-up file, YAML. A password stands in it, or in the file that it names, which read reads. No error holds a
// password.
func ParseFile(text []byte, read func(path string) ([]byte, error)) (*File, error) {
	if len(text) > MaxFile {
		return nil, fmt.Errorf("it is larger than %d bytes", MaxFile)
	}
	in := answers{AdminName: AdminUser}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&in); err != nil {
		return nil, notYAML(err)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("it holds more than one YAML document")
	}
	f := &File{RootEmail: in.RootEmail, AdminName: in.AdminName}
	var err error
	if f.RootPassword, err = password("root-password", in.RootPassword, in.RootPasswordFile, read); err != nil {
		return nil, err
	}
	if f.AdminPassword, err = password("admin-password", in.AdminPassword, in.AdminPasswordFile, read); err != nil {
		return nil, err
	}
	return f, nil
}

// keys are what a set-up file may say.
const keys = "root-email, root-password or root-password-file, admin-name, admin-password or admin-password-file"

// notYAML tells where a file is wrong and not what stands there, which may be a password.
func notYAML(err error) error {
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("it is empty; it may say %s", keys)
	}
	line := ""
	for word, rest := range fields(err.Error()) {
		if word == "line" {
			line, _, _ = strings.Cut(rest, ":")
			line = " at line " + line
			break
		}
	}
	return fmt.Errorf("it is no YAML mapping of text%s; it may say %s, each once", line, keys)
}

// fields gives each word with what follows it.
func fields(text string) func(yield func(word, rest string) bool) {
	return func(yield func(word, rest string) bool) {
		for text != "" {
			var word string
			word, text, _ = strings.Cut(text, " ")
			if !yield(word, text) {
				return
			}
		}
	}
}

// password is the one in the file or the one in the file that it names, without the line's end there.
func password(key, text, path string, read func(string) ([]byte, error)) (seal.Secret, error) {
	switch {
	case text != "" && path != "":
		return seal.Secret{}, fmt.Errorf("it says both %s and %s-file", key, key)
	case text != "":
		return seal.NewSecret([]byte(text)), nil
	case path == "":
		return seal.Secret{}, fmt.Errorf("it says neither %s nor %s-file", key, key)
	}
	content, err := read(path)
	if err != nil {
		return seal.Secret{}, fmt.Errorf("%s-file: %w", key, err)
	}
	return seal.NewSecret(bytes.TrimRight(content, "\r\n")), nil
}

// Apply does all of set-up by a file, in one transaction; the second factors are left for later. It refuses where all was done before. Errors:
// a *FieldError for what the file says.
func (s *Setup) Apply(ctx context.Context, account string, f *File) error {
	a := s.Store.Snapshot().Account(account)
	root, err := s.rootProfile(ctx, a, f.RootEmail, f.RootPassword)
	if err != nil {
		return err
	}
	user, admin, err := s.administrator(ctx, a, f.AdminName, f.AdminPassword)
	if err != nil {
		return err
	}
	details := map[string]string{"by": "setup-file", "email": f.RootEmail, "userName": f.AdminName, "userId": user.ID}
	event := func(at time.Time) *trail.Event {
		return trail.ServiceEvent(uuid.NewString(), Source, account, s.Region, completed, at, encode(details))
	}
	return s.change(ctx, account, event, func(tx *store.Tx) error {
		if !tx.Account().Setup().Wanted() {
			return errDone
		}
		if err := putRoot(tx, f.RootEmail, root); err != nil {
			return err
		}
		if err := putAdministrator(tx, user, f.AdminName, admin); err != nil {
			return err
		}
		return tx.Put(&directory.Setup{
			Administrator: user.ID, RootFactor: true, AdministratorPassword: true, AdministratorFactor: true, Done: tx.Now(),
		})
	})
}

var errDone = errors.New("setup: the console is set up already")
