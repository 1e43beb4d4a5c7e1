// Package passkeytest is a security key and its browser in software, for tests: it answers what a page asks, and wrongly where
// a test wants it to. It may be used by tests only.
package passkeytest
