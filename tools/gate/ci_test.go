package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCIRun runs .ci/run with a make that prints and exits as the case says.
func TestCIRun(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	script, err := filepath.Abs("../../.ci/run")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, makes string
		ok          bool
		closing     string
	}{
		{"passes", "echo work; echo '3 passed, 0 failed, 1 skipped'", true, "3 passed, 0 failed, 1 skipped"},
		{"a failure", "echo '3 passed, 1 failed, 0 skipped'; echo 'make: *** Error 1' >&2; exit 2", false, "3 passed, 1 failed, 0 skipped"},
		{"a failure that make does not notice", "echo '3 passed, 1 failed, 0 skipped'", false, "3 passed, 1 failed, 0 skipped"},
		{"ten failures", "echo '3 passed, 10 failed, 0 skipped'", false, "3 passed, 10 failed, 0 skipped"},
		{"nothing passed", "echo '0 passed, 0 failed, 9 skipped'", false, "0 passed, 0 failed, 9 skipped"},
		{"nothing ran", "echo hello", false, "0 passed, 1 failed, 0 skipped"},
		{"make fails after the line", "echo '3 passed, 0 failed, 0 skipped'; exit 1", false, "3 passed, 0 failed, 0 skipped"},
		{"requires the CLI", "echo \"require: $WARDER_REQUIRE\"; echo '1 passed, 0 failed, 0 skipped'", true, "1 passed, 0 failed, 0 skipped"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bin := t.TempDir()
			if err := os.WriteFile(filepath.Join(bin, "make"), []byte("#!/bin/sh\n"+test.makes+"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(bash, script)
			cmd.Env = append(os.Environ(), "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
			out, err := cmd.Output()
			if (err == nil) != test.ok {
				t.Errorf("%v; output:\n%s", err, out)
			}
			lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
			if last := lines[len(lines)-1]; last != test.closing {
				t.Errorf("closes with %q, want %q", last, test.closing)
			}
		})
	}
}
