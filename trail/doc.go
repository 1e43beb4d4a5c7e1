// Package trail is the audit record: the event in CloudTrail's form. It exists so that every tool that reads CloudTrail
// reads Warder; it opens nothing itself and reads no clock.
//
// It parses with go-json-experiment and not with the standard library, which matches member names without case and
// takes a member twice: a forged record could then read one way here and another way in the next tool.
package trail
