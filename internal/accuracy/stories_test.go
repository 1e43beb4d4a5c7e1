package accuracy

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/checks"
	"github.com/warder-iam/warder/directory/awsimport"
)

// The stories: an account before and after its remedies, each as the files of a bundle, and what the whole audit says of it
// that matters: for each finding "check severity resource: title", its evidence ("  - ") and its remedy ("  $ ").

func TestStorySharedRootAndLeaver(t *testing.T) {
	story(t, "shared-root-and-leaver", "root-used", "root-access-key", "root-mfa", "credential-unused", "user-mfa")
}

func TestStoryDeleteRightOnUploadRole(t *testing.T) {
	story(t, "delete-right-on-upload-role", "role-destructive-workload")
}

func TestStoryManagedPolicyThatEscalates(t *testing.T) {
	before := story(t, "managed-policy-that-escalates", "managed-policy-escalation", "escalation")
	if len(before.Escalations) != 1 || before.Escalations[0].From != "arn:aws:iam::"+home+":user/media" {
		t.Errorf("escalations are %v, want that of media", before.Escalations)
	}
}

func TestStoryStaleRoleOpensBucket(t *testing.T) {
	before := story(t, "stale-role-that-opens-a-bucket", "role-unused", "role-trust-external", "role-mfa-or-external-id")
	if len(before.External) == 0 {
		t.Error("nobody from outside is said to come in")
	}
	for folder, want := range map[string]string{"before/": "user/jon role/vendor-2023", "after/": "user/jon"} {
		if got := readers(t, folder); got != want {
			t.Errorf("%s: the archive is read by %q, want %q", folder, got, want)
		}
	}
}

// readers are the users and roles who may read the bucket of the story.
func readers(t *testing.T, folder string) string {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/stories/stale-role-that-opens-a-bucket.txtar")
	if err != nil {
		t.Fatal(err)
	}
	f := audit.Finder(bundleOf(t, archive, folder), now)
	var names []string
	for p := range f.WhoCan(f.Ask("s3:GetObject", "arn:aws:s3:::customer-archive/2025.tar")) {
		if p.ID != "" {
			names = append(names, strings.TrimPrefix(p.ARN, "arn:aws:iam::"+home+":"))
		}
	}
	return strings.Join(names, " ")
}

// story audits an account with every check, compares the findings of those that tell it, and sees them gone afterwards, with no
// finding come up by the remedy.
func story(t *testing.T, name string, telling ...string) *audit.Report {
	t.Helper()
	file := "testdata/stories/" + name + ".txtar"
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, after := auditOf(t, archive, "before/"), auditOf(t, archive, "after/")
	var got strings.Builder
	told := map[string]bool{}
	for i := range before.Findings {
		if f := &before.Findings[i]; slices.Contains(telling, f.Check) {
			told[f.Check] = true
			write(&got, f)
		}
	}
	for _, check := range telling {
		if !told[check] {
			t.Errorf("%s finds nothing", check)
		}
	}
	compare(t, file, archive, got.String())
	for _, f := range after.Findings {
		if slices.Contains(telling, f.Check) {
			t.Errorf("after the remedy there is still %s: %s", f.Check, f.Title)
		}
		assessed := slices.ContainsFunc(before.Assessed, func(a audit.Assessment) bool { return a.Check == f.Check })
		if assessed && !slices.ContainsFunc(before.Findings, func(b audit.Finding) bool { return b.ID == f.ID }) {
			t.Errorf("the remedy brings %s: %s", f.Check, f.Title)
		}
	}
	return before
}

func auditOf(t *testing.T, archive *txtar.Archive, folder string) *audit.Report {
	t.Helper()
	return audit.Run(&audit.Input{Bundle: bundleOf(t, archive, folder), Now: now, Settings: audit.DefaultSettings(), Checks: checks.All()})
}

func bundleOf(t *testing.T, archive *txtar.Archive, folder string) *awsimport.Bundle {
	t.Helper()
	files := fstest.MapFS{}
	for _, f := range archive.Files {
		if rest, ok := strings.CutPrefix(f.Name, folder); ok {
			files[rest] = &fstest.MapFile{Data: f.Data}
		}
	}
	b, err := awsimport.Read(files, awsimport.Options{Account: home})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(b *strings.Builder, f *audit.Finding) {
	fmt.Fprintf(b, "%s %v %s: %s\n", f.Check, f.Severity, f.Resource, f.Title)
	for _, e := range f.Evidence {
		place := ""
		if e.Policy != "" {
			place = fmt.Sprintf("%s %s %d:%d ", e.Policy, e.Statement, e.Line, e.Column)
		}
		fmt.Fprintf(b, "  - %s%s\n", place, e.Text)
	}
	if f.Remedy.Command+f.Remedy.Text == "" {
		fmt.Fprintf(b, "  without a remedy\n")
	}
	if f.Remedy.Command != "" {
		fmt.Fprintf(b, "  $ %s\n", strings.ReplaceAll(f.Remedy.Command, "\n", "\n  $ "))
	}
}

// compare holds text to the archive's file "want", which -update writes.
func compare(t *testing.T, file string, archive *txtar.Archive, text string) {
	t.Helper()
	at := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
	if *update {
		archive.Files[at].Data = []byte(text)
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := string(archive.Files[at].Data); text != want {
		t.Errorf("got\n%swant\n%s", text, want)
	}
}
