package cloudtrail_test

import (
	"testing"
	"time"
)

// A trail knows since when it chooses what it does: deliveries judge what was recorded before by what it chose then.
func TestChosen(t *testing.T) {
	f := newFixture(t)
	made := f.makeTrail(t, "main")
	last := time.Unix(1, 0).UTC()
	for _, test := range []struct {
		operation string
		in        map[string]any
		chosen    bool
	}{
		{"PutEventSelectors", map[string]any{"TrailName": "main", "EventSelectors": []any{map[string]any{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": true}}}, true},
		{"UpdateTrail", map[string]any{"Name": "main", "IncludeGlobalServiceEvents": false}, true},
		{"UpdateTrail", map[string]any{"Name": "main", "IncludeGlobalServiceEvents": false, "EnableLogFileValidation": true}, false},
		{"UpdateTrail", map[string]any{"Name": "main", "IncludeGlobalServiceEvents": true, "IsMultiRegionTrail": true}, true},
		{"StartLogging", map[string]any{"Name": "main"}, false},
		{"UpdateTrail", map[string]any{"Name": "main", "IsMultiRegionTrail": false}, true},
		{"AddTags", map[string]any{"ResourceId": arnOf("main"), "TagsList": []any{map[string]any{"Key": "k"}}}, false},
	} {
		trail := f.Now().TrailByID(made.ID).Clone()
		trail.Chosen = last
		f.Put(t, trail)
		before := time.Now().Truncate(time.Second)
		if answer := call(t, f.admin, test.operation, test.in); answer.Status != 200 {
			t.Fatalf("%s: %+v", test.operation, answer)
		}
		now := f.Now().TrailByID(made.ID).Chosen
		if chosen := !now.Equal(last); chosen != test.chosen || chosen && (now.Before(before) || now.Nanosecond() != 0) {
			t.Errorf("%s %v: chosen %v", test.operation, test.in, now)
		}
	}
}
