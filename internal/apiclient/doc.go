// Package apiclient calls a server as a person's machine does: IAM and STS in the query protocol, Warder's own API in REST-JSON.
// It signs, sends and reads the answer. It exists for the commands that keep and change keys, mend what an audit found, and
// show alarms and guardrails, which need a handful of operations; it may not keep anything, and it never repeats a secret in
// an error.
package apiclient
