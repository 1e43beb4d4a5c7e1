package trailstore

import (
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/warder-iam/warder/internal/seal"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		childMain(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

// keys are the data keys of all tests in this process.
type keys struct {
	ring *seal.Keyring
	text string // for a child process: the master key and the wrapped data keys
}

// testKeys makes them, or opens those of the parent process.
var testKeys = sync.OnceValue(func() keys {
	k, err := makeKeys(os.Getenv(childKeysEnv))
	if err != nil {
		panic(err)
	}
	return k
})

func makeKeys(text string) (keys, error) {
	if master, wrapped, ok := strings.Cut(text, " "); ok {
		m, err := seal.MasterFromEnv(master)
		if err != nil {
			return keys{}, err
		}
		raw, err := hex.DecodeString(wrapped)
		if err != nil {
			return keys{}, err
		}
		ring, err := seal.OpenKeyring(m, raw)
		return keys{ring: ring}, err
	}
	dir, err := os.MkdirTemp("", "trailstore")
	if err != nil {
		return keys{}, err
	}
	path := filepath.Join(dir, "master.key")
	master, err := seal.CreateMasterFile(path)
	if err != nil {
		return keys{}, err
	}
	file, err := os.ReadFile(path)
	if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
		return keys{}, err
	}
	ring, wrapped, err := seal.NewKeyring(master)
	return keys{ring, strings.Split(string(file), "\n")[1] + " " + hex.EncodeToString(wrapped)}, err
}

func keyed(o Options) Options {
	o.Keyring = testKeys().ring
	return o
}
