package audit_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

// TestListsAreThere: what a report lists is a list when there is nothing to list, too. Only a score of what was not assessed
// is null.
func TestListsAreThere(t *testing.T) {
	bare := &audit.Check{ID: "bare", Area: audit.AreaRoot, Run: func(_ *audit.Account, r *audit.Reporter) { r.Found("", audit.Finding{}) }}
	snap := directory.New(directory.NewLibrary(catalog.Load()))
	for name, in := range map[string]audit.Input{
		"nothing": {Bundle: &awsimport.Bundle{Snapshot: snap}},
		"a bare finding": {
			Bundle: &awsimport.Bundle{Snapshot: snap, Accounts: map[string]*awsimport.Evidence{"111122223333": {}}}, Checks: []*audit.Check{bare},
		},
	} {
		in.Now = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
		text, err := json.Marshal(audit.Run(&in))
		if err != nil {
			t.Fatal(err)
		}
		rest := strings.NewReplacer(`"total":null`, "", `"score":null`, "").Replace(string(text))
		if strings.Contains(rest, "null") {
			t.Errorf("%s: a list is null: %s", name, text)
		}
		if len(in.Checks) > 0 && !strings.Contains(rest, `"evidence":[],`) {
			t.Errorf("%s: the finding is not there: %s", name, text)
		}
	}
}
