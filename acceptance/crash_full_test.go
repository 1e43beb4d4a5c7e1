package acceptance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// fullDir names the folder of TestCrashFullDisk to the process that may mount something on it.
const fullDir = "WARDER_TEST_FULL_DIR"

// TestCrashFullDisk fills the disk under a working server, a small file system of its own: calls are refused and not lost,
// /readyz says so, the server can be killed and started while it is full, and goes on by itself when there is room. At the
// end every call that was answered is on the trail, and no other.
func TestCrashFullDisk(t *testing.T) {
	if dir := os.Getenv(fullDir); dir != "" {
		if err := syscall.Mount("none", dir, "tmpfs", 0, "size=16m"); err != nil {
			fmt.Println("cannot mount:", err)
			os.Exit(0)
		}
		fillDisk(t, dir)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestCrashFullDisk$", "-test.v")
	cmd.Env = append(os.Environ(), fullDir+"="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.ENOSPC) || strings.Contains(string(out), "cannot mount") {
		t.Skipf("no namespace for a small file system here: %v %s", err, out)
	}
	if err != nil || !strings.Contains(string(out), "--- PASS: TestCrashFullDisk") {
		t.Fatalf("%v: %s", err, out)
	}
}

func fillDisk(t *testing.T, dir string) {
	name, err := binary()
	check(t, err)
	w := &warder{name: name, home: dir}
	w.launch(t)
	ctx := background(t)
	by := &witness{}
	made := 0
	create := func() string {
		made++
		_, err := w.iam(w.Key, by.through(http.DefaultTransport)).CreateUser(ctx, &iam.CreateUserInput{UserName: new(fmt.Sprintf("u%d", made))})
		return code(err)
	}
	look := func() string {
		_, err := w.iam(w.Key, by.through(http.DefaultTransport)).GetUser(ctx, &iam.GetUserInput{UserName: new("admin")})
		return code(err)
	}
	filler := filepath.Join(dir, "filler")
	for round := range 3 {
		for range 20 {
			if got := create() + look(); got != "" {
				t.Fatalf("round %d, with room: %s", round, got)
			}
		}
		fill(t, filler)
		refusedUntil(t, "CreateUser", create)
		refusedUntil(t, "GetUser", look)
		waitReady(ctx, t, w, http.StatusServiceUnavailable)
		if round > 0 { // a crash, and a start while it is full
			check(t, w.cmd.Process.Kill())
			<-w.exited
			w.restartFull(ctx, t)
			refusedUntil(t, "CreateUser after a start", create)
		}
		check(t, os.Remove(filler))
		waitReady(ctx, t, w, http.StatusOK)
	}
	if got := create() + look(); got != "" {
		t.Errorf("with room again: %s", got)
	}
	check(t, w.cmd.Process.Signal(syscall.SIGTERM))
	if err := <-w.exited; err != nil {
		t.Errorf("the end: %v\n%s", err, w.out)
	}
	w.verifyTrail(t)
	by.compare(t, w.trail(t), w.Key.ID)
}

// fill leaves no byte of room.
func fill(t *testing.T, name string) {
	t.Helper()
	f, err := os.Create(name)
	check(t, err)
	for size := 1 << 20; size > 0; {
		if _, err = f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	check(t, f.Close())
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}

// refusedUntil repeats a call until it is refused for want of room: files may have some left inside their last page. From
// then on it must be refused.
func refusedUntil(t *testing.T, what string, call func() string) {
	t.Helper()
	for n := range 2000 {
		switch got := call(); got {
		case "":
			continue
		case "ServiceUnavailable":
			for range 3 {
				if got := call(); got != "ServiceUnavailable" {
					t.Errorf("%s on a full disk, after %d calls: %q", what, n, got)
				}
			}
			return
		default:
			t.Fatalf("%s on a full disk: %q", what, got)
		}
	}
	t.Errorf("%s is not refused on a full disk", what)
}

// serving is what the log says of an address.
var serving = regexp.MustCompile(`"msg":"serving","url":"([^"]+)"`)

// restartFull starts the server and waits until it answers, ready or not.
func (w *warder) restartFull(ctx context.Context, t *testing.T) {
	t.Helper()
	w.begin(t)
	for {
		// There is no room for the file that says where it answers.
		if m := serving.FindStringSubmatch(w.out.String()); m != nil {
			w.URL = m[1]
			if answers(ctx, w.URL+"/healthz") {
				return
			}
		}
		select {
		case err := <-w.exited:
			t.Fatalf("no start on a full disk: %v\n%s", err, w.out)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// waitReady waits for the status of /readyz.
func waitReady(ctx context.Context, t *testing.T, w *warder, want int) {
	t.Helper()
	eventually(t, fmt.Sprintf("/readyz is %d", want), func() bool {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.URL+"/readyz", nil)
		check(t, err)
		resp, err := http.DefaultClient.Do(req)
		check(t, err)
		check(t, resp.Body.Close())
		return resp.StatusCode == want
	}, w.out)
}
