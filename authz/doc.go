// Package authz finds the policies that apply to a caller and what it asks for, and has policy/eval decide. It exists so
// that there is one place where permission is decided; it may do no I/O, read no clock and remember no decision.
package authz
