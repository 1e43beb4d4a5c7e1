package warder_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/server/servertest"
)

// preview is an answer of PreviewPolicyChange.
type preview struct {
	Message     string
	Differences []struct {
		Direction, Resource, Before, After string
		Principals, Actions                []string
		PrincipalCount, ActionCount        int
		AccessLevels                       []struct {
			Level   string
			Actions int
		}
		Statements []struct {
			Layer, Policy, Sid string
			Line, Column       int
		}
	}
	Undecided  []string
	Omitted    int
	Unfinished bool
}

func (p *preview) lines() []string {
	short := strings.NewReplacer("arn:aws:iam::"+account+":", "", "arn:aws:iam::444455556666:", "4444/")
	lines := []string{}
	for _, d := range p.Differences {
		lines = append(lines, short.Replace(fmt.Sprintf("%s %s: %s on %s: %s to %s", d.Direction, strings.Join(d.Principals, " "),
			strings.Join(d.Actions, " "), d.Resource, d.Before, d.After)))
	}
	slices.Sort(lines)
	return lines
}

func previewOf(t *testing.T, c *servertest.Credentials, changes string) (*reply, *preview) {
	t.Helper()
	r := post(t, c, "/policies/v1/preview", `{"changes":`+changes+`}`)
	p := &preview{}
	servertest.Check(t, json.Unmarshal([]byte(r.Body), p))
	return r, p
}

// newChangeable is an account with one of each thing that calls can change, and another account beside it.
func newChangeable(t *testing.T) (*fixture, *servertest.Credentials) {
	f := newFixture(t)
	admin := f.Admin(t, "admin")
	read := directory.InlinePolicy{Name: "Read", Document: directory.Document{Text: document(`{"Sid":"Queue","Effect":"Allow","Action":"sqs:SendMessage","Resource":"*"}`)}}
	version := func(n int, action string) directory.PolicyVersion {
		return directory.PolicyVersion{Number: n, Document: directory.Document{Text: document(`{"Effect":"Allow","Action":"` + action + `","Resource":"*"}`)}}
	}
	f.Put(t, &directory.Policy{ID: "ANPAAAAAAAAAAAAAAAAAA", Name: "jobs", Path: "/", Default: 2, Versions: []directory.PolicyVersion{
		version(1, "sns:ListTopics"), version(2, "sqs:SendMessage"),
	}})
	f.Put(t, &directory.Group{ID: "AGPAAAAAAAAAAAAAAAAAA", Name: "crew", Path: "/", Inline: []directory.InlinePolicy{read}})
	f.Put(t, &directory.User{ID: "AIDAAAAAAAAAAAAAAAAAA", Name: "carl", Path: "/", Groups: []string{"AGPAAAAAAAAAAAAAAAAAA"}})
	f.Put(t, &directory.User{ID: "AIDABBBBBBBBBBBBBBBBB", Name: "dora", Path: "/", Attached: []string{"arn:aws:iam::" + account + ":policy/jobs"}, Inline: []directory.InlinePolicy{read}})
	f.Put(t, &directory.User{ID: "AIDACCCCCCCCCCCCCCCCC", Name: "eric", Path: "/", Inline: []directory.InlinePolicy{read}, Boundary: "arn:aws:iam::" + account + ":policy/jobs"})
	f.Role(t, "task", trustAccount)
	other := f.World.Account(t, "444455556666")
	other.User(t, "mallory", document(`{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}`))
	return f, admin
}

// TestPreview runs testdata/preview.json: calls, and who gains and loses what by them, or why they are refused. It ends with
// nothing changed.
func TestPreview(t *testing.T) {
	raw, err := os.ReadFile("testdata/preview.json")
	servertest.Check(t, err)
	var tests []struct {
		Name      string
		Changes   json.RawMessage
		Want      []string
		Undecided []string
		Refused   string
	}
	servertest.Check(t, json.Unmarshal(raw, &tests))
	if len(tests) == 0 {
		t.Fatal("no tests")
	}
	f, admin := newChangeable(t)
	revision := f.Store.Snapshot().Revision()
	for _, test := range tests {
		t.Run(test.Name, func(t *testing.T) {
			r, p := previewOf(t, admin, string(test.Changes))
			if test.Refused != "" {
				if r.Status/100 != 4 || p.Message != test.Refused {
					t.Fatalf("%d %q", r.Status, p.Message)
				}
				return
			}
			if r.Status != 200 || p.Unfinished || p.Omitted != 0 {
				t.Fatalf("%d %s", r.Status, r.Body)
			}
			if got := p.lines(); !slices.Equal(got, test.Want) || !slices.Equal(p.Undecided, test.Undecided) {
				t.Errorf("got %q\nwant %q\nundecided %q", got, test.Want, p.Undecided)
			}
		})
	}
	if now := f.Store.Snapshot().Revision(); now != revision {
		t.Errorf("the state went from revision %d to %d", revision, now)
	}
}

// TestPreviewOfEverything: an administrator's access is told in a few words, with what it weighs.
func TestPreviewOfEverything(t *testing.T) {
	_, admin := newChangeable(t)
	r, p := previewOf(t, admin, `[{"call":"AttachUserPolicy","userName":"bob","policyArn":"`+servertest.Administrator+`"}]`)
	if r.Status != 200 || len(p.Differences) == 0 || len(r.Body) > 1<<20 {
		t.Fatalf("%d, %d bytes", r.Status, len(r.Body))
	}
	d := p.Differences[0]
	total := 0
	for _, l := range d.AccessLevels {
		total += l.Actions
	}
	if d.Direction != "Gained" || d.Resource != "*" || d.ActionCount < 10_000 || total != d.ActionCount || d.AccessLevels[0].Level != "Permissions management" {
		t.Errorf("%s on %s, %d actions, %d by level, %v", d.Direction, d.Resource, d.ActionCount, total, d.AccessLevels)
	}
	if len(d.Statements) == 0 || d.Statements[0].Layer != "identity" || d.Statements[0].Line == 0 {
		t.Errorf("allowed by %+v", d.Statements)
	}
	t.Logf("%d differences, %d bytes; %v; unfinished %v", len(p.Differences), len(r.Body), d.Actions[:min(5, len(d.Actions))], p.Unfinished)
}
