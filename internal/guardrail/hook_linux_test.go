package guardrail

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A hook that takes too long is killed, and what it has begun with it.
func TestHookTakesTooLong(t *testing.T) {
	program := filepath.Join(t.TempDir(), "hook")
	script := "#!/bin/sh\nsleep 600 &\necho $! >$0.tmp && mv $0.tmp $0.pid\nwait\n"
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	err := runHook(t.Context(), program, 5*time.Second, handover{})
	if err == nil || !strings.Contains(err.Error(), "did not end within 5s") {
		t.Errorf("%v", err)
	}
	pid, err := os.ReadFile(program + ".pid")
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(5 * time.Minute); alive(strings.TrimSpace(string(pid))); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("what the hook has begun goes on")
		}
	}
}

// alive reports whether a process runs; one that ended and that nobody has waited for does not.
func alive(pid string) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	_, state, _ := strings.Cut(string(stat), ") ")
	return err == nil && !strings.HasPrefix(state, "Z")
}
