package directory

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/warder-iam/warder/trail"
)

// TestTrails: a trail is found by its name and its ARN to the letter.
func TestTrails(t *testing.T) {
	const account = "111122223333"
	upper := &Trail{ID: "T1", Name: "Main", Region: "us-east-1", Selectors: []EventSelector{{ReadWrite: AllEvents}}}
	lower := &Trail{ID: "T2", Name: "main", Region: "us-east-1"}
	s := New(NewLibrary(nil)).With(1, account, []Entity{upper, lower}, nil)
	a := s.Account(account)
	for arn, want := range map[string]string{
		"arn:aws:cloudtrail:us-east-1:111122223333:trail/Main": "T1", "arn:aws:cloudtrail:us-east-1:111122223333:trail/main": "T2",
		"arn:aws:cloudtrail:us-east-1:111122223333:trail/MAIN": "", "arn:aws:cloudtrail:eu-west-1:111122223333:trail/Main": "",
		"arn:aws:cloudtrail:us-east-1:999988887777:trail/Main": "", "trail/Main": "", "Main": "", "": "",
	} {
		got := ""
		if found := a.TrailByARN(arn); found != nil {
			got = found.ID
		}
		if got != want {
			t.Errorf("%s: %q, want %q", arn, got, want)
		}
	}
	if a.Trail("main") != a.TrailByID("T2") || a.Trail("MAIN") != nil || a.Trail("none") != nil {
		t.Error("found by another name")
	}
	if a.Len() != 2 || len(slices.Collect(a.Entities())) != 2 || a.TrailCount() != 2 || a.Get("trail/T1") == nil {
		t.Errorf("%d entities", a.Len())
	}
	changed := a.TrailByID("T1").Clone()
	changed.Selectors[0].ReadWrite = ReadOnlyEvents
	if a.TrailByID("T1").Selectors[0].ReadWrite != AllEvents {
		t.Error("a clone shares its selectors")
	}
}

// selection is one row of testdata/selectors.json: a trail and, by the names of the file's events, which it selects.
type selection struct {
	Name  string
	Trail Trail
	Data  bool // ChoosesData
	Want  []string
}

func TestSelects(t *testing.T) {
	var file struct {
		Events map[string]*trail.Event
		Trails []selection
	}
	text, err := os.ReadFile("testdata/selectors.json")
	if err == nil {
		err = json.Unmarshal(text, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(file.Events) == 0 || len(file.Trails) == 0 {
		t.Fatal("the table is empty")
	}
	for _, row := range file.Trails {
		var got []string
		for name, e := range file.Events {
			if row.Trail.Selects(e) {
				got = append(got, name)
			}
		}
		slices.Sort(got)
		slices.Sort(row.Want)
		if !slices.Equal(got, row.Want) {
			t.Errorf("%s: selects %q, want %q", row.Name, got, row.Want)
		}
		if got := row.Trail.ChoosesData(); got != row.Data {
			t.Errorf("%s: ChoosesData %t", row.Name, got)
		}
	}
}
