//go:build !unix

package bench

import "os"

// peakMemory cannot be told here.
func peakMemory(*os.ProcessState) float64 { return 0 }
