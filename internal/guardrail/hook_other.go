//go:build !unix

package guardrail

import "os/exec"

// endTogether does nothing: there are no process groups here.
func endTogether(*exec.Cmd) {}
