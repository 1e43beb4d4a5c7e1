package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Wherever rotate-key is killed, the profile goes on working, and the same command ends the rotation: with one key.
func TestRotateKeyKilled(t *testing.T) {
	kills := 12
	if testing.Short() {
		kills = 6
	}
	home := t.TempDir()
	server := serverCommand(t, home)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	if err := waitReady(filepath.Join(home, "data"), ended); err != nil {
		t.Fatal(err)
	}
	warder := func(args ...string) *exec.Cmd {
		cmd := exec.Command("warder", args...)
		cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH")}
		return cmd
	}
	must := func(cmd *exec.Cmd) {
		t.Helper()
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd.Args[1:], err, out)
		}
	}
	must(warder("configure", "--static", "--data", filepath.Join(home, "data"), "--admin-credentials", filepath.Join(home, "admin")))
	began := time.Now()
	must(warder("rotate-key", "--grace", "0s"))
	whole := time.Since(began)
	profile := filepath.Join(home, ".aws", "credentials")
	for i := range kills {
		cmd := warder("rotate-key", "--grace", "0s")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i) * whole / time.Duration(kills)) // spread over what a rotation takes
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		if code, text, err := callerIdentity(endpointOf(t, home), profile); err != nil || code != 200 {
			t.Errorf("kill %d: the profile's key: %d %s %v", i, code, text, err)
		}
		must(warder("rotate-key", "--grace", "0s"))
	}
	// There is room for a second key again only if each rotation left one.
	must(warder("rotate-key", "--grace", "0s"))
	left, err := filepath.Glob(filepath.Join(home, ".config", "warder", "keys", "*"))
	if err != nil || len(left) != 1 || !strings.HasSuffix(left[0], ".lock") {
		t.Errorf("left behind: %v %v", left, err)
	}
	if left, err := os.ReadDir(filepath.Dir(profile)); err != nil || len(left) != 2 {
		t.Errorf("left behind: %v %v", left, err)
	}
	if err := server.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
