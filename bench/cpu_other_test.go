//go:build !unix

package bench

import "time"

// processCPU cannot be told here.
func processCPU() time.Duration { return 0 }
