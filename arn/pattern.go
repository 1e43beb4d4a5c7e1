package arn

import "fmt"

// Pattern matches ARNs part by part: a wildcard in one of the first five parts never crosses a colon. It is the meaning
// of the ARN condition operators. (A policy's Resource is a plain Glob over the whole text.)
type Pattern struct {
	parts [6]string
}

// ParsePattern reads an ARN in which every part but the first may hold "*" and "?".
func ParsePattern(s string) (Pattern, error) {
	parts, err := split(s)
	if err != nil {
		return Pattern{}, fmt.Errorf("arn: the pattern %q %w", clip(s), err)
	}
	return Pattern{parts: parts}, nil
}

// Match is whether s is an ARN of six parts, each of which matches. The zero Pattern matches nothing.
func (p Pattern) Match(s string) bool {
	parts, err := split(s)
	if err != nil {
		return false
	}
	for i, part := range parts {
		if !Glob(p.parts[i], part) {
			return false
		}
	}
	return true
}

// String is the pattern as it was read.
func (p Pattern) String() string {
	return p.parts[0] + ":" + p.parts[1] + ":" + p.parts[2] + ":" + p.parts[3] + ":" + p.parts[4] + ":" + p.parts[5]
}
