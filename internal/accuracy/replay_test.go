package accuracy

import (
	"testing"

	"github.com/warder-iam/warder/audit/access"
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
					path, last := l.path(p.arn)
					if path == nil {
						t.Fatal("there is no path to replay")
					}
					server.load(t, l.bundle.Snapshot)
					r := &replay{live: server, t: t, path: path}
					if err := r.run(last); err != nil {
						t.Fatal(err)
					}
				})
			}
		})
	}
}

// path is how a principal becomes an administrator, without steps where it is one, and the request that only administrators
// can make, for the circumstances in which it is.
func (l *labelled) path(arn string) (*escalation.Escalation, *access.Witness) {
	path := &escalation.Escalation{From: arn, To: arn}
	for i := range l.graph.Escalations {
		if l.graph.Escalations[i].From == arn {
			path = &l.graph.Escalations[i]
		}
	}
	for i := range l.graph.Administrators {
		if a := &l.graph.Administrators[i]; a.ARN == path.To {
			return path, a.Witness
		}
	}
	if len(path.Steps) == 0 {
		return nil, nil
	}
	return path, nil
}
