package accuracy

import (
	"bytes"
	"cmp"
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/checks"
	"github.com/warder-iam/warder/directory/awsimport"
)

// elsewhere is how an account of the data would look in another partition: pairs of a text and what stands there instead.
var elsewhere = map[string][]string{
	"aws-cn": {
		"arn:aws:", "arn:aws-cn:", "us-east-1", "cn-north-1", "eu-west-1", "cn-northwest-1",
		`"ec2.amazonaws.com"`, `"ec2.amazonaws.com.cn"`, `"elasticmapreduce.amazonaws.com"`, `"elasticmapreduce.amazonaws.com.cn"`,
	},
	"aws-us-gov": {"arn:aws:", "arn:aws-us-gov:", "us-east-1", "us-gov-west-1", "eu-west-1", "us-gov-east-1"},
	"aws-iso": {
		"arn:aws:", "arn:aws-iso:", "us-east-1", "us-iso-east-1", "eu-west-1", "us-iso-west-1",
		`"ec2.amazonaws.com"`, `"ec2.c2s.ic.gov"`, `"elasticmapreduce.amazonaws.com"`, `"elasticmapreduce.c2s.ic.gov"`,
	},
}

// back turns what an audit says of an account in another partition into what it says of the same one here.
func back(pairs []string) *strings.Replacer {
	var turned []string
	for i := 0; i < len(pairs); i += 2 {
		// Quotation marks are escaped inside of JSON in JSON.
		turned = append(turned, strings.Trim(pairs[i+1], `"`), strings.Trim(pairs[i], `"`))
	}
	return strings.NewReplacer(turned...)
}

// TestPartitions: an account in China, in GovCloud or behind an air gap is audited as the same account in the commercial
// partition: findings, administrators, escalations and all.
func TestPartitions(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no account: %v", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		here := reported(t, archive, strings.NewReplacer())
		if strings.Contains(here, "arn:aws-") {
			t.Errorf("%s is not in the commercial partition", file)
		}
		for partition, pairs := range elsewhere {
			t.Run(filepath.Base(file)+" in "+partition, func(t *testing.T) {
				t.Parallel()
				there := reported(t, archive, strings.NewReplacer(pairs...))
				if !strings.Contains(there, "arn:"+partition+":iam::"+home) {
					t.Error("no ARN is in the partition")
				}
				if strings.Contains(there, "arn:aws:") {
					t.Errorf("something is said to be in the commercial partition: %s", around(there, "arn:aws:"))
				}
				if got := back(pairs).Replace(there); got != here {
					t.Errorf("the audit differs: %s", difference(got, here))
				}
			})
		}
	}
}

// reported is the whole report of the account of an archive, in which texts are replaced. Ids of findings are left out, and
// do not order them: they are made of ARNs.
func reported(t *testing.T, archive *txtar.Archive, replacer *strings.Replacer) string {
	t.Helper()
	files := fstest.MapFS{}
	for _, f := range archive.Files {
		if f.Name != "labels" && !strings.HasPrefix(f.Name, "after/") && !strings.HasPrefix(f.Name, "want") {
			files[f.Name] = &fstest.MapFile{Data: []byte(replacer.Replace(string(f.Data)))}
		}
	}
	b, err := awsimport.Read(files, awsimport.Options{Account: home})
	if err != nil {
		t.Fatal(err)
	}
	r := audit.Run(&audit.Input{Bundle: b, Now: now, Settings: audit.DefaultSettings(), Checks: checks.All()})
	for i := range r.Findings {
		r.Findings[i].ID = ""
	}
	slices.SortStableFunc(r.Findings, func(a, b audit.Finding) int {
		return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Title, b.Title))
	})
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(r); err != nil {
		t.Fatal(err)
	}
	return columns.ReplaceAllString(out.String(), "")
}

// columns differ with the length of what stands before them.
var columns = regexp.MustCompile(`\n *"column": [0-9]+`)

func around(text, what string) string {
	at := strings.Index(text, what)
	return text[max(0, at-200):min(len(text), at+200)]
}

// difference is the first line in which two texts differ.
func difference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return "\n" + a[i] + "\nin place of\n" + b[i]
		}
	}
	return "one ends before the other"
}
