package access_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
)

// listTest is one row of testdata/external.json and testdata/whatcan.json: want has a line for each answer.
type listTest struct {
	canTest
	Members []string `json:"members"` // accounts of the organization beside the snapshot's
	Service string   `json:"service"`
	Want    []string `json:"want"`
}

func readLists(t *testing.T, name string) []listTest {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var tests []listTest
	if err := json.Unmarshal(text, &tests); err != nil {
		t.Fatal(err)
	}
	if len(tests) == 0 {
		t.Fatal("no tests")
	}
	return tests
}

func (l *listTest) finder(library *directory.Library) *access.Finder {
	if l.Trust == nil { // nobody
		l.Trust = []json.RawMessage{json.RawMessage(`{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}`)}
	}
	snap := l.snapshot(library)
	if l.Members != nil {
		o := l.organization()
		for _, m := range l.Members {
			o.Accounts = append(o.Accounts, directory.Member{Account: m})
		}
		snap = snap.WithOrganization(o)
	}
	options := access.Options{Now: now}
	if l.Resource != "" {
		options.Resources = []access.Resource{{ARN: l.Resource, Account: l.ResourceAccount, Policy: l.source()}}
	}
	return access.New(snap, options)
}

func TestExternal(t *testing.T) {
	library := directory.NewLibrary(catalog.Load())
	for _, test := range readLists(t, "testdata/external.json") {
		t.Run(test.Name, func(t *testing.T) {
			f := test.finder(library)
			var got []string
			for e := range f.External() {
				words := []string{e.Principal.ARN, strings.Join(e.Actions, ","), e.Resource}
				if e.Public {
					words = append(words, "public")
				}
				if !e.Outside {
					words = append(words, "inside")
				}
				got = append(got, strings.Join(append(words, e.Answer.Text()), " "))
				if problem := answerProblem(f, &e.Answer); problem != "" {
					t.Error(problem)
				}
			}
			compareLines(t, got, test.Want)
			checkExternalOf(t, f)
		})
	}
}

// checkExternalOf asks about each role alone: together that is External but for other resources.
func checkExternalOf(t *testing.T, f *access.Finder) {
	t.Helper()
	all := map[string][]string{}
	for e := range f.External() {
		all[e.Resource] = append(all[e.Resource], e.Principal.ARN)
	}
	for a := range f.Snapshot().Accounts() {
		for r := range a.Roles() {
			var got []string
			for e := range f.ExternalOf(a.ARN(r)) {
				got = append(got, e.Principal.ARN)
			}
			if !slices.Equal(got, all[a.ARN(r)]) {
				t.Errorf("of %s alone: %q, want %q", r.Name, got, all[a.ARN(r)])
			}
		}
	}
	for range f.ExternalOf("arn:aws:iam::" + account + ":role/nobody-has-it") {
		t.Error("a role that is not there lets somebody in")
	}
}

func TestWhatCan(t *testing.T) {
	library := directory.NewLibrary(catalog.Load())
	for _, test := range readLists(t, "testdata/whatcan.json") {
		t.Run(test.Name, func(t *testing.T) {
			f := test.finder(library)
			p, ok := f.Principal("arn:aws:iam::" + account + ":user/alice")
			if !ok {
				t.Fatal("no principal")
			}
			var got []string
			for g := range f.WhatCan(p, test.Service) {
				where := strings.Join(g.Resources, ",")
				if g.Regions != nil {
					where += " in " + strings.Join(g.Regions, ",")
				}
				got = append(got, fmt.Sprintf("%s %s %s", g.Action, where, g.Answer.Text()))
				if problem := answerProblem(f, &g.Answer); problem != "" {
					t.Error(problem)
				}
			}
			compareLines(t, got, test.Want)
		})
	}
}

func compareLines(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
