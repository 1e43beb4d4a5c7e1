package accessmap

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/rewind"
	"github.com/warder-iam/warder/internal/turns"
	"github.com/warder-iam/warder/trail"
)

const (
	own    = "111122223333"
	other  = "444455556666" // another account of the same server
	prefix = "arn:aws:iam::" + own + ":"
)

var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// testAccount is an account as testdata writes it: names, and documents as they are.
type testAccount struct {
	Users map[string]struct {
		Groups, Attached []string
		Inline           json.RawMessage
		Boundary         string
	}
	Groups map[string]struct {
		Attached []string
		Inline   json.RawMessage
	}
	Roles map[string]struct {
		Trust    json.RawMessage
		Attached []string
		Inline   json.RawMessage
	}
	Policies map[string]json.RawMessage
}

func (a *testAccount) entities(id string) []directory.Entity {
	all := []directory.Entity{&directory.AccountInfo{ID: id, Created: now.AddDate(-1, 0, 0)}}
	made := now.AddDate(0, -6, 0)
	text := func(statements json.RawMessage) directory.Document {
		return directory.Document{Text: `{"Version":"2012-10-17","Statement":` + strings.ReplaceAll(string(statements), "{own}", prefix) + `}`}
	}
	inline := func(statements json.RawMessage) []directory.InlinePolicy {
		if statements == nil {
			return nil
		}
		return []directory.InlinePolicy{{Name: "own", Document: text(statements)}}
	}
	attached := func(names []string) (arns []string) {
		for _, name := range names {
			if _, ok := a.Policies[name]; ok {
				arns = append(arns, "arn:aws:iam::"+id+":policy/"+name)
			} else {
				arns = append(arns, "arn:aws:iam::aws:policy/"+name)
			}
		}
		return arns
	}
	for name, g := range a.Groups {
		all = append(all, &directory.Group{ID: "AGPA" + id + name, Name: name, Path: "/", Created: made, Attached: attached(g.Attached), Inline: inline(g.Inline)})
	}
	for name, u := range a.Users {
		user := &directory.User{ID: "AIDA" + id + name, Name: name, Path: "/", Created: made, Attached: attached(u.Attached), Inline: inline(u.Inline)}
		for _, g := range u.Groups {
			user.Groups = append(user.Groups, "AGPA"+id+g)
		}
		if u.Boundary != "" {
			user.Boundary = attached([]string{u.Boundary})[0]
		}
		all = append(all, user)
	}
	for name, r := range a.Roles {
		all = append(all, &directory.Role{ID: "AROA" + id + name, Name: name, Path: "/", Created: made, MaxSession: 3600, Trust: text(r.Trust), Attached: attached(r.Attached), Inline: inline(r.Inline)})
	}
	for name, doc := range a.Policies {
		all = append(all, &directory.Policy{ID: "ANPA" + id + name, Name: name, Path: "/", Created: made, Default: 1, Latest: 1,
			Versions: []directory.PolicyVersion{{Number: 1, Created: made, Document: text(doc)}}})
	}
	return all
}

// testCase is an account, one beside it, its map as lines, and questions about reach.
type testCase struct {
	Account, Beside testAccount
	Nodes, Edges    []string
	Reach           []struct {
		From, To, Action, Service string
		Principals, Grants, Not   []string
	}
}

func readCase(t testing.TB) *testCase {
	t.Helper()
	text, err := os.ReadFile("testdata/account.json")
	if err != nil {
		t.Fatal(err)
	}
	var c testCase
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	return &c
}

func (c *testCase) maps() *Maps {
	snap := directory.Load(directory.NewLibrary(catalog.Load()), 7, map[string][]directory.Entity{own: c.Account.entities(own), other: c.Beside.entities(other)})
	return mapsOf(snap, nil)
}

func mapsOf(snap *directory.Snapshot, events trailOf) *Maps {
	return New(Options{
		Snapshot: func() *directory.Snapshot { return snap }, Now: func() time.Time { return now }, Turns: turns.New(turns.Options{All: 1, Longest: time.Hour}),
		History: func(context.Context, string) rewind.History { return events },
	})
}

// trailOf are the events of an account, oldest first.
type trailOf []*trail.Event

func (all trailOf) Since(t time.Time) iter.Seq2[*trail.Event, error] {
	return all.filtered(func(e *trail.Event) bool { return !e.EventTime.Before(t) })
}

func (all trailOf) Before(resource string, t time.Time) iter.Seq2[*trail.Event, error] {
	return all.filtered(func(e *trail.Event) bool {
		return !e.EventTime.After(t) && (resource == "" || slices.ContainsFunc(e.References(), func(r trail.Reference) bool { return r.Name == resource }))
	})
}

func (all trailOf) filtered(keep func(*trail.Event) bool) iter.Seq2[*trail.Event, error] {
	return func(yield func(*trail.Event, error) bool) {
		for _, e := range slices.Backward(all) {
			if keep(e) && !yield(e, nil) {
				return
			}
		}
	}
}

// analysed asks for the map until it has its analysis.
func analysed(t testing.TB, m *Maps, at *time.Time) *api.GetAccessMapOutput {
	t.Helper()
	for range 40 {
		out, err := m.Graph(t.Context(), own, &api.GetAccessMapInput{At: at})
		if err != nil {
			t.Fatal(err)
		}
		if out.Analysed {
			return out
		}
	}
	t.Fatal("the map is never analysed")
	return nil
}

// lines are a map as text: nodes with their flags and homes, and edges with what they require.
func lines(out *api.GetAccessMapOutput) (nodes, edges []string) {
	for i, name := range out.Nodes.Names {
		line := out.NodeKinds[out.Nodes.Kinds[i]] + " " + name
		for bit, flag := range out.FlagNames {
			if out.Nodes.Flags[i]>>bit&1 == 1 {
				line += " +" + flag
			}
		}
		if h := out.Nodes.Homes[i]; h >= 0 {
			line += " at " + out.Nodes.Names[h]
		}
		nodes = append(nodes, line)
	}
	e := &out.Edges
	for i := range e.From {
		line := out.Nodes.Names[e.From[i]] + " " + out.EdgeKinds[e.Kinds[i]] + " " + out.Nodes.Names[e.To[i]]
		if n := e.Notes[i]; n >= 0 {
			note := out.Notes[n]
			if note.Step != nil {
				line += " by " + *note.Step
			}
			if note.Object != nil {
				line += " of " + *note.Object
			}
			if len(note.Requirements) > 0 {
				line += " if " + strings.Join(note.Requirements, " and ")
			}
		}
		edges = append(edges, line)
	}
	slices.Sort(nodes)
	slices.Sort(edges)
	return nodes, edges
}

func TestGraph(t *testing.T) {
	c := readCase(t)
	nodes, edges := lines(analysed(t, c.maps(), nil))
	same(t, "nodes", nodes, c.Nodes)
	same(t, "edges", edges, c.Edges)
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	want = slices.Clone(want)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		text, err := json.MarshalIndent(got, "", " ")
		t.Errorf("%s: %s %v", what, text, err)
		for _, line := range want {
			if !slices.Contains(got, line) {
				t.Errorf("%s: missing %q", what, line)
			}
		}
	}
}

func TestReach(t *testing.T) {
	c := readCase(t)
	m := c.maps()
	given := func(s string) *string {
		if s == "" {
			return nil
		}
		return new(strings.ReplaceAll(s, "{own}", prefix))
	}
	for _, q := range c.Reach {
		name := fmt.Sprintf("from %q to %q action %q service %q", q.From, q.To, q.Action, q.Service)
		out, err := m.Reach(t.Context(), own, &api.GetReachInput{From: given(q.From), To: given(q.To), Action: given(q.Action), Service: given(q.Service)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		principals, grants, not := []string{}, []string{}, listed(slices.Clone(out.NotAssessed))
		for i := range out.Principals {
			p := &out.Principals[i]
			line := short(p.Arn) + ": " + p.Answer
			if len(p.Requirements) > 0 {
				line += " " + strings.Join(p.Requirements, " and ")
			}
			for _, s := range p.Steps {
				line += "; " + s.Step + " " + short(s.To)
			}
			if len(p.Actions) > 0 {
				line += " (" + strings.Join(p.Actions, " ") + ")"
			}
			principals = append(principals, line)
		}
		for i := range out.Grants {
			g := &out.Grants[i]
			grants = append(grants, strings.TrimSpace(g.Service+" "+strings.Join(g.Actions, " ")+" on "+strings.Join(g.Resources, " ")+": "+g.Answer+" "+strings.Join(g.Requirements, " and ")))
		}
		slices.Sort(principals)
		slices.Sort(grants)
		slices.Sort(not)
		same(t, name+" principals", principals, listed(q.Principals))
		same(t, name+" grants", grants, listed(q.Grants))
		same(t, name+" not assessed", not, listed(q.Not))
	}
}

func short(name string) string { return strings.TrimPrefix(name, prefix) }

// TestPast: the map of a time before a change is without it, and what the trail does not tell is said.
func TestPast(t *testing.T) {
	snap := directory.Load(directory.NewLibrary(catalog.Load()), 7, map[string][]directory.Entity{own: readCase(t).Account.entities(own)})
	change := &trail.Event{EventID: "1", EventName: "AttachUserPolicy", EventSource: "iam.amazonaws.com", EventTime: now.Add(-time.Hour),
		RequestParameters: json.RawMessage(`{"userName":"alice","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}`)}
	older := &trail.Event{EventID: "0", EventName: "ListUsers", EventSource: "iam.amazonaws.com", EventTime: now.AddDate(0, -1, 0), ReadOnly: true}
	m := mapsOf(snap, trailOf{older, change})
	const attachment = ":user/alice attached arn:aws:iam::aws:policy/AdministratorAccess"
	for _, c := range []struct {
		at       time.Time
		attached bool
		unknown  int
	}{{now, true, 0}, {now.Add(-time.Hour), true, 0}, {now.Add(-61 * time.Minute), false, 0}, {now.AddDate(0, -2, 0), false, 1}} {
		out := analysed(t, m, &c.at)
		nodes, edges := lines(out)
		if slices.Contains(edges, attachment) != c.attached || len(out.Unknown) != c.unknown {
			t.Errorf("at %v: edges %q, unknown %q", c.at, edges, out.Unknown)
		}
		admin := slices.ContainsFunc(nodes, func(line string) bool { return strings.HasPrefix(line, "user :user/alice +admin") })
		if admin != c.attached {
			t.Errorf("at %v alice is an administrator: %v", c.at, admin)
		}
	}
	early := now.AddDate(-2, 0, 0)
	if _, err := m.Graph(t.Context(), own, &api.GetAccessMapInput{At: &early}); err == nil {
		t.Error("there is a map of a time at which there was no account")
	}
}

// TestUnchanged: a reader who has the newest map is not sent it again.
func TestUnchanged(t *testing.T) {
	m := readCase(t).maps()
	first := analysed(t, m, nil)
	for revision, unchanged := range map[string]bool{first.Revision: true, "6": false} {
		again, err := m.Graph(t.Context(), own, &api.GetAccessMapInput{Revision: &revision})
		if err != nil {
			t.Fatal(err)
		}
		if again.Unchanged != unchanged || (len(again.Nodes.Names) == 0) != unchanged {
			t.Errorf("revision %s: unchanged %v with %d nodes", revision, again.Unchanged, len(again.Nodes.Names))
		}
	}
}
