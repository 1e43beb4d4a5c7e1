package app

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/warder-iam/warder/internal/session"
)

// Profile is the profile in the administrator's credentials file, and the one that warder configure writes unless told
// otherwise.
const Profile = "warder"

// credentialsFile is where a first start writes the administrator's key.
//
// The file comes first and the account after it, so that no account is ever made whose only key nobody knows. Until the
// account is durable the file's first line says of which data it is. A start that finds such a line of its own data,
// which still hold no account, knows that the key was never in force and writes a new one in its place. Any other file
// is refused and left alone.
type credentialsFile struct {
	path string
	// pending is the first line until the key is in force, and done the one from then on.
	pending, done string
	// by is what makes the key.
	by string
}

// newCredentialsFile is the file of what makes a key for a user; it names the data by their wrapped data keys, which are
// made once and nowhere else.
func newCredentialsFile(path string, wrapped []byte, by, user string) *credentialsFile {
	return &credentialsFile{
		path: path, by: by,
		pending: fmt.Sprintf("# Warder: in force once the %s of data %.8x has finished\n", by, sha256.Sum256(wrapped)),
		done:    "# Warder: the key of user " + user + ", made by the " + by + "\n",
	}
}

// The words for what makes a key.
const (
	byFirstStart = "first start"
	byRecovery   = "recovery"
)

// write puts the key into the file, not in force yet.
func (f *credentialsFile) write(key *session.AccessKey) error {
	text := []byte(f.pending + profileText(key))
	err := writeNew(f.path, 0o600, text)
	if !errors.Is(err, fs.ErrExist) {
		return f.failed(err)
	}
	old, err := os.ReadFile(f.path)
	if err != nil {
		return f.failed(err)
	}
	if len(old) > 0 && !bytes.HasPrefix(old, []byte(f.pending)) { // an empty one is what mktemp leaves
		return wrong("admin-credentials", "%s exists and was not written by this %s; name another file, or move it away", f.path, f.by)
	}
	return f.failed(ReplaceFile(f.path, 0o600, text))
}

// pendingKey is the id of the key in a file of these data that is not known to be in force; "" for none.
func (f *credentialsFile) pendingKey() (string, error) {
	text, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", f.failed(err)
	}
	profile, ours := bytes.CutPrefix(text, []byte(f.pending))
	_, rest, found := bytes.Cut(profile, []byte("aws_access_key_id = "))
	if !ours || !found {
		return "", nil
	}
	id, _, _ := bytes.Cut(rest, []byte("\n"))
	return string(id), nil
}

// confirm says that the key is in force, where the file is that of these data and does not say so yet.
func (f *credentialsFile) confirm() error {
	text, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return f.failed(err)
	}
	key, ours := bytes.CutPrefix(text, []byte(f.pending))
	if !ours {
		return nil
	}
	return f.failed(ReplaceFile(f.path, 0o600, append([]byte(f.done), key...)))
}

// withdraw removes the file of a key that never came into force.
func (f *credentialsFile) withdraw() error { return f.failed(os.Remove(f.path)) }

func (f *credentialsFile) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the administrator's credentials file: %w", err)
}

// profileText is the key as the AWS clients' credentials files have it.
func profileText(key *session.AccessKey) string {
	return "[" + Profile + "]\naws_access_key_id = " + key.ID + "\naws_secret_access_key = " + key.Show() + "\n"
}
