package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// server is a command of its own process, on data below a home of its own.
func serverCommand(t *testing.T, home string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("warder", "serve", "--data", filepath.Join(home, "data"), "--listen", "127.0.0.1:0",
		"--admin-credentials", filepath.Join(home, "admin"))
	cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH")}
	return cmd
}

// A first start that is killed at any moment leaves data on which the next one goes on: in the end there is one account,
// and the key in the file is its administrator's.
func TestFirstStartKilled(t *testing.T) {
	kills := 8
	if testing.Short() {
		kills = 5
	}
	for i := range kills {
		home := t.TempDir()
		first := serverCommand(t, home)
		if err := first.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i) * 150 * time.Millisecond / time.Duration(kills)) // spread over what a start takes
		if err := first.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = first.Wait() // it was killed

		if err := os.Remove(filepath.Join(home, "data", "endpoint.json")); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		var log bytes.Buffer
		second := serverCommand(t, home)
		second.Stderr = &log
		if err := second.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- second.Wait() }()
		if err := waitReady(filepath.Join(home, "data"), ended); err != nil {
			t.Fatalf("kill %d: %v\n%s", i, err, &log)
		}
		code, text, err := callerIdentity(endpointOf(t, home), filepath.Join(home, "admin"))
		if err != nil || code != http.StatusOK || !strings.Contains(text, ":user/admin<") {
			t.Errorf("kill %d: the key in the file: %d %s %v", i, code, text, err)
		}
		if err := second.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; err != nil {
			t.Errorf("kill %d: %v\n%s", i, err, &log)
		}
	}
}

func endpointOf(t *testing.T, home string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(home, "data", "endpoint.json"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), `"url":"`)
	url, _, _ := strings.Cut(rest, `"`)
	return url
}

// safeBuffer takes what a command prints while the test looks at it.
type safeBuffer struct {
	mu    sync.Mutex
	text  bytes.Buffer
	wrote chan struct{}
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case b.wrote <- struct{}{}:
	default:
	}
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// trail tail goes on with what comes, and ends without complaint when it is told to.
func TestTailFollows(t *testing.T) {
	home := t.TempDir()
	cmd := serverCommand(t, home)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	if err := waitReady(filepath.Join(home, "data"), ended); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, errs := &safeBuffer{wrote: make(chan struct{}, 1)}, &safeBuffer{}
	status := make(chan int, 1)
	go func() {
		status <- run(ctx, []string{"warder", "trail", "tail", "-n", "1", "--data", filepath.Join(home, "data")}, nil, out, errs, nil)
	}()
	called := false
	for !strings.Contains(out.String(), "GetCallerIdentity") {
		select {
		case <-out.wrote:
		case <-ctx.Done():
			t.Fatalf("nothing came: %s %s", out, errs)
		}
		if !called && strings.Contains(out.String(), "CreateAccount") {
			called = true
			if code, text, err := callerIdentity(endpointOf(t, home), filepath.Join(home, "admin")); err != nil || code != http.StatusOK {
				t.Fatalf("%d %s %v", code, text, err)
			}
		}
	}
	cancel()
	if got := <-status; got != exitOK {
		t.Errorf("status %d: %s", got, errs)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
