// Package trail is the audit record: the event in CloudTrail's form, the keyed chain over the lines of a log, log files and
// signed digests as CloudTrail delivers them, checkpoints of where a log and its digests stood, and Verify, which checks a
// folder of delivered files. It exists so that every tool that reads CloudTrail reads Warder, and so that what was removed or
// changed shows; it opens nothing itself and reads no clock.
//
// It parses with go-json-experiment and not with the standard library, which matches member names without case and
// takes a member twice: a forged record could then read one way here and another way in the next tool.
package trail
