// Package evaltest is the policies and requests by which the speed of decisions is measured. It exists so that policy/eval
// and the peers in bench do the same work; it is for benchmarks and tests only, and may measure nothing itself.
package evaltest
