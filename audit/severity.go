package audit

import (
	"fmt"
	"strings"
)

// Severity of a finding.
type Severity uint8

// The severities.
const (
	Informational Severity = iota // worth knowing; nothing is wrong
	Low                           // untidy; makes other faults likelier
	Medium                        // weakens a protection
	High                          // one fault away from loss of control
	Critical                      // control can be lost by a single leak, or is lost already
)

var severityNames = [...]string{"informational", "low", "medium", "high", "critical"}

// Severities are all, the gravest first.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low, Informational} }

// String is the name in lower case.
func (s Severity) String() string { return severityNames[s] }

// MarshalText is String.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (s *Severity) UnmarshalText(text []byte) error {
	for i, name := range severityNames {
		if name == string(text) {
			*s = Severity(i)
			return nil
		}
	}
	return fmt.Errorf("%q is no severity: there are %s", text, strings.Join(severityNames[:], ", "))
}
