package audit

import (
	"time"

	"github.com/warder-iam/warder/arn"
)

// Suppression is somebody's decision to live with findings, for a time and for a reason.
type Suppression struct {
	// Finding is an id, Check that of a check, Resource an ARN, which may have wildcards. At least one is given; all that
	// are given must fit.
	Finding  string `json:"finding,omitempty"`
	Check    string `json:"check,omitempty"`
	Resource string `json:"resource,omitempty"`
	// Reason and Owner are asked for, so that somebody can be asked.
	Reason string `json:"reason"`
	Owner  string `json:"owner"`
	// Expires is the day after which the findings count again.
	Expires time.Time `json:"expires"`
}

// covers reports whether the suppression is about the finding.
func (s *Suppression) covers(f *Finding) bool {
	return (s.Finding == "" || s.Finding == f.ID) && (s.Check == "" || s.Check == f.Check) &&
		(s.Resource == "" || arn.Glob(s.Resource, f.Resource)) && (s.Finding != "" || s.Check != "" || s.Resource != "")
}

// suppress marks the findings that suppressions cover, the first that does.
func (r *Report) suppress(list []Suppression, now time.Time) {
	for i := range list {
		s := &list[i]
		if !s.Expires.IsZero() && now.After(s.Expires) {
			r.Expired = append(r.Expired, *s)
			continue
		}
		used := false
		for j := range r.Findings {
			f := &r.Findings[j]
			if !s.covers(f) {
				continue
			}
			used = true
			if f.Suppressed == nil {
				f.Suppressed = s
			}
		}
		if !used {
			r.Unused = append(r.Unused, *s)
		}
	}
}
