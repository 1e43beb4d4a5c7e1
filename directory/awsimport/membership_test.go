package awsimport_test

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// TestSnapshotIsGuarded: in the snapshot the accounts are bound by what Guardrails says, whatever is known of it.
func TestSnapshotIsGuarded(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	compared := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		fsys, err := txtar.FS(txtar.Parse(text))
		if err != nil {
			t.Fatal(err)
		}
		b, err := awsimport.Read(fsys, awsimport.Options{Library: library})
		if err != nil || b.Organization == nil {
			continue
		}
		for id := range b.Organization.Accounts {
			m := b.Snapshot.Membership(id)
			if m == nil {
				t.Fatalf("%s: account %s has no place", file, id)
			}
			want := b.Organization.Guardrails(id, awsimport.ServiceControlPolicy)
			for _, action := range []string{"s3:GetObject", "iam:CreateUser", "ec2:RunInstances", "organizations:LeaveOrganization"} {
				compared++
				if got, want := bound(t, m.SCP, action), bound(t, want.Levels, action); got != want {
					t.Errorf("%s: account %s, %s: the snapshot says %v, Guardrails %v", file, id, action, got, want)
				}
			}
		}
	}
	if compared == 0 {
		t.Error("nothing was compared")
	}
}

// bound decides an action of somebody who may do everything under SCPs.
func bound(t *testing.T, levels [][]eval.Source, action string) eval.Decision {
	t.Helper()
	doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	set := eval.NewSet(eval.Layers{Identity: []eval.Source{{Name: "all", Policy: eval.Prepare(doc)}}, SCP: levels})
	return set.Decide(&eval.Request{
		Principal: eval.Principal{Kind: eval.User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/u", UniqueID: "AIDAAAAAAAAAAAAAAAAA1"},
		Action:    action, Resource: "arn:aws:s3:::b/k",
	})
}
