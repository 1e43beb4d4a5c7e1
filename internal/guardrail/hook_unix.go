//go:build unix

package guardrail

import (
	"os/exec"
	"syscall"
)

// endTogether makes a program that takes too long end with all the programs that it has begun.
func endTogether(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
