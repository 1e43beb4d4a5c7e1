package guardrail_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/warder-iam/warder/audit/guardrail"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
)

var update = flag.Bool("update", false, "write what is wanted anew")

const account = "111122223333"

var now = time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC)

// library is made once: a catalogue takes long to read.
var library = sync.OnceValue(func() *directory.Library { return directory.NewLibrary(catalog.Load()) })

// world is an account in a test. Times are days ago; 0 is not known, or never.
type world struct {
	Settings struct{ UnusedCredentials, KeyAge, KeyNotice, RotateKeys, PolicyVersions, UnattachedPolicies float64 }
	Users    []struct {
		Name     string
		Tags     map[string]string
		Policy   string // inline; "admin" for all rights, "mfa" for all with a second factor
		Attached []string
		Boundary string
		Keys     []struct {
			ID            string
			Created, Used float64
			Inactive      bool
		}
		Password *struct{ Set, Used float64 }
	}
	Policies []struct {
		Name     string
		Tags     map[string]string
		Versions []string // "", or the text of the document
		Default  int
	}
	Notes map[string]note
	Gaps  [][2]float64
}

type note struct {
	Noticed, Inactive, Unattached float64
	Versions                      map[int]float64
	Rotation                      *struct {
		Old, New string
		Phase    guardrail.Phase
		At       float64
	}
}

func ago(days float64) time.Time {
	if days == 0 {
		return time.Time{}
	}
	return now.Add(-time.Duration(days * float64(24*time.Hour)))
}

func span(days float64) time.Duration { return time.Duration(days * float64(24*time.Hour)) }

// TestPlans makes the plans of testdata/plans.txtar: of each case the account, and what is to be done.
func TestPlans(t *testing.T) {
	name := filepath.Join("testdata", "plans.txtar")
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Files)%2 != 0 || len(archive.Files) == 0 {
		t.Fatalf("%d files", len(archive.Files))
	}
	for i := 0; i < len(archive.Files); i += 2 {
		in, want := &archive.Files[i], &archive.Files[i+1]
		name, ok := strings.CutSuffix(in.Name, "/in")
		if !ok || want.Name != name+"/want" {
			t.Fatalf("%s is followed by %s", in.Name, want.Name)
		}
		t.Run(name, func(t *testing.T) {
			var w world
			d := json.NewDecoder(bytes.NewReader(in.Data))
			d.DisallowUnknownFields()
			if err := d.Decode(&w); err != nil {
				t.Fatal(err)
			}
			got := text(guardrail.Make(w.input(t)))
			if *update {
				want.Data = []byte(got)
			} else if got != string(want.Data) {
				t.Errorf("got\n%swant\n%s", got, want.Data)
			}
		})
	}
	if *update {
		if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

var documents = map[string]string{
	"":      `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`,
	"admin": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`,
	"mfa":   `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}}`,
}

func document(text string) directory.Document {
	if known, ok := documents[text]; ok {
		text = known
	}
	d, err := directory.NewDocument(policy.Identity, text)
	if err != nil {
		return library().Document(text) // one that cannot be read
	}
	return d
}

func (w *world) input(t *testing.T) *guardrail.Input {
	t.Helper()
	entities := []directory.Entity{&directory.AccountInfo{ID: account}}
	used := map[string]time.Time{}
	for _, u := range w.Users {
		id := "AIDA" + strings.ToUpper(u.Name)
		user := &directory.User{ID: id, Name: u.Name, Path: "/", Created: ago(1000), Tags: tags(u.Tags)}
		for _, name := range u.Attached {
			user.Attached = append(user.Attached, policyARN(name))
		}
		if u.Boundary != "" {
			user.Boundary = policyARN(u.Boundary)
		}
		if u.Policy != "" {
			user.Inline = []directory.InlinePolicy{{Name: "own", Document: document(u.Policy)}}
		}
		entities = append(entities, user)
		for _, k := range u.Keys {
			entities = append(entities, &directory.AccessKey{ID: k.ID, User: id, Created: ago(k.Created), Active: !k.Inactive})
			used[k.ID] = ago(k.Used)
		}
		if p := u.Password; p != nil {
			entities = append(entities, &directory.LoginProfile{User: id, Created: ago(p.Set), Changed: ago(p.Set)})
			used[id] = ago(p.Used)
		}
	}
	for _, p := range w.Policies {
		e := &directory.Policy{ID: "ANPA" + strings.ToUpper(p.Name), Name: p.Name, Path: "/", Description: "of " + p.Name, Tags: tags(p.Tags), Default: p.Default, Latest: len(p.Versions)}
		for i, text := range p.Versions {
			e.Versions = append(e.Versions, directory.PolicyVersion{Number: i + 1, Created: ago(1000), Document: document(text)})
		}
		entities = append(entities, e)
	}
	snap := directory.New(library()).With(1, account, entities, nil)
	use := func(id string) time.Time { return used[id] }
	in := &guardrail.Input{Snapshot: snap, Account: snap.Account(account), KeyUse: use, PasswordUse: use, Now: now, Notes: map[string]guardrail.Note{}}
	s := w.Settings
	in.Settings = guardrail.Settings{
		UnusedCredentials: span(s.UnusedCredentials), KeyAge: span(s.KeyAge), KeyNotice: span(s.KeyNotice), RotateKeys: span(s.RotateKeys),
		PolicyVersions: span(s.PolicyVersions), UnattachedPolicies: span(s.UnattachedPolicies),
	}
	for id, n := range w.Notes {
		in.Notes[id] = n.note()
	}
	for _, g := range w.Gaps {
		in.Runs.Gaps = append(in.Runs.Gaps, guardrail.Gap{From: ago(g[0]), To: ago(g[1])})
	}
	return in
}

func (n *note) note() guardrail.Note {
	out := guardrail.Note{Noticed: ago(n.Noticed), Inactive: ago(n.Inactive), Unattached: ago(n.Unattached)}
	for number, days := range n.Versions {
		if out.Versions == nil {
			out.Versions = map[int]time.Time{}
		}
		out.Versions[number] = ago(days)
	}
	if r := n.Rotation; r != nil {
		out.Rotation = &guardrail.Rotation{Old: r.Old, New: r.New, Phase: r.Phase, At: ago(r.At)}
	}
	return out
}

func policyARN(name string) string { return "arn:aws:iam::" + account + ":policy/" + name }

func tags(m map[string]string) (list []directory.Tag) {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		list = append(list, directory.Tag{Key: key, Value: m[key]})
	}
	return list
}

func text(p *guardrail.Plan) string {
	var b strings.Builder
	for i := range p.Changes {
		c := &p.Changes[i]
		fmt.Fprintf(&b, "%s: %s: %s\n", c.Guardrail, c.Action, c.Why)
		for _, s := range c.Steps {
			fmt.Fprintf(&b, "  %s\n", s.Call)
			for _, u := range s.Undo {
				fmt.Fprintf(&b, "    undo %s\n", u)
			}
		}
	}
	for _, s := range p.Skipped {
		fmt.Fprintf(&b, "%s: left alone: %s: %s\n", s.Guardrail, s.Resource, s.Why)
	}
	for _, id := range slices.Sorted(maps.Keys(p.Notes)) {
		n, err := json.Marshal(p.Notes[id])
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(&b, "note %s %s\n", id, n)
	}
	fmt.Fprintf(&b, "%d changes of the account\n", p.Size())
	return b.String()
}
