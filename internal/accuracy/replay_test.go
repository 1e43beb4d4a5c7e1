package accuracy

import (
	"slices"
	"testing"

	"github.com/warder-iam/warder/audit/escalation"
)

// TestPositivesReplay: whoever is labelled an administrator makes another one on a live server, and whoever is labelled as
// able to become one does, step by step.
func TestPositivesReplay(t *testing.T) {
	for _, l := range readLabelled(t) {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			server := newLive(t)
			for _, p := range l.principals {
				if p.label == harmless {
					continue
				}
				t.Run(p.short, func(t *testing.T) {
					path := l.path(p.arn)
					if path == nil {
						t.Fatal("there is no path to replay")
					}
					server.load(t, l.bundle.Snapshot)
					r := &replay{live: server, t: t, path: path}
					if err := r.run(); err != nil {
						t.Fatal(err)
					}
				})
			}
		})
	}
}

// path is how a principal becomes an administrator, without steps where it is one; nil where it does not.
func (l *labelled) path(arn string) *escalation.Escalation {
	for i := range l.graph.Escalations {
		if e := &l.graph.Escalations[i]; e.From == arn {
			return e
		}
	}
	if !slices.ContainsFunc(l.graph.Administrators, func(a escalation.Administrator) bool { return a.ARN == arn }) {
		return nil
	}
	return &escalation.Escalation{From: arn, To: arn}
}
