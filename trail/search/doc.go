// Package search finds events of a trail and tells what is in it: which events match, who used what, what is unusual. It
// exists so that Warder's own trail and CloudTrail's files are asked in one way; it reads no file and no clock.
package search
