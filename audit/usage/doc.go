// Package usage reads the records of a trail as questions about access: what did a principal use, which policy would allow
// just that, and which calls would a changed policy have refused. It exists so that rights are taken away with proof: every
// answer is decided by policy/eval. It may do no I/O and read no clock.
package usage
