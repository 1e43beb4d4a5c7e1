package escalation

import (
	"math/bits"
	"testing"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/directory"
)

// TestCutBreaksAllPaths: without the statements of the cut nobody escalates, and no smaller set of statements does as well.
func TestCutBreaksAllPaths(t *testing.T) {
	cuts := 0
	for _, c := range readAccounts(t) {
		t.Run(c.Name, func(t *testing.T) {
			snap, g := c.build(t)
			cut := g.Cut()
			if len(g.Escalations) == 0 {
				if len(cut.Statements) > 0 || !cut.Exact {
					t.Errorf("nothing is to be cut: %+v", cut)
				}
				return
			}
			cuts++
			if len(cut.Open) > 0 {
				t.Errorf("the cut leaves %v", cut.Open)
			}
			left := escalationsWithout(&c, snap, cut.Statements)
			for i := range left {
				t.Errorf("without %v there is still %s", cut.Statements, &left[i])
			}
			if !cut.Exact {
				t.Errorf("%d candidates, but the cut is not said to be exact", cut.Candidates)
			}
			checkSmallest(t, &c, snap, g, len(cut.Statements))
		})
	}
	if cuts < 10 {
		t.Errorf("only %d accounts have anything to cut", cuts)
	}
}

func escalationsWithout(c *accountCase, snap *directory.Snapshot, removed []Statement) []Escalation {
	f := access.New(without(snap, removed), access.Options{Now: now})
	return Build(f, Options{Workloads: c.Account.Workloads, PasskeySignIn: c.Account.PasskeySignIn}).Escalations
}

// checkSmallest tries every smaller set of statements that stand in some edge or path.
func checkSmallest(t *testing.T, c *accountCase, snap *directory.Snapshot, g *Graph, size int) {
	t.Helper()
	numbers := cutting{graph: g, numbers: map[place]int{}}
	for _, e := range g.Edges {
		for _, st := range e.Statements {
			numbers.number(st)
		}
	}
	all := numbers.candidates
	if len(all) > 10 {
		t.Logf("%d statements are too many to try all", len(all))
		return
	}
	for mask := range uint(1) << len(all) {
		if bits.OnesCount(mask) != size-1 {
			continue
		}
		var removed []Statement
		for i := range all {
			if mask>>i&1 == 1 {
				removed = append(removed, all[i])
			}
		}
		if len(escalationsWithout(c, snap, removed)) == 0 {
			t.Errorf("a cut of %d is enough: %v", size-1, removed)
		}
	}
}

// TestCutOfManyCandidates: beyond thirty candidates no statement of the cut can be left out, and the bound is below.
func TestCutOfManyCandidates(t *testing.T) {
	c := accountCase{Account: testAccount{Users: map[string]testUser{}}}
	for i := range 34 {
		name := "user" + string(rune('a'+i%26)) + string(rune('a'+i/26))
		c.Account.Users[name] = testUser{testHolder: testHolder{Inline: []statement{{Allow: "iam:PutUserPolicy", On: "user/" + name}}}}
	}
	snap, g := c.build(t)
	cut := g.Cut()
	if cut.Candidates != 34 || len(cut.Statements) != 34 || cut.Bound != 34 {
		t.Errorf("%d of %d statements, bound %d; want all of 34", len(cut.Statements), cut.Candidates, cut.Bound)
	}
	if left := escalationsWithout(&c, snap, cut.Statements); len(left) > 0 {
		t.Errorf("the cut leaves %v", left)
	}
	if left := escalationsWithout(&c, snap, cut.Statements[1:]); len(left) == 0 {
		t.Error("the cut can do without its first statement")
	}
}
