// Package policy is the AWS policy language as data: parse with positions, check what is refused when a policy is
// written, print. It exists so that every part of Warder reads a document the same way; it may not decide anything.
package policy
