package usage_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/audit/usage"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

func TestUnused(t *testing.T) {
	library := directory.NewLibrary(catalog.Load())
	for _, test := range read[struct {
		Name     string
		Policy   json.RawMessage
		Events   []json.RawMessage
		Services []awsimport.ServiceAccess
		Want     []string
	}](t, "unused.json") {
		snap := state(library, `{"Version":"2012-10-17","Statement":`+string(test.Policy)+`}`)
		activity := usage.ReadActivity([]usage.Records{recordsOf(t, test.Events)}, snap)
		var last *awsimport.LastAccessed
		if test.Services != nil {
			last = &awsimport.LastAccessed{ARN: ci, Services: test.Services}
		}
		r, ok := usage.RightsOf(snap, ci, activity, last)
		if got := rightsLines(&r); !ok || !slices.Equal(got, test.Want) {
			t.Errorf("%s: %q", test.Name, got)
		}
	}
}

func rightsLines(r *usage.Rights) (got []string) {
	for _, s := range r.Services {
		got = append(got, s.Service+" "+s.Status.String())
		for _, u := range s.Used {
			got = append(got, "  used "+u.Action+" by "+u.By)
		}
		if len(s.Unused) > 0 {
			got = append(got, "  unused "+strings.Join(s.Unused, " "))
		}
		for _, u := range s.NoEvidence {
			got = append(got, "  no evidence "+strings.Join(u.Actions, " ")+": "+u.Why)
		}
	}
	for _, d := range r.Denied {
		got = append(got, fmt.Sprintf("denied %s x%d", d.Action, d.Records))
	}
	return got
}
