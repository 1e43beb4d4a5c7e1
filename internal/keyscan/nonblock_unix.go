//go:build unix

package keyscan

import "syscall"

// nonblock keeps the opening of what turned into a named pipe meanwhile from waiting for somebody who writes.
const nonblock = syscall.O_NONBLOCK
