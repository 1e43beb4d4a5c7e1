package acceptance

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/warder-iam/warder/internal/objectstore"
	"github.com/warder-iam/warder/internal/objectstore/objectstoretest"
)

// s3ServerModule is an S3 server that is not ours: the Versity S3 Gateway, which keeps buckets as folders.
const s3ServerModule = "github.com/versity/versitygw/cmd/versitygw@v1.8.0"

// s3Program installs the server once, into the tree's cache, and gives its name. Another process may do the same: what has the
// name is whole.
var s3Program = sync.OnceValues(func() (string, error) {
	_, version, _ := strings.Cut(s3ServerModule, "@")
	folder, err := filepath.Abs("../.cache/versitygw-" + version)
	if err != nil {
		return "", err
	}
	program := filepath.Join(folder, "versitygw")
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	made, err := os.MkdirTemp(folder, "install-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(made) }()
	install := exec.Command("go", "install", s3ServerModule)
	install.Env = append(os.Environ(), "CGO_ENABLED=0", "GOBIN="+made, "GOFLAGS=")
	if out, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go install %s: %w\n%s", s3ServerModule, err, out)
	}
	return program, os.Rename(filepath.Join(made, filepath.Base(program)), program)
})

// s3Server is a running S3 server with one empty bucket.
type s3Server struct {
	URL string
	// Credentials is a file with the key that may do all.
	Credentials string
	// Folder holds the objects of Bucket as files.
	Bucket, Folder string
}

// startS3 runs the server until the end of the test; key may do all there. Without the server it ends the test.
func startS3(t testing.TB, key credentials) *s3Server {
	t.Helper()
	program, err := s3Program()
	if err != nil {
		missing(t, "s3", "Get the S3 server of the tests: go install "+s3ServerModule+" needs the module proxy. "+err.Error())
	}
	dir := t.TempDir()
	s := &s3Server{Credentials: filepath.Join(dir, "credentials"), Bucket: "trail-bucket", Folder: filepath.Join(dir, "objects", "trail-bucket")}
	check(t, os.MkdirAll(s.Folder, 0o700))
	check(t, os.Mkdir(filepath.Join(dir, "metadata"), 0o700))
	check(t, os.WriteFile(s.Credentials, []byte(profileText("default", key)), 0o600))
	address := freeAddress(t)
	s.URL = "http://" + address
	log := &logBuffer{}
	cmd := exec.Command(program, "--port", address, "posix", "--sidecar", filepath.Join(dir, "metadata"), filepath.Dir(s.Folder))
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+key.ID, "ROOT_SECRET_KEY="+key.Secret)
	cmd.Stdout, cmd.Stderr = log, log
	check(t, cmd.Start())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = cmd.Wait() }() // it says that it was killed
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		if t.Failed() {
			t.Logf("the S3 server's output:\n%s", log)
		}
	})
	eventually(t, "the S3 server answers", func() bool {
		select {
		case <-ended:
			t.Fatal("the S3 server ended")
		default:
		}
		resp, err := http.Get(s.URL)
		if err == nil {
			_ = resp.Body.Close()
		}
		return err == nil
	}, log)
	return s
}

// TestTrailStorage holds the S3 engine to its contract on a server that is not ours.
func TestTrailStorage(t *testing.T) {
	key := credentials{ID: "AKIAIOSFODNN7EXAMPLE", Secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
	server := startS3(t, key)
	s, err := objectstore.S3(server.URL, server.Credentials)
	check(t, err)
	objectstoretest.Suite(t, s, server.Bucket)

	t.Run("wrong key", func(t *testing.T) {
		wrong := filepath.Join(t.TempDir(), "wrong")
		check(t, os.WriteFile(wrong, []byte(profileText("default", credentials{ID: key.ID, Secret: "another"})), 0o600))
		s, err := objectstore.S3(server.URL, wrong)
		check(t, err)
		if err := s.Put(t.Context(), server.Bucket, "wrong-key", objectstore.Object{}); !errors.Is(err, objectstore.ErrDenied) || strings.Contains(err.Error(), "another") {
			t.Errorf("Put with a wrong secret: %v", err)
		}
	})
}
