package escalation

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/exhaustive"
)

// accountCase is an account with all its administrators and all that can become one. Names are short: "role/admin", and
// "eve" for a user.
type accountCase struct {
	Name           string
	Account        testAccount
	Administrators []string
	Escalations    map[string][]string // the steps of each
	AnyOrder       bool                // of the steps
	// Accept are other steps that do as well; null is any.
	Accept map[string][][]string
	// Requirements are the condition keys that a path asks for.
	Requirements map[string][]string
	// Oracle says whose paths the exhaustive search cannot play, and why: "eve: it knows no providers"; "none" is nobody's.
	Oracle string
}

func readAccounts(t testing.TB) []accountCase {
	t.Helper()
	text, err := os.ReadFile("testdata/accounts.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []accountCase
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Fatal("no case")
	}
	return cases
}

// shortName is what longName makes long; users are without "user/".
func shortName(arn string) string {
	return strings.TrimPrefix(strings.TrimPrefix(arn, "arn:aws:iam::"+home+":"), "user/")
}

func (c *accountCase) build(t testing.TB) (*directory.Snapshot, *Graph) {
	snap := c.Account.snapshot(t)
	return snap, Build(access.New(snap, access.Options{Now: now}), Options{Workloads: c.Account.Workloads, PasskeySignIn: c.Account.PasskeySignIn})
}

func TestAccounts(t *testing.T) {
	for _, c := range readAccounts(t) {
		t.Run(c.Name, func(t *testing.T) {
			snap, g := c.build(t)
			var admins []string
			for _, a := range g.Administrators {
				admins = append(admins, shortName(a.ARN))
			}
			slices.Sort(admins)
			slices.Sort(c.Administrators)
			if !slices.Equal(admins, c.Administrators) {
				t.Errorf("administrators are %q, want %q", admins, c.Administrators)
			}
			one := NewJudge(access.New(snap, access.Options{Now: now}))
			for p := range access.New(snap, access.Options{Now: now}).Principals() {
				if is, want := one.Administrator(p.ARN) != nil, slices.Contains(admins, shortName(p.ARN)); is != want {
					t.Errorf("asked alone, %s is an administrator: %t, want %t", p.ARN, is, want)
				}
			}
			found := map[string]*Escalation{}
			for i := range g.Escalations {
				found[shortName(g.Escalations[i].From)] = &g.Escalations[i]
			}
			for _, name := range slices.Sorted(maps.Keys(found)) {
				if _, want := c.Escalations[name]; !want {
					t.Errorf("%s is said to escalate: %s", name, stepsOf(found[name]))
				}
			}
			for name, want := range c.Escalations {
				e := found[name]
				if e == nil {
					t.Errorf("no path for %s", name)
					continue
				}
				if !c.accepts(name, want, stepsOf(e)) {
					t.Errorf("%s escalates by %q, want %q", name, stepsOf(e), want)
				}
				replay(t, snap, e)
				checkRequirements(t, e, c.Requirements[name])
			}
			if len(g.Unsettled) > 0 {
				t.Errorf("unsettled: %q", g.Unsettled)
			}
		})
	}
}

func stepsOf(e *Escalation) []string {
	var ids []string
	for _, s := range e.Steps {
		ids = append(ids, s.Step)
	}
	return ids
}

func (c *accountCase) accepts(name string, want, got []string) bool {
	for _, other := range append(slices.Clone(c.Accept[name]), want) {
		w, g := slices.Clone(other), slices.Clone(got)
		if c.AnyOrder {
			slices.Sort(w)
			slices.Sort(g)
		}
		if other == nil || slices.Equal(w, g) {
			return true
		}
	}
	return false
}

func checkRequirements(t *testing.T, e *Escalation, want []string) {
	t.Helper()
	var got []string
	for _, s := range e.Steps {
		for _, r := range s.Requirements {
			got = append(got, r.Key)
		}
	}
	if want != nil && !slices.Equal(got, want) {
		t.Errorf("%s needs %q, want %q", shortName(e.From), got, want)
	}
}

// replay makes the requests of a path, one after the other, on the account as the steps before have left it.
func replay(t failer, snap *directory.Snapshot, e *Escalation) {
	t.Helper()
	have := map[string]bool{e.From: true}
	for i, s := range e.Steps {
		if !have[s.From] {
			t.Errorf("step %d of %s is taken by %s, whom nobody has", i+1, e.From, s.From)
		}
		f := access.New(snap, access.Options{Now: now})
		if len(s.Asks) == 0 {
			t.Errorf("step %d of %s asks for nothing", i+1, e.From)
		}
		for _, a := range s.Asks {
			if a.Answer.Witness == nil {
				t.Errorf("step %d of %s: %s on %s has no witness", i+1, e.From, a.Action, a.Resource)
				continue
			}
			if d := f.Replay(a.Answer.Witness); !d.Allowed() {
				t.Errorf("step %d of %s: %s on %s is refused when it is made: %s", i+1, e.From, a.Action, a.Resource, d.Message())
			}
		}
		if s.Gains && !s.Limited {
			have[s.To] = true
		}
		snap = s.Apply(snap)
	}
	if !have[e.To] {
		t.Errorf("%s ends as %s, whom nobody has", e.From, e.To)
	}
	if !oracle(0).Rules(snap, e.To) {
		t.Errorf("%s ends as %s, which is no administrator", e.From, e.To)
	}
}

// oracle looks at so many positions, to depth four, from a network that conditions of the tests name and from another, with tags
// that they ask for.
func oracle(positions int) *exhaustive.Search {
	return &exhaustive.Search{
		Account: home, Now: now, Depth: 4, Positions: positions, Workloads: map[string]string{},
		Addresses: []string{"198.51.100.7", "203.0.113.9"}, Tags: []directory.Tag{{Key: "team", Value: "ops"}, {Key: "open", Value: "yes"}},
	}
}

// TestAgainstExhaustiveSearch proves the labels of the table: who has a path has one by the exhaustive search too, and who
// has none has none to depth four.
func TestAgainstExhaustiveSearch(t *testing.T) {
	proved := 0
	for _, c := range readAccounts(t) {
		t.Run(c.Name, func(t *testing.T) {
			snap := c.Account.snapshot(t)
			search := oracle(3000)
			for _, w := range c.Account.Workloads {
				search.Workloads[w.ARN] = w.Role
			}
			account := snap.Account(home)
			var names []string
			for u := range account.Users() {
				names = append(names, account.ARN(u))
			}
			for r := range account.Roles() {
				names = append(names, account.ARN(r))
			}
			for _, name := range names {
				short := shortName(name)
				n, complete := search.From(snap, name)
				_, escalates := c.Escalations[short]
				switch isAdmin := slices.Contains(c.Administrators, short); {
				case strings.HasPrefix(short, "role/aws-service-role/"):
				case !complete:
					t.Logf("%s: not looked at to the end", short)
				case isAdmin != (n == 0):
					t.Errorf("%s: administrator by label %t, after operations %d", short, isAdmin, n)
				case escalates && n < 0 && !c.beyondOracle(short):
					t.Errorf("%s has no path in %d operations", short, search.Depth)
				case !isAdmin && !escalates && n > 0:
					t.Errorf("%s has a path of %d operations", short, n)
				default:
					proved++
				}
			}
		})
	}
	if proved < 100 {
		t.Errorf("only %d principals were proved", proved)
	}
}

func (c *accountCase) beyondOracle(name string) bool {
	who, _, ok := strings.Cut(c.Oracle, ":")
	return ok && (who == "none" || who == name)
}

// String shows a path in a line, for failures.
func (e *Escalation) String() string {
	var b strings.Builder
	for _, s := range e.Steps {
		fmt.Fprintf(&b, "%s %s %s; ", shortName(s.From), s.Step, shortName(s.To))
	}
	return b.String()
}

// failer is a testing.T or a rapid.T.
type failer interface {
	Helper()
	Errorf(format string, args ...any)
}

// TestPath: anybody may be asked about, whether worth becoming or not.
func TestPath(t *testing.T) {
	a := testAccount{
		Users: map[string]testUser{
			"eve":  {testHolder: testHolder{Inline: []statement{{Allow: "sts:AssumeRole", On: "role/mid"}}}},
			"weak": {}, "boss": {testHolder: testHolder{Attached: []string{administratorARN}}},
		},
		Roles: map[string]testRole{
			"mid": {Trust: []statement{{To: "root"}}, testHolder: testHolder{Inline: []statement{{Allow: "iam:CreateAccessKey", On: "user/weak"}}}},
			"far": {Trust: []statement{{To: "ec2.amazonaws.com"}}},
		},
	}
	c := accountCase{Account: a}
	_, g := c.build(t)
	for _, q := range []struct{ from, to, steps string }{
		{"user/eve", "user/weak", "assume-role create-access-key"},
		{"user/eve", "role/mid", "assume-role"},
		{"user/eve", "user/boss", ""},
		{"user/eve", "user/eve", ""},
		{"user/weak", "role/mid", ""},
		{"user/boss", "role/far", "ec2-run-instances"},
		{"user/eve", "user/nobody", ""},
		{"user/nobody", "user/eve", ""},
	} {
		path := g.Path(longName(q.from), longName(q.to))
		if got := strings.Join(stepsOf(&Escalation{Steps: path}), " "); got != q.steps {
			t.Errorf("from %s to %s by %q, want %q", q.from, q.to, got, q.steps)
		}
	}
}

// TestAcrossAccounts: a role of one account that trusts another is assumed from there, with the permission to.
func TestAcrossAccounts(t *testing.T) {
	const other = "444455556666"
	a := testAccount{Users: map[string]testUser{
		"eve": {testHolder: testHolder{Inline: []statement{{Allow: "sts:AssumeRole", On: "arn:aws:iam::" + other + ":role/admin"}}}}, "bob": {},
	}}
	role := &directory.Role{
		ID: "AROAOTHER", Name: "admin", Path: "/", MaxSession: 3600, Attached: []string{administratorARN}, Trust: document([]statement{{Allow: "sts:AssumeRole", To: "root"}}),
	}
	snap := a.snapshot(t).With(2, other, []directory.Entity{&directory.AccountInfo{ID: other}, role}, nil)
	g := Build(access.New(snap, access.Options{Now: now}), Options{})
	if len(g.Escalations) != 1 || shortName(g.Escalations[0].From) != "eve" || g.Escalations[0].To != "arn:aws:iam::"+other+":role/admin" {
		t.Errorf("escalations are %v", g.Escalations)
	}
}
