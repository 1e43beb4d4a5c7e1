package clienttest

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/server/servertest"
)

// readUnseen reads testdata/unseen.json of the calling package: the members of outputs that no answer has, by operation
// and with the reason. Where a member is named, what is below it is not.
func readUnseen(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("testdata/unseen.json")
	servertest.Check(t, err)
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	var groups []struct {
		Why     string              `json:"why"`
		Members map[string][]string `json:"members"`
	}
	servertest.Check(t, d.Decode(&groups))
	unseen := map[string][]string{}
	for _, g := range groups {
		if g.Why == "" || len(g.Members) == 0 {
			t.Errorf("unseen.json: %v without reason, or %q without members", g.Members, g.Why)
		}
		for op, members := range g.Members {
			unseen[op] = append(unseen[op], members...)
			slices.Sort(unseen[op])
		}
	}
	return unseen
}
