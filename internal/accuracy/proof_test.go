package accuracy

import (
	"testing"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/exhaustive"
)

// TestNegativesAreProved: whoever is labelled harmless has been let do everything that it may, four changes deep, and is no
// administrator after any of it.
func TestNegativesAreProved(t *testing.T) {
	proved := 0
	for _, l := range readLabelled(t) {
		t.Run(l.name, func(t *testing.T) {
			search := l.search()
			for _, p := range l.principals {
				if rules := search.Rules(l.bundle.Snapshot, p.arn); rules != (p.label == administrator) {
					t.Errorf("%s is labelled %s, and is an administrator: %t", p.short, p.label, rules)
				}
				if p.label != harmless {
					continue
				}
				switch n, complete := search.From(l.bundle.Snapshot, p.arn); {
				case !complete:
					t.Errorf("%s: there is more to try than was tried", p.short)
				case n >= 0:
					t.Errorf("%s is labelled harmless and becomes an administrator by %d operations", p.short, n)
				default:
					proved++
				}
			}
		})
	}
	if proved == 0 {
		t.Error("nothing was proved")
	}
}

// search tries everything on the account, from where its conditions ask for and from elsewhere.
func (l *labelled) search() *exhaustive.Search {
	s := &exhaustive.Search{
		Account: home, Now: now, Depth: 4, Positions: 20_000, Workloads: map[string]string{},
		Addresses: []string{"127.0.0.1", "203.0.113.9"}, Tags: []directory.Tag{{Key: "team", Value: "ops"}, {Key: "missing", Value: "yes"}},
	}
	for _, w := range l.bundle.Accounts[home].Workloads {
		if w.Role != "" {
			s.Workloads[w.ARN] = w.Role
		}
	}
	return s
}
