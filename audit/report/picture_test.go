package report

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/report/reporttest"
)

// TestPictureLarge: what the graph says of the large report, as text.
func TestPictureLarge(t *testing.T) {
	r := reporttest.Large()
	p := newPicture(r, groupPaths(r, exactShape))
	var got []string
	for _, e := range p.Edges {
		text := e.From.Label + " -> " + e.To.Label
		if len(e.Steps) > 0 {
			text += ": " + strings.Join(e.Steps, ", ")
		}
		if e.Needs != "" {
			text += " (" + e.Needs + ")"
		}
		got = append(got, text)
	}
	want := []string{
		"24 users -> Everything: rewrites the policy",
		"ci-deploy -> deploy-admin: makes a Lambda function with the role and calls it",
		"deploy-admin -> Everything",
		"support -> alice: makes an access key for the user",
		"alice -> Everything",
		"contractor-mallo… -> support: assumes the role",
		"carol -> ops-admin: rewrites the role's trust policy, assumes the role",
		"ops-admin -> Everything",
		"reporting -> break-glass: assumes the role (with MFA)",
		"break-glass -> Everything (with MFA)",
		"20 users -> reporting: assumes the role (with MFA)",
		"999988887777 -> support: assumes the role",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the graph is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(p.Choices) != 7 || p.Loose {
		t.Errorf("%d ways to choose from, want 7: %q", len(p.Choices), p.Choices)
	}
}

// TestPictureSizes: from nobody to many principals the picture stays one that can be read, and stands for all of them.
func TestPictureSizes(t *testing.T) {
	if p := newPicture(&audit.Report{}, nil); p != nil {
		t.Error("a picture of nobody")
	}
	for _, test := range []struct{ ways, shapes int }{{1, 1}, {16, 16}, {17, 3}, {300, 5}, {300, 40}, {5_000, 60}} {
		t.Run(fmt.Sprintf("%d ways of %d shapes", test.ways, test.shapes), func(t *testing.T) {
			r := &audit.Report{}
			for i := range test.ways {
				from, over := fmt.Sprintf("arn:aws:iam::1:user/u%d", i), fmt.Sprintf("arn:aws:iam::1:role/r%d", i)
				admin := "arn:aws:iam::1:role/admin"
				r.Escalations = append(r.Escalations, audit.Escalation{From: from, To: admin, Steps: []audit.Step{
					{Step: "assume-role", Title: "assumes the role", From: from, To: over},
					{Step: fmt.Sprint("s", i%test.shapes), Title: fmt.Sprint("does ", i%test.shapes), From: over, To: admin},
				}})
			}
			p := newPicture(r, groupPaths(r, exactShape))
			checkPicture(t, p)
			all := map[string]bool{}
			for _, n := range p.Nodes {
				for _, name := range n.Names {
					all[name] = true
				}
			}
			for _, e := range r.Escalations {
				if !all[e.From] {
					t.Fatalf("%s is nowhere", e.From)
				}
			}
			if most := 3*mostStarts + 5; len(p.Nodes) > most {
				t.Errorf("%d nodes, at most %d can be read", len(p.Nodes), most)
			}
			if p.Loose != (test.ways > mostStarts) {
				t.Error("ways are drawn as one without need, or are not")
			}
		})
	}
}

// TestPictureAnyGraph lays out ways at random, circles among them.
func TestPictureAnyGraph(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		name := func() string { return fmt.Sprintf("arn:aws:iam::1:role/r%d", random.IntN(12)) }
		r := &audit.Report{}
		for range random.IntN(20) {
			e := audit.Escalation{From: name()}
			at := e.From
			for range 1 + random.IntN(5) {
				to := name()
				e.Steps = append(e.Steps, audit.Step{Step: "s", Title: strings.Repeat("word ", random.IntN(20)), From: at, To: to})
				at = to
			}
			e.To = at
			r.Escalations = append(r.Escalations, e)
			r.External = append(r.External, audit.External{Resource: name(), Principal: "*", Public: true})
		}
		for range random.IntN(14) {
			r.Administrators = append(r.Administrators, audit.Administrator{ARN: name()})
		}
		if p := newPicture(r, groupPaths(r, exactShape)); p != nil {
			checkPicture(t, p)
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// checkPicture: no node lies on another, nothing lies outside, no label on another, and each edge is drawn.
func checkPicture(t *testing.T, p *picture) {
	t.Helper()
	for i, n := range p.Nodes {
		if n.x < 0 || n.y < 0 || n.x+n.w > p.Width || n.y+n.h > p.Height {
			t.Errorf("%s at %d,%d lies outside of %d,%d", n.Label, n.x, n.y, p.Width, p.Height)
		}
		for _, m := range p.Nodes[:i] {
			if n.x < m.x+m.w && m.x < n.x+n.w && n.y < m.y+m.h && m.y < n.y+n.h {
				t.Errorf("%s lies on %s", n.Label, m.Label)
			}
		}
	}
	type point struct{ x, y int }
	lines := map[point]string{}
	for _, e := range p.Edges {
		if !strings.HasPrefix(e.Path, fmt.Sprintf("M%d,", e.From.x+e.From.w)) || !strings.HasSuffix(e.Path, fmt.Sprintf(",%d", e.ends[len(e.ends)-1])) {
			t.Errorf("the edge from %s to %s is %q", e.From.Label, e.To.Label, e.Path)
		}
		for _, line := range e.Lines {
			if len([]rune(line.Text)) > labelRunes || line.Y > p.Height || line.X >= p.Width {
				t.Errorf("the label %q at %d,%d", line.Text, line.X, line.Y)
			}
			if other := lines[point{line.X, line.Y}]; other != "" {
				t.Errorf("the label %q lies on %q", line.Text, other)
			}
			lines[point{line.X, line.Y}] = line.Text
		}
	}
}

func TestWrap(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", ""},
		{"short", "short"},
		{"two words", "two words"},
		{"exactly ten", "exactly|ten"},
		{"averyveryverylongword", "averyvery…"},
		{"one averyverylongword", "one|averyvery…"},
		{"a b c d e f g h i j k l m n o p", "a b c d e|f g h i j|k l m n o…"},
	}
	for _, test := range tests {
		if got := strings.Join(wrap(test.text, 10, 3), "|"); got != test.want {
			t.Errorf("%q breaks into %q, want %q", test.text, got, test.want)
		}
	}
}
