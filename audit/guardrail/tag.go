package guardrail

import (
	"fmt"
	"strings"

	"github.com/warder-iam/warder/directory"
)

// Tag is the key of the tag by which users and policies tell guardrails how to treat them.
const Tag = "warder:guardrail"

// The values of Tag. Whatever has another one is left alone, and the plan says so.
const (
	Exempt  = "exempt" // of a user or policy: no guardrail changes it
	Rotated = "rotate" // of a user: its key is replaced through the hook
)

// tagged is the value of Tag, "" without one.
func tagged(tags []directory.Tag) string {
	for _, t := range tags {
		if strings.EqualFold(t.Key, Tag) {
			return t.Value
		}
	}
	return ""
}

// spared says why the tags keep guardrails off; "" where they do not.
func spared(tags []directory.Tag, known ...string) string {
	value := tagged(tags)
	switch {
	case value == Exempt:
		return "exempt by its tag " + Tag
	case value == "" && !directory.HasTag(tags, Tag):
		return ""
	}
	for _, k := range known {
		if value == k {
			return ""
		}
	}
	return fmt.Sprintf("its tag %s has the value %q, which guardrails do not know", Tag, value)
}
