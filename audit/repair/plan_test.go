package repair_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/checks"
	"github.com/warder-iam/warder/audit/repair"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

var update = flag.Bool("update", false, "write the plans of testdata/plans.txtar as they are now: read them before you commit")

var now = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

// library is made once: a catalogue takes long to read.
var library = sync.OnceValue(func() *directory.Library {
	return directory.NewLibrary(catalog.Load())
})

// TestPlans makes the plans of testdata/plans.txtar. Each case is a folder: the files of a bundle, which may be another case's
// by "same"; "fix", the checks whose findings are mended, in this order; "details" and "spare" as repair.Input has them; and
// "want", the plan and its proof.
func TestPlans(t *testing.T) {
	name := filepath.Join("testdata", "plans.txtar")
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]fstest.MapFS{}
	for _, f := range archive.Files {
		folder, file, _ := strings.Cut(f.Name, "/")
		if cases[folder] == nil {
			cases[folder] = fstest.MapFS{}
		}
		cases[folder][file] = &fstest.MapFile{Data: f.Data}
	}
	ran := 0
	for i := range archive.Files {
		f := &archive.Files[i]
		folder, ok := strings.CutSuffix(f.Name, "/want")
		if !ok {
			continue
		}
		ran++
		t.Run(folder, func(t *testing.T) {
			got := planOf(t, cases, folder)
			if *update {
				f.Data = []byte(got)
			} else if got != string(f.Data) {
				t.Errorf("got\n%swant\n%s", got, f.Data)
			}
		})
	}
	if ran != len(cases) {
		t.Errorf("%d of %d cases want something", ran, len(cases))
	}
	if *update {
		if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func planOf(t *testing.T, cases map[string]fstest.MapFS, name string) string {
	t.Helper()
	own, files := cases[name], fstest.MapFS{}
	add := func(from fstest.MapFS) {
		for file, f := range from {
			if !slices.Contains([]string{"fix", "details", "spare", "same", "want"}, file) {
				files[file] = f
			}
		}
	}
	if same := own["same"]; same != nil {
		add(cases[strings.TrimSpace(string(same.Data))])
	}
	add(own)
	b, err := awsimport.Read(files, awsimport.Options{Account: "111122223333", Library: library()})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range b.Problems {
		t.Log(p)
	}
	in := &repair.Input{Bundle: b, Settings: audit.DefaultSettings(), Now: now}
	if f := own["spare"]; f != nil {
		in.Spare = strings.Fields(string(f.Data))
	}
	if f := own["details"]; f != nil {
		if err := json.Unmarshal(f.Data, &in.Details); err != nil {
			t.Fatal(err)
		}
	}
	plan := repair.Make(in, findings(b, strings.Fields(string(own["fix"].Data))))
	return text(plan, plan.Prove(in))
}

// findings are those of some checks, in the order of the checks.
func findings(b *awsimport.Bundle, ids []string) []audit.Finding {
	var all []audit.Finding
	for _, id := range ids {
		for _, c := range checks.All() {
			if c.ID == id {
				r := audit.Run(&audit.Input{Bundle: b, Settings: audit.DefaultSettings(), Now: now, Checks: []*audit.Check{c}})
				all = append(all, r.Findings...)
			}
		}
	}
	return all
}

func text(plan *repair.Plan, proof *repair.Proof) string {
	var b strings.Builder
	for _, c := range plan.Changes {
		fmt.Fprintf(&b, "%s: %s\n", c.Finding.Check, c.Finding.Title)
		for _, s := range c.Steps {
			fmt.Fprintf(&b, "  %s\n    %s\n", s.Text, s.Call)
			for _, line := range s.Diff {
				fmt.Fprintf(&b, "    %s\n", line)
			}
			for _, u := range s.Undo {
				fmt.Fprintf(&b, "    undo %s\n", u)
				if doc := u.Params["PolicyDocument"]; doc != "" {
					fmt.Fprintf(&b, "         %s\n", doc)
				}
			}
		}
	}
	for _, m := range plan.Manual {
		fmt.Fprintf(&b, "%s: %s\n  by hand: %s\n", m.Finding.Check, m.Finding.Title, m.Why)
	}
	for _, p := range proof.Principals {
		fmt.Fprintf(&b, "evaluated %s\n", p)
	}
	words := []string{"unknown", "unused", "perhaps used", "used"}
	for _, a := range proof.Lost {
		fmt.Fprintf(&b, "lost %s %s %s (%s): %s: %s\n", a.Principal, a.Action, strings.Join(a.Resources, " "), a.Answer, words[a.Use], a.Evidence)
	}
	for _, a := range proof.Gained {
		fmt.Fprintf(&b, "gained %s %s %s (%s)\n", a.Principal, a.Action, strings.Join(a.Resources, " "), a.Answer)
	}
	for _, k := range proof.Keys {
		fmt.Fprintf(&b, "key %s of %s: %s: %s\n", k.ID, k.User, words[k.Use], k.Evidence)
	}
	for _, text := range proof.NotAssessed {
		fmt.Fprintf(&b, "not assessed: %s\n", text)
	}
	fmt.Fprintf(&b, "refused %t, unproved %d\n", proof.Refused(), proof.Unproved())
	return b.String()
}
