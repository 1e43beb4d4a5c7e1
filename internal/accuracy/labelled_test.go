package accuracy

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/escalation"
	"github.com/warder-iam/warder/directory/awsimport"
)

// home is the account of all the data.
const home = "111122223333"

// now is the time of the audits. Replays happen at the machine's time: no label depends on it.
var now = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

// label is what a principal is.
type label string

const (
	administrator label = "administrator" // may give itself everything now
	escalates     label = "escalates"     // can become an administrator
	harmless      label = "harmless"
)

var labels = []label{administrator, escalates, harmless}

// labelled is an account with a label for every user and role.
type labelled struct {
	name, about string
	principals  []principal
	bundle      *awsimport.Bundle
	graph       *escalation.Graph
}

// principal is one line of an account's file "labels": "escalates user/eve: why".
type principal struct {
	arn, short string
	label      label
	why        string
	got        label
}

// readLabelled reads testdata/labelled/*.txtar: the files of a bundle, and "labels".
func readLabelled(t testing.TB) []*labelled {
	t.Helper()
	files, err := filepath.Glob("testdata/labelled/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no labelled account: %v", err)
	}
	var all []*labelled
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		l := &labelled{name: strings.TrimSuffix(filepath.Base(file), ".txtar"), about: strings.TrimSpace(string(archive.Comment))}
		var lines string
		l.bundle, lines = readBundle(t, archive, "labels")
		for line := range strings.Lines(lines) {
			l.principals = append(l.principals, parseLabel(t, strings.TrimSpace(line)))
		}
		l.judge(t)
		all = append(all, l)
	}
	return all
}

// readBundle reads the files of an archive as a bundle, but for one, whose text it gives.
func readBundle(t testing.TB, archive *txtar.Archive, but string) (*awsimport.Bundle, string) {
	t.Helper()
	files, rest := fstest.MapFS{}, ""
	for _, f := range archive.Files {
		if f.Name == but {
			rest = string(f.Data)
			continue
		}
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	b, err := awsimport.Read(files, awsimport.Options{Account: home})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range b.Files {
		if f.Skipped != "" {
			t.Errorf("%s was skipped: %s", f.Path, f.Skipped)
		}
	}
	return b, rest
}

func parseLabel(t testing.TB, line string) principal {
	t.Helper()
	head, why, ok := strings.Cut(line, ": ")
	of, name, named := strings.Cut(head, " ")
	name = strings.TrimSpace(name)
	if !ok || !named || !slices.Contains(labels, label(of)) {
		t.Fatalf("%q is no label", line)
	}
	return principal{arn: "arn:aws:iam::" + home + ":" + name, short: name, label: label(of), why: why}
}

// judge asks the audit what each principal is, and that every user and role of the account has a label.
func (l *labelled) judge(t testing.TB) {
	t.Helper()
	l.graph = audit.Graph(audit.Finder(l.bundle, now), l.bundle)
	got := map[string]label{}
	for _, a := range l.graph.Administrators {
		got[a.ARN] = administrator
	}
	for i := range l.graph.Escalations {
		got[l.graph.Escalations[i].From] = escalates
	}
	for i := range l.principals {
		p := &l.principals[i]
		if p.got = got[p.arn]; p.got == "" {
			p.got = harmless
		}
	}
	account := l.bundle.Snapshot.Account(home)
	if n := account.Counts(); n.Users+n.Roles != len(l.principals) {
		t.Errorf("%s has %d users and %d roles, and %d labels", l.name, n.Users, n.Roles, len(l.principals))
	}
	for i := range l.principals {
		if _, ok := audit.Finder(l.bundle, now).Principal(l.principals[i].arn); !ok {
			t.Errorf("%s: there is no %s", l.name, l.principals[i].short)
		}
	}
	if len(l.graph.Unsettled) > 0 {
		t.Errorf("%s: unsettled: %q", l.name, l.graph.Unsettled)
	}
}

// matrix counts what is by what was said.
type matrix map[label]map[label]int

func confusion(all []*labelled) matrix {
	m := matrix{}
	for _, is := range labels {
		m[is] = map[label]int{}
	}
	for _, l := range all {
		for i := range l.principals {
			m[l.principals[i].label][l.principals[i].got]++
		}
	}
	return m
}

// String is a table in Markdown.
func (m matrix) String() string {
	var b strings.Builder
	b.WriteString("| is | said to be administrator | said to escalate | said to be harmless |\n|---|---|---|---|\n")
	for _, is := range labels {
		fmt.Fprintf(&b, "| %s | %d | %d | %d |\n", is, m[is][administrator], m[is][escalates], m[is][harmless])
	}
	return b.String()
}

// TestConfusionMatrix: no miss and no false alarm.
func TestConfusionMatrix(t *testing.T) {
	all := readLabelled(t)
	m, n := confusion(all), 0
	for _, l := range all {
		for _, p := range l.principals {
			n++
			if p.label != p.got {
				t.Errorf("%s: %s is %s and is said to be %s: %s", l.name, p.short, p.label, p.got, p.why)
			}
		}
	}
	t.Logf("\n%s", m)
	if n < 60 || m[administrator][administrator] == 0 || m[escalates][escalates] == 0 || m[harmless][harmless] == 0 {
		t.Errorf("%d labelled principals are too few", n)
	}
}

// noExport are steps to what runs, or by a setting of Warder's, that no export tells of.
var noExport = []string{
	"sagemaker-open-notebook", "ec2-modify-launch-template", "apprunner-update-service", "bedrock-agentcore-session", "register-passkey",
}

// TestEveryStepIsLabelled: each step of audit/escalation that leads to an administrator is in the path of somebody.
func TestEveryStepIsLabelled(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range readLabelled(t) {
		for i := range l.graph.Escalations {
			for _, e := range l.graph.Escalations[i].Steps {
				seen[e.Step] = true
			}
		}
	}
	for _, s := range escalation.Steps() {
		if !s.Limited && seen[s.ID] == slices.Contains(noExport, s.ID) {
			t.Errorf("somebody takes the step %s: %t", s.ID, seen[s.ID])
		}
	}
}
