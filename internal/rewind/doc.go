// Package rewind tells what an account was like at an earlier time, from what it is like now and the events of the changes
// since. It exists so that the access map can be shown as of then; it may do no I/O and read no clock, and it says what nobody can
// know any more instead of guessing.
package rewind
