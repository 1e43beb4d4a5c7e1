// Package apiclient calls IAM and STS of a server, as a person's machine does: it signs, sends and reads the answer. It exists
// for the commands that keep and change keys, which need a handful of operations; it may not keep anything, and it never
// repeats a secret in an error.
package apiclient
