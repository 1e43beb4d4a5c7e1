package checks

import (
	"fmt"
	"time"

	"github.com/warder-iam/warder/audit"
)

// day is a date for people.
func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// mostEvidence bounds the evidence of one finding; people read no more.
const mostEvidence = 20

// few keeps the first facts, and says how many it left out.
func few(all []audit.Evidence) []audit.Evidence {
	if len(all) <= mostEvidence {
		return all
	}
	return append(all[:mostEvidence:mostEvidence], audit.Evidence{Text: fmt.Sprintf("and %d more", len(all)-mostEvidence)})
}

// fact is evidence without a place.
func fact(format string, args ...any) audit.Evidence {
	return audit.Evidence{Text: fmt.Sprintf(format, args...)}
}
