package compare_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/audit/compare"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
)

const account = "111122223333"

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// side is an account in which the user ci and the role web, and another user if one is named, have the same statements.
func side(library *directory.Library, statements, trust []json.RawMessage, user string) *access.Finder {
	text := func(list []json.RawMessage) string {
		if list == nil {
			list = []json.RawMessage{}
		}
		raw, _ := json.Marshal(list) // it was read from JSON
		return `{"Version":"2012-10-17","Statement":` + string(raw) + `}`
	}
	var inline []directory.InlinePolicy
	if len(statements) > 0 {
		inline = append(inline, directory.InlinePolicy{Name: "own", Document: library.Document(text(statements))})
	}
	entities := []directory.Entity{
		&directory.User{ID: "AIDACI", Name: "ci", Path: "/", Inline: inline},
		&directory.Role{ID: "AROAWEB", Name: "web", Path: "/", Inline: inline, Trust: library.Document(text(trust))},
	}
	if user != "" {
		entities = append(entities, &directory.User{ID: "AIDANEW", Name: user, Path: "/", Inline: inline})
	}
	return access.New(directory.Load(library, 1, map[string][]directory.Entity{account: entities}), access.Options{Now: now})
}

func TestCompare(t *testing.T) {
	raw, err := os.ReadFile("testdata/compare.json")
	if err != nil {
		t.Fatal(err)
	}
	var tests []struct {
		Name            string
		Old, New, Trust []json.RawMessage
		User            string
		Want            []string
	}
	if err := json.Unmarshal(raw, &tests); err != nil || len(tests) == 0 {
		t.Fatalf("%d tests, %v", len(tests), err)
	}
	library := directory.NewLibrary(catalog.Load())
	short := strings.NewReplacer("arn:aws:iam::"+account+":", "", "arn:aws:iam::999900001111:role/", "999900001111/")
	for _, test := range tests {
		t.Run(test.Name, func(t *testing.T) {
			before, after := side(library, test.Old, nil, ""), side(library, test.New, test.Trust, test.User)
			got := lines(compare.Compare(before, after, compare.Options{}), short)
			if !slices.Equal(got, test.Want) {
				t.Errorf("got %q", got)
			}
			back := compare.Compare(after, before, compare.Options{})
			if len(back.Differences) != len(got)-len(back.Removed)-len(back.Undecided) {
				t.Errorf("the other way round: %+v", back.Differences)
			}
		})
	}
}

// TestBounds: a comparison ends where it is told to, and says so.
func TestBounds(t *testing.T) {
	library := directory.NewLibrary(catalog.Load())
	read := json.RawMessage(`{"Effect":"Allow","Action":"sqs:*","Resource":"*"}`)
	before, after := side(library, nil, nil, ""), side(library, []json.RawMessage{read}, nil, "")
	for name, test := range map[string]struct {
		options    compare.Options
		unfinished bool
		found      bool
	}{
		"none":         {compare.Options{}, false, true},
		"enough":       {compare.Options{Questions: 1_000}, false, true},
		"three":        {compare.Options{Questions: 3}, true, true},
		"stopped":      {compare.Options{Stop: func() bool { return true }}, true, false},
		"not stopped":  {compare.Options{Stop: func() bool { return false }}, false, true},
		"all but none": {compare.Options{Questions: 1}, true, true},
	} {
		r := compare.Compare(before, after, test.options)
		if r.Unfinished != test.unfinished || len(r.Differences) > 0 != test.found {
			t.Errorf("%s: unfinished %v, %d differences", name, r.Unfinished, len(r.Differences))
		}
	}
}

func lines(r *compare.Report, short *strings.Replacer) []string {
	got := []string{}
	for _, name := range r.Added {
		got = append(got, "added "+name)
	}
	for _, d := range slices.Backward(r.Differences) {
		slices.SortFunc(d.Principals, func(a, b string) int { return strings.Compare(b, a) })
		who := make([]string, len(d.Principals))
		for i, name := range d.Principals {
			who[i] = short.Replace(name)
		}
		got = append(got, d.Direction.String()+" "+strings.Join(who, " ")+": "+strings.Join(d.Actions, " ")+" on "+d.Resource+": "+d.Before+" to "+d.After)
	}
	slices.Sort(got)
	for _, u := range r.Undecided {
		got = append(got, "undecided "+u)
	}
	return got
}
