package checks

import (
	"encoding/json"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

// TestRemedies holds, over all cases of all checks, that a patch is JSON that can be put into a policy, that every finding says
// how to mend it and shows what for, and that no two findings of one report have one id.
func TestRemedies(t *testing.T) {
	n := 0
	for _, c := range All() {
		archive, err := txtar.ParseFile(filepath.Join("testdata", c.ID+".txtar"))
		if err != nil {
			t.Fatal(err)
		}
		for name, files := range cases(t, archive) {
			for _, f := range findings(t, c, files) {
				n++
				where := c.ID + "/" + name + ": " + f.Title
				if p := f.Remedy.Patch; p != "" && !json.Valid([]byte(p)) {
					t.Errorf("%s: the patch is no JSON: %s", where, p)
				}
				if f.Remedy.Text == "" || len(f.Evidence) == 0 {
					t.Errorf("%s: no remedy or no evidence", where)
				}
			}
		}
	}
	if n == 0 {
		t.Error("there was no finding")
	}
}

// findings are those of one check over a case's bundle; their ids differ.
func findings(t *testing.T, c *audit.Check, files fstest.MapFS) []audit.Finding {
	t.Helper()
	bundle := fstest.MapFS{}
	for name, f := range files {
		if name != "want" && name != "input" {
			bundle[name] = f
		}
	}
	b, err := awsimport.Read(fs.FS(bundle), awsimport.Options{Account: "111122223333"})
	if err != nil {
		t.Fatal(err)
	}
	list := audit.Run(&audit.Input{Bundle: b, Now: now, Settings: audit.DefaultSettings(), Checks: []*audit.Check{c}}).Findings
	ids := map[string]string{}
	for _, f := range list {
		if !strings.HasPrefix(f.ID, c.ID+"-") || ids[f.ID] != "" {
			t.Errorf("%s: %q and %q have the id %q", c.ID, f.Title, ids[f.ID], f.ID)
		}
		ids[f.ID] = f.Title
	}
	return list
}
