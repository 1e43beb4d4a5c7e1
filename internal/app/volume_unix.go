//go:build unix

package app

import (
	"os"
	"syscall"
)

// sameVolume tells whether two existing files lie on one device; false where that cannot be told.
func sameVolume(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	if err != nil {
		return false
	}
	x, okX := first.Sys().(*syscall.Stat_t)
	y, okY := second.Sys().(*syscall.Stat_t)
	return okX && okY && x.Dev == y.Dev
}
