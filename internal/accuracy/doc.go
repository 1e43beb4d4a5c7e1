// Package accuracy holds the audit to labelled accounts: who is an administrator, who can become one, and who is harmless.
// The labels are earned: the path of a positive is replayed on a live server, and a negative is proved by trying everything.
// It holds tests and their data only; docs/accuracy.md is written by them.
package accuracy
