// Package servertest is a server to test against: over a real store in a temporary directory, with users and roles that a
// test chooses, and signed requests. It exists so that the pipeline, authentication and every service are tested on one
// and the same ground; it may be imported by tests only.
package servertest
