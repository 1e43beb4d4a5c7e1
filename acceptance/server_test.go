package acceptance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// accountID is the account of every server here.
const accountID = "123456789012"

// scratch is a folder of this process. TestMain makes and removes it.
var scratch string

// binary builds warder once for all tests of this process.
var binary = sync.OnceValues(func() (string, error) {
	name := filepath.Join(scratch, "warder")
	build := exec.Command("go", "build", "-o", name, "github.com/warder-iam/warder/cmd/warder")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building warder: %w\n%s", err, out)
	}
	return name, nil
})

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var err error
	if scratch, err = os.MkdirTemp("", "warder-acceptance-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	return m.Run()
}

// warder is one server on data of its own.
type warder struct {
	name string // the binary
	home string // HOME of the server and of its clients; data and the master key are below it
	URL  string
	// Key is that of the user admin.
	Key credentials
	// more are further arguments of warder serve.
	more []string

	cmd    *exec.Cmd
	out    *logBuffer
	exited chan error
}

// start makes a new server, waits until it is ready, and stops it at the end of the test: it must then exit with status 0
// and have logged no error. more are further arguments of warder serve.
func start(t testing.TB, more ...string) *warder {
	t.Helper()
	w := prepare(t)
	w.more = more
	w.launch(t)
	t.Cleanup(func() {
		if w.cmd != nil {
			w.stop(t)
		}
	})
	return w
}

// prepare makes the folders of a server.
func prepare(t testing.TB) *warder {
	t.Helper()
	name, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return &warder{name: name, home: t.TempDir()}
}

func (w *warder) data() string        { return filepath.Join(w.home, "data") }
func (w *warder) endpoint() string    { return filepath.Join(w.data(), "endpoint.json") }
func (w *warder) credentials() string { return filepath.Join(w.home, "admin-credentials") }

// env is the environment of the server and of its clients: this process's, less all that would point elsewhere.
func (w *warder) env(more ...string) []string {
	env := []string{"HOME=" + w.home}
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		switch {
		case name == "HOME", strings.HasPrefix(name, "XDG_"), strings.HasPrefix(name, "WARDER_"), strings.HasPrefix(name, "AWS_"),
			strings.HasPrefix(name, "TF_"), strings.HasSuffix(strings.ToLower(name), "_proxy"):
		default:
			env = append(env, entry)
		}
	}
	return append(env, more...)
}

// command runs one of warder's own commands and returns what it prints.
func (w *warder) command(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.Command(w.name, args...)
	cmd.Env = w.env()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("warder %s: %v\n%s%s", strings.Join(args, " "), err, out, &stderr)
	}
	return string(out)
}

// launch starts the server, on what its folder holds, and waits until it is ready.
func (w *warder) launch(t testing.TB) {
	t.Helper()
	if err := os.Remove(w.endpoint()); err != nil && !errors.Is(err, os.ErrNotExist) { // that of a server that was killed
		t.Fatal(err)
	}
	w.begin(t)
	if err := w.ready(); err != nil {
		_ = w.cmd.Process.Kill()
		t.Fatalf("the server did not become ready: %v\n%s", err, w.out)
	}
	if w.Key.ID == "" {
		w.Key = readCredentials(t, w.credentials(), "warder")
	}
}

// begin starts the server and does not wait for it.
func (w *warder) begin(t testing.TB) {
	t.Helper()
	w.out, w.exited = &logBuffer{}, make(chan error, 1)
	w.cmd = exec.Command(w.name, append([]string{"serve", "--data", w.data(), "--listen", "127.0.0.1:0",
		"--account-id", accountID, "--admin-credentials", w.credentials()}, w.more...)...)
	w.cmd.Env = w.env()
	w.cmd.Stdout, w.cmd.Stderr = w.out, w.out
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func(cmd *exec.Cmd, exited chan<- error) { exited <- cmd.Wait() }(w.cmd, w.exited)
}

// ready polls for the endpoint file and then for /readyz.
func (w *warder) ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	w.URL = ""
	for {
		if text, err := os.ReadFile(w.endpoint()); err == nil && w.URL == "" {
			var file struct{ URL string }
			if json.Unmarshal(text, &file) == nil {
				w.URL = strings.TrimSuffix(file.URL, "/")
			}
		}
		if w.URL != "" && answers(ctx, w.URL+"/readyz") {
			return nil
		}
		select {
		case <-tick.C:
		case err := <-w.exited:
			return fmt.Errorf("it ended: %v", err)
		case <-ctx.Done():
			return errors.New("it took more than a minute")
		}
	}
}

func answers(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// stop ends the server as an operator does and checks that it left nothing to complain about.
func (w *warder) stop(t testing.TB) {
	t.Helper()
	cmd := w.cmd
	w.cmd = nil
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("SIGTERM: %v; the server's output:\n%s", err, w.out)
		return
	}
	select {
	case err := <-w.exited:
		if err != nil {
			t.Errorf("the server ended on SIGTERM with %v:\n%s", err, w.out)
		}
	case <-time.After(time.Minute):
		_ = cmd.Process.Kill()
		t.Errorf("the server did not end within a minute of SIGTERM:\n%s", w.out)
	}
	if lines := w.out.errors(); len(lines) > 0 {
		t.Errorf("the server logged errors:\n%s", strings.Join(lines, "\n"))
	}
	if t.Failed() {
		t.Logf("the server's output:\n%s", w.out)
	}
}

// kill ends the server as a crash does.
func (w *warder) kill(t testing.TB) {
	t.Helper()
	if err := w.cmd.Process.Kill(); err != nil {
		t.Fatalf("kill: %v; the server's output:\n%s", err, w.out)
	}
	<-w.exited
	if lines := w.out.errors(); len(lines) > 0 {
		t.Errorf("the server logged errors before it was killed:\n%s", strings.Join(lines, "\n"))
	}
	w.cmd = nil
}

// logBuffer takes the server's output while tests look at it.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// String is the end of the output, up to 16 KiB.
func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	text := b.text.Bytes()
	if cut := len(text) - 16<<10; cut > 0 {
		return "…" + string(text[cut:])
	}
	return string(text)
}

// errors are the lines of level error, in slog's two forms, and what the Go runtime prints when a program dies.
func (b *logBuffer) errors() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var found []string
	for line := range strings.Lines(b.text.String()) {
		for _, mark := range []string{"level=ERROR", `"level":"ERROR"`, `"level":"error"`, "panic:", "fatal error:", "DATA RACE"} {
			if strings.Contains(line, mark) {
				found = append(found, strings.TrimSpace(line))
				break
			}
		}
	}
	return found
}

// masterKey finds the file of the master key, which lies below the home and outside the data.
func (w *warder) masterKey(t testing.TB) string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(w.home, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == w.data():
			return fs.SkipDir
		case d.Type().IsRegular() && strings.Contains(d.Name(), "master"):
			found = append(found, name)
		}
		return nil
	})
	if err != nil || len(found) != 1 {
		t.Fatalf("master keys below %s: %v, %v", w.home, found, err)
	}
	return found[0]
}
