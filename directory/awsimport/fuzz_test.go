package awsimport_test

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/warder-iam/warder/directory/awsimport"
)

// seed adds the files of all bundles in testdata that are wanted.
func seed(f *testing.F, wanted func(txtar.File) bool) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	n := 0
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range archive.Files {
			if part.Name != "want" && wanted(part) {
				f.Add(string(part.Data))
				n++
			}
		}
	}
	if n == 0 {
		f.Fatal("no seed")
	}
}

// checkBundle: whatever a file holds, it is accounted for, what is said of it is the same each time, and nobody with a
// broken document passes for known.
func checkBundle(t *testing.T, file string, text string) {
	t.Helper()
	fsys := fstest.MapFS{file: {Data: []byte(text)}}
	opts := awsimport.Options{Library: library, Account: "123456789012"}
	b, err := awsimport.Read(fsys, opts)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Files) != 1 || len(b.Files[0].Kinds) == 0 && b.Files[0].Skipped == "" {
		t.Fatalf("files %+v", b.Files)
	}
	for _, p := range b.Problems {
		if p.File != file || p.Message == "" || p.Principal != "" && b.Complete(p.Principal) {
			t.Fatalf("problem %+v", p)
		}
	}
	for a := range b.Snapshot.Accounts() {
		if b.Accounts[a.ID()] == nil {
			t.Fatalf("account %s has entities and no evidence", a.ID())
		}
		for u := range a.Users() {
			for _, p := range u.Inline {
				if p.Document.Err() != nil && b.Complete(a.ARN(u)) {
					t.Fatalf("user %s has a broken policy and passes for known", u.Name)
				}
			}
		}
	}
	said := describe(t, b)
	again, err := awsimport.Read(fsys, opts)
	if err != nil {
		t.Fatal(err)
	}
	if second := describe(t, again); said != second {
		t.Fatalf("first\n%s\nthen\n%s", said, second)
	}
}

// FuzzRead reads answers, JSON of any kind.
func FuzzRead(f *testing.F) {
	seed(f, func(part txtar.File) bool { return !strings.HasSuffix(part.Name, ".csv") })
	f.Fuzz(func(t *testing.T, text string) { checkBundle(t, "answer.json", text) })
}

// FuzzReport reads credential reports.
func FuzzReport(f *testing.F) {
	seed(f, func(part txtar.File) bool { return strings.HasSuffix(part.Name, ".csv") })
	f.Add("user,arn,mfa_active\n\"a\",arn:aws:iam::123456789012:user/a,TRUE\r\nb,,\n")
	f.Fuzz(func(t *testing.T, text string) {
		checkBundle(t, "report.csv", "user,arn,"+strings.TrimPrefix(text, "user,arn,"))
	})
}

// FuzzEvents reads CloudTrail files, compressed ones: those that were compressed and bytes that pass for it.
func FuzzEvents(f *testing.F) {
	seed(f, func(part txtar.File) bool { return strings.Contains(string(part.Data), "eventVersion") })
	f.Fuzz(func(t *testing.T, text string) {
		checkBundle(t, "a.json.gz", string(compress(t, []byte(text))))
		checkBundle(t, "b.json.gz", "\x1f\x8b"+text)
		checkBundle(t, "c.json", `{"Records":[`+text)
	})
}
