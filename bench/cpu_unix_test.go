//go:build unix

package bench

import (
	"syscall"
	"time"
)

// processCPU is the time that this process has had on a processor, in the kernel too.
func processCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
