package objectstore

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/minio/minio-go/v7/pkg/credentials"
)

// keyFile gives the credentials in the profile default of a file, and reads it anew when it was changed, so that keys can be
// renewed while the server runs. What it holds shows in no error.
type keyFile struct {
	name string

	mu      sync.Mutex
	changed time.Time // of what was read last
}

func (k *keyFile) RetrieveWithCredContext(*credentials.CredContext) (credentials.Value, error) {
	return k.Retrieve()
}

func (k *keyFile) Retrieve() (credentials.Value, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	info, err := os.Stat(k.name)
	if err != nil {
		return credentials.Value{}, fmt.Errorf("objectstore: credentials: %w", err)
	}
	value, err := credentials.NewFileAWSCredentials(k.name, "default").GetWithContext(nil)
	switch {
	case err != nil: // the parser's error may show a line of the file
		return credentials.Value{}, fmt.Errorf("objectstore: %s has no profile [default] in AWS's form", k.name)
	case value.AccessKeyID == "" || value.SecretAccessKey == "":
		return credentials.Value{}, errors.New("objectstore: " + k.name + " has no aws_access_key_id or no aws_secret_access_key in its profile default")
	}
	k.changed = info.ModTime()
	return value, nil
}

// IsExpired: the file is another than the one that was read.
func (k *keyFile) IsExpired() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	info, err := os.Stat(k.name)
	return err == nil && !info.ModTime().Equal(k.changed)
}
