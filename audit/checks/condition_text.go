package checks

import (
	"slices"

	"github.com/warder-iam/warder/audit/access"
)

// onlyIf says for the end of a title under which conditions it holds: "", or ", if with MFA".
func onlyIf(requirements []access.Requirement) string {
	var words []string
	for i := range requirements {
		if text := requirements[i].Text; !slices.Contains(words, text) {
			words = append(words, text)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return ", if " + and(words)
}
